import itertools

from odoo import fields

from .common_decision import DecisionCommon


def _named(make, **values):
    return {"name": make.name, **values}


def _coded(make, **values):
    return _named(make, code=make.name.upper().replace(" ", "_"), **values)


def _entry(make, **values):
    """Values of an entry in a register of the sample's site."""
    return {"program_id": make.program.id, "site_id": make.site.id, **values}


def _named_entry(make, **values):
    return _entry(make, name=make.name, **values)


# Major releases of Odoo that nobody has recorded; they have at most three digits.
MAJORS = itertools.count(100)

# What it takes to create a record of each model: a function of a ``Samples``.
VALUES = {
    "dist.program": lambda make: _coded(make, company_id=make.site.company_id.id),
    "dist.site": lambda make: _coded(
        make,
        program_id=make.program.id,
        company_id=make.site.company_id.id,
        manager_id=make.site.manager_id.id,
    ),
    "dist.site.tag": lambda make: _named(make, kind="carrier"),
    "dist.region": _coded,
    "dist.process": _coded,
    "dist.measure": lambda make: _named(make, code=make.name.replace(" ", "_").lower()),
    "dist.measure.target": lambda make: _entry(
        make, measure_id=make.fresh_id("dist.measure"), target=5
    ),
    "dist.body": lambda make: _named(make, program_id=make.program.id, type="steering"),
    "dist.body.member": lambda make: {
        "body_id": make.id("dist.body"),
        "user_id": make.user_id,
    },
    "dist.body.template": lambda make: _named(
        make, type="steering", mandate="x", active=False
    ),
    "dist.escalation.level": lambda make: {
        "program_id": make.fresh_id("dist.program"),
        "level": 1,
    },
    "dist.decision": _named_entry,
    "dist.decision.activity": _coded,
    "dist.decision.right": lambda make: {
        "activity_id": make.fresh_id("dist.decision.activity"),
        "letter": "R",
        "body_type": "steering",
    },
    "dist.action": lambda make: _named_entry(make, responsible_id=make.user_id),
    "dist.meeting": lambda make: {
        "body_id": make.id("dist.body"),
        "date_start": f"2090-01-01 {make.number % 24:02}:00:00",
    },
    "dist.meeting.item": lambda make: _named(
        make,
        meeting_id=make.id("dist.meeting"),
        decision_id=make.fresh_id("dist.decision"),
    ),
    "dist.option": lambda make: _coded(make, kind="topology"),
    "dist.option.criterion": lambda make: _coded(make, kind="topology"),
    # of one kind a program has one active comparison
    "dist.option.choice": lambda make: _entry(make, active=False),
    "dist.option.candidate": lambda make: {
        "choice_id": make.id("dist.option.choice"),
        "option_id": make.fresh_id("dist.option"),
    },
    "dist.option.score": lambda make: {
        "candidate_id": make.id("dist.option.candidate"),
        "criterion_id": make.fresh_id("dist.option.criterion"),
    },
    "dist.risk": _named_entry,
    "dist.risk.contingency": lambda make: _named(make, risk_id=make.id("dist.risk")),
    "dist.risk.indicator": lambda make: {
        "risk_id": make.id("dist.risk"),
        "site_id": make.site.id,
        "measure_id": make.fresh_id("dist.measure"),
    },
    "dist.risk.template": _coded,
    "dist.assumption": _named_entry,
    "dist.issue": _named_entry,
    "dist.milestone": lambda make: _named_entry(make, baseline_date="2090-01-01"),
    "dist.dependency": lambda make: {
        "predecessor_id": make.fresh_id("dist.milestone"),
        "successor_id": make.id("dist.milestone"),
    },
    "dist.budget.line": _named_entry,
    "dist.stakeholder": lambda make: _entry(make, partner_id=make.partner_id()),
    "dist.communication": _named_entry,
    "dist.phase": _named_entry,
    "dist.phase.deliverable": lambda make: _named(make, phase_id=make.id("dist.phase")),
    "dist.phase.template": lambda make: _named(
        make, method="stage_gated", objective="x"
    ),
    "dist.phase.template.deliverable": lambda make: _named(
        make, template_id=make.id("dist.phase.template")
    ),
    "dist.checkpoint": _coded,
    "dist.document": lambda make: _entry(make, **_coded(make)),
    "dist.document.version": lambda make: {
        "document_id": make.id("dist.document"),
        "url": "https://example.com",
    },
    "dist.observation": lambda make: _named_entry(
        make, process_id=make.id("dist.process")
    ),
    "dist.requirement": lambda make: _named_entry(
        make, process_id=make.id("dist.process"), classification="customize"
    ),
    "dist.customization": lambda make: _named_entry(
        make, requirement_id=make.fresh_id("dist.requirement")
    ),
    "dist.odoo.release": lambda make: {
        "name": f"{next(MAJORS)}.0",
        "released_on": "2090-01-01",
    },
    "dist.app": lambda make: _named(make, module_name=make.name.replace(" ", "_")),
    "dist.app.scope": lambda make: _entry(make, app_id=make.fresh_id("dist.app")),
    "dist.blueprint": _named_entry,
    "dist.blueprint.element": lambda make: _coded(
        make, blueprint_id=make.id("dist.blueprint")
    ),
    "dist.conformance.rule": lambda make: _coded(
        make,
        element_id=make.id("dist.blueprint.element"),
        model_id=make.env["ir.model"]._get_id("stock.warehouse"),
        check_kind="count",
    ),
    "dist.conformance.template": lambda make: _coded(
        make,
        model_id=make.env["ir.model"]._get_id("stock.warehouse"),
        check_kind="count",
        area="structure",
        element_code=make.name,
        element_name=make.name,
        standard="x",
    ),
    "dist.deviation": lambda make: _named_entry(
        make, element_id=make.id("dist.blueprint.element")
    ),
    "dist.signoff.chain": lambda make: {"program_id": make.fresh_id("dist.program")},
    # Rows that only the system writes
    "dist.app.scope.difference": lambda make: {"module_name": make.name},
    "dist.conformance.finding": lambda make: _entry(
        make,
        rule_id=make.id("dist.conformance.rule"),
        company_id=make.site.company_id.id,
        status="uncovered",
    ),
    "dist.measure.value": lambda make: {
        "measure_id": make.id("dist.measure"),
        "site_id": make.site.id,
        "company_id": make.site.company_id.id,
        "day": "2026-03-10",
        "numerator": 7,
        "value": 7,
        "sample_size": 7,
        "source": "computed",
        "parts": [["category", make.name, 7, None, 7, 7]],
    },
    "dist.measure.status": lambda make: {"day": "2026-03-10"},
    "dist.measure.breakdown": lambda make: {"day": "2026-03-10"},
    "dist.measure.queue": lambda make: {
        "topic": make.name,
        "site_ref": make.site.id,
        "day": "2026-03-10",
    },
    "dist.decision.vote": lambda make: _entry(
        make,
        company_id=make.site.company_id.id,
        decision_id=make.id("dist.decision"),
        body_id=make.id("dist.body"),
        member_id=make.id("dist.body.member"),
        user_id=make.user_id,
        role="member",
        choice="for",
        voted_at="2026-03-10 10:00:00",
    ),
    "dist.communication.log": lambda make: _entry(
        make,
        communication_id=make.id("dist.communication"),
        company_id=make.site.company_id.id,
        key=make.name,
        subject=make.name,
        sent_at="2026-03-10 10:00:00",
    ),
    "dist.signoff": lambda make: _entry(
        make,
        chain_id=make.id("dist.signoff.chain"),
        seq=1,
        company_id=make.site.company_id.id,
        res_model="dist.site",
        res_id=make.site.id,
        res_name=make.name,
        role="first",
        verdict="sign",
        signer_id=make.user_id,
        signed_at="2026-03-10 10:00:00",
        payload="{}",
        previous_hash="0",
        hash="1",
    ),
    "dist.signoff.anchor": lambda make: {
        "chain_id": make.id("dist.signoff.chain"),
        "seq": 1,
        "hash": "1",
        "anchored_at": "2026-03-10 10:00:00",
    },
    "dist.steering.pack": lambda make: _named(
        make,
        program_id=make.program.id,
        company_ids=[fields.Command.set(make.site.company_id.ids)],
        content="{}",
    ),
}


