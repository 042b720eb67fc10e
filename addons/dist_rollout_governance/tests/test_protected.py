from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_fake import FakeModelCommon

# Every key that a client might try in order to lift a guard.
CONTEXTS = [
    {},
    {"su": True},
    {"uid": 1},
    {"lastcall": "2026-01-01"},
    {"active_test": False},
    {"import_file": True},
    {"install_mode": True},
    {"default_state": "signed"},
    {"tracking_disable": True},
    {"mail_notrack": True},
    {"ir_cron_progress_id": 1},
]


@tagged("post_install", "-at_install")
class TestProtected(FakeModelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document_a().with_user(cls.user_viewer)

    def test_write_is_refused(self):
        for context in CONTEXTS:
            with self.subTest(context), self.assertRaisesRegex(AccessError, "State"):
                self.document.with_context(**context).write({"state": "signed"})

    def test_create_is_refused(self):
        for context in CONTEXTS:
            with self.subTest(context), self.assertRaisesRegex(AccessError, "State"):
                self.document.with_context(**context).create({"state": "signed"})

    def test_defaults_from_elsewhere_do_not_count(self):
        Document = self.document.with_context(default_state="signed")
        self.env["ir.default"].set("dist.test.document", "state", "signed")
        self.assertEqual(Document.create({"name": "x"}).state, "open")

    def test_create_with_the_default_value_passes(self):
        document = self.document.create({"name": "x", "state": "open"})
        self.assertEqual(document.state, "open")

    def test_import_is_refused(self):
        result = self.document.load(["name", "state"], [["x", "Signed"]])
        self.assertFalse(result["ids"])
        self.assertIn("can't be set directly", result["messages"][0]["message"])

    def test_foreign_site_is_refused(self):
        with self.assertRaisesRegex(AccessError, "Site of Signed Test Document"):
            self.document.site_id = self.site_b

    def test_criterion_outputs_are_refused(self):
        line = self._create_criterion(source="attested").with_user(self.user_viewer)
        for name, value in (
            ("result", "passed"),
            ("attested_by_id", self.user_viewer.id),
            ("attested_at", "2026-01-01 00:00:00"),
            ("attested_result", "passed"),
            ("evidence_attachment_ids", [(5,)]),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                line.write({name: value})

    def test_opening_load_stamp_is_refused(self):
        self.user_viewer.group_ids += self.env.ref("stock.group_stock_user")
        with self.assertRaisesRegex(AccessError, "Only a migration load"):
            self.env["stock.move"].with_user(self.user_viewer).create(
                {"dist_is_opening_load": True}
            )
