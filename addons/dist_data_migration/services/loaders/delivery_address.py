from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import register
from .partner import PartnerLoader

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class DeliveryAddressLoader(PartnerLoader):
    """Further addresses that goods of a customer are delivered to."""

    key = "delivery_address"
    targets = {
        "customer": Target(
            _lt("Customer"), "reference", required=True, reference="customer"
        ),
        "name": Target(_lt("Name"), required=True),
        **{
            name: PartnerLoader.targets[name]
            for name in (
                "street",
                "street2",
                "zip",
                "city",
                "state",
                "country",
                "phone",
                "email",
                "active",
            )
        },
    }

    def prepare(self, row):
        vals = super().prepare(row)
        vals.update(
            parent_id=self.reference(row, "customer"), type="delivery", is_company=False
        )
        return vals
