from odoo import fields, models


class DistMajorIncidentLog(models.Model):
    """A message about a major incident: who told whom what, and when."""

    _name = "dist.major.incident.log"
    _description = "Communication of a Major Incident"
    _inherit = "dist.append.only.mixin"
    _order = "logged_at, id"
    _rec_name = "message"

    incident_id = fields.Many2one(
        "dist.major.incident", required=True, ondelete="restrict", index=True
    )
    site_id = fields.Many2one(
        related="incident_id.site_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one(
        related="incident_id.company_id", store=True, index="btree_not_null"
    )
    program_id = fields.Many2one(
        related="incident_id.program_id", store=True, index=True
    )
    logged_at = fields.Datetime(string="Time", required=True, readonly=True)
    author_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, ondelete="restrict"
    )
    audience = fields.Char(
        string="To", required=True, readonly=True, help="Who was told."
    )
    message = fields.Text(required=True, readonly=True)
