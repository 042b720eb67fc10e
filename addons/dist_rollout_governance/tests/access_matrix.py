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
    "dist.decision.right": {
        **READERS,
        "consultant": "r",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.escalation.level": {**READERS, "consultant": "r", "admin": "crwu"},
    "dist.meeting": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
        "governance": "crw",
    },
    "dist.meeting.item": {
        **READERS,
        "consultant": "crwu",
        "admin": "crwu",
        "governance": "crwu",
    },
    "dist.option": {
        **READERS,
        "consultant": "r",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.option.criterion": {**READERS, "consultant": "r", "admin": "crwu"},
    "dist.option.choice": {**READERS, "consultant": "crw", "admin": "crwu"},
    "dist.option.candidate": {**READERS, "consultant": "crwu", "admin": "crwu"},
    "dist.option.score": {**READERS, "consultant": "crwu", "admin": "crwu"},
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

RAID = {
    "dist.risk.template": {
        **READERS,
        "consultant": "r",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.risk": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.risk.indicator": {
        **READERS,
        "consultant": "crwu",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.risk.contingency": {
        **READERS,
        "consultant": "crwu",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.assumption": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.issue": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.milestone": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.dependency": {
        **READERS,
        "consultant": "crwu",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.budget.line": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
    },
    "dist.stakeholder": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
    },
    "dist.communication": {
        **READERS,
        "consultant": "crw",
        "admin": "crwu",
    },
    "dist.communication.log": {
        **READERS,
        "consultant": "r",
        "admin": "r",
    },
}

PAPER = {}

MATRIX = {**FOUNDATION, **DECISION, **SITE, **DESIGN, **TEMPLATE, **RAID, **PAPER}
