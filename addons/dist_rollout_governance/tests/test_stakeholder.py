from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_raid import RaidCommon


@tagged("post_install", "-at_install")
class TestStakeholder(RaidCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Head of Logistics"})

    def _create_stakeholder(self, **values):
        return self._create(
            "dist.stakeholder", **{"partner_id": self.partner.id, **values}
        )

    def test_map(self):
        stakeholder = self._create_stakeholder()
        quadrants = {
            (5, 4): "manage_closely",
            (4, 3): "keep_satisfied",
            (3, 5): "keep_informed",
            (1, 1): "monitor",
        }
        for (influence, interest), quadrant in quadrants.items():
            stakeholder.write({"influence": influence, "interest": interest})
            self.assertEqual(stakeholder.quadrant, quadrant)
            self.assertTrue(stakeholder.strategy)
        self.assertEqual(stakeholder.attitude_gap, 1)
        self.assertEqual(stakeholder.display_name, "Head of Logistics")

    def test_influence_and_interest_go_from_1_to_5(self):
        for values in ({"influence": 0}, {"influence": 6}, {"interest": 0}):
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                self._create_stakeholder(**values)

    def test_person_is_on_the_map_once(self):
        self._create_stakeholder()
        self._create_stakeholder(site_id=self.site_a.id)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
        ):
            self._create_stakeholder()

    def test_sites_are_of_the_program(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        site = self._create_site("X", program_id=other.id, manager_id=self.manager_a.id)
        with self.assertRaisesRegex(ValidationError, "belongs to another program"):
            self._create_stakeholder(site_ids=[Command.set(site.ids)])

    def test_sites_of_other_companies_are_not_shown(self):
        stakeholder = self._create_stakeholder()
        stakeholder.site_ids = self.site_a | self.site_c
        self.env.invalidate_all()
        self.assertEqual(stakeholder.with_user(self.user_viewer).site_ids, self.site_a)

    def test_engagement_actions(self):
        stakeholder = self._create_stakeholder(site_id=self.site_a.id)
        with Form(stakeholder.with_user(self.user_consultant)) as form:
            with form.action_ids.new() as line:
                line.name = "Visit the site"
        action = stakeholder.action_ids
        self.assertRecordValues(
            action,
            [
                {
                    "program_id": self.program.id,
                    "site_id": self.site_a.id,
                    "kind": "follow_up",
                }
            ],
        )
        action.with_user(self.user_consultant).action_done()
        self.assertEqual(action.state, "done")

    def test_site_people_see_no_stakeholders(self):
        stakeholder = self._create_stakeholder(site_id=self.site_a.id)
        with self.assertRaises(AccessError):
            stakeholder.with_user(self.manager_a).read(["attitude"])
