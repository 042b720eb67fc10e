import json

from odoo import fields
from odoo.tests import tagged

from .common import DemoCommon

# what the command center, dashboards, boards and pivots read, by site
LOOKED_AT = {
    "dist.conformance.finding",
    "dist.device.check",
    "dist.gate",
    "dist.gate.line",
    "dist.hypercare",
    "dist.hypercare.criterion",
    "dist.hypercare.handover",
    "dist.hypercare.session.item",
    "dist.major.incident",
    "dist.measure.breakdown",
    "dist.measure.status",
    "dist.measure.value",
    "dist.open.transaction",
    "dist.workaround",
    "helpdesk.ticket",
}


@tagged("post_install", "-at_install")
class TestSiteScope(DemoCommon):
    """A site manager, in the whole suite, sees nothing of the sites of others.

    Every model with a site is looked at, whatever addon it is of, through what lists,
    groups, pivots and graphs call.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lyon, cls.lille, cls.boston = (
            cls.program.site_ids.filtered(lambda site, code=code: site.code == code)
            for code in ("LYO", "LIL", "BOS")
        )
        cls.login = {"LYO": "lyon", "LIL": "lille", "BOS": "boston"}
        cls._trouble_at_lille()
        cls.env.flush_all()

    @classmethod
    def _trouble_at_lille(cls):
        """Records of the live room at a site that its neighbour's manager must miss."""
        scope = {"program_id": cls.program.id, "site_id": cls.lille.id}
        cls.env["dist.workaround"].create(
            {
                **scope,
                "name": "Counter sales on a pad",
                "reason": "The line is long.",
                "risk": "Sales get lost.",
                "removal": "A second counter.",
                "date_expiry": fields.Datetime.now(),
                "owner_id": cls.lille.manager_id.id,
            }
        )
        cls.env["dist.major.incident"].create(
            {**scope, "name": "Lille is dark", "owner_id": cls.lille.manager_id.id}
        )
        cls.env["helpdesk.ticket"].create(
            {
                "name": "Lille is dark",
                "description": "No light",
                "team_id": cls.lille.helpdesk_team_ids.id,
            }
        )

    def _models(self):
        """Return ``{model: its field of the site}``, and tickets of the OCA's."""
        found = {"helpdesk.ticket": "dist_site_id"}
        for name, model in self.env.items():
            field = model._fields.get("site_id")
            if (
                name.startswith("dist.")
                and not model._abstract
                and not model._transient
                and field
                and field.comodel_name == "dist.site"
                and field._description_searchable
            ):
                found[name] = "site_id"
        return found

    def _as_manager(self, site, name):
        user = self._user(self.login[site.code])
        return (
            self.env[name]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids, active_test=False)
        )

    def test_every_model_with_a_site(self):
        others = set()
        for name, field in self._models().items():
            if not self.env[name].with_user(self._user("lyon")).has_access("read"):
                continue
            for site in self.lyon | self.lille | self.boston:
                with self.subTest(name, site=site.code):
                    foreign = self.program.site_ids - site
                    if self.env[name].search_count([(field, "in", foreign.ids)]):
                        others.add(name)
                    self._check_own_only(self._as_manager(site, name), field, site)
        # the test would show nothing if there were nothing to see
        self.assertLessEqual(LOOKED_AT, others)

    def _check_own_only(self, model, field, site):
        self.assertLessEqual(model.search([]).sudo()[field], site)
        groups = model.formatted_read_group([], [field], ["__count"])
        self.assertLessEqual(
            {group[field] and group[field][0] for group in groups}, {site.id, False}
        )
        foreign = self.program.site_ids - site
        for domain in (
            [(field, "in", foreign.ids)],
            [(f"{field}.name", "in", foreign.mapped("name"))],
        ):
            self.assertFalse(model.search_count(domain))
        hidden = self.env[model._name].search([(field, "in", foreign.ids)], limit=1)
        if hidden:
            self.assertFalse(model.browse(hidden.id).has_access("read"))

    def test_command_center(self):
        """A wave of two sites: Lille's manager reads nothing of Boston's."""
        wave = self._as_manager(self.lille, "dist.wave").browse(self.second.id)
        for asked in (None, self.boston.ids, (self.boston | self.lille).ids):
            data = json.dumps(wave.command_center_data(site_ids=asked), default=str)
            with self.subTest(asked=asked):
                self.assertIn(self.lille.name, data)
                self.assertNotIn(self.boston.name, data)
