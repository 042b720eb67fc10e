from odoo.tests import TransactionCase

from ..demo_program.program import PROGRAM_CODE


class DemoCommon(TransactionCase):
    """The demo program, built once for a class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dist.rollout.demo"]._build()
        cls.env.flush_all()
        cls.program = cls.env["dist.program"].search([("code", "=", PROGRAM_CODE)])
        cls.pilot, cls.second, cls.third = cls.env["dist.wave"].search(
            [("program_id", "=", cls.program.id)], order="planned_go_live"
        )

    def _user(self, login):
        return self.env["res.users"].search([("login", "=", login)])
