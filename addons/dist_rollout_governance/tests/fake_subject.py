"""A model that exists in tests only: a record that bodies decide on."""

from odoo import fields, models


class DistTestSubject(models.Model):
    _name = "dist.test.subject"
    _description = "Decided Test Record"
    _inherit = ["dist.register.mixin", "dist.decision.mixin"]

    name = fields.Char()
    amount = fields.Integer()
    last_day = fields.Date()
    activity = fields.Char(default="deviation_integration")
    outcomes = fields.Char(default="")

    def _decision_activity(self):
        return self.activity

    def _decision_content(self):
        return {"name": self.name, "amount": self.amount}

    def _decision_obstacles(self):
        return [] if self.name else ["The subject needs a name."]

    def _decision_valid_until(self):
        return self.last_day

    def _after_decision(self, decision):
        self.outcomes = f"{self.outcomes or ''}{decision.state} "
