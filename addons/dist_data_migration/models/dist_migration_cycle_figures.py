from odoo import fields, models
from odoo.tools import SQL


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """Figures by which cycles are compared."""

    _inherit = "dist.migration.cycle"

    load_seconds = fields.Float(
        string="Load Time (s)",
        digits=(16, 3),
        readonly=True,
        copy=False,
        help="Time that the last load worked, without waiting for its turn.",
    )
    load_row_count = fields.Integer(
        string="Rows of the Load", readonly=True, copy=False
    )
    error_rate = fields.Float(
        string="Error Rate (%)",
        digits=(16, 2),
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Rows with errors and failed rows, in percent of all rows.",
    )
    throughput = fields.Float(
        string="Rows per Second",
        digits=(16, 1),
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Rows that the last load went through, per second of its work.",
    )
    variance = fields.Float(
        string="Variance (%)",
        digits=(16, 4),
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Keys that differ, in percent of all keys that the last reconciliation "
        "compared.",
    )

    def _add_seconds(self, seconds):
        """Add working time of a chunk; SQL, so that the record isn't touched."""
        self.env.cr.execute(
            SQL(
                "UPDATE dist_migration_cycle"
                " SET load_seconds = COALESCE(load_seconds, 0) + %s WHERE id = %s",
                seconds,
                self.id,
            )
        )
        self.invalidate_recordset(["load_seconds"])

    def _load_figures(self):
        """Return error rate and throughput of the load that has just ended."""
        groups = dict(
            self.env["dist.migration.row"]._read_group(
                [("cycle_id", "=", self.id)], ["state"], ["__count"]
            )
        )
        total = sum(groups.values())
        wrong = groups.get("invalid", 0) + groups.get("failed", 0)
        tried = groups.get("loaded", 0) + groups.get("failed", 0)
        return {
            "load_row_count": total,
            "error_rate": 100.0 * wrong / total if total else 0.0,
            "throughput": tried / self.load_seconds if self.load_seconds else 0.0,
        }

    def _reconcile(self):
        reconciliation = super()._reconcile()
        controls = reconciliation.control_ids
        wrong = sum(controls.mapped("mismatch_count"))
        total = wrong + sum(controls.mapped("match_count"))
        self._set({"variance": 100.0 * wrong / total if total else 0.0})
        self._store_cycles_passed(reconciliation)
        return reconciliation

    def _store_cycles_passed(self, reconciliation):
        """Tell the gates how many cycles there were, once the last one has passed."""
        rows = []
        for site in self.site_ids:
            cycles = self.search_count(
                [("site_ids", "in", site.ids), ("reconciliation_ids", "!=", False)]
            )
            rows.append(
                {
                    "site_id": site.id,
                    "day": site._local_day(reconciliation.run_at),
                    "numerator": cycles if reconciliation.result == "passed" else 0,
                    "denominator": None,
                    "sample_size": cycles,
                }
            )
        self.env["dist.measure"]._store_values(
            "migration_cycles_passed", rows, "reconciliation"
        )
