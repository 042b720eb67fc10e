from odoo import api, models

from ..services.import_templates import FOLDER, TEMPLATES


class DistImportTemplateMixin(models.AbstractModel):
    """A register that can be filled from a spreadsheet: it offers a file to start from.

    ``services/import_templates.py`` says which registers have one and what it contains.
    """

    _name = "dist.import.template.mixin"
    _description = "Register with an Import Template"

    @api.model
    def get_import_templates(self):
        """Return the file that the import screen of the register offers."""
        if self._name not in TEMPLATES:
            return []
        return [
            {
                "label": self.env._(
                    "Import Template: %(model)s",
                    model=self.env["ir.model"]._get(self._name).name,
                ),
                "template": f"/dist_rollout_governance/{FOLDER}/"
                f"{self._name.replace('.', '_')}.xlsx",
            }
        ]
