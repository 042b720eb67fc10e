from odoo import fields, models

EVENTS = [
    ("wave_planned", "Rollout wave: planned"),
    ("wave_preparing", "Rollout wave: preparation starts"),
    ("wave_ready", "Rollout wave: ready for the decision"),
    ("wave_go", "Rollout wave: go decided"),
    ("wave_cutover", "Rollout wave: cutover starts"),
    ("wave_hypercare", "Rollout wave: cutover done, hypercare starts"),
    ("wave_stabilized", "Rollout wave: stabilized"),
    ("wave_closed", "Rollout wave: closed"),
    ("wave_rolled_back", "Rollout wave: rolled back"),
]


class DistCommunication(models.Model):
    _inherit = "dist.communication"

    event_code = fields.Selection(
        selection_add=EVENTS,
        ondelete={code: "set null" for code, _label in EVENTS},
    )
    plan_line_id = fields.Many2one(
        "dist.site.plan.template.line",
        string="From the Site Plan",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    _plan_line_uniq = models.UniqueIndex(
        "(site_id, plan_line_id) WHERE plan_line_id IS NOT NULL",
        "The site has this message of its plan already.",
    )
