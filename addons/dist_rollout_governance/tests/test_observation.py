import base64

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import RolloutCommon, signature_picture


class ObservationCommon(RolloutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.champion = cls._create_user("super_user", "champion")
        cls.site_a.super_user_ids = [Command.link(cls.champion.id)]
        cls.process = cls.env["dist.process"].search(
            [("code", "=", "fulfilment")], limit=1
        )
        cls.env.flush_all()

    def _create(self, user=None, **values):
        return (
            self.env["dist.observation"]
            .with_user(user or self.champion)
            .create(
                {
                    "name": "Printed twice",
                    "program_id": self.program.id,
                    "site_id": self.site_a.id,
                    "process_id": self.process.id,
                    **values,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestObservation(ObservationCommon):
    def test_super_user_writes_down_what_happens(self):
        entry = self._create(image=signature_picture())
        entry.description = "Each pick list is printed twice."
        self.assertEqual(entry.owner_id, self.champion)
        site = self.site_a.with_user(self.champion)
        self.assertEqual(site.observation_count, 1)
        self.assertEqual(site.observation_ids, entry)

    def test_site_people_write_for_own_sites(self):
        with self.assertRaises(AccessError):
            self._create(site_id=self.site_b.id)
        foreign = self._create(self.manager_b, site_id=self.site_b.id)
        with self.assertRaises(AccessError):
            foreign.with_user(self.champion).read(["name"])
        mine = self._create()
        with self.assertRaisesRegex(AccessError, "somebody else"):
            mine.with_user(self.manager_a).name = "x"
        with self.assertRaisesRegex(AccessError, "Only consultants"):
            mine.action_review()

    def test_reviewed_is_settled(self):
        entry = self._create()
        entry.with_user(self.user_consultant).action_review()
        with self.assertRaisesRegex(UserError, "was reviewed"):
            entry.name = "x"
        with self.assertRaises(AccessError):
            self._create(state="reviewed")

    def test_becomes_a_requirement_once(self):
        entry = self._create(has_bypass=True, bypass="A spreadsheet.")
        consultant = entry.with_user(self.user_consultant)
        consultant.action_create_requirement()
        consultant.action_create_requirement()
        requirement = self.env["dist.requirement"].search(
            [("name", "=", "Printed twice")]
        )
        self.assertEqual(entry.requirement_id, requirement)
        self.assertEqual(requirement.current_practice, "A spreadsheet.")
        self.assertEqual(requirement.affected_site_ids, self.site_a)
        self.assertEqual(entry.state, "reviewed")

    def test_photo_is_for_those_who_see_the_site(self):
        entry = self._create(image=signature_picture())
        self.env.flush_all()
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", entry._name),
                    ("res_id", "=", entry.id),
                    ("res_field", "=", "image"),
                ]
            )
        )
        self.assertTrue(attachment.with_user(self.champion).raw)
        with self.assertRaises(AccessError):
            attachment.with_user(self.manager_b).read(["datas"])

    def test_bad_input(self):
        for values in (
            {"observed_on": "2999-01-01"},
            {"sample_size": -1},
            {"sample_size": 3, "exception_count": 4},
            {"has_bypass": True},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._create(**values)
        with self.assertRaises(UserError):
            self._create(image=base64.b64encode(b"no picture"))

    def test_other_company(self):
        self._create()
        viewer = self._create_user("viewer", "viewer_c", company=self.company_c)
        self.assertEqual(
            self.env["dist.observation"].with_user(viewer).search_count([]), 0
        )


@tagged("post_install", "-at_install")
class TestObservationOnThePhone(ObservationCommon, HttpCase):
    browser_size = "375x812"
    touch_enabled = True

    def test_champion_adds_a_photo(self):
        # On a phone OdooBot's first chat would cover the application.
        self.env["res.users"].search([]).odoobot_state = "disabled"
        self.start_tour(
            "/odoo/rollout-observations",
            "dist_super_user_observes",
            login=self.champion.login,
        )
        entry = self.site_a.observation_ids
        self.assertEqual(entry.name, "Pick lists are printed twice")
        self.assertTrue(entry.image)
        self.assertEqual(entry.observed_on, fields.Date.today())
        self.assertEqual(entry.create_uid, self.champion)
