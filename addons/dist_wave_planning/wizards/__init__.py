from . import dist_site_onboarding
from . import dist_site_onboarding_line