class Samples:
    """Makes records that belong to one site, as superuser.

    :meth:`values` gives what it takes to create one more, :meth:`record` the site's
    record of a model, which is made when it is first asked for.
    """

    _numbers = itertools.count(100)

    def __init__(self, site, user_id):
        self.env = site.env
        self.site = site
        self.program = site.program_id
        self.user_id = user_id
        self._records = {}

    @property
    def name(self):
        """A name that nothing else has, and that tells the site."""
        return f"Sample {self.site.code} {self.number}"

    @property
    def number(self):
        """A number that no other sample has."""
        return next(self._numbers)

    def values(self, model):
        return VALUES[model](self)

    def record(self, model):
        if model not in self._records:
            self._records[model] = self._create(model)
        return self._records[model]

    def use(self, records):
        """Take these, one of each model, for the site's records."""
        self._records.update((record._name, record) for record in records)

    def id(self, model):
        return self.record(model).id

    def fresh_id(self, model):
        """Return the id of a record made for this call."""
        return self._create(model).id

    def partner_id(self):
        return self.env["res.partner"].create({"name": self.name}).id

    def _create(self, model):
        Model = self.env[model]
        if model == "dist.measure.status":
            value = self.record("dist.measure.value")
            return Model.search([("measure_id", "=", value.measure_id.id)]).filtered(
                lambda status: status.site_id == self.site
            )
        if model == "dist.measure.breakdown":
            value = self.record("dist.measure.value")
            return Model.search([("value_id", "=", value.id)])
        if not Model._auto:
            # a view has a row for the application of the scope, which is not installed
            scope = self.record("dist.app.scope")
            return Model.search([("module_name", "=", scope.module_name)])
        # rows of append-only models are added by the models' own methods
        create = getattr(Model, "_append_rows", Model.create)
        return create([self.values(model)])


class SampleCommon(DecisionCommon):
    """``samples`` by site, for ``site_a`` … ``site_c``; records are made when asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.samples = {
            site: Samples(site, cls.member_1.id)
            for site in (cls.site_a, cls.site_b, cls.site_c)
        }
