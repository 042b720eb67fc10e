"""Who may do what: the rights of each role on each model, in one place.

Letters: c(reate), r(ead), w(rite), u(nlink). A role that is not listed has no right.
``test_access`` tries every cell through the ORM, ``test_access_doors`` through every
door the server has.
"""

OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}
READERS = ("viewer", "governance", "command_center", "steward", "finance")
SITE_PEOPLE = ("super_user", "site_manager")


def _rights(consultant, admin, site="", readers="r", **others):
    """Return a row: the same rights for all readers, and for all people of a site."""
    return {
        "consultant": consultant,
        "admin": admin,
        **dict.fromkeys(READERS, readers),
        **dict.fromkeys(SITE_PEOPLE, site),
        **others,
    }


MATRIX = {
    # Program, sites and what is defined once for all of them
    "dist.program": _rights("crw", "crwu", site="r"),
    "dist.site": _rights("crw", "crwu", site="r"),
    "dist.site.tag": _rights("crw", "crwu", site="r"),
    "dist.region": _rights("crw", "crwu", site="r"),
    "dist.process": _rights("r", "crwu", site="r"),
    # Measures and sign-offs
    "dist.measure": _rights("r", "crwu", site_manager="r"),
    "dist.measure.target": _rights("crwu", "crwu", site_manager="r"),
    "dist.measure.value": _rights("r", "r", site_manager="r"),
    "dist.measure.breakdown": _rights("r", "r", site_manager="r"),
    "dist.measure.status": _rights("r", "r", site_manager="r"),
    "dist.measure.queue": _rights("", "r", readers=""),
    "dist.signoff": _rights("r", "r", site_manager="r"),
    "dist.signoff.chain": _rights("r", "r"),
    "dist.signoff.anchor": _rights("r", "r"),
    # Bodies and decisions
    "dist.body": _rights("r", "crwu", site="r"),
    "dist.body.member": _rights("r", "crwu", site="r"),
    "dist.body.template": _rights("r", "crwu"),
    "dist.escalation.level": _rights("r", "crwu"),
    "dist.decision": _rights("crw", "crwu", site="r"),
    "dist.decision.activity": _rights("r", "crwu", site="r"),
    "dist.decision.right": _rights("r", "crwu", site="r"),
    "dist.decision.vote": _rights("r", "r", site="r"),
    "dist.action": _rights("crw", "crwu", site="r"),
    "dist.meeting": _rights("crw", "crwu", governance="crw"),
    "dist.meeting.item": _rights("crwu", "crwu", governance="crwu"),
    "dist.steering.pack": _rights("cr", "cr", governance="cr"),
    "dist.option": _rights("r", "crwu", site="r"),
    "dist.option.criterion": _rights("r", "crwu"),
    "dist.option.choice": _rights("crw", "crwu"),
    "dist.option.candidate": _rights("crwu", "crwu"),
    "dist.option.score": _rights("crwu", "crwu"),
    # Registers
    "dist.risk": _rights("crw", "crwu", site="r"),
    "dist.risk.contingency": _rights("crwu", "crwu", site="r"),
    "dist.risk.indicator": _rights("crwu", "crwu", site="r"),
    "dist.risk.template": _rights("r", "crwu", site="r"),
    "dist.assumption": _rights("crw", "crwu", site="r"),
    "dist.issue": _rights("crw", "crwu", site="r"),
    "dist.milestone": _rights("crw", "crwu", site="r"),
    "dist.dependency": _rights("crwu", "crwu", site="r"),
    "dist.budget.line": _rights("crw", "crwu"),
    "dist.stakeholder": _rights("crw", "crwu"),
    "dist.communication": _rights("crw", "crwu"),
    "dist.communication.log": _rights("r", "r"),
    # Phases and documents
    "dist.phase": _rights("crw", "crwu", site="r"),
    "dist.phase.deliverable": _rights("crwu", "crwu", site="r"),
    "dist.phase.template": _rights("r", "crwu"),
    "dist.phase.template.deliverable": _rights("r", "crwu"),
    "dist.checkpoint": _rights("r", "crwu", site="r"),
    "dist.document": _rights("crw", "crwu", site="r", finance="crw"),
    "dist.document.version": _rights("crwu", "crwu", site="r", finance="crwu"),
    # Discovery and design
    "dist.observation": _rights("crw", "crwu", site="crw"),
    "dist.requirement": _rights("crw", "crwu", site="r"),
    "dist.customization": _rights("crw", "crwu"),
    "dist.odoo.release": _rights("r", "crwu"),
    "dist.app": _rights("crw", "crwu", site="r"),
    "dist.app.scope": _rights("crw", "crwu", site="r"),
    "dist.app.scope.difference": _rights("r", "r"),
    # Template and conformance
    "dist.blueprint": _rights("crw", "crwu", site="r"),
    "dist.blueprint.element": _rights("crwu", "crwu", site="r"),
    "dist.conformance.rule": _rights("crwu", "crwu", site="r"),
    "dist.conformance.template": _rights("r", "crwu"),
    "dist.conformance.finding": _rights("r", "r", site="r"),
    "dist.deviation": _rights("crw", "crwu", site="r", site_manager="cr"),
}

# Dialogs: what one holds is its author's alone, so only who may open it counts.
DIALOGS = {
    "dist.attest.wizard": _rights("c", "c", readers="c", site_manager="c"),
    "dist.blueprint.compare.wizard": _rights("c", "c", readers="c", site="c"),
    "dist.communication.preview": _rights("c", "c", readers=""),
    "dist.conformance.catalogue.wizard": _rights("c", "c", readers=""),
    "dist.risk.catalogue.wizard": _rights("c", "c", readers=""),
    "dist.risk.indicator.wizard": _rights("c", "c", readers=""),
    "dist.signoff.check.wizard": _rights("c", "c", readers="c"),
    "dist.signoff.wizard": _rights("c", "c", readers="c", site_manager="c"),
    "dist.stage.plan.wizard": _rights("c", "c", readers=""),
    "dist.vote.wizard": _rights("", "", readers="", governance="c"),
    "dist.workplan.wizard": _rights("c", "c", readers=""),
    "dist.workplan.wizard.role": _rights("c", "c", readers=""),
}


def cells(matrix, roles):
    """Yield ``(model, role, operation, allowed)`` for each cell of these roles."""
    letters = "c" if matrix is DIALOGS else OPERATIONS
    for role in roles:
        for model, rights in matrix.items():
            for letter in letters:
                allowed = letter in rights.get(role, "")
                yield model, role, OPERATIONS[letter], allowed
