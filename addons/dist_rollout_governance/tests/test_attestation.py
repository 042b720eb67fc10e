import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.dist_rollout_governance.services import evidence

from .common_fake import FakeModelCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 12:00:00")
class TestAttestation(FakeModelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls._create_criterion(source="attested", valid_days=10)

    def _attest(self, user, result="passed", **values):
        wizard = (
            self.env["dist.attest.wizard"]
            .with_user(user)
            .create(
                {
                    "res_model": self.line._name,
                    "res_id": self.line.id,
                    "attested_result": result,
                    "attachment_ids": [Command.set(self._create_document(user).ids)],
                    **values,
                }
            )
        )
        return wizard.action_confirm()

    def test_site_manager_attests_with_a_document(self):
        self.line._evaluate()
        self.assertEqual(self.line.result, "no_evidence")
        action = self.line.with_user(self.manager_a).action_attest()
        self.assertEqual(action["context"]["default_res_id"], self.line.id)
        self._attest(self.manager_a, note="Seen on the floor")
        self.assertRecordValues(
            self.line,
            [
                {
                    "result": "passed",
                    "attested_by_id": self.manager_a.id,
                    "attested_note": "Seen on the floor",
                }
            ],
        )
        document = self.line.evidence_attachment_ids
        self.assertEqual(document.res_id, self.line.id)
        evidence = self.line.with_user(self.user_viewer).action_open_records()
        self.assertEqual(
            self.env["ir.attachment"]
            .with_user(self.user_viewer)
            .search(evidence["domain"]),
            document,
        )

    def test_attested_as_not_fulfilled_fails(self):
        self._attest(self.manager_a, "failed")
        self.assertEqual(self.line.result, "failed")

    def test_files_that_nobody_could_open_are_refused(self):
        Attachment = self.env["ir.attachment"].with_user(self.manager_a)
        heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
        for name, raw, sentence in (
            ("empty.txt", b"", "is empty"),
            ("photo.heic", heic, "HEIC photo"),
            ("renamed.jpg", heic, "HEIC photo"),
            ("photo.jpg", b"not a picture", "can't be read as one"),
            ("cut.png", base64.b64decode(self.signature)[:40], "can't be read as one"),
            ("large.pdf", b"%PDF" + bytes(evidence.MAX_BYTES), "larger than 20 MB"),
        ):
            with self.subTest(name), self.assertRaisesRegex(UserError, sentence):
                document = Attachment.create({"name": name, "raw": raw})
                self._attest(self.manager_a, attachment_ids=[Command.set(document.ids)])
        self.assertFalse(self.line.attested_at)

    def test_a_photo_is_evidence(self):
        photo = (
            self.env["ir.attachment"]
            .with_user(self.manager_a)
            .create({"name": "IMG_1.PNG", "raw": base64.b64decode(self.signature)})
        )
        self._attest(self.manager_a, attachment_ids=[Command.set(photo.ids)])
        self.assertEqual(self.line.result, "passed")

    def test_attestation_expires(self):
        self._attest(self.manager_a)
        with freeze_time("2026-03-20 11:59:59"):
            self.line._evaluate()
            self.assertEqual(self.line.result, "passed")
        with freeze_time("2026-03-20 12:00:01"):
            self.line._evaluate()
            self.assertEqual(self.line.result, "stale")

    def test_without_a_document(self):
        with self.assertRaisesRegex(UserError, "Add the document or photo"):
            self._attest(self.manager_a, attachment_ids=False)

    def test_with_somebody_elses_document(self):
        document = self._create_document(self.manager_b)
        with self.assertRaises(AccessError):
            self._attest(self.manager_a, attachment_ids=[Command.set(document.ids)])

    def test_not_the_sites_team(self):
        for user in (self.manager_b, self.user_viewer):
            with (
                self.subTest(user.login),
                self.assertRaisesRegex(AccessError, "Only the site's team"),
            ):
                self._attest(user)

    def test_a_computed_line_is_not_attested(self):
        measure = self._create_measure("m")
        self.line.write({"source": "computed", "measure_id": measure.id})
        with self.assertRaisesRegex(UserError, "is computed from records"):
            self._attest(self.manager_a)

    def test_wizard_only_for_criteria(self):
        wizard = self.env["dist.attest.wizard"].create(
            {"res_model": "res.partner", "res_id": 1}
        )
        with self.assertRaisesRegex(UserError, "no criteria to attest"):
            wizard.action_confirm()
