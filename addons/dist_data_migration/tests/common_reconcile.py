from odoo.fields import Command
from odoo.tools import SQL

from .common import MigrationCommon


class ReconcileCommon(MigrationCommon):
    """A loaded cycle, rows of further objects, and books with a few accounts.

    Rows are staged by SQL and records made through the ORM, tied together by legacy
    keys: what is tested is the comparison, not the load.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cycle = cls._create_loaded_cycle()
        cls.rack = cls._loaded(cls.cycle, "location", "R1")
        cls.apple = cls._loaded(cls.cycle, "product", "P1")
        cls.pear = cls._loaded(cls.cycle, "product", "P2")
        cls.cafe = cls._loaded(cls.cycle, "customer", "C1")
        cls.padaria = cls._loaded(cls.cycle, "customer", "C2")
        cls.journal = cls.env["account.journal"].create(
            {
                "name": "Migration",
                "code": "MIGR",
                "type": "general",
                "company_id": cls.company.id,
            }
        )
        cls.receivable = cls._account("M11000", "asset_receivable")
        cls.payable = cls._account("M21000", "liability_payable")
        cls.equity = cls._account("M30000", "equity")
        cls.inventory = cls._account("M14000", "asset_current")
        cls.expense = cls._account("M50000", "expense_direct_cost")

    @classmethod
    def _account(cls, code, kind, **values):
        return cls.env["account.account"].create(
            {
                "name": f"Account {code}",
                "code": code,
                "account_type": kind,
                "company_ids": [Command.set(cls.company.ids)],
                **values,
            }
        )

    @classmethod
    def _object(cls, code):
        """Return the object of that code; the catalogue may not have it yet."""
        Object = cls.env["dist.migration.object"]
        return Object._get(code) or Object.create(
            {"name": code, "code": code, "loader": "customer", "sequence": 900}
        )

    @classmethod
    def _stage(cls, code, rows, cycle=None):
        """Stage ``{legacy key: values}`` as loaded rows of an object."""
        cycle = cycle or cls.cycle
        cls.env["dist.migration.row"].create(
            [
                {
                    "cycle_id": cycle.id,
                    "company_id": cycle.company_id.id,
                    "object_id": cls._object(code).id,
                    "line": line,
                    "legacy_key": key,
                    "data": data,
                    "state": "loaded",
                }
                for line, (key, data) in enumerate(rows.items(), start=2)
            ]
        )

    @classmethod
    def _remember(cls, code, records):
        """Tie ``{legacy key: record}`` together."""
        for key, record in records.items():
            cls.env["dist.legacy.key"]._remember(
                cls.cycle.sudo(),
                cls._object(code),
                record._name,
                [(key, record.id, {})],
            )

    @classmethod
    def _replace_stock(cls, rows):
        """Replace the staged stock of the cycle by ``{key: values}``."""
        cls.env.cr.execute(
            SQL(
                "DELETE FROM dist_migration_row WHERE cycle_id = %s AND object_id = %s",
                cls.cycle.id,
                cls._object("stock").id,
            )
        )
        cls.env["dist.migration.row"].invalidate_model()
        cls._stage("stock", rows)

    @classmethod
    def _clear_stock(cls):
        quants = cls.env["stock.quant"].search(
            [("location_id", "child_of", cls.warehouse.view_location_id.id)]
        )
        for quant in quants:
            cls._change(
                quant.product_id, quant.location_id, -quant.quantity, quant.lot_id
            )

    @classmethod
    def _change(cls, product, location, quantity, lot=None, owner=None):
        cls.env["stock.quant"]._update_available_quantity(
            product, location, quantity, lot_id=lot or None, owner_id=owner or None
        )

    @classmethod
    def _entry(cls, date, lines, post=True):
        """Make an entry of ``(account, balance, partner or None, due or None)``."""
        move = cls.env["account.move"].create(
            {
                "journal_id": cls.journal.id,
                "date": date,
                "line_ids": [
                    Command.create(
                        {
                            "name": "Line",
                            "account_id": account.id,
                            "debit": max(balance, 0),
                            "credit": max(-balance, 0),
                            "partner_id": partner.id if partner else False,
                            "date_maturity": due or date,
                        }
                    )
                    for account, balance, partner, due in lines
                ],
            }
        )
        if post:
            move.action_post()
        return move

    def _reconcile(self):
        self.cycle.action_reconcile()
        return self.cycle.reconciliation_id

    def _figures(self, code):
        control = self._control(self.cycle, code)
        self.assertTrue(control, code)
        return (
            round(control.legacy, 4),
            round(control.odoo, 4),
            round(control.difference, 4),
            round(control.absolute_difference, 4),
            control.result,
        )

    def _lines(self, *codes):
        """Return ``[(key, kind, legacy, odoo, diagnosis)]`` of some controls."""
        found = self.cycle.reconciliation_id.discrepancy_ids.filtered(
            lambda line: line.control_id.code in codes
        )
        return sorted(
            (
                line.key,
                line.kind,
                round(line.legacy_value, 4),
                round(line.odoo_value, 4),
                line.diagnosis,
            )
            for line in found
        )
