from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    dist_is_opening_load = fields.Boolean(
        string="Opening Load",
        readonly=True,
        copy=False,
        help="Takes the open items and the opening balance of a migration. Documents "
        "keep their legacy number, whatever its form.",
    )
