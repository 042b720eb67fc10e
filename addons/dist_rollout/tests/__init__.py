from . import test_demo
from . import test_site_onboarding
from . import test_site_scope
