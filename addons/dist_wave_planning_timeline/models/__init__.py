from . import dist_wave
