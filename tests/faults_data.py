"""Data for test_faults: a validated cycle of products and stock, to be loaded.

Run on the test's own database, see ``tools/in_odoo.py``.
"""

PRODUCTS = 600
MAPPING = """
name: Faults
source_system: FAULTS
objects:
  - {object: product, file: product.csv, key: key, fields: {name: name, code: key}}
  - {object: stock, file: stock.csv, key: product, fields: {product: product,
     quantity: quantity}}
"""


def main(env, _arguments):
    program = env["dist.program"].create({"name": "Faults", "code": "FAULTS"})
    site = env["dist.site"].create(
        {
            "name": "Faults",
            "code": "FAULTS",
            "program_id": program.id,
            "manager_id": env.uid,
            "warehouse_ids": env["stock.warehouse"].search([], limit=1).ids,
        }
    )
    mapping = env["dist.migration.mapping"]._create_from_text(
        MAPPING, company_id=env.company.id
    )
    cycle = env["dist.migration.cycle"].create(
        {
            "name": "Faults",
            "program_id": program.id,
            "site_ids": site.ids,
            "company_id": env.company.id,
            "mapping_id": mapping.id,
        }
    )
    numbers = range(PRODUCTS)
    products = [f"FAULT{number},Product {number}" for number in numbers]
    stock = [f"FAULT{number},{number % 7 + 1}" for number in numbers]
    cycle._add_file("product.csv", "\n".join(["key,name", *products]).encode())
    cycle._add_file("stock.csv", "\n".join(["product,quantity", *stock]).encode())
    cycle.action_stage()
    cycle.action_validate()
    cycle.action_load()
