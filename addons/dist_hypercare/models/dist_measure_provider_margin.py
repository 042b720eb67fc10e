from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderMargin(models.AbstractModel):
    """Gross margin of the goods invoiced, by sales team.

    *Revenue* is the posted balance of invoice and credit note lines of storable goods,
    on the accounting date. *Cost* is the cost of goods sold that was posted with the
    line; where stock is valued periodically, the value of the line's shipments for the
    quantity invoiced. Goods invoiced in one period and shipped in another carry their
    cost with the invoice. Lines with neither cost are left out.
    """

    _name = "dist.measure.provider.margin"
    _description = "Measure Provider: Gross Margin"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_gross_margin(self, measure, scopes, date_from, date_to):
        """Revenue less cost, over revenue."""
        return SQL(
            """
            WITH line AS MATERIALIZED (
                SELECT aml.id, aml.company_id, aml.date AS day, aml.move_id,
                       -aml.balance AS revenue, am.team_id, pt.categ_id AS category_id,
                       am.commercial_partner_id AS partner_id, pp.id AS product_id,
                       aml.quantity * line_unit.factor
                           * CASE am.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                           AS quantity
                  FROM account_move_line aml
                  JOIN account_move am ON am.id = aml.move_id
                       AND am.move_type IN ('out_invoice', 'out_refund')
                  JOIN %(scopes)s company ON company.id = aml.company_id
                  JOIN product_product pp ON pp.id = aml.product_id
                       %(product)s
                  JOIN uom_uom line_unit ON line_unit.id = aml.product_uom_id
                 WHERE aml.parent_state = 'posted' AND aml.display_type = 'product'
                   AND pt.is_storable
                   AND aml.date BETWEEN %(date_from)s AND %(date_to)s
                   AND aml.date > %(cutover_day)s
            ),
            -- For all lines at once; the cost bears the date of its line.
            posted AS MATERIALIZED (
                SELECT cogs.move_id, cogs.cogs_origin_id, SUM(cogs.balance) AS cost
                  FROM account_move_line cogs
                  JOIN account_account account ON account.id = cogs.account_id
                       AND account.account_type LIKE 'expense%%'
                 WHERE cogs.display_type = 'cogs'
                   AND cogs.date BETWEEN %(date_from)s AND %(date_to)s
              GROUP BY cogs.move_id, cogs.cogs_origin_id
            ),
            costed AS (
                SELECT line.*, COALESCE(posted.cost, shipped.cost) AS cost
                  FROM line
             LEFT JOIN posted ON posted.cogs_origin_id = line.id
                   AND posted.move_id = line.move_id
             LEFT JOIN LATERAL (
                       -- A kit moves other products than its own: its quantity is the
                       -- one delivered on the order line.
                       SELECT line.quantity * SUM(%(signed)s * sm.value)
                              / NULLIF(CASE
                                       WHEN BOOL_OR(sm.product_id = line.product_id)
                                       THEN SUM(%(signed)s * sm.quantity * unit.factor)
                                       ELSE MIN(sol.qty_delivered * sol_unit.factor)
                                       END, 0) AS cost
                         FROM sale_order_line_invoice_rel rel
                         JOIN sale_order_line sol ON sol.id = rel.order_line_id
                         JOIN uom_uom sol_unit ON sol_unit.id = sol.product_uom_id
                         JOIN stock_move sm ON sm.sale_line_id = sol.id
                              AND sm.state = 'done'
                         JOIN uom_uom unit ON unit.id = sm.product_uom
                        WHERE rel.invoice_line_id = line.id AND posted.cost IS NULL
                          AND (sm.is_out OR sm.is_in OR sm.is_dropship)
                   ) shipped ON TRUE
            )
            SELECT company_id AS scope_id, day, id AS record_id,
                   (revenue - cost)::numeric AS numerator,
                   revenue::numeric AS denominator,
                   team_id AS channel_id, category_id, partner_id
              FROM costed
             WHERE cost IS NOT NULL
            """,
            scopes=self._sql_scopes(scopes),
            product=self._sql_product(),
            signed=SQL("CASE WHEN sm.is_in THEN -1 ELSE 1 END"),
            cutover_day=self._sql_local_day(
                SQL("company.cutover_at"), SQL("company.tz")
            ),
            date_from=date_from,
            date_to=date_to,
        )
