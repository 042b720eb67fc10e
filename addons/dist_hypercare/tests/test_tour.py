from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import HypercareCommon


class TourCommon(HypercareCommon, HttpCase):
    """A site in hypercare whose only order of today shipped short."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "command_center_tour",
            groups="dist_rollout_governance.group_command_center,"
            "stock.group_stock_user,sales_team.group_sale_salesman_all_leads",
            company_id=cls.company_us.id,
            company_ids=[Command.set(cls.company_us.ids)],
        )
        now = fields.Datetime.now()
        order = cls._order(cls.site_nyc, now - timedelta(seconds=2), [(cls.apple, 5)])
        cls._ship(order, now - timedelta(seconds=1), {cls.apple: 3})
        today = cls.site_nyc._local_day(now - timedelta(seconds=1))
        cls._compute("order_fill_rate", today, today)
        wave = cls.env["dist.wave"].create(
            {
                "name": "Pilot",
                "program_id": cls.program.id,
                "site_ids": [Command.set(cls.site_nyc.ids)],
                "gate_ids": [Command.create({"site_id": cls.site_nyc.id})],
                "state": "hypercare",
            }
        )
        wave._create_hypercare()
        wave.hypercare_ids._evaluate()
        cls.env["dist.issue"].create(
            {
                "name": "No labels",
                "severity": "critical",
                "program_id": cls.program.id,
                "site_id": cls.site_nyc.id,
            }
        )


@tagged("post_install", "-at_install")
class TestTour(TourCommon):
    browser_size = "1400x900"

    def test_board(self):
        self.start_tour(
            "/odoo/hypercare", "dist_hypercare_board", login=self.user.login
        )

    def test_session(self):
        self.start_tour(
            "/odoo/command-center", "dist_hypercare_session", login=self.user.login
        )
        session = self.env["dist.hypercare.session"].search([])
        self.assertEqual(session.state, "closed")
        self.assertIn("Print on the second floor", session.item_ids.mapped("decision"))


@tagged("post_install", "-at_install")
class TestTourPhone(TourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_board(self):
        self.start_tour(
            "/odoo/hypercare", "dist_hypercare_board_phone", login=self.user.login
        )


@tagged("post_install", "-at_install")
class TestTourSmallPhone(TourCommon):
    browser_size = "360x740"
    touch_enabled = True

    def test_command_center(self):
        """Everything is there on a small phone, and nothing is wider than it."""
        self.start_tour(
            "/odoo/command-center",
            "dist_hypercare_command_center_phone",
            login=self.user.login,
        )
