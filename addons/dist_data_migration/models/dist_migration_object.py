from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.loaders import LOADERS


class DistMigrationObject(models.Model):
    """A kind of record that is migrated: products, customers, on-hand stock…

    The loader behind it is code; order, scope and description are data. A new object
    is a loader class (see ``services/loaders/base.py``) and a record of this model.
    """

    _name = "dist.migration.object"
    _description = "Migration Object"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="The name mapping files use.")
    sequence = fields.Integer(
        required=True,
        default=10,
        help="Objects are loaded after those they need; where that leaves a choice, "
        "the lower number comes first.",
    )
    active = fields.Boolean(default=True)
    loader = fields.Selection(
        selection="_selection_loader",
        required=True,
        help="The program that turns rows into records.",
    )
    model = fields.Char(
        string="Target Model", compute="_compute_model", help="What rows become."
    )
    depends_on_ids = fields.Many2many(
        "dist.migration.object",
        "dist_migration_object_dependency_rel",
        "object_id",
        "depends_on_id",
        string="Needs",
        help="Objects that must be loaded before.",
    )
    is_shared = fields.Boolean(
        string="Shared Between Companies",
        help="Records belong to no company and are found again by the cycles of all "
        "companies of the program. Otherwise they belong to the cycle's company.",
    )
    owner_ids = fields.One2many(
        "dist.migration.object.owner", "object_id", string="Owners"
    )
    description = fields.Text(translate=True)

    _code_uniq = models.UniqueIndex("(code)", "The code of an object must be unique.")

    @api.model
    def _selection_loader(self):
        return [(key, key) for key in LOADERS]

    @api.depends("loader")
    def _compute_model(self):
        for record in self:
            loader = LOADERS.get(record.loader)
            record.model = loader.model if loader else False

    @api.constrains("depends_on_ids")
    def _check_order(self):
        catalogue = self.with_context(active_test=False).search(
            [("active", "in", (True, False))]
        )
        circle = catalogue._circle()
        if circle:
            raise ValidationError(
                self.env._(
                    "These objects need each other, so none could be the first: "
                    "%(names)s.",
                    names=", ".join(circle.mapped("name")),
                )
            )

    @api.model
    def _ordered(self):
        """Return the active objects, each after all that it needs.

        The sequence decides where the dependencies leave it open.
        """
        return self.search([("active", "=", True)])._topological()[0]

    def _circle(self):
        """Return the objects that no order could put after what they need."""
        return self._topological()[1]

    def _topological(self):
        """Return ``(ordered, rest)``; the rest needs each other in a circle."""
        ordered, waiting = self.browse(), self
        while waiting:
            ready = waiting.filtered(
                lambda one, waiting=waiting: not one.depends_on_ids & waiting
            )
            if not ready:
                return ordered, waiting._core()
            ordered += ready[0]
            waiting -= ready[0]
        return ordered, waiting

    def _core(self):
        """Leave out objects that only wait for a circle and are not part of it."""
        core = self
        while True:
            inner = core.filtered(lambda one, core=core: one in core.depends_on_ids)
            if inner == core:
                return core
            core = inner

    def _all_needs(self):
        """Return everything that must be loaded before, directly or not."""
        found, new = self.browse(), self.depends_on_ids
        while new:
            found |= new
            new = new.depends_on_ids - found
        return found

    @api.model
    def _get(self, code):
        """Return the object of that code, empty when there is none."""
        # sudo: the catalogue holds no data of any company
        return self.sudo().search([("code", "=", code)], limit=1)

    @api.model
    def _catalogue(self):
        """Return ``{code: {field: Target}}`` of all active objects."""
        return {
            record.code: LOADERS[record.loader].targets for record in self.search([])
        }
