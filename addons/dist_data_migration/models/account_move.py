from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _sequence_matches_date(self):
        """Legacy numbers follow no sequence; one with another year in it is kept."""
        return self.journal_id.dist_is_opening_load or super()._sequence_matches_date()

    def _must_check_constrains_date_sequence(self):
        return (
            not self.journal_id.dist_is_opening_load
            and super()._must_check_constrains_date_sequence()
        )
