from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import plaintext2html

from odoo.addons.dist_rollout_governance.models.dist_milestone import WORKSTREAMS

MAX_DAYS = 1000


class DistSitePlanTemplateLine(models.Model):
    """Something every new site of a template is given, so many days around go-live.

    By its kind a line becomes a task of the workplan, a milestone, a planned message
    or a risk of the catalogue, each once a site.
    """

    _name = "dist.site.plan.template.line"
    _description = "Site Plan Template Line"
    _order = "template_id, days, sequence, id"

    template_id = fields.Many2one(
        "dist.gate.template",
        string="Gate Template",
        required=True,
        ondelete="cascade",
        index=True,
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("task", "Task"),
            ("milestone", "Milestone"),
            ("communication", "Message"),
            ("risk", "Risk"),
        ],
        required=True,
        default="task",
    )
    workstream = fields.Selection(WORKSTREAMS, required=True, default="site")
    days = fields.Integer(
        string="Days from Go-live",
        help="When it is due: negative before the go-live, positive after it.",
    )
    role = fields.Selection(
        [
            ("site_manager", "Site Manager"),
            ("wave_lead", "Wave Lead"),
            ("process_owner", "Process Owner"),
            ("regional_lead", "Regional Lead"),
            ("program_manager", "Program Manager"),
        ],
        string="Responsible",
        required=True,
        default="wave_lead",
        help="Who is responsible; the wave lead where nobody has the role.",
    )
    risk_template_id = fields.Many2one(
        "dist.risk.template", string="Risk", ondelete="restrict", index="btree_not_null"
    )
    description = fields.Text(translate=True, help="What is to be done, or said.")

    _days_range = models.Constraint(
        f"CHECK (days BETWEEN -{MAX_DAYS} AND {MAX_DAYS})",
        "A line lies at most 1000 days before or after the go-live.",
    )

    @api.constrains("kind", "risk_template_id")
    def _check_risk_template_id(self):
        for line in self:
            if line.kind == "risk" and not line.risk_template_id:
                raise ValidationError(
                    self.env._(
                        "%(line)s is a risk: choose which one of the catalogue.",
                        line=line.name,
                    )
                )

    def _day(self, wave):
        return wave.planned_go_live + timedelta(days=self.days)

    def _responsible(self, site, wave):
        """Return the user who has the line's role for a site, else the wave lead."""
        # sudo: who has a role is no secret of the region, wave or program
        site, wave = site.sudo(), wave.sudo()
        user = {
            "site_manager": site.manager_id,
            "wave_lead": wave.manager_id,
            "process_owner": wave.process_owner_id,
            "regional_lead": site.region_id.lead_id,
            "program_manager": wave.program_id.manager_id,
        }[self.role]
        users = (user | wave.manager_id | self.env.user).filtered("active")
        return users[:1]

    # -- what a line becomes ------------------------------------------------------

    def _task_vals(self, site, wave):
        return {
            "name": self.name,
            "description": plaintext2html(self.description or ""),
            "date_deadline": datetime.combine(self._day(wave), time(12)),
            "user_ids": [fields.Command.set(self._responsible(site, wave).ids)],
            "dist_site_id": site.id,
            "dist_plan_line_id": self.id,
        }

    def _milestone_vals(self, site, wave):
        return {
            "name": self.name,
            "description": self.description,
            "program_id": site.program_id.id,
            "site_id": site.id,
            "workstream": self.workstream,
            "baseline_date": self._day(wave),
            "owner_id": self._responsible(site, wave).id,
            "plan_line_id": self.id,
        }

    def _communication_vals(self, site, wave):
        return {
            "name": self.name,
            "subject": self.name,
            "body": plaintext2html(self.description or self.name),
            "program_id": site.program_id.id,
            "site_id": site.id,
            "trigger": "date",
            "next_date": self._day(wave),
            "to_site_teams": True,
            "owner_id": self._responsible(site, wave).id,
            "plan_line_id": self.id,
        }

    def _risk_vals(self, site, wave):
        return {
            **self.risk_template_id._risk_vals(),
            "program_id": site.program_id.id,
            "site_id": site.id,
            "owner_id": self._responsible(site, wave).id,
            "date_deadline": self._day(wave),
        }
