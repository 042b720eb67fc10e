from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_objects import ObjectsCommon

OBJECTS = {
    "supplier": "key,name\nS,Supply\n",
    "customer": "key,name\nA,Alpha\n",
    "product": (
        "key,name,tracking,supplier,list_price\nP1,Apple,,S,3\nP2,Pear,lot,S,4\n"
        "P3,Press,serial,S,90\n"
    ),
    "reorder_rule": "key,product,minimum,maximum\n1,P1,5,20\n",
    "lot": "key,product,number\nL1,P2,2026-A\nS1,P3,SN-1\n",
    "stock": "key,product,lot,quantity\n1,P1,,10\n2,P2,L1,6\n3,P3,S1,1\n",
    "sale_order": "key,number,customer,date\n1001,1001,A,2026-04-08\n",
    "sale_order_line": "key,order,product,quantity,price\n1,1001,P1,2,3\n",
}
REMAINS = (
    "purchase.order",
    "purchase.order.line",
    "sale.order",
    "sale.order.line",
    "stock.move",
    "stock.move.line",
    "stock.picking",
    "stock.quant",
    "stock.lot",
    "account.move",
    "account.move.line",
    "mail.message",
    "mail.mail",
    "ir.attachment",
    "stock.warehouse.orderpoint",
)


@tagged("post_install", "-at_install")
class TestProbes(ObjectsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Journal = cls.env["account.journal"]
        for kind, code, account in (
            ("sale", "TSJ", "4000"),
            ("purchase", "TPJ", "5000"),
        ):
            Journal.create(
                {
                    "name": code,
                    "code": code,
                    "type": kind,
                    "company_id": cls.company.id,
                    "default_account_id": cls.accounts[account].id,
                }
            )
        cls.cycle = cls._load(OBJECTS)

    def _counts(self):
        # with what follows from the test's own changes
        self.env.cr.flush()
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in REMAINS
        }

    def _results(self, run):
        return {result.probe: result for result in run.result_ids}

    def test_probes_pass_and_nothing_remains(self):
        apple = self._loaded(self.cycle, "product", "P1")
        rule = self._loaded(self.cycle, "reorder_rule", "1")
        quants = self.env["stock.quant"].search([])
        before = self._counts()
        amounts = [(quant.quantity, quant.reserved_quantity) for quant in quants]
        action = self.cycle.with_user(self.user_steward).action_run_probes()
        run = self.env["dist.migration.probe"].browse(action["res_id"])
        results = self._results(run)
        self.assertEqual(
            {key: (one.result, one.message) for key, one in results.items()},
            {
                key: ("passed", False)
                for key in ("replenishment", "sale", "purchase", "count", "report")
            },
        )
        self.assertEqual(
            {key: one.sample_count for key, one in results.items()},
            {"replenishment": 1, "sale": 3, "purchase": 3, "count": 3, "report": 1},
        )
        self.assertIn("Apple", results["sale"].samples)
        self.assertEqual((run.result, run.run_by_id), ("passed", self.user_steward))
        self.assertEqual(self._counts(), before)
        self.env.invalidate_all()
        self.assertEqual(
            [(quant.quantity, quant.reserved_quantity) for quant in quants], amounts
        )
        self.assertEqual((rule.product_min_qty, rule.product_max_qty), (5, 20))
        self.assertEqual(self._onhand(apple), 10)
        self.assertEqual(self.cycle.probe_result, "passed")
        self.assertEqual(self.cycle.probe_result_ids, run.result_ids)

    def test_reordering_rule_makes_a_purchase_order(self):
        """What the probe looks for is what core makes; here it is not undone."""
        from ..services.probes import ReplenishmentProbe

        probe = ReplenishmentProbe(self.cycle._engine())
        rule = probe.samples()
        probe.run(rule)
        line = self.env["purchase.order.line"].search(
            [("product_id", "=", rule.product_id.id)]
        )
        self.assertEqual(line.order_id.state, "draft")
        self.assertEqual(line.partner_id, self._loaded(self.cycle, "supplier", "S"))

    def test_what_fails_is_named(self):
        apple = self._loaded(self.cycle, "product", "P1")
        apple.seller_ids.unlink()
        before = self._counts()
        run = self.cycle._engine()._run_probes()
        result = self._results(run)["replenishment"]
        self.assertEqual(result.result, "failed")
        self.assertIn("Apple", result.message)
        self.assertEqual(run.result, "failed")
        self.assertEqual(self._results(run)["count"].result, "passed")
        self.assertEqual(self._counts(), before)

    def test_nothing_to_try_is_no_success(self):
        cycle = self._load({"customer": "key,name\nB,Beta\n"}, system="other")
        run = cycle._engine()._run_probes()
        self.assertEqual(set(run.result_ids.mapped("result")), {"nothing"})
        self.assertEqual(run.result, "nothing")

    def test_results_are_nobodys_to_write(self):
        run = self.cycle._engine()._run_probes()
        for user in (self.user_steward, self.user_admin):
            for record in (run, run.result_ids[0]):
                with self.assertRaises(AccessError):
                    record.with_user(user).write({"result": "passed"})

    def test_rights_and_state(self):
        with self.assertRaises(AccessError):
            self.cycle.with_user(self.user_viewer).action_run_probes()
        draft = self._create_cycle(mapping_id=self.cycle.mapping_id.id)
        with self.assertRaisesRegex(UserError, "in state Draft"):
            draft.action_run_probes()
