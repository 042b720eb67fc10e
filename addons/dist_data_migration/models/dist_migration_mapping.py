import base64
import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..services import mapping as engine


class DistMigrationMapping(models.Model):
    """Which file and column of a legacy extract feeds which object and field.

    A mapping can be edited here or kept as a YAML or JSON file; both are the same
    document (see ``services/mapping`` for its grammar).
    """

    _name = "dist.migration.mapping"
    _description = "Migration Mapping"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    source_system = fields.Char(
        string="Legacy System",
        required=True,
        tracking=True,
        help="Legacy keys are unique within a legacy system.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    object_ids = fields.One2many(
        "dist.migration.mapping.object", "mapping_id", string="Objects", copy=True
    )
    object_count = fields.Integer(compute="_compute_object_count")
    file_names = fields.Char(
        string="Files", compute="_compute_file_names", help="Files a cycle must bring."
    )
    content_hash = fields.Char(
        string="Checksum",
        compute="_compute_content_hash",
        help="SHA-256 of the mapping; reconciliations record it.",
    )
    description = fields.Text()

    def _compute_object_count(self):
        for mapping in self:
            mapping.object_count = len(mapping.object_ids)

    @api.depends("object_ids")
    def _compute_file_names(self):
        for mapping in self:
            try:
                mapping.file_names = ", ".join(mapping._spec().files())
            except UserError:
                mapping.file_names = False

    @api.depends("object_ids", "source_system")
    def _compute_content_hash(self):
        for mapping in self:
            mapping.content_hash = engine.document_hash(mapping._document())

    # -- document -------------------------------------------------------------------

    def _document(self):
        """Return the mapping as the document that files hold."""
        self.ensure_one()
        return {
            "name": self.name or "",
            "source_system": self.source_system or "",
            "objects": [item._document() for item in self.object_ids],
        }

    def _spec(self):
        """Return the checked mapping.

        :raise ValidationError: listing everything that is wrong with it
        """
        self.ensure_one()
        return self._parse(self._document())

    @api.model
    def _parse(self, document):
        catalogue = self.env["dist.migration.object"]._catalogue()
        try:
            return engine.MappingSpec.parse(document, catalogue)
        except engine.MappingError as error:
            raise ValidationError(
                self.env._(
                    "The mapping can't be used:\n%(problems)s",
                    problems="\n".join(f"• {line}" for line in error.problems),
                )
            ) from error

    @api.model
    def _vals_from_document(self, document):
        spec = self._parse(document)
        MappingObject = self.env["dist.migration.mapping.object"]
        return {
            "name": spec.name or spec.source_system,
            "source_system": spec.source_system,
            "object_ids": [Command.clear()]
            + [
                Command.create(
                    dict(
                        MappingObject._vals_from_document(item.data), sequence=position
                    )
                )
                for position, item in enumerate(spec.objects, start=1)
            ],
        }

    def _reading(self, filename):
        """Return the options of ``reader.open_table`` for a file.

        They are those of the object whose own file it is, also where others look
        things up in it.
        """
        for item in self.object_ids:
            if (item.filename or "").casefold() == filename.casefold():
                return engine.reading_options(item._document())
        return {}

    @api.model
    def _create_from_text(self, text, **values):
        """Create a mapping from YAML or JSON text.

        :raise UserError: the text is no mapping, with every problem it has
        """
        return self.create(dict(self._vals_from_document(self._load(text)), **values))

    def _update_from_text(self, text):
        """Replace the mapping by that of a file."""
        self.ensure_one()
        self.write(self._vals_from_document(self._load(text)))

    @api.model
    def _load(self, text):
        try:
            return engine.load_document(text)
        except engine.MappingError as error:
            raise UserError("\n".join(error.problems)) from error

    # -- actions --------------------------------------------------------------------

    def action_check(self):
        """Tell whether the mapping can be used, or everything that is wrong."""
        self.ensure_one()
        spec = self._spec()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The mapping is complete. It reads: %(files)s.",
                    files=", ".join(spec.files()),
                ),
            },
        }

    def action_export(self):
        """Download the mapping as a YAML file."""
        self.ensure_one()
        self.check_access("read")
        # sudo: a viewer may download what may be read; the file is the user's own
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self.name}.yaml",
                    "raw": engine.dump_document(self._document()).encode(),
                    "mimetype": "application/yaml",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    @api.model
    def _decode_file(self, content):
        """Return the text of an uploaded mapping file (base64)."""
        try:
            return base64.b64decode(content).decode("utf-8-sig")
        except ValueError as error:
            raise UserError(
                self.env._("The mapping file is not UTF-8 text.")
            ) from error

    def _json(self):
        """Return the mapping as JSON text."""
        return json.dumps(self._document(), ensure_ascii=False, indent=2)
