from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..services import complexity
from .common import RolloutCommon


@tagged("post_install", "-at_install")
class TestSiteProfile(RolloutCommon):
    def setUp(self):
        super().setUp()
        self.site = self.site_a.with_user(self.user_consultant)

    def test_weights_add_up_to_100(self):
        self.assertEqual(sum(complexity.WEIGHTS.values()), 100)

    def test_hardest_site_scores_100_and_plain_site_0(self):
        hardest = complexity.contributions(
            "very_high", 10**6, "expiry", 9, 9, 9, 9, 7, 9
        )
        plain = complexity.contributions("low", 0, "none", 0, 0, 0, 0, 1, 1)
        self.assertEqual(sum(hardest.values()), 100)
        self.assertEqual(sum(plain.values()), 0)

    def test_score_follows_the_volume_class(self):
        self.assertEqual(self.site.volume_class, "low")
        self.assertEqual(self.site.complexity_score, 0)
        self.site.write({"order_lines_per_day": 400, "receipt_lines_per_day": 100})
        self.assertEqual(self.site.volume_class, "high")
        self.assertEqual(self.site.complexity_score, 17.5, "70 % of 25 points")
        self.site.order_lines_per_day = 2000
        self.assertEqual(self.site.volume_class, "very_high")
        self.assertEqual(self.site.complexity_score, 25)

    def test_each_factor_counts(self):
        tags = self.env["dist.site.tag"].create(
            [
                {"name": f"{kind} {number}", "kind": kind}
                for kind in ("storage", "requirement", "legacy")
                for number in range(2)
            ]
        )
        of_kind = {
            kind: [Command.set(tags.filtered(lambda t, k=kind: t.kind == k).ids)]
            for kind in ("storage", "requirement", "legacy")
        }
        for values, points in [
            ({"sku_count": 5000}, 5),
            ({"traceability": "serial"}, 11.2),
            ({"storage_tag_ids": of_kind["storage"]}, 3.3),
            ({"integration_count": 2}, 6),
            ({"requirement_tag_ids": of_kind["requirement"]}, 5),
            ({"has_quality_hold": True}, 2.5),
            ({"has_export_documents": True}, 2.5),
            ({"legacy_tag_ids": of_kind["legacy"]}, 5),
            ({"shift_count": 2}, 1.7),
        ]:
            with self.subTest(values):
                before = self.site.complexity_score
                self.site.write(values)
                self.assertAlmostEqual(self.site.complexity_score - before, points)
        self.assertEqual(self.site.complexity_class, "medium")
        self.assertIn("Traceability: 11.2 of 15", self.site.complexity_detail)

    def test_bad_figures_are_refused(self):
        for values in (
            {"order_lines_per_day": -1},
            {"sku_count": 20_000_000},
            {"shift_count": 0},
            {"shift_count": 8},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.site.write(values)

    def test_tag_of_another_kind_is_refused(self):
        tag = self.env["dist.site.tag"].create({"name": "AS/400", "kind": "legacy"})
        with self.assertRaisesRegex(ValidationError, "not a tag for Storage"):
            self.site.storage_tag_ids = tag

    def test_super_user_sees_own_site_and_changes_nothing(self):
        user = self.user_super_user
        Site = self.env["dist.site"].with_user(user)
        self.assertEqual(Site.search_count([]), 0)
        self.site.super_user_ids = user
        self.env.flush_all()
        self.assertEqual(Site.search([]), self.site_a)
        self.assertEqual(self.env["dist.program"].with_user(user).search_count([]), 1)
        with self.assertRaises(AccessError):
            self.site_a.with_user(user).sku_count = 1
        self.assertNotIn(user, self.site_a.member_ids, "a super user never signs")

    def test_region_code_is_normalized_and_unique(self):
        Region = self.env["dist.region"].with_user(self.user_consultant)
        region = Region.create({"name": "West", "code": " west "})
        self.assertEqual(region.code, "WEST")
        self.site.region_id = region
        self.assertEqual(region.site_ids, self.site)
        with self.assertRaises(AccessError):
            region.unlink()
