from odoo.exceptions import AccessError
from odoo.tests import tagged

from .access_matrix import DIALOGS, MATRIX, cells
from .common import GROUPS, RolloutCommon

MODULE = "dist_rollout_governance"


@tagged("post_install", "-at_install")
class TestAccess(RolloutCommon):
    def test_matrix(self):
        for matrix in (MATRIX, DIALOGS):
            for model, role, operation, allowed in cells(matrix, [*GROUPS, "nobody"]):
                user = getattr(self, f"user_{role}")
                with self.subTest(model=model, role=role, operation=operation):
                    self.assertEqual(
                        self.env[model].with_user(user).has_access(operation), allowed
                    )

    def test_matrix_is_complete(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("dist.")
            and model._original_module == MODULE
            and not model._abstract
        }
        dialogs = {name for name in models if self.env[name]._transient}
        self.assertEqual(MATRIX.keys(), models - dialogs)
        self.assertEqual(DIALOGS.keys(), dialogs)

    def test_refused_read_names_the_model(self):
        with self.assertRaisesRegex(AccessError, "Rollout Site"):
            self.site_a.with_user(self.user_nobody).read(["name"])

    def test_site_manager_sees_own_site_only(self):
        Site = self.env["dist.site"].with_user(self.manager_a)
        self.assertEqual(Site.search([]), self.site_a)
        self.assertEqual(Site.search_count([]), 1)
        self.assertEqual(
            Site._read_group([], ["program_id"], ["__count"]), [(self.program, 1)]
        )
        self.assertFalse(
            Site.search([("program_id.site_ids.code", "=", "B"), ("code", "=", "B")])
        )
        with self.assertRaises(AccessError):
            self.site_b.with_user(self.manager_a).read(["name"])

    def test_site_manager_sees_own_values_only(self):
        measure = self._create_measure()
        for site in (self.site_a, self.site_b, self.site_c):
            self._store(measure, site, "2026-03-10", 1, 1)
        Value = self.env["dist.measure.value"].with_user(self.manager_a)
        self.assertEqual(Value.search([]).site_id, self.site_a)
        [(total,)] = Value._read_group([], [], ["sample_size:sum"])
        self.assertEqual(total, 1, "totals count what the reader may see")
        self.assertEqual(Value.search_count([("site_id.name", "ilike", "Site B")]), 0)

    def test_site_manager_writes_nothing(self):
        site = self.site_a.with_user(self.manager_a)
        for values in ({"name": "x"}, {"manager_id": self.manager_b.id}):
            with self.subTest(values), self.assertRaises(AccessError):
                site.write(values)
