from . import dist_site_onboarding
from . import dist_site_onboarding_line
from . import dist_disposition_wizard
from . import dist_support_shift_copy_wizard
from . import dist_device_fail_wizard
from . import dist_integration_test_wizard
from . import dist_performance_result_wizard
