from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import MAPPING, MigrationCommon

OWN = (
    "dist.migration.object",
    "dist.migration.mapping",
    "dist.migration.mapping.object",
    "dist.migration.mapping.line",
    "dist.migration.cycle",
    "dist.migration.source",
    "dist.migration.row",
    "dist.migration.finding",
    "dist.migration.rule",
    "dist.migration.score",
    "dist.migration.duplicate",
    "dist.migration.duplicate.line",
    "dist.migration.value",
    "dist.legacy.key",
    "dist.legacy.system",
    "dist.legacy.link",
    "dist.migration.object.owner",
    "dist.migration.creation",
    "dist.migration.probe",
    "dist.migration.probe.result",
    "dist.reconciliation",
    "dist.reconciliation.control",
    "dist.reconciliation.discrepancy",
    "dist.reconciliation.case",
    "dist.reconciliation.tolerance",
)
RESULTS = OWN[-5:-1]
EDITABLE = {
    "dist.migration.mapping",
    "dist.migration.mapping.object",
    "dist.migration.mapping.line",
    "dist.migration.cycle",
    "dist.migration.object.owner",
    "dist.legacy.system",
    "dist.legacy.link",
    "dist.migration.rule",
}
#: the steward writes the target of an unmapped value, nothing else of it
FILLED_IN = {"dist.migration.value"}
KEYS = ("su", "sudo", "force", "tracking_disable", "install_mode", "import_file")


