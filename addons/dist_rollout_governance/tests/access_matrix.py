"""Who may do what: the rights of each role on each model, in one place.

Letters: c(reate), r(ead), w(rite), u(nlink). A role that is not listed has no right;
``READERS`` stand for the roles that only read. ``test_access`` tries every cell
through the ORM, and ``test_access_doors`` through every door the server has.
"""

READERS = dict.fromkeys(
    ["viewer", "governance", "command_center", "steward", "finance"], "r"
)

FOUNDATION = {}

DECISION = {
    "dist.body.template": {**READERS, "consultant": "r", "admin": "crwu"},
    "dist.body": {
        **READERS,
        "consultant": "r",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.body.member": {
        **READERS,
        "consultant": "r",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.decision.activity": {
        **READERS,
        "consultant": "r",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.decision.right": {**READERS, "consultant": "r", "admin": "crwu"},
    "dist.decision": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.decision.vote": {
        **READERS,
        "consultant": "r",
        "admin": "r",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.action": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
}

SITE = {}

DESIGN = {}

TEMPLATE = {}

RAID = {}

PAPER = {}

MATRIX = {**FOUNDATION, **DECISION, **SITE, **DESIGN, **TEMPLATE, **RAID, **PAPER}
