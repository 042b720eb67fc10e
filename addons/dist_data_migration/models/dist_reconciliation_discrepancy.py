from odoo import fields, models
from odoo.exceptions import UserError

KINDS = [
    ("missing", "Missing in Odoo"),
    ("unexpected", "Unexpected in Odoo"),
    ("quantity", "Quantity"),
    ("value", "Value"),
    ("attribute", "Attribute"),
    ("date", "Date"),
    ("negative", "Negative Stock"),
]
DIAGNOSES = [
    ("lot_swap", "Lots Swapped"),
    ("location_swap", "Locations Swapped"),
    ("uom_factor", "Unit of Measure"),
    ("sign_flip", "Sign Reversed"),
    ("currency_factor", "Currency Rate"),
    ("timing", "Moved Since the Cutover"),
    ("merged_partner", "Merged Partner"),
    ("offsetting", "Offsetting"),
]


class DistReconciliationDiscrepancy(models.Model):
    """A key on which legacy and Odoo differ. Matches are never stored."""

    _name = "dist.reconciliation.discrepancy"
    _description = "Discrepancy"
    _order = "reconciliation_id desc, id"
    _rec_name = "key"

    reconciliation_id = fields.Many2one(
        "dist.reconciliation", required=True, ondelete="restrict", index=True
    )
    control_id = fields.Many2one(
        "dist.reconciliation.control", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    site_id = fields.Many2one("dist.site", ondelete="restrict", index="btree_not_null")
    key = fields.Char()
    kind = fields.Selection(KINDS, required=True)
    diagnosis = fields.Selection(
        DIAGNOSES, help="What the figures suggest as the cause; to be confirmed."
    )
    is_tolerated = fields.Boolean(
        string="Within Tolerance", help="Listed, but small enough for its control."
    )
    detail = fields.Char()
    legacy_value = fields.Float(string="Legacy", digits=(20, 6))
    odoo_value = fields.Float(string="Odoo", digits=(20, 6))
    difference = fields.Float(digits=(20, 6))
    amount_difference = fields.Float(string="Difference in Value", digits=(20, 6))
    res_model = fields.Char(string="Model")
    res_id = fields.Integer(string="Record ID")

    def action_open_record(self):
        """Open the Odoo record behind the key."""
        self.ensure_one()
        model, res_id = self.res_model, self.res_id
        if model in ("sale.order.line", "purchase.order.line"):
            line = self.env[model].browse(res_id)
            model, res_id = line.order_id._name, line.order_id.id
        if not model or not self.env[model].browse(res_id).exists():
            raise UserError(
                self.env._("There is no record in Odoo: the key is missing here.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": res_id,
            "view_mode": "form" if model != "stock.quant" else "list,form",
            "views": [(False, "list"), (False, "form")]
            if model == "stock.quant"
            else [(False, "form")],
            "domain": [("id", "=", res_id)],
        }
