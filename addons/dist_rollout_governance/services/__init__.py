from . import (
    canonical,
    day_windows,
    evidence,
    faults,
    hash_chain,
    import_templates,
    tally,
    text,
)