@tagged("post_install", "-at_install")
class TestAccess(MigrationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cycle = cls._create_loaded_cycle()
        pear = cls._loaded(cls.cycle, "product", "P2")
        cls.env["stock.quant"]._update_available_quantity(pear, cls.stock, 1)
        cls.cycle.action_reconcile()
        cls.reconciliation = cls.cycle.reconciliation_id

    def test_matrix(self):
        cases = {
            self.user_nobody: ((), ()),
            self.manager_a: (RESULTS, ()),
            self.user_viewer: (OWN, ()),
            self.user_governance: (OWN, ()),
            self.user_finance: (OWN, {"dist.reconciliation.tolerance"}),
            self.user_steward: (OWN, EDITABLE),
            self.user_admin: (OWN, {*EDITABLE, "dist.migration.object"}),
        }
        for user, (readable, writable) in cases.items():
            for model in OWN:
                with self.subTest(user=user.login, model=model):
                    access = self.env[model].with_user(user)
                    self.assertEqual(access.has_access("read"), model in readable)
                    for operation in ("write", "create", "unlink"):
                        expected = model in writable
                        if user == self.user_steward and operation == "write":
                            expected |= model in FILLED_IN
                        self.assertEqual(
                            access.has_access(operation), expected, operation
                        )

    def test_site_managers_see_their_own_sites_only(self):
        for model in RESULTS:
            with self.subTest(model):
                mine = self.env[model].with_user(self.manager_a)
                self.assertTrue(mine.search([]))
                others = self.env[model].with_user(self.manager_b)
                self.assertFalse(others.search([]))
                self.assertEqual(others._read_group([], [], ["__count"]), [(0,)])
        with self.assertRaises(AccessError):
            self.reconciliation.with_user(self.manager_b).read(["name"])
        self.reconciliation.with_user(self.manager_a).read()
        self.reconciliation.with_user(self.manager_a).action_view_discrepancies()

    def test_protected_fields_are_refused_through_every_door(self):
        steward = self.cycle.with_user(self.user_steward)
        for key in (None, *KEYS):
            cycle = steward.with_context(**({key: True} if key else {}))
            for vals in (
                {"state": "signed"},
                {"participant_ids": [fields.Command.clear()]},
                {"load_revision": 0},
            ):
                with self.subTest(key=key, vals=vals):
                    with self.assertRaises(AccessError):
                        cycle.write(vals)
                    with self.assertRaises(AccessError):
                        cycle.create(
                            {
                                "name": "x",
                                "program_id": self.program.id,
                                "mapping_id": self.cycle.mapping_id.id,
                                **vals,
                                "load_revision": 7,
                            }
                        )
        result = steward.load(
            ["name", "program_id/.id", "mapping_id/.id", "state"],
            [["x", str(self.program.id), str(self.cycle.mapping_id.id), "signed"]],
        )
        self.assertFalse(result["ids"])
        self.assertEqual(self.cycle.state, "reconciled")

    def test_results_are_nobodys_to_write(self):
        for user in (self.user_steward, self.user_finance, self.user_admin):
            for record in (
                self.reconciliation,
                self.reconciliation.control_ids[0],
                self.reconciliation.discrepancy_ids[0],
                self.cycle.row_ids[0],
                self.cycle.source_ids[0],
            ):
                with self.subTest(user=user.login, model=record._name):
                    with self.assertRaises(AccessError):
                        record.with_user(user).write({"company_id": self.company_c.id})
                    with self.assertRaises(AccessError):
                        record.with_user(user).unlink()

    def test_only_stewards_take_the_steps(self):
        for user in (self.user_viewer, self.user_finance, self.user_consultant):
            cycle = self.cycle.with_user(user)
            for step in (
                "upload",
                "stage",
                "validate",
                "simulate",
                "load",
                "stop",
                "reverse",
                "run_probes",
                "propose_links",
            ):
                with self.subTest(user=user.login, step=step):
                    with self.assertRaises(AccessError):
                        getattr(cycle, f"action_{step}")()
            with self.assertRaises(AccessError):
                cycle._add_file("products.csv", b"a,b\n1,2\n")
        with self.assertRaises(AccessError):
            self.cycle.with_user(self.user_viewer).action_reconcile()
        self.cycle.with_user(self.user_finance).action_reconcile()

    def test_steward_has_no_rights_on_what_a_load_creates(self):
        for model in ("product.product", "stock.quant", "sale.order", "stock.move"):
            with self.subTest(model):
                access = self.env[model].with_user(self.user_steward)
                self.assertFalse(access.has_access("create"))

    def test_other_company(self):
        steward = self._create_user("steward", "steward_c", company=self.company_c)
        for model in OWN[1:]:
            with self.subTest(model):
                records = self.env[model].with_user(steward).search([])
                self.assertFalse(records)
        with self.assertRaises(AccessError):
            self.cycle.with_user(steward).action_stage()
        with self.assertRaises(AccessError):
            self.cycle.with_user(steward).with_context(
                allowed_company_ids=[self.company.id, self.company_c.id]
            ).action_stage()

    def test_records_go_to_the_cycles_company(self):
        steward = self._create_user("steward", "steward_c", company=self.company_c)
        house = self.env["stock.warehouse"].create(
            {"name": "House C", "code": "HC", "company_id": self.company_c.id}
        )
        self.site_c.warehouse_ids = house
        mapping = (
            self.env["dist.migration.mapping"]
            .with_user(steward)
            ._create_from_text(MAPPING, company_id=self.company_c.id)
        )
        cycle = (
            self.env["dist.migration.cycle"]
            .with_user(steward)
            .create(
                {
                    "name": "Mock C",
                    "program_id": self.program.id,
                    "company_id": self.company_c.id,
                    "site_ids": [fields.Command.set(self.site_c.ids)],
                    "mapping_id": mapping.id,
                }
            )
        )
        self.assertEqual(cycle.warehouse_id, house)
        self._upload(cycle)
        cycle.action_stage()
        cycle.action_validate()
        cycle._load_now()
        self.assertEqual(cycle.progress, 100.0, cycle.sudo().row_ids.mapped("error"))
        cycle.action_reconcile()
        self.assertEqual(cycle.sudo().reconciliation_id.result, "passed")
        keys = self.env["dist.legacy.key"].search(
            [("company_id", "=", self.company_c.id), ("object_id.code", "=", "product")]
        )
        products = self.env["product.product"].browse(keys.mapped("res_id"))
        self.assertEqual(products.company_id, self.company_c)
        # the same keys of the other company are other records
        self.assertNotIn(self._loaded_in(self.company, "P1"), products)

    def _loaded_in(self, company, key):
        legacy = self.env["dist.legacy.key"].search(
            [("company_id", "=", company.id), ("legacy_key", "=", key)]
        )
        return self.env["product.product"].browse(legacy.res_id)

    def test_foreign_sites_are_refused(self):
        with self.assertRaises(AccessError):
            self._create_cycle(site_ids=[fields.Command.set(self.site_c.ids)])
        with self.assertRaisesRegex(ValidationError, "another company or program"):
            self.cycle.sudo().site_ids = self.site_c
