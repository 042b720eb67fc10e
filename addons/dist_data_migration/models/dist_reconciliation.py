import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..services.reconcile import CONTROLS, MASTER_COMPARISONS, NEEDS, Comparisons

CONTROLLER = "dist_rollout_governance.group_finance_controller"


class DistReconciliation(models.Model):
    """One comparison of a legacy extract with Odoo, at one moment.

    A run never changes: it pins the files, the mapping, the figures and a hash over
    them. Doing it again makes another run. The finance controller signs the latest
    one; a later run or load turns the signature stale.
    """

    _name = "dist.reconciliation"
    _description = "Reconciliation"
    _inherit = ["dist.signoff.mixin", "mail.thread"]
    _order = "id desc"
    _mail_post_access = "read"

    name = fields.Char(required=True, readonly=True)
    cycle_id = fields.Many2one(
        "dist.migration.cycle",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    program_id = fields.Many2one(
        "dist.program", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
    )
    site_ids = fields.Many2many(
        "dist.site",
        "dist_reconciliation_site_rel",
        string="Sites",
        readonly=True,
    )
    run_at = fields.Datetime(string="As Of", required=True, readonly=True)
    run_by_id = fields.Many2one("res.users", string="Run By", readonly=True)
    load_revision = fields.Integer(string="Load", readonly=True)
    mapping_hash = fields.Char(string="Mapping SHA-256", readonly=True)
    parameters = fields.Json(readonly=True)
    files_text = fields.Text(string="Files", compute="_compute_files_text")
    result_hash = fields.Char(string="Result SHA-256", readonly=True)
    control_ids = fields.One2many(
        "dist.reconciliation.control", "reconciliation_id", readonly=True
    )
    discrepancy_ids = fields.One2many(
        "dist.reconciliation.discrepancy", "reconciliation_id", readonly=True
    )
    discrepancy_count = fields.Integer(compute="_compute_discrepancy_count")
    result = fields.Selection(
        [("passed", "Passed"), ("failed", "Differences")], required=True, readonly=True
    )
    is_latest = fields.Boolean(
        string="Latest Run",
        compute="_compute_is_latest",
        help="No later run or load of this cycle.",
    )

    @api.depends("parameters")
    def _compute_files_text(self):
        for record in self:
            files = (record.parameters or {}).get("files") or {}
            record.files_text = "\n".join(
                f"{name}: {checksum}" for name, checksum in files.items()
            )

    def _compute_discrepancy_count(self):
        counts = dict(
            self.env["dist.reconciliation.discrepancy"]._read_group(
                [("reconciliation_id", "in", self.ids)],
                ["reconciliation_id"],
                ["__count"],
            )
        )
        for record in self:
            record.discrepancy_count = counts.get(record, 0)

    def _compute_is_latest(self):
        # sudo: site managers read their reconciliation, not the cycle behind it
        cycles = self.sudo().cycle_id
        latest = dict(
            self.sudo()._read_group(
                [("cycle_id", "in", cycles.ids)], ["cycle_id"], ["id:max"]
            )
        )
        for record in self:
            cycle = record.sudo().cycle_id
            record.is_latest = (
                latest.get(cycle) == record.id
                and cycle.load_revision == record.load_revision
            )

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_edit()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_edit()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Reconciliations are evidence and can't be deleted.")
        )

    def _refuse_edit(self):
        if not self.env.su:
            raise AccessError(
                self.env._("A reconciliation is a result. Run it again instead.")
            )

    # -- run ------------------------------------------------------------------

    @api.model
    def _run(self, cycle):
        """Compute and store a run; the caller has checked the rights.

        One transaction sees one snapshot of the database, so all controls agree on
        the moment.
        """
        record = self.create(self._prepare_run(cycle))
        comparisons = Comparisons(cycle)
        staged = self._staged_objects(cycle)
        for code in dict.fromkeys(control.comparison for control in CONTROLS):
            if self._is_covered(code, staged):
                record._run_comparison(comparisons, code)
        record._close_run()
        record._store_measures(comparisons, staged)
        return record

    @api.model
    def _prepare_run(self, cycle):
        now = fields.Datetime.now()
        return {
            "name": f"{cycle.name} / {cycle.reconciliation_count + 1}",
            "cycle_id": cycle.id,
            "program_id": cycle.program_id.id,
            "company_id": cycle.company_id.id,
            "site_ids": [fields.Command.set(cycle.site_ids.ids)],
            "run_at": now,
            "run_by_id": self.env.uid,
            "load_revision": cycle.load_revision,
            "mapping_hash": cycle.mapping_id.content_hash,
            "result": "failed",
            "parameters": {
                "files": {
                    source.name: source.checksum
                    for source in cycle.source_ids.sorted("name")
                },
                "cutover": fields.Datetime.to_string(cycle.cutover_at),
                "warehouses": sorted(cycle._warehouses().mapped("code")),
                "source_system": cycle.mapping_id.source_system,
            },
        }

    @api.model
    def _staged_objects(self, cycle):
        groups = self.env["dist.migration.row"]._read_group(
            [("cycle_id", "=", cycle.id)], ["object_id"]
        )
        return {migration_object.code for (migration_object,) in groups}

    @api.model
    def _is_covered(self, comparison, staged):
        return NEEDS.get(comparison, {comparison}) <= staged

    def _run_comparison(self, comparisons, code):
        """Store the controls of one comparison and its discrepancies, set-based."""
        self.ensure_one()
        controls = [control for control in CONTROLS if control.comparison == code]
        records = self.env["dist.reconciliation.control"].create(
            [
                {
                    "reconciliation_id": self.id,
                    "code": control.code,
                    "name": str(control.name),
                    "unit": control.unit,
                    "note": str(control.note) if control.note else False,
                    "sequence": position,
                }
                for position, control in enumerate(CONTROLS)
                if control.comparison == code
            ]
        )
        ids = {
            control.figure: record.id
            for control, record in zip(controls, records, strict=True)
        }
        [figures] = self.env.execute_query_dict(
            SQL(
                """
                WITH compared AS MATERIALIZED (%(query)s), stored AS (
                    INSERT INTO dist_reconciliation_discrepancy
                        (reconciliation_id, control_id, company_id, site_id, key, kind,
                         detail, legacy_value, odoo_value, difference,
                         amount_difference, res_model, res_id, create_uid, create_date,
                         write_uid, write_date)
                    SELECT %(run)s,
                           CASE kind WHEN 'value' THEN %(value)s ELSE %(main)s END,
                           %(company)s, site_id, key, kind, detail, legacy, odoo,
                           odoo - legacy, odoo_value - legacy_value,
                           res_model, res_id, %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM (SELECT c.*,
                                   CASE WHEN kind = 'value' THEN legacy_value
                                        WHEN %(has_qty)s THEN legacy_qty
                                        ELSE legacy_count END AS legacy,
                                   CASE WHEN kind = 'value' THEN odoo_value
                                        WHEN %(has_qty)s THEN odoo_qty
                                        ELSE odoo_count END AS odoo
                              FROM compared c WHERE kind IS NOT NULL) d
                     ORDER BY key
                )
                SELECT COUNT(*) FILTER (WHERE kind IS NULL) AS matches,
                       COUNT(kind) AS mismatches,
                       COALESCE(SUM(legacy_count), 0) AS legacy_count,
                       COALESCE(SUM(odoo_count), 0) AS odoo_count,
                       COALESCE(SUM(abs(odoo_count - legacy_count)), 0) AS abs_count,
                       COALESCE(SUM(legacy_qty), 0) AS legacy_qty,
                       COALESCE(SUM(odoo_qty), 0) AS odoo_qty,
                       COALESCE(SUM(abs(odoo_qty - legacy_qty)), 0) AS abs_qty,
                       COALESCE(SUM(legacy_value), 0) AS legacy_value,
                       COALESCE(SUM(odoo_value), 0) AS odoo_value,
                       COALESCE(SUM(abs(odoo_value - legacy_value)), 0) AS abs_value,
                       COALESCE(SUM(rounded_value), 0) AS legacy_rounded,
                       COALESCE(SUM(odoo_value), 0) AS odoo_rounded,
                       COALESCE(SUM(abs(odoo_value - rounded_value)), 0) AS abs_rounded,
                       COALESCE(SUM(tolerance), 0) AS tolerance
                  FROM compared
                """,
                query=comparisons.sql(code),
                run=self.id,
                main=ids.get("qty") or ids.get("count") or records[0].id,
                value=ids.get("rounded") or ids.get("value") or records[0].id,
                has_qty="qty" in ids,
                company=self.company_id.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        for control, record in zip(controls, records, strict=True):
            record._set_figures(control.figure, figures)

    def _close_run(self):
        """Set the overall result and the hash over everything that was found."""
        self.ensure_one()
        self.invalidate_recordset(["control_ids", "discrepancy_ids"])
        failed = self.control_ids.filtered(lambda control: control.result != "passed")
        self.env.flush_all()
        [[digest]] = self.env.execute_query(
            SQL(
                """
                SELECT md5(COALESCE(string_agg(concat_ws('|', control_id, kind, key,
                               legacy_value, odoo_value), E'\n' ORDER BY id), ''))
                  FROM dist_reconciliation_discrepancy
                 WHERE reconciliation_id = %s
                """,
                self.id,
            )
        )
        content = {
            "parameters": self.parameters,
            "mapping": self.mapping_hash,
            "run_at": fields.Datetime.to_string(self.run_at),
            "controls": [control._facts() for control in self.control_ids],
            "discrepancies": digest,
        }
        canonical = json.dumps(
            content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        self.write(
            {
                "result": "failed" if failed else "passed",
                "result_hash": hashlib.sha256(canonical.encode()).hexdigest(),
            }
        )

    # -- measures -------------------------------------------------------------

    def _store_measures(self, comparisons, staged):
        """Hand the results to the gates, one value per site of the cycle."""
        self.ensure_one()
        Measure = self.env["dist.measure"]
        if "stock" in staged:
            rows = self._variance_rows(comparisons.sql("stock"), "qty", "qty")
            Measure._store_values("migration_stock_variance", rows, "reconciliation")
        if "sale_order_line" in staged:
            rows = self._variance_rows(
                comparisons.sql("sale_order_line"), "value", "rounded"
            )
            Measure._store_values("migration_order_variance", rows, "reconciliation")
        master = [code for code in MASTER_COMPARISONS if code in staged]
        if master:
            rows = self._gap_rows(comparisons, master)
            Measure._store_values("migration_master_gap", rows, "reconciliation")

    def _variance_rows(self, query, figure, legacy_figure):
        """Sum of absolute differences over the legacy total, per site."""
        legacy = SQL.identifier(
            "rounded_value" if legacy_figure == "rounded" else f"legacy_{figure}"
        )
        odoo = SQL.identifier(f"odoo_{figure}")
        found = self.env.execute_query(
            SQL(
                """
                SELECT site_id, SUM(abs(%(odoo)s - %(legacy)s)),
                       SUM(abs(%(legacy)s)), COUNT(*)
                  FROM (%(query)s) compared
                 WHERE site_id IS NOT NULL
                 GROUP BY site_id
                """,
                odoo=odoo,
                legacy=legacy,
                query=query,
            )
        )
        sites = {site.id: site for site in self.site_ids}
        return [
            {
                "site_id": site_id,
                "day": sites[site_id]._local_day(self.run_at),
                "numerator": gross,
                # stock without any legacy stock is wholly wrong, not undefined
                "denominator": total or gross,
                "sample_size": count,
            }
            for site_id, gross, total, count in found
            if site_id in sites and (total or gross)
        ]

    def _gap_rows(self, comparisons, codes):
        union = SQL(" UNION ALL ").join(
            SQL("SELECT kind FROM (%s) AS one", comparisons.sql(code)) for code in codes
        )
        [(gap, total)] = self.env.execute_query(
            SQL("SELECT COUNT(kind), COUNT(*) FROM (%s) AS compared", union)
        )
        return [
            {
                "site_id": site.id,
                "day": site._local_day(self.run_at),
                "numerator": gap,
                "denominator": None,
                "sample_size": total,
            }
            for site in self.site_ids
        ]

    # -- sign-off -------------------------------------------------------------

    def _signoff_program(self):
        return self.program_id

    def _signoff_site(self):
        return self.site_ids if len(self.site_ids) == 1 else self.env["dist.site"]

    def _signoff_roles(self):
        return {"finance_controller": self.env._("Finance Controller")}

    def _signoff_content(self):
        # sudo: the cycle behind may not be readable for who reads the signature
        cycle = self.sudo().cycle_id
        return {
            "reconciliation": self.name,
            "result_hash": self.result_hash or "",
            "mapping_hash": self.mapping_hash or "",
            "load_revision": cycle.load_revision,
            "latest_run": cycle.reconciliation_id.name or "",
            "files": {
                source.name: source.checksum
                for source in cycle.source_ids.sorted("name")
            },
        }

    def _signoff_facts(self):
        return {
            "result": self.result,
            "controls": [control._facts() for control in self.control_ids],
        }

    def _check_signoff_allowed(self, role, verdict):
        self.ensure_one()
        if not self.env.user.has_group(CONTROLLER):
            raise AccessError(
                self.env._("Only finance controllers sign a reconciliation.")
            )
        # sudo: who took part is no secret, but the controller may lack the site
        cycle = self.sudo().cycle_id
        if self.env.user in cycle.participant_ids:
            raise AccessError(
                self.env._(
                    "You prepared or loaded %(cycle)s. Its figures must be signed by "
                    "somebody else.",
                    cycle=cycle.display_name,
                )
            )
        if verdict == "sign" and not self.is_latest:
            raise UserError(
                self.env._(
                    "%(name)s is outdated by a later run or load. Sign the latest run.",
                    name=self.name,
                )
            )
        if verdict == "sign" and self.result != "passed":
            failed = self.control_ids.filtered(lambda c: c.result != "passed")
            raise UserError(
                self.env._(
                    "These controls differ: %(names)s. Correct the data, load and "
                    "reconcile again.",
                    names=", ".join(failed.mapped("name")),
                )
            )

    def _after_sign(self, signoff):
        # sudo: protected state; follows from the signature that was just accepted
        cycle = self.sudo().cycle_id
        if signoff.verdict == "sign":
            cycle.state = "signed"
        elif cycle.state == "signed":
            cycle.state = "reconciled"

    @api.model
    def _signoff_claims(self, program):
        """Runs of signed cycles; the integrity check looks for their signature."""
        cycles = (
            self.env["dist.migration.cycle"]
            .sudo()
            .search([("program_id", "=", program.id), ("state", "=", "signed")])
        )
        return cycles.reconciliation_id

    # -- actions --------------------------------------------------------------

    def action_view_discrepancies(self):
        """Open the keys that differ."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_data_migration.dist_reconciliation_discrepancy_action"
        )
        return dict(action, domain=[("reconciliation_id", "=", self.id)], context={})

    def _as_dict(self):
        """Return ``{control: {legacy, odoo, difference, result, …}}`` for reports."""
        self.ensure_one()
        return {control.code: control._facts() for control in self.control_ids}
