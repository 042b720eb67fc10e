from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_objects import ObjectsCommon

NORTH = {"supplier": "key,name,vat,city,phone\nN1,Würth GmbH,DE111,Köln,\nN2,Only,,,\n"}
SOUTH = {
    "supplier": "key,name,vat,city,phone\nS9,Wuerth,DE 111,Bonn,0221\nS8,Else,,,\n"
}


@tagged("post_install", "-at_install")
class TestMultiLegacy(ObjectsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.systems = cls.env["dist.legacy.system"].create(
            [
                {"program_id": cls.program.id, "name": "North", "sequence": 1},
                {"program_id": cls.program.id, "name": "South", "sequence": 2},
            ]
        )

    def _link(self, cycle):
        cycle.with_user(self.user_steward).action_propose_links()
        return self.env["dist.legacy.link"].search(
            [("program_id", "=", self.program.id)]
        )

    def _keys(self, partner):
        return sorted(
            self.env["dist.legacy.key"]
            .search([("res_model", "=", "res.partner"), ("res_id", "=", partner.id)])
            .mapped(lambda key: (key.source_system, key.legacy_key))
        )

    def test_one_partner_with_two_keys(self):
        """M17: proposed by the tax ID, confirmed by the steward, then loaded."""
        self._load(NORTH, system="north")
        cycle = self._stage(SOUTH, system="south")
        link = self._link(cycle)
        self.assertRecordValues(
            link,
            [
                {
                    "source_system": "SOUTH",
                    "legacy_key": "S9",
                    "other_system": "NORTH",
                    "other_key": "N1",
                    "reason": "Same tax ID",
                    "state": "proposed",
                }
            ],
        )
        # proposing again adds nothing
        self.assertEqual(self._link(cycle), link)
        link.with_user(self.user_steward).action_confirm()
        self.assertEqual(
            (link.state, link.decided_by_id), ("confirmed", self.user_steward)
        )
        count = self.env["res.partner"].search_count([])
        cycle.sudo()._load_now()
        self._assert_loaded(cycle)
        # one new partner for S8, none for S9
        self.assertEqual(self.env["res.partner"].search_count([]), count + 1)
        partner = self._loaded(cycle, "supplier", "S9")
        self.assertEqual(self._keys(partner), [("NORTH", "N1"), ("SOUTH", "S9")])
        # North has precedence: its values stay, an empty one is filled
        self.assertRecordValues(
            partner,
            [{"name": "Würth GmbH", "city": "Köln", "vat": "DE111", "phone": "0221"}],
        )
        self._again(cycle, "supplier")

    def test_the_system_with_precedence_overwrites(self):
        self._load(SOUTH, system="south")
        cycle = self._stage(NORTH, system="north")
        self._link(cycle).with_user(self.user_steward).action_confirm()
        cycle.sudo()._load_now()
        partner = self._loaded(cycle, "supplier", "N1")
        self.assertEqual(self._keys(partner), [("NORTH", "N1"), ("SOUTH", "S9")])
        self.assertRecordValues(
            partner, [{"name": "Würth GmbH", "city": "Köln", "phone": "0221"}]
        )

    def test_two_partners_that_are_there_become_one(self):
        north = self._load(NORTH, system="north")
        south = self._load(SOUTH, system="south")
        kept = self._loaded(north, "supplier", "N1")
        dropped = self._loaded(south, "supplier", "S9")
        order = self.env["purchase.order"].create({"partner_id": dropped.id})
        self._link(south).with_user(self.user_steward).action_confirm()
        self.env.invalidate_all()
        self.assertFalse(dropped.exists())
        self.assertEqual(order.partner_id, kept)
        self.assertEqual(self._keys(kept), [("NORTH", "N1"), ("SOUTH", "S9")])

    def test_nothing_happens_without_the_steward(self):
        self._load(NORTH, system="north")
        cycle = self._stage(SOUTH, system="south")
        link = self._link(cycle)
        for user in (self.user_viewer, self.user_consultant, self.user_finance):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                link.with_user(user).action_confirm()
        with self.assertRaises(AccessError):
            link.with_user(self.user_steward).state = "confirmed"
        cycle.sudo()._load_now()
        self.assertEqual(len(self._keys(self._loaded(cycle, "supplier", "S9"))), 1)

    def test_refused_proposals_do_not_come_again(self):
        self._load(NORTH, system="north")
        cycle = self._stage(SOUTH, system="south")
        link = self._link(cycle)
        link.with_user(self.user_steward).action_refuse()
        self.assertEqual(self._link(cycle), link)
        self.assertEqual(link.state, "refused")

    def test_a_confirmed_link_stays(self):
        self._load(NORTH, system="north")
        cycle = self._stage(SOUTH, system="south")
        link = self._link(cycle).with_user(self.user_steward)
        link.action_confirm()
        with self.assertRaisesRegex(UserError, "can't be changed"):
            link.other_key = "N2"
        with self.assertRaisesRegex(UserError, "is kept"):
            link.unlink()
        with self.assertRaisesRegex(UserError, "taken apart"):
            link.action_refuse()

    def test_one_key_is_tied_to_one_key_of_a_system(self):
        self._load(NORTH, system="north")
        cycle = self._stage(SOUTH, system="south")
        link = self._link(cycle).with_user(self.user_steward)
        link.action_confirm()
        vals = {
            "program_id": self.program.id,
            "company_id": self.company.id,
            "object_id": link.object_id.id,
            "source_system": "south",
            "legacy_key": "S9",
            "other_system": "North",
            "other_key": "N2",
        }
        other = link.create(vals)
        self.assertEqual(other.other_system, "NORTH")
        with self.assertRaisesRegex(UserError, "another key of NORTH"):
            other.action_confirm()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            link.create(dict(vals, other_system="South", other_key="X"))

    def test_other_company_sees_nothing(self):
        self._load(NORTH, system="north")
        self._link(self._stage(SOUTH, system="south"))
        steward = self._create_user("steward", "steward_c", company=self.company_c)
        links = self.env["dist.legacy.link"].with_user(steward)
        self.assertFalse(links.search([]))
