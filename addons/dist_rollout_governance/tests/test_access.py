from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import GROUPS, RolloutCommon

# What each role may do: c(reate), r(ead), w(rite), u(nlink). Not listed: nothing.
READERS = ["viewer", "governance", "command_center", "steward", "finance"]
SITE_PEOPLE = {"super_user": "r", "site_manager": "r"}
MATRIX = {
    "dist.program": {**SITE_PEOPLE, "consultant": "crw", "admin": "crwu"},
    "dist.site": {**SITE_PEOPLE, "consultant": "crw", "admin": "crwu"},
    "dist.region": {**SITE_PEOPLE, "consultant": "crw", "admin": "crwu"},
    "dist.process": {**SITE_PEOPLE, "consultant": "r", "admin": "crwu"},
    "dist.requirement": {**SITE_PEOPLE, "consultant": "crw", "admin": "crwu"},
    "dist.blueprint": {**SITE_PEOPLE, "consultant": "crw", "admin": "crwu"},
    "dist.blueprint.element": {**SITE_PEOPLE, "consultant": "crwu", "admin": "crwu"},
    "dist.conformance.rule": {**SITE_PEOPLE, "consultant": "crwu", "admin": "crwu"},
    "dist.conformance.template": {"consultant": "r", "admin": "crwu"},
    "dist.conformance.finding": {**SITE_PEOPLE, "consultant": "r", "admin": "r"},
    "dist.deviation": {
        "super_user": "r",
        "site_manager": "cr",
        "consultant": "crw",
        "admin": "crwu",
    },
    "dist.document": {
        **SITE_PEOPLE,
        "consultant": "crw",
        "finance": "crw",
        "admin": "crwu",
    },
    "dist.document.version": {
        **SITE_PEOPLE,
        "consultant": "crwu",
        "finance": "crwu",
        "admin": "crwu",
    },
    "dist.checkpoint": {**SITE_PEOPLE, "consultant": "r", "admin": "crwu"},
    "dist.phase.template": {"consultant": "r", "admin": "crwu"},
    "dist.phase": {**SITE_PEOPLE, "consultant": "crw", "admin": "crwu"},
    "dist.phase.deliverable": {**SITE_PEOPLE, "consultant": "crwu", "admin": "crwu"},
    "dist.observation": {
        "super_user": "crw",
        "site_manager": "crw",
        "consultant": "crw",
        "admin": "crwu",
    },
    "dist.customization": {"consultant": "crw", "admin": "crwu"},
    "dist.odoo.release": {"consultant": "r", "admin": "crwu"},
    "dist.app": {**SITE_PEOPLE, "consultant": "crw", "admin": "crwu"},
    "dist.app.scope": {**SITE_PEOPLE, "consultant": "crw", "admin": "crwu"},
    "dist.app.scope.difference": {"consultant": "r", "admin": "r"},
    "dist.steering.pack": {"consultant": "cr", "governance": "cr", "admin": "cr"},
    "dist.site.tag": {**SITE_PEOPLE, "consultant": "crw", "admin": "crwu"},
    "dist.measure": {"consultant": "r", "admin": "crwu", "site_manager": "r"},
    "dist.measure.target": {
        "consultant": "crwu",
        "admin": "crwu",
        "site_manager": "r",
    },
    "dist.measure.value": {"consultant": "r", "admin": "r", "site_manager": "r"},
    "dist.signoff": {"consultant": "r", "admin": "r", "site_manager": "r"},
    "dist.signoff.chain": {"consultant": "r", "admin": "r"},
    "dist.signoff.anchor": {"consultant": "r", "admin": "r"},
    "dist.measure.queue": {"admin": "r"},
}
OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestAccess(RolloutCommon):
    def test_matrix(self):
        for model, by_role in MATRIX.items():
            rights = (
                dict.fromkeys(READERS, "r") if model != "dist.measure.queue" else {}
            )
            rights.update(by_role)
            for role in [*GROUPS, "nobody"]:
                user = getattr(self, f"user_{role}")
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in rights.get(role, ""),
                        )

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
