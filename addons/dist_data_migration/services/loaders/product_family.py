from odoo.tools.translate import LazyTranslate

from .base import register
from .product import ProductLoader

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class ProductFamilyLoader(ProductLoader):
    """Products that come in variants: what all the variants share.

    A family has no variant of its own. Each is a row of the products that names the
    family, with its attributes.
    """

    key = "product_family"
    model = "product.template"
    used_by = (("product.product", "product_tmpl_id"),)
    targets = {
        name: ProductLoader.targets[name]
        for name in (
            "name",
            "list_price",
            "category",
            "category_key",
            "tracking",
            "sale_tax",
            "purchase_tax",
            "routes",
            "uom",
            "supplier",
            "supplier_price",
            "description",
            "active",
        )
    }

    def create_records(self, vals_list):
        # without it Odoo gives each a variant without attributes
        templates = self.env[self.model].with_context(create_product_product=False)
        return templates.create(vals_list).with_env(self.env)

    def update_record(self, record, vals):
        return record.write(vals)
