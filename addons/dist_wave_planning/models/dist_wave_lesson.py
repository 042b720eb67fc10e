from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

HEADINGS = [
    ("data_quality", "Data Quality"),
    ("training", "Training Effectiveness"),
    ("defects", "Defect Patterns"),
    ("support", "Support Demand"),
    ("process", "Process Adherence"),
]
# where the next wave checks what was learned under a heading
WORKSTREAM_OF_HEADING = {
    "data_quality": "purchase_inventory",
    "training": "people",
    "defects": "support",
    "support": "support",
    "process": "logistics",
}


class DistWaveLesson(models.Model):
    """What a wave has taught, under one of five headings, and what follows from it.

    A lesson becomes an improvement in the backlog, a line of the gate template for the
    next waves, or both.
    """

    _name = "dist.wave.lesson"
    _description = "Lesson of a Rollout Wave"
    _inherit = "dist.protected.mixin"
    _order = "wave_id, heading, id"
    _rec_name = "lesson"
    _protected_fields = frozenset({"task_id", "template_line_id"})
    _immutable_fields = frozenset({"wave_id"})

    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        required=True,
        ondelete="cascade",
        index=True,
    )
    program_id = fields.Many2one(related="wave_id.program_id", store=True, index=True)
    heading = fields.Selection(HEADINGS, required=True)
    lesson = fields.Text(required=True, help="What happened, and why.")
    follow_up = fields.Char(
        help="What is done about it. Empty: there is nothing to be done."
    )
    for_next_wave = fields.Boolean(
        string="Check in the Next Wave",
        help="The follow-up becomes a line of the gate template of the wave.",
    )
    task_id = fields.Many2one(
        "project.task",
        string="Improvement",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    template_line_id = fields.Many2one(
        "dist.gate.template.line",
        string="Gate Template Line",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    @api.constrains("for_next_wave", "follow_up")
    def _check_follow_up(self):
        for lesson in self:
            if lesson.for_next_wave and not lesson.follow_up:
                raise UserError(
                    self.env._("Say what the next wave has to check: the follow-up.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        lessons = super().create(vals_list)
        lessons._apply_to_template()
        return lessons

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"for_next_wave", "follow_up"}:
            self._apply_to_template()
        return result

    def _apply_to_template(self):
        """Give the wave's template a line for each marked lesson, once."""
        # sudo: the link is protected; whoever writes lessons may add template lines
        for lesson in self.sudo().filtered(
            lambda one: one.for_next_wave and not one.template_line_id
        ):
            template = lesson.wave_id.template_id
            if template:
                lesson.template_line_id = template.line_ids.create(
                    {
                        "template_id": template.id,
                        "name": lesson.follow_up,
                        "workstream": WORKSTREAM_OF_HEADING[lesson.heading],
                        "source": "attested",
                        "sequence": 900,
                        "guidance": lesson.lesson,
                    }
                )

    def action_create_improvement(self):
        """Put the follow-ups into the improvement backlog, each once."""
        self.check_access("write")
        for lesson in self:
            if not lesson.follow_up:
                raise UserError(self.env._("Say what is to be done: the follow-up."))
            if not lesson.task_id:
                # sudo: the link is protected; rights on the lesson are checked above
                lesson.sudo().task_id = lesson.program_id._create_workplan_tasks(
                    [
                        {
                            "name": lesson.follow_up,
                            "description": plaintext2html(lesson.lesson),
                            "dist_is_improvement": True,
                        }
                    ]
                )
