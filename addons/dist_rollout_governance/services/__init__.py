from . import canonical, day_windows, hash_chain, import_templates, tally, text
