"""Uninstall the suite with a program in the database, and use Odoo afterwards.

Run on a database with the addons installed, see ``tools/in_odoo.py``. The argument
is the step: ``refuse``, ``uninstall`` or ``use``; each is a process of its own, as the
registry changes in between.
"""

import sys

from odoo.exceptions import UserError

DISCARD = "dist_rollout_governance.discard_signoffs"


def refuse(env):
    """The ledger keeps the addon, also from going with what it depends on."""
    env["dist.rollout.demo"]._build()
    for name in ("dist_rollout_governance", "stock"):
        module = env.ref(f"base.module_{name}")
        try:
            module.button_uninstall()
        except UserError as error:
            if DISCARD not in str(error):
                sys.exit(f"the refusal does not say what to do: {error}")
        else:
            sys.exit(f"{name} was to be uninstalled with sign-offs in the database")


def uninstall(env):
    env["ir.config_parameter"].set_param(DISCARD, "True")
    env.cr.commit()
    env.ref("base.module_dist_rollout_governance").button_immediate_uninstall()


def use(env):
    """What the suite has extended works without it."""
    left = env["ir.model"].search([("model", "=like", "dist.%")]).mapped("model")
    if left:
        sys.exit(f"models are left: {left}")
    warehouse = env["stock.warehouse"].create({"name": "After", "code": "AFT"})
    product = env["product.product"].create({"name": "After", "is_storable": True})
    env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 5)
    order = env["sale.order"].create(
        {
            "partner_id": env["res.partner"].create({"name": "After"}).id,
            "warehouse_id": warehouse.id,
            "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 2})],
        }
    )
    order.action_confirm()
    order.picking_ids.move_ids.write({"quantity": 2, "picked": True})
    order.picking_ids.button_validate()
    if order.picking_ids.state != "done":
        sys.exit("a delivery can't be done any more")
    for model in ("stock.warehouse", "stock.picking", "sale.order", "project.task"):
        for view_type in ("list", "form", "search"):
            env[model].get_view(view_type=view_type)
    env["ir.ui.menu"].load_menus(False)


def main(env, arguments):
    {"refuse": refuse, "uninstall": uninstall, "use": use}[arguments[0]](env)
