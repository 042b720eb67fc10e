from odoo import fields

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon

MAPPING = """
name: Test
source_system: test
objects:
  - object: location
    file: locations.csv
    key: code
    fields: {name: name, parent: parent}
  - object: supplier
    file: suppliers.csv
    key: code
    fields: {name: name, code: code, country: country}
  - object: customer
    file: customers.csv
    key: code
    fields: {name: name, code: code, city: city}
  - object: product
    file: products.csv
    key: code
    fields:
      name: name
      code: code
      barcode: barcode
      list_price: price
      supplier: supplier
      active: {column: inactive, true: ["0"], false: ["1"]}
    legacy:
      pack_size: {column: pack, kind: pack_size}
  - object: stock
    file: stock.csv
    key: [product, location]
    fields: {product: product, location: location, quantity: qty}
  - object: sale_order
    file: orders.csv
    key: number
    where: [{column: shipped, is: empty}]
    fields:
      number: number
      customer: customer
      date: {column: date, date_format: m/d/yyyy}
  - object: sale_order_line
    file: lines.csv
    key: [order, product]
    join: [{file: orders.csv, as: head, match: {order: number}}]
    where: [{column: head.shipped, is: empty}]
    fields:
      order: order
      product: product
      quantity: qty
      price: price
      discount: {column: discount, scale: "100"}
"""
FILES = {
    "locations.csv": "code,name,parent\nR1,Rack 1,R\nR,Row,\n",
    "suppliers.csv": "code,name,country\nV1,Würth Söhne,DE\nV2,Côté Mer,FR\n",
    "customers.csv": "code,name,city\nC1,Café Königlich,Köln\nC2,Padaria,São Paulo\n",
    "products.csv": (
        "code,name,barcode,price,supplier,inactive,pack\n"
        "P1,Apple,4006381333931,2.50,V1,0,\n"
        "P2,Pear,,1.25,V2,0,12 x 1 kg\n"
        "P3,Quince,,4,V2,1,\n"
        "P4,Plum,,3.10,,0,\n"
    ),
    "stock.csv": "product,location,qty\nP1,R1,10\nP2,R1,20\nP3,,5\nP4,R,7\n",
    "orders.csv": (
        "number,customer,date,shipped\n"
        "1001,C1,4/8/2026,\n"
        "1002,C2,12/31/2025,1/4/2026\n"
        "1003,C2,4/13/2026,\n"
    ),
    "lines.csv": (
        "order,product,qty,price,discount\n"
        "1001,P1,3,2.45,0.15\n"
        "1001,P3,1,4,0\n"
        "1002,P2,9,1.25,0\n"
        "1003,P2,4,1.25,0.05\n"
    ),
}
CUTOVER = fields.Datetime.to_datetime("2026-05-01 20:00:00")


class MigrationCommon(RolloutCommon):
    """An extract of four products, two partners of each kind and two open orders.

    ``warehouse`` belongs to ``site_a``. Steps run as ``user_steward``, who has no
    right on Inventory, Sales or Purchase; ``user_finance`` signs.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].create(
            {"name": "Migration House", "code": "MIG", "company_id": cls.company.id}
        )
        cls.site_a.warehouse_ids = cls.warehouse
        cls.stock = cls.warehouse.lot_stock_id

    @classmethod
    def _create_mapping(cls, text=MAPPING, **values):
        return (
            cls.env["dist.migration.mapping"]
            .with_user(cls.user_steward)
            ._create_from_text(text, company_id=cls.company.id, **values)
        )

    @classmethod
    def _create_cycle(cls, **values):
        """Return an empty cycle of the steward for site A."""
        defaults = {
            "name": "Mock",
            "program_id": cls.program.id,
            "company_id": cls.company.id,
            "site_ids": [fields.Command.set(cls.site_a.ids)],
            "cutover_at": CUTOVER,
        }
        if "mapping_id" not in values:
            values["mapping_id"] = cls._create_mapping().id
        return (
            cls.env["dist.migration.cycle"]
            .with_user(cls.user_steward)
            .create(dict(defaults, **values))
        )

    @classmethod
    def _upload(cls, cycle, **files):
        """Upload the default extract with some files replaced.

        :param files: content by name without its extension
        """
        contents = dict(FILES)
        contents.update({f"{name}.csv": text for name, text in files.items()})
        for name, text in contents.items():
            cycle._add_file(name, text.encode())
        return cycle

    @classmethod
    def _create_staged_cycle(cls, files=None, **values):
        cycle = cls._upload(cls._create_cycle(**values), **(files or {}))
        cycle.action_stage()
        return cycle

    @classmethod
    def _create_loaded_cycle(cls, files=None, **values):
        cycle = cls._create_staged_cycle(files, **values)
        cycle.action_validate()
        cycle._load_now()
        return cycle

    @classmethod
    def _rows(cls, cycle, code):
        return cycle.sudo().row_ids.filtered(lambda row: row.object_id.code == code)

    @classmethod
    def _loaded(cls, cycle, code, key):
        """Return the Odoo record a legacy key became."""
        legacy = cls.env["dist.legacy.key"].search(
            [
                ("program_id", "=", cycle.program_id.id),
                ("object_id.code", "=", code),
                ("legacy_key", "=", key),
            ]
        )
        return cls.env[legacy.res_model].browse(legacy.res_id)

    @classmethod
    def _onhand(cls, product, location=None):
        quants = cls.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", (location or cls.stock).id),
            ]
        )
        return sum(quants.mapped("quantity"))

    def _findings(self, cycle, rule):
        return cycle.finding_ids.filtered(lambda finding: finding.rule == rule)

    def _control(self, cycle, code):
        controls = cycle.reconciliation_id.control_ids
        return controls.filtered(lambda control: control.code == code)
