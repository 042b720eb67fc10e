import json

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.dist_rollout_governance.tests.common import GROUPS

from .common import WaveCommon

READERS = ["viewer", "governance", "command_center", "steward", "finance"]
MATRIX = {
    "dist.wave": {"consultant": "crw", "admin": "crwu", "site_manager": "r"},
    "dist.gate": {"consultant": "crw", "admin": "crwu", "site_manager": "r"},
    "dist.gate.line": {"consultant": "crwu", "admin": "crwu", "site_manager": "r"},
    "dist.gate.waiver": {"consultant": "crw", "admin": "crwu", "site_manager": "r"},
    "dist.wave.lesson": {"consultant": "crwu", "admin": "crwu", "site_manager": "r"},
    "dist.open.transaction": {"site_manager": "r", "consultant": "r", "admin": "r"},
    "dist.disposition": {"consultant": "crw", "admin": "crwu", "site_manager": "crw"},
    "dist.support.shift": {
        "consultant": "crwu",
        "admin": "crwu",
        "command_center": "crwu",
        "site_manager": "crw",
    },
    "dist.gate.template": {
        "consultant": "crwu",
        "admin": "crwu",
        "site_manager": "r",
    },
    "dist.device.check": {
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "crw",
        "site_manager": "crw",
    },
    "dist.device.check.item": {
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.integration": {
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.integration.test": {
        "consultant": "r",
        "admin": "r",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.performance.scenario": {
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
    "dist.performance.test": {
        "consultant": "crw",
        "admin": "crwu",
        "super_user": "r",
        "site_manager": "r",
    },
}
MATRIX["dist.wave.rollback.threshold"] = MATRIX["dist.gate.line"]
MATRIX["dist.site.plan.template.line"] = MATRIX["dist.gate.template"]
# Dialogs: what one holds is its author's alone.
DIALOGS = {
    "dist.site.onboarding": {"consultant": "crwu", "admin": "crwu"},
    "dist.site.onboarding.line": {"consultant": "crwu", "admin": "crwu"},
}
OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestAccess(WaveCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave.site_ids += cls.site_c
        # The consultant sees one company; the third gate is another's.
        cls._open_gates()
        cls.gates = {gate.site_id: gate for gate in cls.wave.gate_ids}

    def test_matrix(self):
        for model, by_role in {**MATRIX, **DIALOGS}.items():
            readers = () if model in DIALOGS else READERS
            rights = {**dict.fromkeys(readers, "r"), **by_role}
            for role in [*GROUPS, "nobody"]:
                user = getattr(self, f"user_{role}")
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in rights.get(role, ""),
                        )

    def test_site_manager_sees_own_gate_only(self):
        own = self.gates[self.site_a]
        for model, expected in (
            ("dist.gate", own),
            ("dist.gate.line", own.line_ids),
            ("dist.wave", self.wave),
        ):
            Model = self.env[model].with_user(self.manager_a)
            with self.subTest(model):
                self.assertEqual(Model.search([]), expected)
                self.assertEqual(Model.search_count([]), len(expected))
                [(count,)] = Model._read_group([], [], ["__count"])
                self.assertEqual(count, len(expected))
        Line = self.env["dist.gate.line"].with_user(self.manager_a)
        self.assertFalse(Line.search([("site_id.name", "ilike", "Site B")]))
        self.assertFalse(
            self.env["dist.site"]
            .with_user(self.manager_a)
            .search([("program_id.wave_ids.gate_ids.state", "=", "open")])
            - self.site_a
        )

    def test_wave_counts_what_the_site_manager_may_see(self):
        self.assertEqual(self.wave.with_user(self.manager_a).gate_count, 1)

    def test_viewer_sees_own_companies(self):
        Gate = self.env["dist.gate"].with_user(self.user_viewer)
        self.assertEqual(Gate.search([]).site_id, self.site_a | self.site_b)
        with self.assertRaises(AccessError):
            self.gates[self.site_c].with_user(self.user_viewer).read(["state"])

    def test_site_manager_writes_no_line(self):
        line = self.gates[self.site_a].line_ids[0].with_user(self.manager_a)
        for values in (
            {"threshold": 99},
            {"is_mandatory": False},
            {"result": "passed"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                line.write(values)

    def test_messages_of_a_foreign_gate(self):
        gate = self.gates[self.site_b]
        message = gate.message_post(body="secret")
        with self.assertRaises(AccessError):
            message.with_user(self.manager_a).read(["body"])
        with self.assertRaises(AccessError):
            gate.with_user(self.manager_a).message_post(body="x")
        self.assertTrue(
            self.gates[self.site_a].with_user(self.manager_a).message_post(body="x")
        )


@tagged("post_install", "-at_install")
class TestAccessByHttp(WaveCommon, HttpCase):
    """The same refusals through the doors a client really uses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate_a, cls.gate_b = cls._open_gates()
        cls.manager_a.password = "manager_a_password"
        cls.api_key = (
            cls.env["res.users.apikeys"]
            .with_user(cls.manager_a)
            .sudo()
            ._generate("rpc", "test", False)
        )

    def _call_kw(self, model, method, args, kwargs=None):
        self.authenticate(self.manager_a.login, "manager_a_password")
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "params": {
                    "model": model,
                    "method": method,
                    "args": args,
                    "kwargs": kwargs or {},
                }
            },
        ).json()

    def _json2(self, model, method, **arguments):
        return self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(arguments),
            headers={
                "Authorization": f"Bearer {self.api_key}",
                "Content-Type": "application/json",
            },
        )

    def _assert_refused(self, answer):
        self.assertIn("error", answer)
        self.assertIn("AccessError", answer["error"]["data"]["name"])

    def test_web_call(self):
        own = self._call_kw("dist.gate", "read", [[self.gate_a.id], ["state"]])
        self.assertEqual(own["result"][0]["state"], "open")
        foreign = [self.gate_b.id]
        for method, args in (
            ("read", [foreign, ["state"]]),
            ("web_read", [foreign]),
            ("action_evaluate", [foreign]),
            ("action_open_signoff", [foreign]),
            ("write", [foreign, {"state": "signed"}]),
            ("write", [[self.gate_a.id], {"state": "signed"}]),
            ("write", [[self.gate_a.id], {"site_id": self.site_b.id}]),
            ("web_save", [[self.gate_a.id], {"state": "signed"}]),
            ("create", [{"wave_id": self.wave.id, "site_id": self.site_a.id}]),
            ("unlink", [[self.gate_a.id]]),
            ("_sign", [[self.gate_a.id], "site_manager", "x"]),
        ):
            with self.subTest(method=method, args=args):
                kwargs = {"specification": {"state": {}}} if "web_" in method else {}
                answer = self._call_kw("dist.gate", method, args, kwargs)
                self._assert_refused(answer)
        self.assertEqual(self.gate_a.state, "open")

    def test_json2(self):
        answer = self._json2(
            "dist.gate", "read", ids=[self.gate_a.id], fields=["state"]
        )
        self.assertEqual(answer.status_code, 200)
        for method, arguments in (
            ("read", {"ids": [self.gate_b.id], "fields": ["state"]}),
            ("write", {"ids": [self.gate_a.id], "vals": {"state": "signed"}}),
            ("action_evaluate", {"ids": [self.gate_b.id]}),
        ):
            with self.subTest(method):
                answer = self._json2("dist.gate", method, **arguments)
                self.assertEqual(answer.status_code, 403)
        for method in ("_sign", "_append", "_evaluate"):
            with self.subTest(method):
                answer = self._json2("dist.gate", method, ids=[self.gate_a.id])
                self.assertIn(answer.status_code, (403, 404))
        self.assertEqual(self.gate_a.state, "open")

    def test_import(self):
        answer = self._call_kw(
            "dist.gate",
            "load",
            [
                ["wave_id/.id", "site_id/.id", "state"],
                [[self.wave.id, self.site_a.id, "Signed"]],
            ],
        )
        self.assertFalse(answer["result"]["ids"])

    def test_signature_picture_of_a_foreign_gate(self):
        self._pass_lines(self.gate_b)
        row = self._sign_gate(self.gate_b)
        self.authenticate(self.manager_a.login, "manager_a_password")
        picture = self.url_open(f"/web/content/dist.signoff/{row.id}/signature")
        self.assertEqual(picture.status_code, 404)
