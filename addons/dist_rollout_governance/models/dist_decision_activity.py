from odoo import api, fields, models
from odoo.exceptions import UserError

from .dist_body import BODY_TYPES


class DistDecisionActivity(models.Model):
    """What has to be decided in a program: the rows of the matrix of decision rights.

    The matrix columns show the letters that hold for the program in the context key
    ``raci_program_id``, or the shipped ones.
    """

    _name = "dist.decision.activity"
    _description = "Decision Activity"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    deadline_days = fields.Integer(
        string="Days to Decide",
        required=True,
        default=10,
        help="A request is due this many days after it was proposed.",
    )
    right_ids = fields.One2many(
        "dist.decision.right", "activity_id", string="Decision Rights"
    )
    steering = fields.Char(compute="_compute_letters")
    design_authority = fields.Char(compute="_compute_letters")
    data_council = fields.Char(compute="_compute_letters")
    release_board = fields.Char(compute="_compute_letters")
    pmo = fields.Char(string="PMO", compute="_compute_letters")
    program_board = fields.Char(compute="_compute_letters")
    roles = fields.Char(compute="_compute_letters")

    _code_uniq = models.UniqueIndex("(code)", "There is an activity of this code.")
    _deadline_days_range = models.Constraint(
        "CHECK (deadline_days BETWEEN 0 AND 365)",
        "A decision is due within 0 to 365 days.",
    )

    @api.depends("right_ids.letter", "right_ids.body_type", "right_ids.role")
    @api.depends_context("raci_program_id")
    def _compute_letters(self):
        program_id = self.env.context.get("raci_program_id")
        program = self.env["dist.program"].browse(program_id or [])
        for activity in self:
            rights = activity._rights(program)
            for body_type, _label in BODY_TYPES:
                letters = rights.filtered(
                    lambda r, body_type=body_type: r.body_type == body_type
                ).mapped("letter")
                activity[body_type] = ", ".join(letters)
            activity.roles = ", ".join(
                f"{right.role} ({right.letter})" for right in rights if right.role
            )

    @api.model
    def _of_code(self, code):
        """Return the activity of a code; raise a sentence when there is none."""
        activity = self.search([("code", "=", code)], limit=1)
        if not activity:
            raise UserError(
                self.env._(
                    "No decision activity has the code %(code)s. Ask the program "
                    "administrator to add or unarchive it.",
                    code=code,
                )
            )
        return activity

    def _rights(self, program):
        """Return the rights that hold in a program: its own, or the shipped ones.

        A program that says anything about an activity says everything about it.
        """
        self.ensure_one()
        own = self.right_ids.filtered(
            lambda r: program and r.program_id == program._origin
        )
        return own or self.right_ids.filtered(lambda r: not r.program_id)

    def _route(self, program):
        """Return the program's body that decides on this activity.

        :raises UserError: nobody is accountable, or the program lacks the body
        """
        self.ensure_one()
        accountable = self._rights(program).filtered(
            lambda r: r.letter == "A" and r.body_type
        )
        if not accountable:
            raise UserError(
                self.env._(
                    "Nobody is accountable for “%(activity)s”. Give an A to a body in "
                    "the matrix of decision rights.",
                    activity=self.name,
                )
            )
        bodies = self.env["dist.body"].search(
            [
                ("program_id", "=", program.id),
                ("type", "=", accountable[0].body_type),
            ],
            limit=1,
        )
        if not bodies:
            raise UserError(
                self.env._(
                    "“%(activity)s” is decided by the %(body)s, which program "
                    "%(program)s does not have. Create the standard bodies on the "
                    "program.",
                    activity=self.name,
                    body=accountable[0]._party(),
                    program=program.display_name,
                )
            )
        return bodies
