from odoo import fields
from odoo.fields import Command

from .common import WaveCommon


class ReadinessCommon(WaveCommon):
    """Three sites with a warehouse each, and gates with the shipped lines.

    ``site_a`` and ``site_b`` share a company, ``site_c`` belongs to another one; each
    has its gate with the lines of the standard template.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the sites stand in waves of their own, with the shipped lines
        cls.wave.active = False
        cls.warehouse_a = cls._create_warehouse("RMA", cls.site_a)
        cls.warehouse_b = cls._create_warehouse("RMB", cls.site_b)
        cls.warehouse_c = cls._create_warehouse("RMC", cls.site_c)
        cls.sites = cls.site_a | cls.site_b | cls.site_c
        cls.product = cls._create_product("Bolt")
        cls.partner = cls.env["res.partner"].create({"name": "Partner"})
        cls.now = fields.Datetime.now()
        # the day at the sites, which is not always the one of UTC
        cls.today = cls.site_a._local_day()

    @classmethod
    def _create_product(cls, name="Nut", **values):
        """Return a product that is all right, but for what the values say."""
        vendor = cls.env["res.partner"].create({"name": f"Vendor of {name}"})
        return cls.env["product.product"].create(
            {
                "name": name,
                "is_storable": True,
                "barcode": f"BAR-{name}",
                "standard_price": 1,
                "seller_ids": [
                    Command.create(
                        {
                            "partner_id": vendor.id,
                            "company_id": False,
                            "price": 1,
                            "delay": 3,
                        }
                    )
                ],
                **values,
            }
        )

    @classmethod
    def _quant(cls, warehouse, quantity, product=None, **values):
        """Put stock into a warehouse and return its quant."""
        product = product or cls.product
        cls.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, quantity
        )
        quant = cls.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "=", warehouse.lot_stock_id.id),
            ]
        )
        quant.write(values)
        return quant

    @classmethod
    def _gate(cls, site):
        """Return a gate of the site with the shipped lines."""
        wave = cls._create_wave(
            name=f"Shipped Lines {site.code}",
            template_id=cls.env.ref("dist_wave_planning.gate_template_standard").id,
            site_ids=[Command.set(site.ids)],
        )
        return cls.env["dist.gate"].create({"wave_id": wave.id, "site_id": site.id})

    def _line(self, code, site):
        """Return the site's gate line on a measure."""
        gate = self.env["dist.gate"].search(
            [("site_id", "=", site.id), ("wave_id.name", "like", "Shipped Lines")]
        ) or self._gate(site)
        line = gate.line_ids.filtered(lambda line: line.measure_id.code == code)
        self.assertEqual(len(line), 1, f"no shipped line asks for {code}")
        line._evaluate()
        return line

    def _values(self, code, sites=None):
        """Compute a measure and return {site: value}, checking its records."""
        sites = sites or self.sites
        measure = self.env["dist.measure"]._get(code)
        measure._compute_values(sites, self.today, self.today)
        values = self.env["dist.measure.value"].search(
            [("measure_id", "=", measure.id), ("site_id", "in", sites.ids)]
        )
        for value in values:
            self.assertEqual(len(self._opened(value)), value.sample_size)
            self.assertEqual(value.value, value.sample_size)
            self.assertEqual(value.day, value.site_id._local_day())
        return {value.site_id: value.value for value in values}

    def _opened(self, value):
        """Return the records that open from a value or a gate line."""
        action = value.action_open_records()
        return (
            self.env[action["res_model"]]
            .with_context(**action["context"])
            .search(action["domain"])
        )

    def _check_level(self, code, make_wrong, site=None, others=None):
        """A level that counts what is wrong, from zero to the records made wrong.

        Before, nothing is wrong at any site and the shipped line of ``site`` passes.
        Then ``make_wrong`` returns the records it has made wrong: the value of the
        site rises by them, exactly they open, the line falls, and the value of each
        of the other sites is what ``others`` says, or zero.
        """
        site = site or self.site_a
        others = others or dict.fromkeys(self.sites - site, 0)
        sites = self.env["dist.site"].union(site, *others)
        self.assertEqual(self._values(code, sites)[site], 0)
        self.assertEqual(self._line(code, site).result, "passed")
        wrong = make_wrong()
        values = self._values(code, sites)
        self.assertEqual(values.pop(site), len(wrong))
        self.assertEqual(values, others)
        line = self._line(code, site)
        self.assertEqual(line.result, "failed")
        self.assertEqual(self._opened(line), wrong)
