import logging

import psycopg2

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .dist_decision_ballot import VOTE_ACTIVITY

_logger = logging.getLogger(__name__)


# one file per subject keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistDecision(models.Model):
    """What happens to a decision by time: it expires, or climbs the ladder."""

    _inherit = "dist.decision"

    @api.model
    def _cron_expire(self):
        """Mark the approvals that are past their last day and tell their records."""
        decisions = self.search(
            [
                ("state", "=", "approved"),
                ("valid_until", "!=", False),
                ("valid_until", "<", fields.Date.today()),
            ],
            order="id",
        )
        self._for_each(decisions, lambda decision: decision._finish("expired"))

    @api.model
    def _cron_escalate(self):
        """Settle what can be settled, and hand on what its body left undecided.

        A seat that ends or a member who leaves may settle a tie without a vote; a
        proposal whose level is over goes to the next. Each proposal is committed
        together with its notices, so that a run that is repeated repeats neither.
        """
        decisions = self.search(
            [("state", "=", "proposed"), ("level_exhausted", "=", False)], order="id"
        )
        ladders = self.env["dist.escalation.level"]._ladders(decisions.program_id)
        now = fields.Datetime.now()
        due = decisions.filtered(
            lambda d: d._level_end(ladders[d.program_id.id], now) <= now
        )
        ties = decisions.filtered(lambda d: d.vote_ids and not d.open_seat_count)
        self._for_each(ties | due, lambda decision: decision._settle_or_climb())

    def _level_end(self, ladder, default=None):
        """Return when the level of the proposal is over."""
        self.ensure_one()
        rung = ladder.filtered(lambda r: r.level == self.level)
        if not rung or not self.level_since:
            return default
        return rung._ends(self.level_since)

    def _settle_or_climb(self):
        self.ensure_one()
        self._settle()
        # What was changed waits for its requester: no body could vote on it.
        if self.state != "proposed" or self.content_changed:
            return
        now = fields.Datetime.now()
        ladder = self.env["dist.escalation.level"]._ladders(self.program_id)
        ladder = ladder[self.program_id.id]
        if self._level_end(ladder, now) <= now:
            self._climb(ladder)

    def _climb(self, ladder):
        """Hand the proposal to the next level that has another body."""
        for rung in ladder.filtered(lambda r: r.level > self.level):
            body = rung._body_for(self)
            if body and body != self.body_id:
                self._hand_to(body, rung.level)
                return
        self.level_exhausted = True
        self._message_log(
            body=self.env._(
                "%(body)s did not decide in time, and there is no body above it.",
                body=self.body_id.name,
            )
        )
        manager = self.program_id.manager_id
        if manager.active and self._is_readable_for(manager):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=manager.id,
                summary=self.env._("Undecided on the top level"),
            )

    def _hand_to(self, body, level):
        """Give the proposal to another body, which decides afresh, and ask it."""
        before = self.body_id
        self.write(
            {
                "body_id": body.id,
                "quorum": body.quorum,
                "level": level,
                "level_since": fields.Datetime.now(),
            }
        )
        self.activity_unlink([VOTE_ACTIVITY])
        self._message_log(
            body=self.env._(
                "%(before)s did not decide in time. Level %(level)s: %(body)s decides.",
                before=before.name,
                level=level,
                body=body.name,
            )
        )
        self._ask_voters()

    @api.model
    def _for_each(self, decisions, method):
        """Run a method on each decision and commit it; one that fails is logged.

        Run again after an interruption, the ones that are done are not found again.
        """
        Cron = self.env["ir.cron"]
        ids = decisions.ids
        remaining = len(ids)
        Cron._commit_progress(remaining=remaining)
        for decision in map(self.browse, ids):
            try:
                with self.env.cr.savepoint():
                    method(decision)
            except (psycopg2.InterfaceError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                # a lost connection or a vote at this moment: the next run repeats it
                raise
            except Exception:
                _logger.exception("Decision %s was left as it is", decision.id)
            remaining -= 1
            if not Cron._commit_progress(1, remaining=remaining):
                return
