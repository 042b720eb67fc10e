import base64
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..services.hash_chain import GENESIS, row_hash
from .common_fake import FakeModelCommon


@tagged("post_install", "-at_install")
class TestSignoff(FakeModelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document_a()

    def _sign(self, user=None, role="first", **values):
        return self.document.with_user(user or self.manager_a)._sign(
            **{
                "role": role,
                "typed_name": "Ada Lovelace",
                "signature": self.signature,
                **values,
            }
        )

    # -- signing ------------------------------------------------------------------

    def test_row_holds_what_was_signed(self):
        row = self._sign(statement="With pleasure")
        payload = json.loads(row.payload)
        self.assertEqual(payload["content"], {"name": "Document", "lines": []})
        self.assertEqual(payload["signer"]["login"], self.manager_a.login)
        self.assertRecordValues(
            row,
            [
                {
                    "seq": 1,
                    "previous_hash": GENESIS,
                    "hash": row_hash(GENESIS, row.payload),
                    "signer_id": self.manager_a.id,
                    "signer_name": "Ada Lovelace",
                    "verdict": "sign",
                    "statement": "With pleasure",
                    "site_id": self.site_a.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(self.document.state, "signed")

    def test_numbers_have_no_gap_and_hashes_continue(self):
        first = self._sign()
        second = self._sign(self.user_viewer, "second")
        self.assertEqual(second.seq, 2)
        self.assertEqual(second.previous_hash, first.hash)
        chain = first.chain_id
        chain.invalidate_recordset()
        self.assertEqual(chain.last_seq, 2)
        self.assertEqual(chain.head_hash, second.hash)

    def test_states_from_none_to_signed(self):
        self.assertEqual(self.document.signoff_state, "none")
        self._sign()
        self.assertEqual(self.document.signoff_state, "partial")
        self._sign(self.user_viewer, "second")
        self.assertEqual(self.document.signoff_state, "signed")

    def test_repeating_it_returns_the_same_row(self):
        self.assertEqual(self._sign(), self._sign())

    def test_another_person_is_told_who_signed(self):
        self._sign()
        with self.assertRaisesRegex(UserError, "was signed by .* on 20"):
            self._sign(self.user_viewer)

    def test_one_person_gives_one_key(self):
        self._sign()
        with self.assertRaisesRegex(UserError, "must be given by another person"):
            self._sign(role="second")

    def test_receipt_is_mailed_to_the_signer(self):
        row = self._sign()
        mail = self.env["mail.mail"].search(
            [("model", "=", "dist.signoff"), ("res_id", "=", row.id)]
        )
        self.assertEqual(len(mail), 1)
        self.assertIn(row.hash, mail.body_html)
        self.assertEqual(mail.recipient_ids, self.manager_a.partner_id)

    def test_receipt_prints_what_was_signed(self):
        row = self._sign(typed_name="<b>Ada</b>", statement="With pleasure")
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "dist_rollout_governance.report_signoff_receipt", row.ids
        )
        html = html.decode()
        for text in (row.hash, "Receipt no.", "With pleasure", "First Key"):
            self.assertIn(text, html)
        self.assertIn("&lt;b&gt;Ada&lt;/b&gt;", html)
        self.assertIn("data:image/png;base64,", html)

    # -- stale --------------------------------------------------------------------

    def test_a_change_turns_the_signature_stale(self):
        self._sign()
        self.document.with_user(self.user_viewer).name = "Changed"
        self.assertEqual(self.document.signoff_state, "stale")
        self.assertEqual(self.document.signoff_difference, "name: Document → Changed")
        self.document.name = "Document"
        self.document.invalidate_recordset(["signoff_state"])
        self.assertEqual(self.document.signoff_state, "partial", "changed back")

    def test_a_changed_result_is_told_by_its_line(self):
        measure = self._create_measure("m")
        self._create_criterion(
            name="Stock", document_id=self.document.id, measure_id=measure.id
        )
        self._sign()
        line = self.document.line_ids
        line.threshold = 5
        self.assertEqual(
            self.document.signoff_difference,
            "lines / Stock / threshold: 0.00 → 5.00",
        )
        line.unlink()
        self.document.invalidate_recordset(["signoff_difference"])
        self.assertEqual(
            self.document.signoff_difference, "lines / Stock: (present) → (absent)"
        )

    def test_stale_is_signed_again(self):
        self._sign()
        self.document.name = "Changed"
        row = self._sign(self.user_viewer)
        self.assertEqual(row.seq, 2)
        self.assertFalse(self.document.signoff_difference)

    def test_reader_of_another_company_and_language_sees_the_same(self):
        self._sign()
        reader = self._create_user("viewer", "reader_c", company=self.company_c)
        document = self.document.with_user(reader).with_context(lang="fr_FR")
        self.assertEqual(document.signoff_state, "partial")

    # -- not ready, revoke ----------------------------------------------------------

    def test_not_ready_needs_a_reason_and_no_picture(self):
        with self.assertRaisesRegex(ValidationError, "Say why"):
            self._sign(verdict="refuse", signature=None)
        row = self._sign(verdict="refuse", signature=None, statement="No printers")
        self.assertEqual(row.verdict, "refuse")
        self.assertEqual(self.document.signoff_state, "refused")
        self._sign()
        self.assertEqual(self.document.signoff_state, "partial", "the last word counts")

    def test_revocation_is_a_new_row(self):
        row = self._sign()
        with self.assertRaisesRegex(AccessError, "can revoke this signature"):
            self.document.with_user(self.user_viewer)._revoke_signoff("first", "no")
        revoked = self.document.with_user(self.manager_a)._revoke_signoff(
            "first", "Signed the wrong document"
        )
        self.assertEqual(revoked.seq, row.seq + 1)
        self.assertEqual(row.verdict, "sign", "the row itself is as it was")
        self.assertEqual(self.document.signoff_state, "none")
        with self.assertRaisesRegex(UserError, "no signature to revoke"):
            self.document.with_user(self.manager_a)._revoke_signoff("first", "x")

    # -- bad input ------------------------------------------------------------------

    def test_bad_signatures(self):
        svg = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        for label, picture, sentence in (
            ("none", None, "Draw your signature"),
            ("text", b"hello", "not a PNG or JPEG"),
            ("svg", svg, "not a PNG or JPEG"),
            ("not base64", "§§§", "not a PNG or JPEG"),
            (
                "cut off",
                base64.b64encode(base64.b64decode(self.signature)[:40]),
                "not a PNG",
            ),
            (
                "20 MB",
                base64.b64encode(b"\x89PNG" + b"0" * 20_000_000),
                "larger than 1 MB",
            ),
        ):
            with (
                self.subTest(label),
                self.assertRaisesRegex(ValidationError, sentence),
            ):
                self._sign(signature=picture)

    def test_bad_names_and_statements(self):
        for name in ("", "  ", "x", "x" * 10_000):
            with (
                self.subTest(name[:5]),
                self.assertRaisesRegex(ValidationError, "full name"),
            ):
                self._sign(typed_name=name)
        with self.assertRaisesRegex(ValidationError, "longer than"):
            self._sign(statement="x" * 10_001)

    def test_markup_in_names_is_text(self):
        row = self._sign(typed_name="<img src=x onerror=alert(1)>")
        mail = self.env["mail.mail"].search([("res_id", "=", row.id)], limit=1)
        self.assertNotIn("<img src=x", mail.body_html)

    # -- append-only ------------------------------------------------------------------

    def test_nobody_changes_rows(self):
        row = self._sign()
        for user in (self.user_admin, self.env.ref("base.user_root"), self.manager_a):
            own = row.with_user(user)
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    own.write({"signer_name": "Mallory"})
                with self.assertRaises(AccessError):
                    own.unlink()
                with self.assertRaises(AccessError):
                    own.create({"seq": 9})
                with self.assertRaises(AccessError):
                    own.copy()
        with self.assertRaisesRegex(AccessError, "append-only"):
            row.sudo().write({"signer_name": "Mallory"})
        with self.assertRaisesRegex(AccessError, "append-only"):
            row.sudo().unlink()
        with self.assertRaisesRegex(AccessError, "append-only"):
            row.sudo().create({"seq": 9})

    def test_nobody_moves_the_head(self):
        chain = self._sign().chain_id.with_user(self.user_admin)
        with self.assertRaises(AccessError):
            chain.write({"last_seq": 0})
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            chain.sudo().unlink()

    # -- dialog -------------------------------------------------------------------

    def test_dialog_signs_and_shows_the_receipt(self):
        action = self.document.with_user(self.manager_a).action_open_signoff()
        Wizard = self.env["dist.signoff.wizard"].with_user(self.manager_a)
        wizard = Wizard.with_context(**action["context"]).create(
            {"signature": self.signature, "signer_name": "Ada Lovelace"}
        )
        self.assertEqual(wizard.record_name, self.document.display_name)
        with self.assertRaisesRegex(UserError, "Tick the box"):
            wizard.action_confirm()
        wizard.confirmed = True
        receipt = wizard.action_confirm()
        row = self.env["dist.signoff"].browse(receipt["res_id"])
        self.assertEqual(row.signer_id, self.manager_a)
        self.assertEqual(
            row.with_user(self.manager_a).action_open_record()["res_id"],
            self.document.id,
        )

    def test_dialog_on_anything_else(self):
        Wizard = self.env["dist.signoff.wizard"]
        wizard = Wizard.new(
            {"res_model": "res.partner", "res_id": 1, "role": "x", "verdict": "sign"}
        )
        with self.assertRaisesRegex(UserError, "not one that is signed"):
            wizard._record()
