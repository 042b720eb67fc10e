from odoo.tests import HttpCase, tagged

from .common_blueprint import BlueprintCommon


class HomeCommon(BlueprintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.warehouse_a | cls.warehouse_b).delivery_steps = "ship_only"
        cls._release(cls._create_delivery_blueprint())
        cls.env["dist.risk"].create(
            {"name": "Late labels", "program_id": cls.program.id}
        ).sudo().state = "triggered"
        cls._create_decision().action_propose()
        cls.env.flush_all()


@tagged("post_install", "-at_install")
class TestHome(HomeCommon):
    def _tiles(self, user):
        return {
            tile["label"]: tile
            for tile in self.env["dist.site"].with_user(user).get_home_tiles()
        }

    def test_counts_are_the_users_own(self):
        tiles = self._tiles(self.member_1)
        self.assertEqual(tiles["My Decisions to Take"]["count"], 1)
        self.assertEqual(tiles["Uncovered Drift"]["count"], 2)
        self.assertEqual(tiles["Triggered Risks"]["count"], 1)
        self.assertEqual(
            self._tiles(self.user_viewer)["My Decisions to Take"]["count"], 0
        )
        manager = self._tiles(self.manager_a)
        self.assertEqual(manager["Uncovered Drift"]["count"], 1)
        self.assertEqual(manager["Triggered Risks"]["count"], 0)
        self.assertFalse(self._tiles(self.user_nobody))

    def test_tile_opens_what_it_counted(self):
        for tile in self._tiles(self.member_1).values():
            action = tile["action"]
            with self.subTest(tile["label"]):
                self.assertEqual(
                    self.env[action["res_model"]]
                    .with_user(self.member_1)
                    .search_count(action["domain"]),
                    tile["count"],
                )

    def test_card_of_a_site(self):
        site = self.site_a.with_user(self.manager_a)
        self.assertEqual(site.uncovered_count, 1)
        self.assertEqual(site.rollout_status, "Before Cutover")
        self.assertEqual(
            self.env["dist.conformance.finding"].search_count(
                site.action_open_conformance()["domain"]
            ),
            1,
        )


@tagged("post_install", "-at_install")
class TestHomeScreen(HomeCommon, HttpCase):
    def test_program_office_follows_the_drift(self):
        self.env["res.users"].search([]).odoobot_state = "disabled"
        self.start_tour("/odoo/rollout-home", "dist_home", login=self.member_1.login)
