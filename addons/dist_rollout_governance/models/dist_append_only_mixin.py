from odoo import api, models
from odoo.exceptions import AccessError


class DistAppendOnlyMixin(models.AbstractModel):
    """Rows that nobody creates, changes or deletes directly, superuser included.

    A model that inherits this adds its rows in a private method of its own, through
    :meth:`_append_rows`.
    """

    _name = "dist.append.only.mixin"
    _description = "Append-only Rows"

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_change(bool(vals_list))
        return super().create(vals_list)

    def _append_rows(self, vals_list):
        """Create rows past the refusal, for the model's own method alone."""
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_change(bool(self))
        return super().write(vals)

    def copy_data(self, default=None):
        self._refuse_change(bool(self))
        return super().copy_data(default)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse_change(bool(self))

    def _refuse_change(self, refused):
        if refused:
            raise AccessError(
                self.env._(
                    "%(model)s rows are append-only: they can't be created, changed "
                    "or deleted directly. Sign or revoke on the document itself.",
                    model=self._description,
                )
            )
