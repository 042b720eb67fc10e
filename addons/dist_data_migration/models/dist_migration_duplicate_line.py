from odoo import fields, models
from odoo.exceptions import UserError


class DistMigrationDuplicateLine(models.Model):
    """One row of a duplicate group."""

    _name = "dist.migration.duplicate.line"
    _description = "Duplicate Row"
    _order = "group_id, is_survivor desc, similarity desc, id"
    _rec_name = "legacy_key"

    group_id = fields.Many2one(
        "dist.migration.duplicate", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    row_id = fields.Many2one(
        "dist.migration.row", required=True, ondelete="cascade", index=True
    )
    legacy_key = fields.Char(related="row_id.legacy_key")
    data_text = fields.Text(related="row_id.data_text", string="Values")
    state = fields.Selection(related="group_id.state")
    is_survivor = fields.Boolean(
        string="Survivor", help="The row that is loaded; the others become part of it."
    )
    similarity = fields.Float(
        string="Similarity (%)", digits=(16, 1), help="Of the name to the survivor's."
    )
    filled = fields.Integer(string="Fields Filled")
    used = fields.Integer(
        string="Used By", help="Rows of the extract that refer to it."
    )

    def action_choose(self):
        """Make this row the survivor of its group."""
        self.ensure_one()
        self.group_id.cycle_id._check_action("merge")
        if self.group_id.state == "approved":
            raise UserError(
                self.env._("The group is merged. Reject it to choose another survivor.")
            )
        self.group_id.cycle_id._take_part()
        # sudo: groups are written by checked actions only
        lines = self.sudo().group_id.line_ids
        lines.is_survivor = False
        self.sudo().is_survivor = True
        return True
