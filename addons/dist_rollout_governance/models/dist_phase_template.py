from odoo import fields, models

from .dist_body import BODY_TYPES

METHODS = [
    ("stage_gated", "Stage-gated Rollout"),
    ("control_points", "Phases with Control Checkpoints"),
    ("deliverables", "Phased Delivery"),
    ("roadmap", "Multi-entity Roadmap"),
]


class DistPhaseTemplate(models.Model):
    """A phase of a rollout method, from which stage plans are made."""

    _name = "dist.phase.template"
    _description = "Phase of a Method"
    _order = "method, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    method = fields.Selection(METHODS, required=True)
    sequence = fields.Integer(default=10)
    objective = fields.Text(required=True, translate=True)
    app_focus = fields.Char(string="Odoo Apps in Focus", translate=True)
    checkpoint = fields.Text(
        translate=True, help="What the deciding body looks at before the phase closes."
    )
    body_type = fields.Selection(
        BODY_TYPES, string="Deciding Body", required=True, default="steering"
    )
    duration_weeks = fields.Integer(default=4)
    check_ids = fields.Many2many("dist.checkpoint", string="Closing Criteria")
    deliverable_ids = fields.One2many(
        "dist.phase.template.deliverable", "template_id", string="Deliverables"
    )

    _duration_range = models.Constraint(
        "CHECK (duration_weeks BETWEEN 1 AND 520)",
        "A phase lasts between 1 and 520 weeks.",
    )
