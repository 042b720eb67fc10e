"""Sites and master data of the benchmarks, written through Odoo."""

from odoo.fields import Command

TIMEZONES = ("Pacific/Auckland", "Europe/Paris", "America/New_York", "UTC")
CATEGORIES, PRODUCTS, PARTNERS, TEAMS = 20, 500, 300, 4
ACCOUNTS = (
    ("99101", "income"),
    ("99102", "expense"),
    ("99103", "asset_receivable"),
    ("99104", "liability_payable"),
    ("99105", "asset_current"),
)


def create_sites(env, number, cutover_at, code="BENCH"):
    """Return that many live sites of one company, with a warehouse each."""
    program = env["dist.program"].create({"name": "Benchmark", "code": code})
    warehouses = env["stock.warehouse"].create(
        [{"name": f"Bench {one}", "code": f"N{one}"} for one in range(number)]
    )
    return env["dist.site"].create(
        [
            {
                "name": f"Bench {one}",
                "code": f"N{one}",
                "program_id": program.id,
                "manager_id": env.uid,
                "tz": TIMEZONES[one % len(TIMEZONES)],
                "warehouse_ids": [Command.set(warehouse.ids)],
                "cutover_at": cutover_at,
            }
            for one, warehouse in enumerate(warehouses)
        ]
    )


def create_master_data(env, sites):
    """Create products, partners, accounts and teams; return the statements' names."""
    warehouses = sites.warehouse_ids
    categories = env["product.category"].create(
        [{"name": f"Bench category {one}"} for one in range(CATEGORIES)]
    )
    products = env["product.product"].create(
        [
            {
                "name": f"Bench product {one}",
                "type": "consu",
                "is_storable": True,
                "categ_id": categories[one % CATEGORIES].id,
                "standard_price": 4,
            }
            for one in range(PRODUCTS)
        ]
    )
    partners = env["res.partner"].create(
        [{"name": f"Bench partner {one}"} for one in range(PARTNERS)]
    )
    channels = env["crm.team"].create(
        [{"name": f"Bench channel {one}"} for one in range(TEAMS)]
    )
    accounts = env["account.account"].create(
        [
            {"name": account_type, "code": code, "account_type": account_type}
            for code, account_type in ACCOUNTS
        ]
    )
    journals = env["account.journal"].create(
        [
            {"name": f"Bench {type_}", "code": f"B{type_[:3]}", "type": type_}
            for type_ in ("sale", "purchase", "general")
        ]
    )
    return {
        **{one.account_type: one.id for one in accounts},
        **{f"journal_{one.type}": one.id for one in journals},
        **support(env, sites),
        "sites": sites.ids,
        "warehouses": warehouses.ids,
        "out_types": [warehouse.out_type_id.id for warehouse in warehouses],
        "in_types": [warehouse.in_type_id.id for warehouse in warehouses],
        "stocks": [warehouse.lot_stock_id.id for warehouse in warehouses],
        "products": products.ids,
        "partners": partners.ids,
        "channels": channels.ids,
        "unit": products[0].uom_id.id,
        "dozen": env.ref("uom.product_uom_dozen").id,
        "customer": env.ref("stock.stock_location_customers").id,
        "supplier": env.ref("stock.stock_location_suppliers").id,
        "loss": products[0].property_stock_inventory.id,
        "currency": env.company.currency_id.id,
        "company": env.company.id,
    }


def support(env, sites):
    """Create a team for the tickets of each site, and a target."""
    sites.action_create_helpdesk_team()
    return {
        "teams": [site.helpdesk_team_ids.id for site in sites],
        "target": env["helpdesk.sla"].create({"name": "Bench", "hours": 8}).id,
        "stage_open": env.ref("helpdesk_mgmt.helpdesk_ticket_stage_new").id,
        "stage_done": env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done").id,
    }
