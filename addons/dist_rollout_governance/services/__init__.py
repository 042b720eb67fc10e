from . import canonical, day_windows, hash_chain, tally, text
