from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, Outcome, number, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class ProductAttributeLoader(Loader):
    """Values of the attributes that tell the variants of a product apart.

    A value that Odoo knows already is used as it is. A new attribute creates variants
    dynamically: only those that the legacy system has, never all combinations.
    """

    key = "product_attribute"
    model = "product.attribute.value"
    used_by = (("product.template.attribute.line", "value_ids"),)
    targets = {
        "attribute": Target(_lt("Attribute"), required=True),
        "value": Target(_lt("Value"), required=True),
        "sequence": Target(_lt("Sequence"), "number"),
    }

    def apply(self, rows):
        self._attributes = self._find_attributes(rows)
        known = self.find([row.key for row in rows])
        outcomes = [self._apply_row(row, known.get(row.key)) for row in rows]
        self.remember(rows, outcomes)
        return outcomes

    def _find_attributes(self, rows):
        """Return ``{name: attribute}``, with those that had to be created."""
        Attribute = self.env["product.attribute"].with_context(lang="en_US")
        found = {}
        for attribute in Attribute.search([]):
            found.setdefault(attribute.name.casefold(), attribute)
        names = {row.data["attribute"].casefold(): row.data for row in rows}
        missing = [data for name, data in names.items() if name not in found]
        created = Attribute.create(
            [
                {"name": data["attribute"], "create_variant": "dynamic"}
                for data in missing
            ]
        )
        self.cycle._note_created(
            self.object,
            Attribute._name,
            [(attribute.name, attribute.id) for attribute in created],
        )
        return found | {attribute.name.casefold(): attribute for attribute in created}

    def _apply_row(self, row, known):
        vals = self.prepare(row)
        record = known or self._same_value(vals)
        if not record:
            record = self.create_records([vals])
            return Outcome(row.id, "create", record.id)
        changed = self.difference(record, vals)
        if "attribute_id" in changed:
            raise LoadError(
                _lt(
                    "%(value)s is a value of %(attribute)s already and can't move.",
                    value=record.name,
                    attribute=record.attribute_id.name,
                )
            )
        if changed:
            self.update_record(record, changed)
        return Outcome(row.id, "update" if changed else "same", record.id)

    def prepare(self, row):
        attribute = self._attributes[row.data["attribute"].casefold()]
        vals = {"name": row.data["value"], "attribute_id": attribute.id}
        if row.data.get("sequence"):
            vals["sequence"] = int(number(row, "sequence"))
        return vals

    def _same_value(self, vals):
        attribute = self.env["product.attribute"].browse(vals["attribute_id"])
        return attribute.value_ids.filtered(
            lambda value: value.name.casefold() == vals["name"].casefold()
        )[:1]
