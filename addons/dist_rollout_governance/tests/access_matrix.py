"""Who may do what: the rights of each role on each model, in one place.

Letters: c(reate), r(ead), w(rite), u(nlink). A role that is not listed has no right;
``READERS`` stand for the roles that only read. ``test_access`` tries every cell
through the ORM, and ``test_access_doors`` through every door the server has.
"""

READERS = dict.fromkeys(
    ["viewer", "governance", "command_center", "steward", "finance"], "r"
)

FOUNDATION = {}

DECISION = {}

SITE = {}

DESIGN = {}

TEMPLATE = {}

RAID = {}

PAPER = {}

MATRIX = {**FOUNDATION, **DECISION, **SITE, **DESIGN, **TEMPLATE, **RAID, **PAPER}
