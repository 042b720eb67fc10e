import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_hypercare import HypercareExitCommon


@tagged("post_install", "-at_install")
class TestHypercareDoors(HypercareExitCommon, HttpCase):
    """What is refused in code is refused to web clients and over the API as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.manager_a, cls.manager_b, cls.user_consultant):
            user.password = f"{user.login}_password"

    def _calls(self):
        """Yield ``(user, method, args)`` on ``dist.hypercare`` that must be refused."""
        own = [self.care_a.id]
        foreign = [self.care_b.id]
        first = self.care_a.criterion_ids[:1].id
        yield self.manager_a, "read", [foreign, ["state"]]
        yield self.manager_a, "web_read", [foreign, {"state": {}}]
        yield self.manager_a, "action_evaluate", [foreign]
        yield self.manager_a, "action_exit", [foreign]
        yield self.manager_a, "action_open_signoff", [own]
        yield self.manager_a, "write", [own, {"required_clean_days": 1}]
        yield self.manager_a, "_sign", [own, "steering", "Manager A"]
        yield self.user_consultant, "_evaluate", [own]
        yield self.user_consultant, "write", [own, {"state": "exited"}]
        yield self.user_consultant, "web_save", [own, {"clean_days": 5}, {"state": {}}]
        yield (
            self.user_consultant,
            "write",
            [own, {"criterion_ids": [[1, first, {"result": "passed"}]]}],
        )
        yield self.user_consultant, "write", [own, {"site_id": self.site_b.id}]

    def _call_kw(self, user, model, method, args):
        self.authenticate(user.login, f"{user.login}_password")
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        url = f"/web/dataset/call_kw/{model}/{method}"
        return self.url_open(url, json={"params": params}).json()

    @mute_logger("odoo.http")
    def test_web_call(self):
        answer = self._call_kw(
            self.manager_a, "dist.hypercare", "read", [[self.care_a.id], ["state"]]
        )
        self.assertEqual(answer["result"][0]["state"], "monitoring")
        for user, method, args in self._calls():
            with self.subTest(user=user.login, method=method, args=args):
                answer = self._call_kw(user, "dist.hypercare", method, args)
                self.assertIn("AccessError", answer["error"]["data"]["name"])
        self.assertEqual(self.care_a.state, "monitoring")

    def test_web_groups_count_own_sites(self):
        answer = self._call_kw(
            self.manager_a,
            "dist.hypercare",
            "formatted_read_group",
            [[], ["site_id"], ["__count"]],
        )
        self.assertEqual(
            [group["site_id"][0] for group in answer["result"]], self.site_a.ids
        )

    @mute_logger("odoo.http")
    def test_json2(self):
        # sudo: the key is the user's own; making it asks for a password in the client
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.manager_a)
            .sudo()
            ._generate("rpc", "test", False)
        )
        for ids, status in ((self.care_a.ids, 200), (self.care_b.ids, 403)):
            answer = self.url_open(
                "/json/2/dist.hypercare/read",
                data=json.dumps({"ids": ids, "fields": ["state"]}),
                headers={
                    "Authorization": f"Bearer {key}",
                    "Content-Type": "application/json",
                },
            )
            self.assertEqual(answer.status_code, status)
