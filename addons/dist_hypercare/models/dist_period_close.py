from datetime import date

import pytz

from odoo import api, fields, models


class DistPeriodClose(models.Model):
    """The moment at which a period was closed: a lock date moved on to its end.

    Closing is locking, for everybody (lock date of the fiscal year) or for good (hard
    lock date), whichever comes first. Written by the change of the lock date alone.
    A lock date that is taken back opens the period again; its next closing is a new
    record, and the one that was undone measures nothing.
    """

    _name = "dist.period.close"
    _description = "Period Close"
    _inherit = ["dist.protected.mixin"]
    _order = "period_end desc, id desc"
    _rec_name = "period_end"
    _protected_fields = frozenset(
        {"company_id", "period_end", "closed_at", "user_id", "reopened_at"}
    )

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    period_end = fields.Date(required=True, readonly=True)
    closed_at = fields.Datetime(required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    reopened_at = fields.Datetime(
        readonly=True, help="When the lock date was moved back before the period's end."
    )

    days = fields.Integer(
        compute="_compute_days",
        store=True,
        aggregator="avg",
        help="Calendar days from the period's end to its closing, in the timezone of "
        "the company.",
    )

    @api.depends("period_end", "closed_at")
    def _compute_days(self):
        for close in self:
            close.days = (close._closed_day() - close.period_end).days

    def _closed_day(self):
        """Return the company's calendar day of the closing."""
        timezone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        return pytz.utc.localize(self.closed_at).astimezone(timezone).date()

    def _enqueue(self):
        """Queue the days on which these periods were closed."""
        self.env["dist.measure.provider.books"]._enqueue_company_days(
            "close", {(close.company_id.id, close._closed_day()) for close in self}
        )

    @api.model
    def _closed_through(self, company):
        """Return the last day that is locked for everybody, or False."""
        locks = (company.fiscalyear_lock_date, company.hard_lock_date)
        return max((lock for lock in locks if lock), default=False)

    @api.model
    def _lock_dates_changed(self, companies, closed_before):
        """Record what a change of lock dates closed or opened.

        :param closed_before: ``{company: _closed_through before the change}``
        """
        # sudo: closes follow from the lock date alone, whose change is checked there.
        Close = self.sudo()
        now = fields.Datetime.now()
        for company in companies:
            before, after = closed_before[company], self._closed_through(company)
            if after and (not before or after > before):
                Close.create(
                    {
                        "company_id": company.id,
                        "period_end": after,
                        "closed_at": now,
                        "user_id": self.env.uid,
                    }
                )
            elif before and (not after or after < before):
                reopened = Close.search(
                    [
                        ("company_id", "=", company.id),
                        ("reopened_at", "=", False),
                        ("period_end", ">", after or date.min),
                    ]
                )
                reopened.reopened_at = now
                reopened._enqueue()
