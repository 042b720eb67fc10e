from . import test_demo
from . import test_screens
from . import test_site_onboarding
