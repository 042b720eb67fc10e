import logging

import psycopg2

from odoo import models
from odoo.exceptions import ConcurrencyError

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails

_logger = logging.getLogger(__name__)

# A credit note this soon after its invoice takes an error back.
REVERSAL_DAYS = 30


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        invoices = self.filtered(lambda move: move.is_invoice(include_receipts=True))
        if not invoices:
            return super()._post(soft=soft)
        described = []
        with never_fails(self.env, "what an attempt to post is about"):
            described = self.env["dist.posting.attempt"]._describe(invoices)
        try:
            posted = super()._post(soft=soft)
        except (psycopg2.OperationalError, ConcurrencyError):
            # The server repeats the transaction: this was no attempt of anybody's.
            raise
        except Exception as error:
            self._dist_log_failure(described, error)
            raise
        with never_fails(self.env, "postings"):
            posted._dist_keep_posting()
        return posted

    def _dist_keep_posting(self):
        """Log that these documents were posted, and queue the days it changes."""
        self.env["dist.posting.attempt"]._log_posted(self)
        self.env["dist.correction"]._log(
            "invoice_reversed", self.filtered(lambda move: move._dist_is_reversal())
        )
        self.env["dist.measure.provider.invoice"]._enqueue_invoices(
            self.filtered(lambda move: move.is_invoice(include_receipts=True))
        )

    def _dist_log_failure(self, described, error):
        """Log a failed posting; a failure to do so must not take its place."""
        try:
            self.env["dist.posting.attempt"]._log_failed(described, error)
        except Exception:
            _logger.exception("A failed posting could not be logged")

    def _dist_is_reversal(self):
        """Say whether the document takes an invoice back soon after its date."""
        reversed_move = self.reversed_entry_id
        return (
            self.is_invoice(include_receipts=True)
            and bool(reversed_move)
            and (self.date - reversed_move.date).days <= REVERSAL_DAYS
        )

    def button_draft(self):
        posted = self.filtered(
            lambda move: move.state == "posted"
            and move.is_invoice(include_receipts=True)
        )
        result = super().button_draft()
        if posted:
            with never_fails(self.env, "documents reset to draft"):
                self.env["dist.correction"]._log("invoice_reset", posted)
                self.env["dist.measure.provider.invoice"]._enqueue_invoices(posted)
        return result
