from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .dist_disposition import DISPOSITIONS, DOCUMENTS, FINISHED_BEFORE
from .dist_wave_transactions_mixin import BEFORE_LIVE

KINDS = [
    ("sale", "Sales Order"),
    ("purchase", "Purchase Order"),
    ("picking", "Transfer"),
    ("transit", "Goods in Transit"),
]


class DistOpenTransaction(models.Model):
    """The open transactions of the sites that are about to go live, as they are now.

    Nothing is stored: a row is a document of one of four kinds that is open at this
    moment, with the disposition it has, if any.

    - *Sales orders* that are confirmed and not fully delivered, by their warehouse.
    - *Purchase orders* that are confirmed and not fully received, by the warehouse of
      their receipts.
    - *Transfers* that are neither done nor cancelled, by the warehouse of their
      operation type. A transfer of an order that is listed for the same site is left
      out: what becomes of the order says what becomes of its goods, and nobody should
      decide twice about them. A transfer that ships an order from another site stands
      in the list of that other site.
    - *Goods in transit*: transfers out of a transit location, and moves out of or into
      one that have no transfer.

    Listed are sites of waves that are not live yet. A document that was created after
    the cutover of its site is new business and stands in no list.

    Whoever may read the site may read its list, without a right on Sales, Purchase or
    Inventory: number, partner, date and amount are what the rollout decides on. The
    document itself opens for those who may read it there.
    """

    _name = "dist.open.transaction"
    _description = "Open Transaction"
    _auto = False
    _order = "site_id, scheduled_date, id"
    _depends = {
        "dist.disposition": [
            "active",
            "site_id",
            "res_model",
            "res_id",
            "disposition",
            "owner_id",
            "due_date",
        ],
        "dist.site": ["active", "company_id", "program_id", "cutover_at"],
        "dist.wave": ["active", "state", "planned_go_live", "site_ids"],
        "purchase.order": [
            "state",
            "receipt_status",
            "picking_type_id",
            "date_planned",
            "amount_total",
            "currency_id",
            "partner_id",
        ],
        "purchase.order.line": ["order_id", "product_qty", "qty_received"],
        "sale.order": [
            "state",
            "delivery_status",
            "warehouse_id",
            "commitment_date",
            "amount_total",
            "currency_id",
            "partner_id",
        ],
        "sale.order.line": ["order_id", "product_uom_qty", "qty_delivered"],
        "stock.location": ["usage", "warehouse_id"],
        "stock.move": [
            "state",
            "picking_id",
            "picking_type_id",
            "purchase_line_id",
            "location_id",
            "location_dest_id",
            "date",
            "reference",
            "partner_id",
            "reference_ids",
        ],
        "stock.picking": [
            "state",
            "sale_id",
            "picking_type_id",
            "location_id",
            "scheduled_date",
            "partner_id",
        ],
        "stock.picking.type": ["warehouse_id"],
        "stock.reference": ["purchase_ids"],
        "stock.warehouse": ["dist_site_id"],
    }

    name = fields.Char(string="Document", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    res_model = fields.Selection(DOCUMENTS, string="Document Type", readonly=True)
    res_id = fields.Integer(string="Document ID", readonly=True, aggregator=None)
    site_id = fields.Many2one("dist.site", readonly=True)
    program_id = fields.Many2one("dist.program", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    wave_id = fields.Many2one("dist.wave", string="Rollout Wave", readonly=True)
    planned_go_live = fields.Date(string="Planned Go-live", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    scheduled_date = fields.Datetime(
        readonly=True, help="When it is to be delivered, received or moved."
    )
    line_count = fields.Integer(
        string="Open Lines", readonly=True, help="Lines that are not done yet."
    )
    amount = fields.Monetary(
        readonly=True, aggregator=None, help="Total of the order, tax included."
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    disposition_id = fields.Many2one(
        "dist.disposition", string="Decision", readonly=True
    )
    disposition = fields.Selection(DISPOSITIONS, readonly=True)
    owner_id = fields.Many2one("res.users", string="Owner", readonly=True)
    due_date = fields.Date(readonly=True)
    deadline = fields.Date(
        readonly=True,
        help="Last day to finish what is to be closed, shipped or received: the due "
        "date, and the day before the planned go-live at the latest.",
    )
    is_late = fields.Boolean(
        string="Late",
        compute="_compute_is_late",
        help="To be closed, shipped or received, and the last day for it has passed "
        "in the site's calendar.",
    )

    @api.depends("disposition", "deadline", "site_id")
    def _compute_is_late(self):
        today = {site: site._local_day() for site in self.site_id}
        for transaction in self:
            transaction.is_late = bool(
                transaction.disposition in FINISHED_BEFORE
                and transaction.deadline
                and transaction.deadline < today[transaction.site_id]
            )

    # -- query ----------------------------------------------------------------------

    @property
    def _table_query(self):
        return SQL(
            """
            WITH site AS (%(sites)s),
                 sale AS (%(sales)s),
                 purchase AS (%(purchases)s),
                 picking AS (%(pickings)s),
                 move AS (%(moves)s),
                 document AS (
                     SELECT * FROM sale
                      UNION ALL SELECT * FROM purchase
                      UNION ALL SELECT * FROM picking
                      UNION ALL SELECT * FROM move)
            SELECT d.id, d.name, d.kind, d.res_model, d.res_id, d.partner_id,
                   d.scheduled_date, d.line_count, d.amount, d.currency_id,
                   s.id AS site_id, s.program_id, s.company_id, s.wave_id,
                   s.planned_go_live,
                   x.id AS disposition_id, x.disposition, x.owner_id, x.due_date,
                   LEAST(x.due_date, s.planned_go_live - 1) AS deadline
              FROM document d
              JOIN site s ON s.id = d.site_id
              LEFT JOIN dist_disposition x
                     ON x.active AND x.site_id = d.site_id
                    AND x.res_model = d.res_model AND x.res_id = d.res_id
             WHERE s.cutover_at IS NULL OR d.created_at <= s.cutover_at
            """,
            sites=self._sql_sites_before_live(),
            sales=self._sql_sales(),
            purchases=self._sql_purchases(),
            pickings=self._sql_pickings(),
            moves=self._sql_moves(),
        )

    @api.model
    def _sql_sites_before_live(self):
        """Return the sites of waves that are not live yet, each with its wave."""
        return SQL(
            """
            SELECT DISTINCT ON (s.id)
                   s.id, s.program_id, s.company_id, s.cutover_at,
                   w.id AS wave_id, w.planned_go_live
              FROM dist_wave w
              JOIN dist_wave_site_rel r ON r.dist_wave_id = w.id
              JOIN dist_site s ON s.id = r.dist_site_id AND s.active
             WHERE w.active AND w.state IN %s
             ORDER BY s.id, w.planned_go_live, w.id
            """,
            BEFORE_LIVE,
        )

    # The id of a row tells document and model apart: four times the document's id,
    # plus a number for the model. It stays the same while the document is open.

    @api.model
    def _sql_sales(self):
        return SQL(
            """
            SELECT 4 * o.id AS id, 'sale' AS kind, 'sale.order' AS res_model,
                   o.id AS res_id, o.name, w.dist_site_id AS site_id, o.partner_id,
                   COALESCE(o.commitment_date, o.date_order) AS scheduled_date,
                   (SELECT COUNT(*) FROM sale_order_line l
                     WHERE l.order_id = o.id
                       AND l.product_uom_qty > COALESCE(l.qty_delivered, 0)
                   )::int AS line_count,
                   o.amount_total AS amount, o.currency_id,
                   o.create_date AS created_at
              FROM sale_order o
              JOIN stock_warehouse w ON w.id = o.warehouse_id
              JOIN site s ON s.id = w.dist_site_id
             WHERE o.state = 'sale'
               AND o.delivery_status IN ('pending', 'started', 'partial')
            """
        )

    @api.model
    def _sql_purchases(self):
        return SQL(
            """
            SELECT 4 * o.id + 1 AS id, 'purchase' AS kind,
                   'purchase.order' AS res_model, o.id AS res_id, o.name,
                   w.dist_site_id AS site_id, o.partner_id,
                   COALESCE(o.date_planned, o.date_order) AS scheduled_date,
                   (SELECT COUNT(*) FROM purchase_order_line l
                     WHERE l.order_id = o.id
                       AND l.product_qty > COALESCE(l.qty_received, 0)
                   )::int AS line_count,
                   o.amount_total AS amount, o.currency_id,
                   o.create_date AS created_at
              FROM purchase_order o
              JOIN stock_picking_type t ON t.id = o.picking_type_id
              JOIN stock_warehouse w ON w.id = t.warehouse_id
              JOIN site s ON s.id = w.dist_site_id
             WHERE o.state = 'purchase'
               AND o.receipt_status IN ('pending', 'partial')
            """
        )

    @api.model
    def _sql_pickings(self):
        return SQL(
            """
            SELECT 4 * p.id + 2 AS id,
                   CASE WHEN l.usage = 'transit' THEN 'transit' ELSE 'picking' END
                       AS kind,
                   'stock.picking' AS res_model, p.id AS res_id, p.name,
                   w.dist_site_id AS site_id, p.partner_id, p.scheduled_date,
                   (SELECT COUNT(*) FROM stock_move m
                     WHERE m.picking_id = p.id AND m.state NOT IN ('done', 'cancel')
                   )::int AS line_count,
                   NULL::numeric AS amount, NULL::int AS currency_id,
                   p.create_date AS created_at
              FROM stock_picking p
              JOIN stock_picking_type t ON t.id = p.picking_type_id
              JOIN stock_warehouse w ON w.id = t.warehouse_id
              JOIN site s ON s.id = w.dist_site_id
              JOIN stock_location l ON l.id = p.location_id
             WHERE p.state NOT IN ('done', 'cancel')
               AND NOT EXISTS (
                   SELECT 1 FROM sale o
                    WHERE o.res_id = p.sale_id AND o.site_id = s.id)
               AND NOT EXISTS (
                   SELECT 1
                     FROM stock_move m
                     JOIN purchase_order_line pl ON pl.id = m.purchase_line_id
                     JOIN purchase o ON o.res_id = pl.order_id AND o.site_id = s.id
                    WHERE m.picking_id = p.id)
               AND NOT EXISTS (
                   SELECT 1
                     FROM stock_move m
                     JOIN stock_reference_move_rel mr ON mr.move_id = m.id
                     JOIN stock_reference_purchase_rel pr
                       ON pr.reference_id = mr.reference_id
                     JOIN purchase o ON o.res_id = pr.purchase_id AND o.site_id = s.id
                    WHERE m.picking_id = p.id)
            """
        )

    @api.model
    def _sql_moves(self):
        """Moves through a transit location without a transfer, where they arrive.

        A move into transit has no warehouse to arrive at; it stands where it starts.
        """
        return SQL(
            """
            SELECT 4 * m.id + 3 AS id, 'transit' AS kind, 'stock.move' AS res_model,
                   m.id AS res_id, COALESCE(m.reference, m.origin) AS name,
                   w.dist_site_id AS site_id, m.partner_id, m.date AS scheduled_date,
                   1 AS line_count, NULL::numeric AS amount, NULL::int AS currency_id,
                   m.create_date AS created_at
              FROM stock_move m
              JOIN stock_location a ON a.id = m.location_id
              JOIN stock_location b ON b.id = m.location_dest_id
              JOIN stock_warehouse w
                ON w.id = COALESCE(b.warehouse_id, a.warehouse_id)
              JOIN site s ON s.id = w.dist_site_id
             WHERE m.picking_id IS NULL AND m.state NOT IN ('draft', 'done', 'cancel')
               AND (a.usage = 'transit' OR b.usage = 'transit')
            """
        )

    # -- counting -------------------------------------------------------------------

    @api.model
    def _count_by(self, name, records):
        """Return ``{id: (open, of these without disposition)}`` of sites or waves.

        :param name: the field that links a transaction to ``records``
        """
        counts = defaultdict(lambda: (0, 0))
        for record, count, decided in self._read_group(
            [(name, "in", records.ids)], [name], ["__count", "disposition_id:count"]
        ):
            counts[record.id] = (count, count - decided)
        return counts

    # -- actions --------------------------------------------------------------------

    def action_decide(self):
        """Open the dialog that sets the disposition of the selected transactions."""
        self.env["dist.disposition"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disposition"),
            "res_model": "dist.disposition.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_transaction_ids": self.ids},
        }

    def _decide(self, vals):
        """Give the transactions that are still open a disposition, or a new one.

        :param vals: values of ``disposition``, ``owner_id``, ``due_date`` and ``note``
        """
        listed = self.exists()
        listed.disposition_id.write(vals)
        undecided = listed.filtered(lambda one: not one.disposition_id)
        self.env["dist.disposition"].create(
            [
                {
                    "site_id": one.site_id.id,
                    "res_model": one.res_model,
                    "res_id": one.res_id,
                    **vals,
                }
                for one in undecided
            ]
        )
        self.invalidate_model()

    def action_open_document(self):
        """Open the document itself, for those who may read it."""
        self.ensure_one()
        return self._open_document(self.res_model, self.res_id)

    @api.model
    def _open_document(self, model, res_id):
        document = self.env[model].browse(res_id).exists()
        if not document.has_access("read"):
            raise UserError(
                self.env._(
                    "You have no right to open this document. Its number, partner and "
                    "date stand in the list; ask a colleague of that department for "
                    "the rest."
                )
            )
        return document._get_records_action()
