from . import dist_rollout_demo
