import json

from odoo.tests import HttpCase, tagged

from .common import MigrationCommon


@tagged("post_install", "-at_install")
class TestDoors(MigrationCommon, HttpCase):
    """What is refused in code is refused to web clients and over the API as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cycle = cls._create_loaded_cycle()
        cls.cycle.action_reconcile()
        cls.reconciliation = cls.cycle.reconciliation_id
        for user in (cls.manager_a, cls.manager_b, cls.user_steward):
            user.password = f"{user.login}_password"

    def _call_kw(self, user, model, method, args, kwargs=None):
        self.authenticate(user.login, f"{user.login}_password")
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

    def _json2(self, user, model, method, **arguments):
        # sudo: the key is the user's own; making it asks for a password in the client
        key = (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "test", False)
        )
        return self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(arguments),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
            },
        )

    def _calls(self):
        """Yield ``(user, model, method, args)`` that must end in an access error."""
        run, cycle = [self.reconciliation.id], [self.cycle.id]
        spec = {"name": {}}
        yield self.manager_b, "dist.reconciliation", "read", [run, ["name"]]
        yield self.manager_b, "dist.reconciliation", "web_read", [run, spec]
        yield self.manager_b, "dist.reconciliation", "action_open_signoff", [run]
        yield self.manager_b, "dist.reconciliation", "action_view_discrepancies", [run]
        yield self.manager_a, "dist.migration.cycle", "read", [cycle, ["name"]]
        yield self.manager_a, "dist.migration.cycle", "action_reconcile", [cycle]
        yield self.manager_a, "dist.reconciliation", "action_open_signoff", [run]
        yield (
            self.manager_a,
            "dist.reconciliation",
            "_sign",
            [run, "finance_controller", "Me"],
        )
        yield (
            self.user_steward,
            "dist.migration.cycle",
            "web_save",
            [cycle, {"state": "signed"}, spec],
        )
        yield (
            self.user_steward,
            "dist.migration.cycle",
            "write",
            [cycle, {"reconciliation_ids": [[1, run[0], {"result": "passed"}]]}],
        )
        for method in (
            "_load_now",
            "_engine",
            "_set",
            "_cron_load",
            "_add_file",
            "_reverse_now",
            "_run_probes",
            "_adopt_links",
        ):
            yield self.user_steward, "dist.migration.cycle", method, [cycle]
        yield (
            self.user_steward,
            "dist.migration.cycle",
            "_create_from_folder",
            ["/etc", "", {}],
        )

    def test_web_call(self):
        own = self._call_kw(
            self.manager_a,
            "dist.reconciliation",
            "read",
            [[self.reconciliation.id], ["result"]],
        )
        self.assertEqual(own["result"][0]["result"], "passed")
        for user, model, method, args in self._calls():
            with self.subTest(user=user.login, method=method):
                answer = self._call_kw(user, model, method, args)
                self.assertIn("AccessError", answer["error"]["data"]["name"])

    def test_import(self):
        answer = self._call_kw(
            self.user_steward,
            "dist.migration.cycle",
            "load",
            [[".id", "state"], [[str(self.cycle.id), "signed"]]],
        )
        self.assertFalse(answer["result"]["ids"])
        self.assertIn(
            "can't be set directly", answer["result"]["messages"][0]["message"]
        )
        self.assertEqual(self.cycle.state, "reconciled")

    def test_json2(self):
        answer = self._json2(
            self.manager_a,
            "dist.reconciliation",
            "read",
            ids=self.reconciliation.ids,
            fields=["result"],
        )
        self.assertEqual(answer.status_code, 200)
        for user, model, method, arguments in (
            (self.manager_b, "dist.reconciliation", "read", {"fields": ["result"]}),
            (self.manager_b, "dist.reconciliation", "action_open_signoff", {}),
            (
                self.user_steward,
                "dist.reconciliation",
                "write",
                {"vals": {"name": "x"}},
            ),
        ):
            with self.subTest(user=user.login, method=method):
                answer = self._json2(
                    user, model, method, ids=self.reconciliation.ids, **arguments
                )
                self.assertEqual(answer.status_code, 403, answer.text)

    def test_foreign_file_is_not_served(self):
        source = self.cycle.source_ids[:1]
        self.authenticate(self.manager_b.login, f"{self.manager_b.login}_password")
        answer = self.url_open(f"/web/content/{source.attachment_id.id}")
        self.assertEqual(answer.status_code, 404)
        self.authenticate(
            self.user_steward.login, f"{self.user_steward.login}_password"
        )
        answer = self.url_open(f"/web/content/{source.attachment_id.id}")
        self.assertEqual(answer.status_code, 200)
