from odoo import models


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """From records to figures."""

    _inherit = "dist.migration.cycle"

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
