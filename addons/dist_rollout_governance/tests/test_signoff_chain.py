from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.hash_chain import row_hash
from .common_fake import FakeModelCommon

CHAIN = "odoo.addons.dist_rollout_governance.models.dist_signoff_chain"


@tagged("post_install", "-at_install")
class TestSignoffChain(FakeModelCommon):
    """T1 to T4 are the tampers by SQL that a check has to find."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.documents = [cls._create_document_a(name=f"No {n}") for n in range(1, 5)]
        cls.rows = [
            document.with_user(cls.manager_a)._sign(
                "first", "Ada Lovelace", cls.signature
            )
            for document in cls.documents
        ]
        cls.chain = cls.rows[0].chain_id
        cls.env.flush_all()

    def _sql(self, query, *params):
        self.env.flush_all()
        self.env.cr.execute(query, params)
        self.env.invalidate_all()

    def _findings(self, **kwargs):
        return "\n".join(self.chain.sudo()._run_check(**kwargs))

    def test_intact(self):
        action = self.chain.with_user(self.user_viewer).action_check()
        self.assertEqual(action["params"]["type"], "success")
        self.assertIn("4 sign-offs, all unchanged", self.chain.last_check_report)
        self.assertTrue(self.chain.last_check_ok)

    def test_t1_altered_payload(self):
        self._sql(
            "UPDATE dist_signoff SET payload = replace(payload, 'No 2', 'No 9') "
            "WHERE id = %s",
            self.rows[1].id,
        )
        self.assertEqual(self._findings(), "No. 2 was altered after signing.")
        action = self.chain.with_user(self.user_viewer).action_check()
        self.assertEqual(action["params"]["type"], "danger")

    def test_t1_altered_columns(self):
        for column, value in (
            ("signer_id", self.user_admin.id),
            ("verdict", "refuse"),
            ("res_id", self.documents[0].id),
            ("signed_at", "2020-01-01"),
            ("signer_name", "Mallory"),
        ):
            with self.subTest(column), self.cr.savepoint() as savepoint:
                self._sql(
                    f"UPDATE dist_signoff SET {column} = %s WHERE id = %s",
                    value,
                    self.rows[2].id,
                )
                self.assertIn("No. 3 was altered", self._findings())
                savepoint.rollback()
                self.env.invalidate_all()

    def test_t1_altered_picture(self):
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "dist.signoff"),
                    ("res_field", "=", "signature"),
                    ("res_id", "=", self.rows[0].id),
                ]
            )
        )
        attachment.raw = b"another picture"
        self.env.invalidate_all()
        self.assertIn("No. 1 was altered", self._findings())

    def test_t2_record_forged_to_signed(self):
        forged = self._create_document_a(name="Forged")
        self._sql(
            "UPDATE dist_test_document SET state = 'signed' WHERE id = %s", forged.id
        )
        self.assertIn("says it is signed, but no sign-off", self._findings())

    def test_t3_last_row_deleted(self):
        self._sql("DELETE FROM dist_signoff WHERE id = %s", self.rows[3].id)
        self.assertIn("The chain ends before no. 4", self._findings())

    def test_t4_middle_row_deleted(self):
        self._sql("DELETE FROM dist_signoff WHERE id = %s", self.rows[1].id)
        findings = self._findings()
        self.assertIn("No. 2 is missing", findings)
        self.assertIn("No. 3 does not continue", findings)

    def test_recomputed_tail_against_an_anchor(self):
        self.chain.sudo()._anchor_head()
        self._rewrite_tail()
        findings = self._findings()
        self.assertIn("No. 4 does not carry the hash that was anchored", findings)
        self._sql("DELETE FROM dist_signoff_anchor")
        self.assertFalse(self._findings(), "from inside alone it can't be seen")

    def test_recomputed_tail_against_a_printed_receipt(self):
        printed = self.rows[3].hash
        self._rewrite_tail()
        wizard = (
            self.env["dist.signoff.check.wizard"]
            .with_user(self.user_viewer)
            .create(
                {"chain_id": self.chain.id, "seq": 4, "hash": f" {printed.upper()} "}
            )
        )
        wizard.action_check()
        self.assertIn("No. 4 does not carry the hash", wizard.report)
        wizard.hash = "xyz"
        with self.assertRaisesRegex(UserError, "64 characters"):
            wizard.action_check()

    def test_intact_against_a_printed_receipt(self):
        wizard = self.env["dist.signoff.check.wizard"].create(
            {"chain_id": self.chain.id, "seq": 2, "hash": self.rows[1].hash}
        )
        wizard.action_check()
        self.assertIn("holds exactly this sign-off", wizard.report)

    def _rewrite_tail(self):
        """Change no. 3 and recompute everything after it, as a DBA could."""
        previous = self.rows[1].hash
        for row in self.rows[2:]:
            payload = row.payload.replace('"No 3"', '"No 7"')
            new = row_hash(previous, payload)
            self._sql(
                "UPDATE dist_signoff SET payload = %s, previous_hash = %s, hash = %s, "
                "res_name = replace(res_name, 'No 3', 'No 7') WHERE id = %s",
                payload,
                previous,
                new,
                row.id,
            )
            previous = new
        self._sql(
            "UPDATE dist_signoff_chain SET head_hash = %s WHERE id = %s",
            previous,
            self.chain.id,
        )

    def test_cron_anchors_and_mails_each_head_once(self):
        cron = self.env.ref("dist_rollout_governance.ir_cron_signoff_check")
        for _day in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
        anchor = self.chain.anchor_ids
        self.assertRecordValues(anchor, [{"seq": 4, "hash": self.rows[3].hash}])
        mails = self.env["mail.mail"].search([("model", "=", anchor._name)])
        self.assertEqual(len(mails), 1)
        self.assertIn(anchor.hash, mails.body_html)
        for change in (
            lambda: anchor.sudo().write({"hash": "x"}),
            lambda: anchor.sudo().unlink(),
            lambda: anchor.sudo().create({"seq": 1}),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_cron_alerts_the_program_manager_once(self):
        self._sql("DELETE FROM dist_signoff WHERE id = %s", self.rows[3].id)
        cron = self.env.ref("dist_rollout_governance.ir_cron_signoff_check")
        for _day in range(2):
            with self.enter_registry_test_mode(), mute_logger(CHAIN):
                cron.method_direct_trigger()
        activity = self.program.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.user_admin)
        self.assertFalse(self.chain.anchor_ids, "a broken chain is not anchored")

    def test_one_chain_for_each_program(self):
        program = self.env["dist.program"].create({"name": "Two", "code": "TWO"})
        site = self._create_site(
            "T", program_id=program.id, manager_id=self.manager_a.id
        )
        row = (
            self._create_document_a(site_id=site.id)
            .with_user(self.manager_a)
            ._sign("first", "Ada Lovelace", self.signature)
        )
        self.assertEqual(row.seq, 1)
        self.assertNotEqual(row.chain_id, self.chain)
