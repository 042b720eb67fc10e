from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_raid import RaidCommon

REGISTERS = {
    "dist.risk": {"name": "Risk"},
    "dist.assumption": {"name": "Assumption"},
    "dist.issue": {"name": "Issue"},
    "dist.milestone": {"name": "Milestone", "baseline_date": date(2090, 1, 1)},
    "dist.budget.line": {"name": "Budget", "planned": 5},
    "dist.stakeholder": {},
    "dist.communication": {"name": "Message"},
}
# What else of the registers has views of its own
PARTS = (
    "dist.risk.template",
    "dist.risk.indicator",
    "dist.dependency",
    "dist.communication.log",
)


@tagged("post_install", "-at_install")
class TestRaidAccess(RaidCommon):
    """Own companies and own sites, in every register."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partner = cls.env["res.partner"].create({"name": "Somebody"})
        REGISTERS["dist.stakeholder"]["partner_id"] = partner.id
        cls.entries = {}
        for model, values in REGISTERS.items():
            cls.entries[model] = {
                site: cls._create(
                    model, cls.env.user, **values, site_id=site.id if site else False
                )
                for site in (cls.site_a, cls.site_b, cls.site_c, None)
            }

    def _found(self, model, user):
        return (
            self.env[model]
            .with_user(user)
            .search([("program_id", "=", self.program.id)])
        )

    def test_viewers_count_own_companies_only(self):
        for model, entries in self.entries.items():
            with self.subTest(model):
                own = self.env[model].union(
                    *(entries[site] for site in (self.site_a, self.site_b, None))
                )
                self.assertEqual(self._found(model, self.user_viewer), own)
                Model = self.env[model].with_user(self.user_viewer)
                self.assertFalse(Model.search([("site_id.code", "=", "C")]))
                groups = Model._read_group([], ["site_id"], ["__count"])
                self.assertNotIn(self.site_c, [site for site, _count in groups])
                with self.assertRaises(AccessError):
                    entries[self.site_c].with_user(self.user_viewer).read(
                        ["create_uid"]
                    )

    def test_reader_of_the_other_company(self):
        reader = self._create_user("viewer", "reader_c", company=self.company_c)
        for model, entries in self.entries.items():
            with self.subTest(model):
                self.assertEqual(
                    self._found(model, reader), entries[self.site_c] | entries[None]
                )

    def test_site_people_see_own_sites_only(self):
        for model in ("dist.risk", "dist.assumption", "dist.issue", "dist.milestone"):
            with self.subTest(model):
                self.assertEqual(
                    self._found(model, self.manager_a), self.entries[model][self.site_a]
                )
                with self.assertRaises(AccessError):
                    self.entries[model][self.site_b].with_user(self.manager_a).read(
                        ["name"]
                    )

    def test_dependency_shows_where_both_ends_do(self):
        milestones = self.entries["dist.milestone"]
        own = self._depend(
            milestones[self.site_a], milestones[None], user=self.env.user
        )
        self._depend(milestones[self.site_c], milestones[None], user=self.env.user)
        self.assertEqual(self._found("dist.dependency", self.user_viewer), own)
        self.assertFalse(self._found("dist.dependency", self.manager_a))

    def test_lines_follow_their_risk(self):
        risk = self.entries["dist.risk"][self.site_c]
        measure = self._create_measure()
        self.env["dist.risk.indicator"].create(
            {
                "risk_id": risk.id,
                "site_id": self.site_c.id,
                "measure_id": measure.id,
            }
        )
        self.env["dist.risk.contingency"].create({"risk_id": risk.id, "name": "x"})
        for model in ("dist.risk.indicator", "dist.risk.contingency"):
            for user in (self.user_viewer, self.manager_a, self.user_consultant):
                with self.subTest(model=model, user=user.login):
                    self.assertFalse(self._found(model, user))

    def test_consultant_creates_nothing_for_another_company(self):
        for model, values in REGISTERS.items():
            if model == "dist.stakeholder":
                partner = self.env["res.partner"].create({"name": "Else"})
                values = {**values, "partner_id": partner.id}
            with self.subTest(model), self.assertRaises(AccessError):
                self._create(model, **values, site_id=self.site_c.id)

    def test_every_view_opens(self):
        for model in (*REGISTERS, *PARTS):
            views = self.env["ir.ui.view"].search(
                [("model", "=", model), ("mode", "=", "primary")]
            )
            self.assertTrue(views)
            for view_type in views.mapped("type"):
                self.env[model].with_user(self.user_consultant).get_view(
                    view_type=view_type
                )
