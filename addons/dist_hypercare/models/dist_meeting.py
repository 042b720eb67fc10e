from datetime import datetime, time

from odoo import api, fields, models

# kind of review: the body that holds it, and the format of its period
REVIEWS = {
    "root_cause": ("pmo", "%Y-%m"),
    "readiness": ("steering", "%Y"),
}
# Meetings start on the next working day at this hour (UTC).
START_HOUR = 9


class DistMeeting(models.Model):
    """Reviews that come back: exceptions each month, readiness each year.

    The PMO looks at the root causes of the month's exceptions, the steering committee
    at the readiness of the program once a year. A meeting of the body carries the
    minutes and the actions.
    """

    _inherit = "dist.meeting"
    _immutable_fields = frozenset({"body_id", "review", "review_period"})

    review = fields.Selection(
        [
            ("root_cause", "Monthly Root-cause Review"),
            ("readiness", "Annual Readiness Review"),
        ],
        readonly=True,
        copy=False,
    )
    review_period = fields.Char(readonly=True, copy=False)

    _review_uniq = models.UniqueIndex(
        "(program_id, review, review_period) WHERE review IS NOT NULL",
        "The review of the period is planned already.",
    )

    @api.model
    def _plan_reviews(self, programs, today):
        """Create the missing meetings of the periods that hold ``today``."""
        for review, (body_type, period_format) in REVIEWS.items():
            period = today.strftime(period_format)
            planned = self.with_context(active_test=False).search(
                [
                    ("program_id", "in", programs.ids),
                    ("review", "=", review),
                    ("review_period", "=", period),
                ]
            )
            bodies = self.env["dist.body"].search(
                [
                    ("program_id", "in", (programs - planned.program_id).ids),
                    ("type", "=", body_type),
                ]
            )
            self.create(
                [
                    self._prepare_review_vals(bodies_of[:1], review, period, today)
                    for bodies_of in bodies.grouped("program_id").values()
                ]
            )

    def _prepare_review_vals(self, body, review, period, today):
        start = self._review_start(body, today)
        topics = {
            "root_cause": [
                self.env._("Exceptions of the month by cause, process and site"),
                self.env._("Major incidents and expired workarounds"),
                self.env._("Improvements: value before and after"),
            ],
            "readiness": [
                self.env._("Readiness of support, roles and controls"),
                self.env._("Drift from the template and open deviations"),
                self.env._("Benefits against the business case"),
            ],
        }[review]
        return {
            "body_id": body.id,
            "date_start": start,
            "review": review,
            "review_period": period,
            "item_ids": [fields.Command.create({"name": topic}) for topic in topics],
        }

    def _review_start(self, body, today):
        """Return the first free working day after today, at nine (UTC)."""
        taken = set(
            self.search(
                [("body_id", "=", body.id), ("date_start", ">=", today)]
            ).mapped("date_start")
        )
        day = today
        while True:
            day = fields.Date.add(day, days=1)
            start = datetime.combine(day, time(START_HOUR))
            if day.weekday() < 5 and start not in taken:
                return start
