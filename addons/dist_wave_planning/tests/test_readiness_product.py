from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common_readiness import ReadinessCommon


@tagged("post_install", "-at_install")
class TestReadinessProduct(ReadinessCommon):
    """Each measure of products: the fact is made false, its value rises."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company in (cls.company, cls.company_c):
            if not company.chart_template:
                cls.env["account.chart.template"].try_loading(
                    "generic_coa", company, install_demo=False
                )
        cls.taxes = cls.company.account_sale_tax_id | cls.company_c.account_sale_tax_id
        cls.product.taxes_id = cls.taxes
        cls.product.with_company(cls.company_c).standard_price = 1
        for warehouse in (cls.warehouse_a, cls.warehouse_b, cls.warehouse_c):
            cls._quant(warehouse, 5)

    def _at_site(self, quantity=1, **values):
        """Return a product with stock at ``site_a``."""
        product = self._create_product(
            f"Nut {len(values)} {quantity}",
            taxes_id=[Command.set(self.taxes.ids)],
        )
        product.write(values)
        self._quant(self.warehouse_a, quantity, product)
        return product

    def test_products_without_sales_tax(self):
        self._at_site(sale_ok=False, taxes_id=False)
        # a tax of another company is none
        self._check_level(
            "products_without_sales_tax",
            lambda: self._at_site(
                taxes_id=[Command.set(self.company_c.account_sale_tax_id.ids)]
            ),
        )

    def test_products_without_account(self):
        """Product, then category, then company; one of the two suffices to fail."""
        company = self.company
        income, expense = company.income_account_id, company.expense_account_id
        category = self.env["product.category"].create({"name": "No Accounts"})
        names = (
            "property_account_income_categ_id",
            "property_account_expense_categ_id",
        )
        category.with_company(company).write(dict.fromkeys(names, False))
        self.product.write(
            {
                "property_account_income_id": income.id,
                "property_account_expense_id": expense.id,
            }
        )
        self._at_site(
            categ_id=category.id,
            property_account_income_id=income.id,
            property_account_expense_id=expense.id,
        )
        product = self._at_site(categ_id=category.id, quantity=2)
        self.assertEqual(product._get_product_accounts()["income"], income)

        def make_wrong():
            company.income_account_id = False
            self.assertFalse(product._get_product_accounts()["income"])
            return product

        self._check_level("products_without_account", make_wrong)
        product.sale_ok = False
        self.assertEqual(self._values("products_without_account")[self.site_a], 0)
        company.expense_account_id = False
        self.assertEqual(self._values("products_without_account")[self.site_a], 1)
        category.property_account_expense_categ_id = expense
        self.assertEqual(self._values("products_without_account")[self.site_a], 0)
        # the default of categories is of no use to a product without one
        product.categ_id = False
        self.assertFalse(product._get_product_accounts()["expense"])
        self.assertEqual(self._values("products_without_account")[self.site_a], 1)

    def test_products_without_vendor(self):
        self._at_site(purchase_ok=False, seller_ids=False)
        product = self._at_site(quantity=2)

        def make_wrong():
            product.seller_ids.company_id = self.company_c
            return product

        self._check_level("products_without_vendor", make_wrong)
        product.seller_ids.company_id = self.company
        self.assertEqual(self._values("products_without_vendor")[self.site_a], 0)
        product.seller_ids.date_end = self.today - timedelta(days=3)
        self.assertEqual(self._values("products_without_vendor")[self.site_a], 1)

    def test_vendor_lines_without_lead_time(self):
        self._at_site().seller_ids.write({"delay": 0, "company_id": self.company_c.id})
        product = self._at_site(quantity=2)

        def make_wrong():
            product.seller_ids.delay = 0
            return product.seller_ids

        self._check_level("vendor_lines_without_lead_time", make_wrong)

    def test_stock_without_cost(self):
        """The cost of the site's company counts, that of another does not."""
        product = self._at_site()
        self.assertFalse(product.with_company(self.company_c).standard_price)

        def make_wrong():
            product.with_company(self.company_c).standard_price = 2
            product.with_company(self.company).standard_price = 0
            return product

        self._check_level("stock_without_cost", make_wrong)

    def test_products_without_replenishment(self):
        """A reordering rule or a rule that buys for a warehouse of the site."""
        self._at_site(purchase_ok=False)
        product = self._at_site(quantity=2)
        buy = self.env.ref("purchase_stock.route_warehouse0_buy")
        keep = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.warehouse_a.id,
                "location_id": self.warehouse_a.lot_stock_id.id,
            }
        )

        def make_wrong():
            buy.warehouse_ids = [Command.unlink(self.warehouse_a.id)]
            return product

        code = "products_without_replenishment"
        self._check_level(code, make_wrong)
        product.route_ids = [Command.link(buy.id)]
        self.assertEqual(self._values(code)[self.site_a], 0)
        product.route_ids = [Command.unlink(buy.id)]
        product.categ_id = self.env["product.category"].create(
            {"name": "Bought", "route_ids": [Command.set(buy.ids)]}
        )
        self.assertEqual(self._values(code)[self.site_a], 0)
        keep.active = False
        self.assertEqual(self._values(code)[self.site_a], 1)

    def test_products_of_open_orders(self):
        """Without stock a product is the site's while an order is open for it."""
        product = self._create_product(seller_ids=False)
        code = "products_without_vendor"
        self.assertEqual(self._values(code), dict.fromkeys(self.sites, 0))
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "warehouse_id": self.warehouse_a.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        self.assertEqual(self._values(code)[self.site_a], 0)
        sale.action_confirm()
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": self.partner.id,
                "picking_type_id": self.warehouse_b.in_type_id.id,
                "order_line": [
                    Command.create({"product_id": product.id, "price_unit": 1})
                ],
            }
        )
        purchase.button_confirm()
        product.seller_ids.unlink()
        self.assertEqual(
            self._values(code), {self.site_a: 1, self.site_b: 1, self.site_c: 0}
        )
        product.active = False
        self.assertEqual(self._values(code), dict.fromkeys(self.sites, 0))
