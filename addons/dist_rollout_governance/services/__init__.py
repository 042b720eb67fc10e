from . import (
    canonical,
    day_windows,
    evidence,
    hash_chain,
    import_templates,
    tally,
    text,
)
