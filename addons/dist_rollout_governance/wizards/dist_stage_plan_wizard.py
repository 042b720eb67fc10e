from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.dist_phase_template import METHODS


class DistStagePlanWizard(models.TransientModel):
    """Dialog that gives a program the phases of a method.

    Phases the program has already are left alone: the dialog can be used again.
    """

    _name = "dist.stage.plan.wizard"
    _description = "Create the Stage Plan"

    program_id = fields.Many2one("dist.program", required=True)
    method = fields.Selection(METHODS, required=True, default="stage_gated")
    date_start = fields.Date(
        string="First Day", required=True, default=fields.Date.context_today
    )

    def action_confirm(self):
        """Create the phases that are missing and open the phase board."""
        self.ensure_one()
        self.program_id.check_access("write")
        templates = self.env["dist.phase.template"].search(
            [("method", "=", self.method)]
        )
        if not templates:
            raise UserError(self.env._("The method has no phases. Add them first."))
        start = self.date_start
        for template in templates:
            end = start + relativedelta(weeks=template.duration_weeks, days=-1)
            self._create_phase(template, start, end)
            start = end + relativedelta(days=1)
        return self.program_id.action_open_phases()

    def _create_phase(self, template, start, end):
        Phase = self.env["dist.phase"].with_context(active_test=False)
        if Phase.search_count(
            [
                ("program_id", "=", self.program_id.id),
                ("template_id", "=", template.id),
            ],
            limit=1,
        ):
            return
        phase = Phase.create(
            {
                "program_id": self.program_id.id,
                "name": template.name,
                "method": template.method,
                "sequence": template.sequence,
                "objective": template.objective,
                "app_focus": template.app_focus,
                "checkpoint": template.checkpoint,
                "body_type": template.body_type,
                "planned_start": start,
                "planned_end": end,
                "check_ids": [fields.Command.set(template.check_ids.ids)],
                "deliverable_ids": [
                    fields.Command.create(
                        {
                            "name": line.name,
                            "document_type": line.document_type,
                            "is_required": line.is_required,
                            "sequence": line.sequence,
                        }
                    )
                    for line in template.deliverable_ids
                ],
            }
        )
        # sudo: the link to the template is protected
        phase.sudo().template_id = template
