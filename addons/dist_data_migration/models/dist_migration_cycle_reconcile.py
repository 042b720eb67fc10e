import logging
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.dist_rollout_governance.services import faults

_logger = logging.getLogger(__name__)
#: a cycle that was looked at this recently has had its nightly turn
NIGHT = timedelta(hours=12)


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """From records to figures."""

    _inherit = "dist.migration.cycle"

    case_count = fields.Integer(
        string="Differences to Settle", compute="_compute_case_count"
    )
    last_check_at = fields.Datetime(
        string="Last Nightly Check", readonly=True, copy=False
    )
    last_check_error = fields.Char(readonly=True, copy=False)

    def _compute_case_count(self):
        counts = dict(
            self.env["dist.reconciliation.case"]._read_group(
                [
                    ("cycle_id", "in", self.ids),
                    ("state", "in", ("open", "assigned", "explained")),
                ],
                ["cycle_id"],
                ["__count"],
            )
        )
        for cycle in self:
            cycle.case_count = counts.get(cycle, 0)

    def action_view_cases(self):
        """Open the differences of this cycle that are to be settled."""
        return self._view("dist_reconciliation_case_action")

    @faults.explained
    def action_reconcile(self):
        """Compare the extract with Odoo; every run is a new, immutable record."""
        self.ensure_one()
        self._check_action("reconcile")
        reconciliation = self._engine()._reconcile()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_data_migration.dist_reconciliation_action"
        )
        return dict(
            action,
            res_id=reconciliation.id,
            views=[(False, "form")],
            view_mode="form",
            context={},
        )

    def _reconcile(self):
        """Run all controls; called as superuser after the checks."""
        self.env.flush_all()
        reconciliation = self.env["dist.reconciliation"]._run(self)
        self.invalidate_recordset(["reconciliation_ids"])
        if self.state != "signed":
            self._set({"state": "reconciled"})
        return reconciliation

    # -- every night ------------------------------------------------------------------

    @api.model
    def _cron_reconcile(self):
        """Run the controls of loaded cycles again, a cycle per commit.

        Cycles that are not signed have their cases closed or opened; of signed mock
        loads a changed result turns the signature stale. A signed final load is the
        opening of the books: from then on the business moves stock and orders, and the
        legacy extract has nothing left to say about them. Each cycle is marked before
        it is left, also where its run fails, so that a killed or interrupted job goes
        on with the next one.
        """
        commit = self.env["ir.cron"]._commit_progress
        due = self._due_for_check()
        commit(remaining=len(due))
        for cycle_id in due.ids:
            self.browse(cycle_id)._check_again()
            if not commit(1):
                return

    @api.model
    def _due_for_check(self):
        before = fields.Datetime.now() - NIGHT
        return self.search(
            [
                ("state", "in", ("loaded", "reconciled", "signed")),
                "|",
                ("state", "!=", "signed"),
                ("kind", "!=", "final"),
                "|",
                ("last_check_at", "=", False),
                ("last_check_at", "<", before),
            ],
            order="last_check_at NULLS FIRST, id",
        )

    def _check_again(self):
        """Reconcile one cycle; a failure is noted on it and stops no other."""
        self.ensure_one()
        error = False
        try:
            with self.env.cr.savepoint():
                self._engine()._reconcile()
        except Exception as failure:
            _logger.exception("Cycle %s could not be reconciled", self.id)
            error = str(failure)[:250] or type(failure).__name__
            self.env.invalidate_all(flush=False)
        self._set({"last_check_at": fields.Datetime.now(), "last_check_error": error})
