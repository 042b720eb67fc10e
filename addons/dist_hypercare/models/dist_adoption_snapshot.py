from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

ROLES = [
    ("sales", "Sales"),
    ("purchase", "Purchase"),
    ("stock", "Inventory"),
    ("accounting", "Invoicing"),
]
GROUP_OF_ROLE = {
    "sales": "sales_team.group_sale_salesman",
    "purchase": "purchase.group_purchase_user",
    "stock": "stock.group_stock_user",
    "accounting": "account.group_account_invoice",
}
# Those who run the rollout hold the applications' rights to look and to help.
ROLLOUT_TEAM = (
    "dist_rollout_governance.group_consultant",
    "dist_rollout_governance.group_command_center",
)
# A server that stood still longer than this has no history of roles to catch up on.
CATCH_UP_DAYS = 31


class DistAdoptionSnapshot(models.Model):
    """Who held a role at a site on a day, and how much they worked in it.

    Odoo keeps no history of roles and forgets all logins but the last, so this is
    written once, after the site's day has ended, and never recomputed. It starts with
    the site, before its go-live.

    *Role*
        a right to an application; a manager of it holds it as well. Consultants and
        the command center hold rights to help, not to work: they have no role.
    *Site of a user*
        the site of the user's default warehouse in the site's company; without one, of
        the company's first warehouse, which is what Odoo proposes to the user.
    *Transaction*
        a document of the role that the user made: a sales order, a purchase order, a
        transfer validated or a count applied, an invoice or bill. Opening loads, and
        what was made up to the cutover, are none.
    """

    _name = "dist.adoption.snapshot"
    _description = "Adoption Snapshot"
    _inherit = ["dist.append.only.mixin"]
    _order = "day desc, site_id, role, user_id"
    _rec_name = "user_id"
    _log_access = False

    site_id = fields.Many2one(
        "dist.site", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    day = fields.Date(
        required=True, readonly=True, help="Calendar day in the site's timezone."
    )
    user_id = fields.Many2one("res.users", required=True, readonly=True, index=True)
    role = fields.Selection(ROLES, required=True, readonly=True)
    transactions = fields.Integer(readonly=True)
    logged_in = fields.Boolean(readonly=True)
    is_late = fields.Boolean(
        string="Captured Late",
        readonly=True,
        help="Taken a day or more after it was due, with the roles of that moment.",
    )

    _row_uniq = models.UniqueIndex(
        "(site_id, day, user_id, role)",
        "A user's role is captured once for each day of a site.",
    )

    @api.model
    def _cron_capture(self):
        """Capture the ended days of every active site that have no snapshot yet.

        A day is one unit of work and is committed with the values it queues.
        """
        due = self._due()
        Cron = self.env["ir.cron"]
        remaining = len(due)
        Cron._commit_progress(remaining=remaining)
        for day, sites in due.items():
            self._capture(sites, day)
            remaining -= 1
            if not Cron._commit_progress(1, remaining=remaining):
                return

    @api.model
    def _due(self):
        """Return ``{day: sites}`` to capture: since the last time, or yesterday."""
        sites = self.env["dist.site"].search([("active", "=", True)])
        captured = dict(
            self._read_group([("site_id", "in", sites.ids)], ["site_id"], ["day:max"])
        )
        due = {}
        for site in sites:
            yesterday = site._local_day() - timedelta(days=1)
            last = captured.get(site) or yesterday - timedelta(days=1)
            missing = min((yesterday - last).days, CATCH_UP_DAYS)
            for age in reversed(range(missing)):
                day = yesterday - timedelta(days=age)
                due[day] = due.get(day, self.env["dist.site"]) | site
        return dict(sorted(due.items()))

    @api.model
    def _capture(self, sites, day):
        """Write the snapshot of the sites' local ``day`` and queue its measures."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH site AS (
                    SELECT s.id, s.company_id, s.tz, s.cutover_at,
                           %(day)s < %(today)s - 1 AS is_late,
                           (SELECT w.id FROM stock_warehouse w
                             WHERE w.company_id = s.company_id AND w.active
                          ORDER BY w.sequence, w.id LIMIT 1) AS first_warehouse
                      FROM dist_site s
                     WHERE s.id = ANY(%(sites)s)
                ),
                holder AS MATERIALIZED (
                    SELECT site.*, u.id AS user_id, held.role
                      FROM (%(held)s) held
                      JOIN res_users u ON u.id = held.user_id
                           AND u.active AND u.share IS NOT TRUE
                      JOIN res_company_users_rel member ON member.user_id = u.id
                      JOIN site ON site.company_id = member.cid
                      JOIN stock_warehouse w ON w.dist_site_id = site.id
                           -- company-dependent: one value a company, by its id
                           AND w.id = COALESCE(
                               (u.property_warehouse_id
                                   ->> site.company_id::text)::int,
                               site.first_warehouse)
                ),
                done AS (
                    SELECT holder.id AS site_id, holder.user_id, holder.role,
                           COUNT(*) AS transactions
                      FROM holder
                      JOIN (%(transactions)s) t
                           ON t.user_id = holder.user_id AND t.role = holder.role
                          AND t.company_id = holder.company_id
                     WHERE %(moment_day)s = %(day)s
                       AND t.moment > COALESCE(holder.cutover_at, '-infinity')
                  GROUP BY holder.id, holder.user_id, holder.role
                )
                INSERT INTO dist_adoption_snapshot (
                    site_id, company_id, day, user_id, role,
                    transactions, logged_in, is_late)
                SELECT holder.id, holder.company_id, %(day)s, holder.user_id,
                       holder.role, COALESCE(done.transactions, 0),
                       EXISTS (SELECT FROM res_users_log login
                                WHERE login.create_uid = holder.user_id
                                  AND %(login_day)s = %(day)s),
                       holder.is_late
                  FROM holder
             LEFT JOIN done ON done.site_id = holder.id
                   AND done.user_id = holder.user_id AND done.role = holder.role
                ON CONFLICT (site_id, day, user_id, role) DO NOTHING
                """,
                day=SQL("%s::date", day),
                today=self._sql_day(SQL("%s::timestamp", fields.Datetime.now()), "s"),
                moment_day=self._sql_day(SQL("t.moment"), "holder"),
                login_day=self._sql_day(SQL("login.create_date"), "holder"),
                sites=list(sites.ids),
                held=self._sql_holders(),
                transactions=self._sql_transactions(day),
            )
        )
        self.invalidate_model()
        self.env["dist.measure.queue"]._enqueue(
            "adoption", [(site.id, day) for site in sites]
        )

    @api.model
    def _sql_day(self, moment, alias):
        return self.env["dist.measure.provider"]._sql_local_day(
            moment, SQL.identifier(alias, "tz")
        )

    @api.model
    def _sql_holders(self):
        """Return the query (user_id, role) of who holds which role.

        An addon that knows the roles of the business replaces it.
        """
        # sudo: the job counts for everybody
        groups = self.env["res.groups"].sudo()
        team = groups.union(*map(self.env.ref, ROLLOUT_TEAM)).all_user_ids
        pairs = [
            (user.id, role)
            for role, group in GROUP_OF_ROLE.items()
            for user in (groups.union(self.env.ref(group)).all_user_ids - team)
        ]
        return SQL(
            "SELECT * FROM unnest(%s::int[], %s::varchar[]) AS h (user_id, role)",
            [user_id for user_id, _role in pairs],
            [role for _user_id, role in pairs],
        )

    @api.model
    def _sql_transactions(self, day):
        """Return the query (user_id, role, company_id, moment) around a day."""
        utc_from, utc_to = self.env["dist.measure.provider"]._utc_window(day, day)
        return SQL(
            """
            SELECT create_uid AS user_id, 'sales' AS role, company_id,
                   create_date AS moment
              FROM sale_order
             WHERE create_date >= %(utc_from)s AND create_date < %(utc_to)s
         UNION ALL
            SELECT create_uid, 'purchase', company_id, create_date
              FROM purchase_order
             WHERE create_date >= %(utc_from)s AND create_date < %(utc_to)s
         UNION ALL
            SELECT dist_done_by_id, 'stock', company_id, date_done
              FROM stock_picking
             WHERE state = 'done' AND date_done >= %(utc_from)s
               AND date_done < %(utc_to)s
         UNION ALL
            SELECT create_uid, 'stock', company_id, date
              FROM stock_move
             WHERE is_inventory AND state = 'done'
               AND dist_is_opening_load IS NOT TRUE
               AND date >= %(utc_from)s AND date < %(utc_to)s
         UNION ALL
            SELECT create_uid, 'accounting', company_id, create_date
              FROM account_move
             WHERE move_type <> 'entry'
               AND create_date >= %(utc_from)s AND create_date < %(utc_to)s
            """,
            utc_from=utc_from,
            utc_to=utc_to,
        )
