import contextlib
import logging
import time

import psycopg2

from odoo import fields, models

from ..services.loaders.errors import error_text
from ..services.probes import PROBES, Findings

_logger = logging.getLogger(__name__)


class _Rollback(Exception):
    """Leaves the savepoint of a probe."""


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """Trying out what was loaded; nothing of it remains."""

    _inherit = "dist.migration.cycle"

    probe_ids = fields.One2many("dist.migration.probe", "cycle_id", string="Probe Runs")
    probe_result_ids = fields.One2many(
        "dist.migration.probe.result",
        string="Latest Probes",
        compute="_compute_probe_result_ids",
    )
    probe_result = fields.Selection(
        [("passed", "Passed"), ("failed", "Failed"), ("nothing", "Nothing to Try")],
        string="Probes",
        compute="_compute_probe_result_ids",
    )

    @contextlib.contextmanager
    def _nothing_remains(self):
        """Run a block in a savepoint that is rolled back, with all it would trigger."""
        cr = self.env.cr
        try:
            with contextlib.suppress(_Rollback), cr.savepoint():
                yield
                raise _Rollback
        finally:
            # mails and jobs of records that never were
            cr.precommit.clear()
            cr.postcommit.clear()

    def _compute_probe_result_ids(self):
        latest = dict(
            self.env["dist.migration.probe"]._read_group(
                [("cycle_id", "in", self.ids)], ["cycle_id"], ["id:max"]
            )
        )
        for cycle in self:
            run = self.env["dist.migration.probe"].browse(latest.get(cycle, []))
            cycle.probe_result_ids = run.result_ids
            cycle.probe_result = run.result

    def action_run_probes(self):
        """Try replenishment, sales, purchases, counts and reports on loaded records."""
        self.ensure_one()
        self._check_action("probe")
        run = self._engine()._run_probes()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_data_migration.dist_migration_probe_action"
        )
        return dict(
            action,
            res_id=run.id,
            views=[(False, "form")],
            view_mode="form",
            context={},
        )

    def _run_probes(self):
        """Run all probes and keep their results; called as superuser."""
        results = [self._run_probe(key, probe) for key, probe in PROBES.items()]
        return self.env["dist.migration.probe"].create(
            {
                "name": f"{self.name} / {len(self.probe_ids) + 1}",
                "cycle_id": self.id,
                "run_at": fields.Datetime.now(),
                "run_by_id": self.env.uid,
                "load_revision": self.load_revision,
                "result_ids": [fields.Command.create(result) for result in results],
            }
        )

    def _run_probe(self, key, probe_class):
        started = time.monotonic()
        findings = Findings()
        with self._nothing_remains():
            probe = probe_class(self._as_odoobot())
            for record in probe.samples():
                self._try_record(probe, record, findings)
        result = "failed" if findings.failures else "passed"
        return {
            "probe": key,
            "result": result if findings.samples else "nothing",
            "sample_count": len(findings.samples),
            "samples": "\n".join(findings.samples),
            "message": "\n".join(findings.failures) or False,
            "duration": time.monotonic() - started,
        }

    def _try_record(self, probe, record, findings):
        """Try one record on its own; what it does has no bearing on the next."""
        name = record.display_name
        findings.samples.append(name)
        try:
            with self._nothing_remains():
                probe.run(record)
                # constraints and pending values must hold as well
                self.env.flush_all()
        # What fails here is what would fail on the first day, whatever it is: the
        # run is there to list it. Errors of the connection are none of these.
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001  pylint: disable=broad-except
            _logger.info("Probe %s failed on %s", probe.key, record, exc_info=True)
            findings.failures.append(f"{name}: {error_text(error)}")
