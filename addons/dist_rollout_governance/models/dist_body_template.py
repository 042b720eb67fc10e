from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .dist_body import BODY_TYPES, MAX_QUORUM, RHYTHMS


class DistBodyTemplate(models.Model):
    """A standard body: what a program gets when it creates its bodies."""

    _name = "dist.body.template"
    _description = "Standard Body"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    type = fields.Selection(BODY_TYPES, required=True)
    mandate = fields.Text(required=True, translate=True)
    quorum = fields.Integer(required=True, default=3)
    rhythm = fields.Selection(
        RHYTHMS, string="Meeting Rhythm", required=True, default="monthly"
    )
    parent_type = fields.Selection(BODY_TYPES, string="Escalates To")

    _type_uniq = models.UniqueIndex(
        "(type) WHERE active", "There is a standard body of this type already."
    )
    _quorum_range = models.Constraint(
        f"CHECK (quorum BETWEEN 1 AND {MAX_QUORUM})",
        f"The quorum lies between 1 and {MAX_QUORUM} votes.",
    )

    @api.constrains("type", "parent_type")
    def _check_parent_type(self):
        parents = {t.type: t.parent_type for t in self.search([])}
        for template in self:
            seen, body_type = set(), template.type
            while body_type and body_type not in seen:
                seen.add(body_type)
                body_type = parents.get(body_type)
            if body_type:
                raise ValidationError(
                    self.env._("The bodies escalate to each other in a circle.")
                )

    def _create_for(self, program):
        """Create the program's missing bodies and say who escalates to whom."""
        existing = {body.type: body for body in program.body_ids}
        missing = self.filtered(lambda t: t.type not in existing)
        bodies = self.env["dist.body"].create(
            [template._prepare_body_vals(program) for template in missing]
        )
        by_type = {**existing, **{body.type: body for body in bodies}}
        for template, body in zip(missing, bodies, strict=True):
            body.parent_id = by_type.get(template.parent_type)
        return bodies

    def _prepare_body_vals(self, program):
        self.ensure_one()
        return {
            "program_id": program.id,
            "name": self.name,
            "sequence": self.sequence,
            "type": self.type,
            "mandate": self.mandate,
            "quorum": self.quorum,
            "rhythm": self.rhythm,
        }
