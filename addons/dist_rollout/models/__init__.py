from . import dist_rollout_demo
from . import dist_site
