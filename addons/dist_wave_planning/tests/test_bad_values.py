import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from .common import WaveCommon

#: ids that no client has from the server
STRANGE_IDS = ([-1], [0], [2**31], [2**63], ["x"], ["1 OR 1=1"], [None], [[1]], "x", {})


@tagged("post_install", "-at_install")
class TestBadValues(WaveCommon):
    """Values at the edge of what makes sense, beside the forty bad files.

    Those have their numbers in ``test_bad_inputs`` of *Data Migration*; pictures and
    names of signatures are in ``test_signoff`` of *Rollout Governance*, circles of
    dependencies in its ``test_milestone``, shares above 100 % with the models that
    have one.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate_a, cls.gate_b = cls._open_gates()

    # -- what is signed -------------------------------------------------------------

    def test_dialog_on_a_document_that_is_not_there(self):
        Wizard = self.env["dist.signoff.wizard"].with_user(self.manager_a)
        for res_id in (-1, 0, 2**31 - 1):
            wizard = Wizard.new(
                {"res_model": "dist.gate", "res_id": res_id, "role": "site_manager"}
            )
            with (
                self.subTest(res_id),
                self.assertRaisesRegex(UserError, "no longer exists"),
            ):
                wizard.action_confirm()

    def test_nul_in_a_name(self):
        """The database takes no NUL; nothing is cut off there silently."""
        self._pass_lines(self.gate_a)
        with self.assertRaisesRegex(ValidationError, "full name"):
            self.gate_a.with_user(self.manager_a)._sign(
                "site_manager", "Ada\x00Lovelace", self.signature
            )
        self.assertEqual(self.gate_a.signoff_state, "none")

    def test_nul_in_a_statement(self):
        with self.assertRaisesRegex(ValidationError, "control characters"):
            self.gate_a.with_user(self.manager_a)._sign(
                "site_manager", "Ada Lovelace", None, "refuse", "No\x00printers"
            )

    # -- edges of time zones ----------------------------------------------------------

    def test_last_minute_of_the_last_time_zone(self):
        """At 23:59 in UTC−11 it is the next day for nearly everybody else."""
        self.site_a.tz = "Pacific/Pago_Pago"
        with freeze_time("2026-05-05 10:59:00"):
            self.assertEqual(str(self.site_a._local_day()), "2026-05-04")
            self._pass_lines(self.gate_a)
            row = self._sign_gate(self.gate_a)
            self.assertEqual(self.gate_a.state, "signed")
            self.assertEqual(str(row.signed_at), "2026-05-05 10:59:00")
        line = self.gate_a.line_ids[0]
        self.assertEqual(str(line.evidence_day), "2026-05-04")
        # evidence of 7 days holds to the end of the local day, and no minute longer
        for moment, result in (
            ("2026-05-12 10:59:00", "passed"),
            ("2026-05-12 11:00:00", "stale"),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.gate_a.action_evaluate()
                self.assertEqual(line.result, result)

    def test_first_minute_of_the_first_time_zone(self):
        """At 00:00 in UTC+14 it is the day before for nearly everybody else."""
        self.site_a.tz = "Pacific/Kiritimati"
        with freeze_time("2026-05-04 10:00:00"):
            self.assertEqual(str(self.site_a._local_day()), "2026-05-05")
            self._pass_lines(self.gate_a)
            self._sign_gate(self.gate_a)
        self.assertEqual(self.gate_a.signoff_state, "signed")

    # -- people who are gone ----------------------------------------------------------

    def test_archived_manager(self):
        """The signature stays, and the deputy signs what comes after it."""
        self._pass_lines(self.gate_a)
        row = self._sign_gate(self.gate_a)
        self.site_a.deputy_ids = self.manager_b
        self.manager_a.active = False
        self.env.invalidate_all()
        self.assertEqual(self.gate_a.signoff_state, "signed")
        self.assertEqual(row.signer_id, self.manager_a)
        self.assertFalse(row.chain_id.sudo()._run_check())
        self.gate_a.line_ids[0].threshold = 5
        self._sign_gate(self.gate_a, self.manager_b)
        self.assertEqual(self.gate_a.signoff_state, "signed")

    def test_signer_cannot_be_deleted(self):
        self._pass_lines(self.gate_a)
        row = self._sign_gate(self.gate_a)
        self.site_a.manager_id = self.manager_b
        # which the server turns into a sentence
        with (
            self.assertRaises(psycopg2.IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.manager_a.unlink()
        self.assertEqual(row.exists().signer_id, self.manager_a)


@tagged("post_install", "-at_install")
class TestStrangeIds(WaveCommon, HttpCase):
    """Ids over the wire that no client has from the server: nothing happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate_a, cls.gate_b = cls._open_gates()
        cls.manager_a.password = "manager_a_password"

    def _call(self, model, method, args):
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "params": {"model": model, "method": method, "args": args, "kwargs": {}}
            },
        )

    def test_strange_ids(self):
        self.authenticate(self.manager_a.login, "manager_a_password")
        for method, more in (
            ("read", [["state"]]),
            ("write", [{"note": "x"}]),
            ("action_evaluate", []),
            ("action_open_signoff", []),
            ("action_revoke", []),
        ):
            for ids in STRANGE_IDS:
                with (
                    self.subTest(method=method, ids=ids),
                    mute_logger("odoo.sql_db", "odoo.http"),
                ):
                    answer = self._call("dist.gate", method, [ids, *more])
                    self.assertEqual(answer.status_code, 200)
                    found = answer.json().get("result")
                    if method == "read":
                        self.assertFalse([one for one in found or [] if one["id"]])
        self.assertEqual(self.wave.gate_ids.mapped("state"), ["open", "open"])
        self.assertFalse(
            self.env["dist.signoff"].search([("res_model", "=", "dist.gate")])
        )
