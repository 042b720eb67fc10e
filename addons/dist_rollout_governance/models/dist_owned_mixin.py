from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DistOwnedMixin(models.AbstractModel):
    """An entry of a register that a person answers for.

    Steps are ``action_*`` methods that ask one ``_<step>_obstacles`` method: the
    sentences it returns are raised by :meth:`_check_obstacles`, and none means that
    the way is free.
    """

    _name = "dist.owned.mixin"
    _description = "Register Entry with an Owner"
    _inherit = "dist.register.mixin"

    owner_id = fields.Many2one(
        "res.users",
        string="Owner",
        default=lambda self: self.env.user.filtered("active"),
        domain="[('share', '=', False)]",
        ondelete="restrict",
        index=True,
        tracking=True,
        help="Who answers for it and is told when something happens.",
    )

    @api.constrains("owner_id")
    def _check_owner_id(self):
        # sudo: the name of a colleague of another company may stand in a message.
        for entry in self.sudo():
            if entry.owner_id and not entry.owner_id.active:
                raise ValidationError(
                    self.env._(
                        "%(person)s is archived and can't own %(entry)s. Choose "
                        "somebody who works here.",
                        person=entry.owner_id.name,
                        entry=entry.display_name,
                    )
                )

    def _check_same_program(self, name):
        """Raise when a link leads into another program."""
        for entry in self:
            if entry[name]:
                entry._check_program_of(entry[name])

    def _check_program_of(self, linked):
        """Raise unless the linked record belongs to the entry's program."""
        self.ensure_one()
        # sudo: the programs are compared, whoever may read the linked record.
        linked = linked.sudo()
        if linked.program_id != self.sudo().program_id:
            raise ValidationError(
                self.env._(
                    "%(linked)s belongs to another program. Choose one of %(program)s.",
                    linked=linked.display_name,
                    program=self.sudo().program_id.display_name,
                )
            )

    def _check_obstacles(self, step):
        """Raise one error that lists everything a step misses."""
        for entry in self:
            # sudo: what stands in the way counts, whoever may see it.
            obstacles = getattr(entry.sudo(), f"_{step}_obstacles")()
            if obstacles:
                raise UserError(
                    self.env._(
                        "%(entry)s can't take this step yet:", entry=entry.display_name
                    )
                    + "\n- "
                    + "\n- ".join(obstacles)
                )

    def _take_step(self, step, vals):
        """Check rights and conditions of a step, then write its outcome."""
        self.check_access("write")
        self._check_obstacles(step)
        # sudo: states and results are protected; rights and conditions are checked
        # above.
        self.sudo().write(vals)

    def _responsible(self):
        """Return whom to tell: the owner, else the program manager, else nobody.

        A person who was archived or may not read the entry is left out: the step
        that tells them must not fail on that.
        """
        self.ensure_one()
        for user in self.owner_id | self.program_id.manager_id:
            if user.active and self.with_user(user).has_access("read"):
                return user
        return self.env["res.users"]

    def _tell_responsible(self, summary, note=""):
        """Put an activity before the responsible person of each entry."""
        for entry in self:
            user = entry._responsible()
            if user:
                entry.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=summary,
                    # the note is HTML; names in it are not
                    note=escape(note),
                )

    def _open_one(self, record):
        """Return the form action of a record that an entry has led to."""
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
