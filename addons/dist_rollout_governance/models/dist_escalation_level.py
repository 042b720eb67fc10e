from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .dist_body import BODY_TYPES


class DistEscalationLevel(models.Model):
    """A rung of the escalation ladder: how long a proposal stays with which body.

    Level 1 is the body that decides by right. A proposal that is not decided within
    the hours of its level goes to the body of the next one. A program has the
    shipped ladder, or one of its own.
    """

    _name = "dist.escalation.level"
    _description = "Escalation Level"
    _inherit = "dist.protected.mixin"
    _order = "program_id, level, id"
    _immutable_fields = frozenset({"program_id"})

    program_id = fields.Many2one(
        "dist.program",
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: the ladder of every program that has none of its own.",
    )
    level = fields.Integer(required=True, default=1)
    hours = fields.Integer(
        required=True,
        default=72,
        help="Hours of the clock, nights and weekends included.",
    )
    body_type = fields.Selection(
        BODY_TYPES,
        string="Body",
        help="Empty on level 1: the body that decides by right. Empty above: the one "
        "that the body of the level below escalates to.",
    )

    _level_uniq = models.UniqueIndex(
        "(COALESCE(program_id, 0), level)", "The ladder has this level already."
    )
    _level_range = models.Constraint(
        "CHECK (level BETWEEN 1 AND 9)", "Levels go from 1 to 9."
    )
    _hours_range = models.Constraint(
        "CHECK (hours BETWEEN 1 AND 8760)",
        "A level lasts from one hour to one year (8760 hours).",
    )

    @api.constrains("level", "body_type")
    def _check_first_level(self):
        if self.filtered(lambda rung: rung.level == 1 and rung.body_type):
            raise ValidationError(
                self.env._(
                    "Level 1 is the body that decides by right: leave the body empty."
                )
            )

    @api.depends("level", "program_id")
    def _compute_display_name(self):
        for rung in self:
            rung.display_name = self.env._(
                "Level %(level)s, %(program)s",
                level=rung.level,
                program=rung.program_id.display_name or self.env._("every program"),
            )

    @api.model
    def _ladders(self, programs):
        """Return ``{program id: its levels from the first up}``."""
        levels = self.search([("program_id", "in", [False, *programs.ids])])
        shipped = levels.filtered(lambda rung: not rung.program_id)
        ladders = {}
        for program in programs:
            own = levels.filtered(lambda rung, p=program: rung.program_id == p)
            ladders[program.id] = (own or shipped).sorted("level")
        return ladders

    def _ends(self, since):
        """Return the moment a proposal that came here then has to leave."""
        self.ensure_one()
        return since + timedelta(hours=self.hours)

    def _body_for(self, decision):
        """Return the body of this level for a decision that comes from below."""
        self.ensure_one()
        if not self.body_type:
            return decision.body_id.parent_id.filtered("active")
        return self.env["dist.body"].search(
            [
                ("program_id", "=", decision.program_id.id),
                ("type", "=", self.body_type),
            ],
            limit=1,
        )
