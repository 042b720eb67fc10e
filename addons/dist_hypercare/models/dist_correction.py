from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Which role's work a kind of correction puts right.
ROLE_OF_KIND = {
    "sale_cancelled": "sales",
    "purchase_cancelled": "purchase",
    "purchase_changed": "purchase",
    "transfer_edited": "stock",
    "count_undone": "stock",
    "invoice_reset": "accounting",
    "invoice_reversed": "accounting",
}


class DistCorrection(models.Model):
    """Work that somebody took back: the error signals of daily use.

    Odoo keeps the present state of its documents and not that they were changed back,
    so each correction is logged where it happens. What went wrong before the document
    was confirmed leaves no row. The warehouse is the one at that moment: a location
    that is moved later takes none of its history along.
    """

    _name = "dist.correction"
    _description = "Correction"
    _inherit = ["dist.append.only.mixin"]
    _order = "occurred_at desc, id desc"
    _rec_name = "document"
    _log_access = False

    kind = fields.Selection(
        [
            ("sale_cancelled", "Confirmed Sales Order Cancelled"),
            ("purchase_cancelled", "Approved Purchase Order Cancelled"),
            ("purchase_changed", "Approved Purchase Order Changed"),
            ("transfer_edited", "Done Transfer Edited"),
            ("count_undone", "Count Undone"),
            ("invoice_reset", "Posted Invoice Reset to Draft"),
            ("invoice_reversed", "Invoice Reversed"),
        ],
        required=True,
        readonly=True,
    )
    role = fields.Selection(
        [
            ("sales", "Sales"),
            ("purchase", "Purchase"),
            ("stock", "Inventory"),
            ("accounting", "Invoicing"),
        ],
        required=True,
        readonly=True,
        help="Whose work was corrected.",
    )
    occurred_at = fields.Datetime(string="Time", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Empty for invoices: they belong to the company.",
    )
    site_id = fields.Many2one(related="warehouse_id.dist_site_id", string="Site")
    user_id = fields.Many2one("res.users", required=True, readonly=True, index=True)
    document = fields.Char(readonly=True)
    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document ID", model_field="res_model", required=True, readonly=True
    )

    _company_time_idx = models.Index("(company_id, occurred_at)")
    _document_idx = models.Index("(res_model, res_id)")

    @api.model
    def _log(self, kind, records, warehouse=None):
        """Append one row for each of these records with one insert.

        :param records: documents of one model with a company
        :param warehouse: function from a record to its warehouse
        """
        if not records:
            return
        # sudo: whatever the user may read, what was corrected is the company's.
        records = records.sudo()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_correction (
                    kind, role, occurred_at, user_id, res_model,
                    res_id, company_id, warehouse_id, document)
                SELECT %(kind)s, %(role)s, %(now)s, %(user)s, %(model)s,
                       d.res_id, d.company_id, NULLIF(d.warehouse_id, 0), d.document
                  FROM unnest(%(ids)s::int[], %(companies)s::int[],
                              %(warehouses)s::int[], %(names)s::varchar[])
                    AS d (res_id, company_id, warehouse_id, document)
                """,
                kind=kind,
                role=ROLE_OF_KIND[kind],
                now=fields.Datetime.now(),
                user=self.env.uid,
                model=records._name,
                ids=records.ids,
                companies=[record.company_id.id for record in records],
                warehouses=[
                    warehouse(record).id or 0 if warehouse else 0 for record in records
                ],
                names=[record.display_name for record in records],
            )
        )

    def action_open_document(self):
        """Open the document that was corrected.

        :raises UserError: when it has been deleted since
        """
        self.ensure_one()
        if not self.env[self.res_model].browse(self.res_id).exists():
            raise UserError(
                self.env._("%(document)s has been deleted.", document=self.document)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
