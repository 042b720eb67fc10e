from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..services import duplicates
from ..services.duplicates import Candidate
from .common import FILES, MigrationCommon

CUSTOMERS = (
    "code,name,city\n"
    "C1,ACME GmbH,Köln\n"
    "C2,Acme Gmbh.,\n"
    "C3,Bolt M6 Trading,Bonn\n"
    "C4,Bolt M8 Trading,Bonn\n"
)


@tagged("post_install", "-at_install")
class TestDuplicates(MigrationCommon):
    def _cycle(self, **files):
        files.setdefault("customers", CUSTOMERS)
        return self._create_staged_cycle(files)

    def _customers(self, cycle):
        cycle.action_find_duplicates()
        return cycle.duplicate_ids.filtered(
            lambda group: group.object_id.code == "customer"
        )

    # -- the engine -------------------------------------------------------------------

    def test_names_that_differ_in_numbers_or_place_are_apart(self):
        pairs = (
            (("ACME GmbH", {}), ("Acme Gmbh.", {}), True),
            (("Müller & Söhne KG", {}), ("Soehne Mueller", {}), False),
            (("Müller Söhne", {}), ("Sohne Muller", {"zip": "1"}), False),
            (("Müller Söhne", {"zip": "1"}), ("Sohne Muller", {"zip": "1"}), True),
            (("Bolt M6", {}), ("Bolt M8", {}), False),
            (("Acme", {"country": "DE"}), ("Acme", {"country": "FR"}), False),
            (("Acme", {"zip": "1"}), ("Acme", {"zip": "2"}), False),
            (("Acme", {"codes": ("X",)}), ("Zulu", {"codes": ("X",)}), True),
        )
        for left, right, expected in pairs:
            with self.subTest(left=left, right=right):
                groups = duplicates.find_groups(
                    [
                        Candidate(1, left[0], **left[1]),
                        Candidate(2, right[0], **right[1]),
                    ]
                )
                self.assertEqual(bool(groups), expected)

    def test_survivor_is_the_most_complete_then_the_most_used(self):
        group = duplicates.find_groups(
            [
                Candidate(1, "Acme", filled=2, used=9),
                Candidate(2, "Acme", filled=3, used=1),
                Candidate(3, "Acme", filled=3, used=2),
            ]
        )[0]
        self.assertEqual([one.id for one in group.members], [3, 2, 1])

    def test_large_blocks_are_compared_with_neighbours_only(self):
        """100,000 rows of one block: pairs grow with the rows, not their square."""
        ids = list(range(3000))
        pairs = sum(1 for _pair in duplicates._block_pairs(ids))
        self.assertLess(pairs, len(ids) * duplicates.WINDOW)
        self.assertGreater(pairs, len(ids))

    # -- the steward ------------------------------------------------------------------

    def test_acme_is_proposed(self):
        cycle = self._cycle()
        group = self._customers(cycle)
        self.assertRecordValues(
            group,
            [
                {
                    "state": "proposed",
                    "similarity": 100.0,
                    "reason": "name",
                    "row_count": 2,
                    "company_id": self.company.id,
                }
            ],
        )
        # the row with a city, which order 1001 uses as well
        self.assertEqual(group.survivor_id.legacy_key, "C1")
        self.assertEqual(group.line_ids.mapped("used"), [1, 1])
        self.assertEqual(cycle.duplicate_count, 1)
        cycle.action_find_duplicates()
        self.assertEqual(len(self._customers(cycle)), 1)

    def test_approved_rows_are_merged_and_references_follow(self):
        cycle = self._cycle()
        self._customers(cycle).action_approve()
        cycle.action_validate()
        loser = self._rows(cycle, "customer").filtered(lambda r: r.legacy_key == "C2")
        self.assertEqual((loser.state, loser.survivor_key), ("merged", "C1"))
        self.assertFalse(self._findings(cycle, "reference"))
        before = self.env["res.partner"].search_count([("name", "ilike", "acme")])
        cycle._load_now()
        self.assertEqual(cycle.failed_count, 0, cycle.sudo().row_ids.mapped("error"))
        self.assertEqual(
            self.env["res.partner"].search_count([("name", "ilike", "acme")]),
            before + 1,
        )
        partner = self._loaded(cycle, "customer", "C1")
        self.assertEqual(self._loaded(cycle, "customer", "C2"), partner)
        # order 1003 names the loser
        self.assertEqual(self._loaded(cycle, "sale_order", "1003").partner_id, partner)
        self.assertEqual(loser.res_id, partner.id)
        keys = self.env["dist.legacy.key"].search_count([])
        cycle._load_now()
        self.assertEqual(self.env["dist.legacy.key"].search_count([]), keys)
        self.assertEqual(cycle.progress, 100.0)
        self.assertEqual(cycle.merged_count, 1)

    def test_merged_rows_are_no_difference(self):
        cycle = self._cycle()
        self._customers(cycle).action_approve()
        cycle.action_validate()
        cycle._load_now()
        cycle.action_reconcile()
        controls = cycle.reconciliation_id.control_ids
        for code in ("customer_count", "rows_loaded"):
            control = controls.filtered(lambda c, code=code: c.code == code)
            self.assertEqual(control.result, "passed", code)

    def test_steward_chooses_another_survivor(self):
        cycle = self._cycle()
        group = self._customers(cycle)
        group.line_ids.filtered(lambda line: not line.is_survivor).action_choose()
        self.assertEqual(group.survivor_id.legacy_key, "C2")
        group.action_approve()
        with self.assertRaisesRegex(UserError, "is merged"):
            group.line_ids[-1].action_choose()
        cycle.action_validate()
        states = {r.legacy_key: r.state for r in self._rows(cycle, "customer")}
        self.assertEqual((states["C1"], states["C2"]), ("merged", "valid"))

    def test_rejected_group_is_not_proposed_again(self):
        cycle = self._cycle()
        group = self._customers(cycle)
        group.action_approve()
        group.action_reject()
        cycle.action_validate()
        states = set(self._rows(cycle, "customer").mapped("state"))
        self.assertEqual(states, {"valid"})
        self.assertEqual(self._customers(cycle), group)
        self.assertEqual(group.state, "rejected")

    def test_decisions_hold_for_the_next_cycle_of_the_extract(self):
        cycle = self._cycle()
        self._customers(cycle).action_approve()
        following = self._create_cycle(mapping_id=cycle.mapping_id.id, sequence=2)
        self._upload(following, customers=CUSTOMERS)
        following.action_stage()
        group = self._customers(following)
        self.assertEqual(group.state, "approved")
        following.action_validate()
        self.assertEqual(following.merged_count, 1)

    def test_survivor_with_errors_is_refused(self):
        cycle = self._cycle(customers=CUSTOMERS.replace("C3", "C1"))
        cycle.action_validate()
        with self.assertRaisesRegex(UserError, "survivor has errors"):
            self._customers(cycle).action_approve()

    def test_rows_loaded_on_their_own_are_not_merged(self):
        cycle = self._cycle()
        cycle.action_validate()
        cycle._load_now()
        following = self._create_cycle(mapping_id=cycle.mapping_id.id, sequence=2)
        self._upload(following, customers=CUSTOMERS)
        following.action_stage()
        with self.assertRaisesRegex(UserError, "C2 were loaded"):
            self._customers(following).action_approve()

    def test_only_stewards_decide(self):
        group = self._customers(self._cycle())
        for user in (self.user_viewer, self.user_finance):
            theirs = group.with_user(user)
            for method in ("action_approve", "action_reject"):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(theirs, method)()
            with self.assertRaises(AccessError):
                theirs.line_ids[0].action_choose()
            with self.assertRaises(AccessError):
                theirs.cycle_id.action_find_duplicates()
        with self.assertRaises(AccessError):
            group.with_user(self.user_steward).write({"state": "approved"})

    def test_the_default_extract_has_none(self):
        cycle = self._create_staged_cycle({"customers": FILES["customers.csv"]})
        cycle.action_find_duplicates()
        self.assertFalse(cycle.duplicate_ids)
