from odoo import api, models
from odoo.exceptions import AccessError


class DistProtectedMixin(models.AbstractModel):
    """Fields that only the server's own actions may set.

    A model lists in ``_protected_fields`` what is written by its ``action_*``
    methods alone, and in ``_immutable_fields`` what is given at creation and never
    again (the links that decide who may see the record: record rules are not
    checked a second time after a write).

    Both lists hold for every call that does not run as superuser: web client, RPC,
    import, commands through a parent record. No context key lifts them.
    """

    _name = "dist.protected.mixin"
    _description = "Protected Fields"

    _protected_fields = frozenset()
    _immutable_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [self._with_protected_defaults(vals) for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._refuse_fields(self._protected_fields & vals.keys())
            self._refuse_fields(
                name
                for name in self._immutable_fields & vals.keys()
                if any(record._is_changed(name, vals[name]) for record in self)
            )
        return super().write(vals)

    def _with_protected_defaults(self, vals):
        """Return the values with the protected fields at the model's own defaults.

        They are set one by one, so that neither a ``default_`` key of the context
        nor a user's own default takes their place.
        """
        fields = [self._fields[name] for name in self._protected_fields]
        defaults = {
            field.name: self._protected_default(field)
            for field in fields
            if not field.compute
        }
        self._refuse_fields(
            field.name
            for field in fields
            if vals.get(field.name) and vals[field.name] != defaults.get(field.name)
        )
        return {**vals, **defaults}

    def _protected_default(self, field):
        """Return a field's own default as a value to write."""
        value = field.default(self) if field.default else False
        return value.id if isinstance(value, models.BaseModel) else value

    def _is_changed(self, name, value):
        """Say whether writing ``value`` would move an immutable many2one or scalar.

        Dates come as text from the client and from an import.
        """
        field = self._fields[name]
        current = field.convert_to_cache(self[name], self)
        return current != field.convert_to_cache(value or False, self)

    def _refuse_fields(self, names):
        """Raise one sentence that names the fields by their labels."""
        names = sorted(names)
        if not names:
            return
        labels = ", ".join(
            self._fields[name]._description_string(self.env) for name in names
        )
        raise AccessError(
            self.env._(
                "%(fields)s of %(model)s can't be set directly. "
                "Use the buttons of the form: they check the conditions first.",
                fields=labels,
                model=self.env["ir.model"]._get(self._name).name,
            )
        )
