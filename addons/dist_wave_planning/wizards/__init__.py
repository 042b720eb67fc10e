from . import dist_site_onboarding
from . import dist_site_onboarding_line
from . import dist_disposition_wizard
from . import dist_support_shift_copy_wizard
