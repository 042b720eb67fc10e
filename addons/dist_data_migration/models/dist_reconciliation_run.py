import hashlib
import json

from odoo import api, fields, models
from odoo.tools import SQL

from ..services.comparisons import CONTROLS, MASTER_COMPARISONS, Comparisons

#: amounts in company currency that gates ask for, and the controls they add up
BOOK_MEASURES = {
    "migration_books_variance": ("trial_balance",),
    "migration_open_items_variance": ("receivable_value", "payable_value"),
    "migration_valuation_unexplained": ("valuation_unexplained",),
}
#: What explains a difference most often, cheapest test first. Columns: those of a
#: comparison, ``legacy`` and ``odoo``, and the rests of its groups.
DIAGNOSIS = SQL(
    """
    CASE WHEN diagnosis IS NOT NULL THEN diagnosis
         WHEN odoo = legacy THEN NULL
         WHEN kind <> 'value' AND across_lot IS NOT NULL AND abs(lot_rest) < 0.000001
         THEN 'lot_swap'
         WHEN kind <> 'value' AND across_place IS NOT NULL
              AND abs(place_rest) < 0.000001 THEN 'location_swap'
         WHEN odoo = -legacy THEN 'sign_flip'
         WHEN legacy <> 0 AND odoo <> 0 AND kind = 'quantity' AND round(GREATEST(
                  abs(odoo / legacy), abs(legacy / odoo)), 6)
              IN (2, 3, 4, 5, 6, 8, 10, 12, 20, 24, 36, 48, 50, 60, 72, 100, 144, 500,
                  1000)
         THEN 'uom_factor'
         WHEN legacy <> 0 AND odoo <> 0 AND kind = 'value' AND EXISTS (
                  SELECT FROM res_currency_rate rate
                   WHERE rate.rate <> 1 AND abs(GREATEST(odoo / legacy, legacy / odoo)
                         / GREATEST(rate.rate, 1 / rate.rate) - 1) < 0.0005)
         THEN 'currency_factor'
         WHEN abs(size_rest) < 0.000001 THEN 'offsetting' END
    """
)
#: comparisons that several controls and measures are made of: computed once a run
KEPT = ("stock", "sale_order_line")


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistReconciliation(models.Model):
    """How a run is computed and stored: controls, differences, hashes, measures."""

    _inherit = "dist.reconciliation"

    @api.model
    def _run(self, cycle):
        """Compute and store a run; the caller has checked the rights.

        One transaction sees one snapshot of the database, so all controls agree on
        the moment.
        """
        record = self.create(self._prepare_run(cycle))
        # keys are compared between runs, so they are in one language
        comparisons = Comparisons(cycle.with_context(lang="en_US"))
        staged = self._staged_objects(cycle)
        covered = [control for control in CONTROLS if control.is_covered(staged)]
        kept = [code for code in KEPT if code in staged]
        for code in kept:
            comparisons.keep(code)
        for code in dict.fromkeys(control.comparison for control in covered):
            record._run_comparison(comparisons, code)
        record._close_run()
        record._store_measures(comparisons, staged)
        for code in kept:
            comparisons.drop(code)
        # sudo: the work list follows from the run, nobody writes it freely
        self.env["dist.reconciliation.case"].sudo()._follow(record)
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
                "tolerances": self.env["dist.reconciliation.tolerance"]._pinned(
                    cycle.program_id
                ),
            },
        }

    @api.model
    def _staged_objects(self, cycle):
        groups = self.env["dist.migration.row"]._read_group(
            [("cycle_id", "=", cycle.id)], ["object_id"]
        )
        return {migration_object.code for (migration_object,) in groups}

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
        tolerances = self.parameters["tolerances"]
        limits = {
            control.figure: self._line_limit(
                control.figure, tolerances.get(control.code)
            )
            for control in controls
        }
        main = "qty" if "qty" in ids else "count" if "count" in ids else "value"
        value = "rounded" if "rounded" in ids else "value" if "value" in ids else main
        [figures] = self.env.execute_query_dict(
            SQL(
                """
                WITH compared AS %(how)s (%(query)s), stored AS (
                    INSERT INTO dist_reconciliation_discrepancy
                        (reconciliation_id, control_id, company_id, site_id, key, kind,
                         diagnosis, is_tolerated, detail, legacy_value, odoo_value,
                         difference, amount_difference, res_model, res_id, create_uid,
                         create_date, write_uid, write_date)
                    SELECT %(run)s,
                           CASE kind WHEN 'value' THEN %(value)s ELSE %(main)s END,
                           %(company)s, site_id, key, kind, %(diagnosis)s,
                           CASE kind WHEN 'value' THEN %(value_within)s
                                     WHEN 'attribute' THEN FALSE
                                     WHEN 'date' THEN FALSE
                                     ELSE %(main_within)s END,
                           detail, legacy, odoo, odoo - legacy,
                           odoo_value - legacy_value, res_model, res_id, %(uid)s,
                           %(now)s, %(uid)s, %(now)s
                      FROM (%(differing)s) d
                     ORDER BY key
                )
                SELECT COALESCE(SUM(key_count) FILTER (WHERE kind IS NULL), 0)
                           AS matches,
                       COUNT(kind) AS mismatches,
                       COUNT(*) FILTER (WHERE kind IN ('attribute', 'date'))
                           AS attributes,
                       %(sums)s,
                       COALESCE(SUM(tolerance), 0) AS tolerance
                  FROM compared
                """,
                # what is kept in a table needs no second copy
                how=SQL("NOT MATERIALIZED" if code in KEPT else "MATERIALIZED"),
                query=comparisons.sql(code),
                run=self.id,
                main=ids.get(main) or records[0].id,
                value=ids.get(value) or records[0].id,
                main_within=limits[main] if main in limits else SQL("FALSE"),
                value_within=limits[value] if value in limits else SQL("FALSE"),
                diagnosis=DIAGNOSIS,
                differing=self._differing("qty" in ids, "count" in ids),
                company=self.company_id.id,
                sums=self._sums(limits),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        for control, record in zip(controls, records, strict=True):
            record._set_figures(
                control.figure, figures, tolerances.get(control.code) or {}
            )

    @api.model
    def _differing(self, has_quantity, has_count):
        """Rows that differ, with the figures to show and the sums of their groups.

        Matches add nothing to the sums of differences, so the windows run over the
        rows that differ alone.
        """
        main = "qty" if has_quantity else "count" if has_count else "value"
        return SQL(
            """
            SELECT g.*, SUM(odoo - legacy) OVER (PARTITION BY across_lot) AS lot_rest,
                   SUM(odoo - legacy) OVER (PARTITION BY across_place) AS place_rest,
                   SUM(odoo - legacy) OVER (
                       PARTITION BY abs(odoo - legacy), kind = 'value') AS size_rest
              FROM (SELECT c.*,
                           CASE WHEN kind = 'value' THEN legacy_value
                                ELSE %s END AS legacy,
                           CASE WHEN kind = 'value' THEN odoo_value
                                ELSE %s END AS odoo
                      FROM compared c WHERE kind IS NOT NULL) g
            """,
            SQL.identifier(f"legacy_{main}"),
            SQL.identifier(f"odoo_{main}"),
        )

    @api.model
    def _line_limit(self, figure, tolerance):
        """SQL condition: the difference of a row is within its line's tolerance."""
        legacy = SQL.identifier(
            "rounded_value" if figure == "rounded" else f"legacy_{figure}"
        )
        odoo = SQL.identifier(f"odoo_{'value' if figure == 'rounded' else figure}")
        limit = self.env["dist.reconciliation.tolerance"]._limit(
            tolerance or {}, "line", legacy
        )
        return SQL("abs(%s - %s) <= %s", odoo, legacy, limit)

    @api.model
    def _sums(self, limits):
        """Sums of both sides and of absolute differences for each figure."""
        parts = []
        for figure in ("count", "qty", "value", "rounded"):
            legacy = SQL.identifier(
                "rounded_value" if figure == "rounded" else f"legacy_{figure}"
            )
            odoo = SQL.identifier(f"odoo_{'value' if figure == 'rounded' else figure}")
            parts.append(
                SQL(
                    """
                    COALESCE(SUM(%(legacy)s), 0) AS %(as_legacy)s,
                    COALESCE(SUM(%(odoo)s), 0) AS %(as_odoo)s,
                    COALESCE(SUM(abs(%(odoo)s - %(legacy)s)), 0) AS %(as_gross)s,
                    COUNT(*) FILTER (WHERE NOT (%(within)s)) AS %(as_beyond)s
                    """,
                    legacy=legacy,
                    odoo=odoo,
                    within=limits.get(figure, SQL("TRUE")),
                    as_legacy=SQL.identifier(f"legacy_{figure}"),
                    as_odoo=SQL.identifier(f"odoo_{figure}"),
                    as_gross=SQL.identifier(f"abs_{figure}"),
                    as_beyond=SQL.identifier(f"beyond_{figure}"),
                )
            )
        return SQL(", ").join(parts)

    def _close_run(self):
        """Set the overall result and the hash over everything that was found."""
        self.ensure_one()
        self.invalidate_recordset(["control_ids", "discrepancy_ids"])
        failed = self.control_ids.filtered(lambda control: control.result != "passed")
        self.env.flush_all()
        [[digest]] = self.env.execute_query(
            SQL(
                """
                SELECT md5(COALESCE(string_agg(line, E'\n' ORDER BY line), ''))
                  FROM (SELECT concat_ws('|', c.code, d.kind, d.key, d.legacy_value,
                                         d.odoo_value) AS line
                          FROM dist_reconciliation_discrepancy d
                          JOIN dist_reconciliation_control c ON c.id = d.control_id
                         WHERE d.reconciliation_id = %s) lines
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
        figures = {name: content[name] for name in ("discrepancies", "mapping")}
        # names are in the language of who ran it
        figures["controls"] = [
            {name: value for name, value in facts.items() if name != "name"}
            for facts in content["controls"]
        ]
        figures["tolerances"] = self.parameters["tolerances"]
        self.write(
            {
                "result": "failed" if failed else "passed",
                "result_hash": self._digest(content),
                "figures_hash": self._digest(figures),
            }
        )

    @api.model
    def _digest(self, content):
        canonical = json.dumps(
            content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

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
        for code, controls in BOOK_MEASURES.items():
            rows = self._control_rows(controls)
            if rows:
                Measure._store_values(code, rows, "reconciliation")
        master = [code for code in MASTER_COMPARISONS if code in staged]
        if master:
            rows = self._gap_rows(comparisons, master)
            Measure._store_values("migration_master_gap", rows, "reconciliation")

    def _control_rows(self, codes):
        """Absolute differences over the legacy total of some controls.

        Books belong to a company: each site of the cycle gets the same figure. A
        control that was not run has no evidence.
        """
        controls = self.control_ids.filtered(lambda control: control.code in codes)
        if not controls:
            return []
        gross = sum(controls.mapped("absolute_difference"))
        if controls[0].code == "valuation_unexplained":
            # differences of roundings are no remainder
            gross = max(gross - sum(controls.mapped("tolerance")), 0)
        return [
            {
                "site_id": site.id,
                "day": site._local_day(self.run_at),
                "numerator": gross,
                "denominator": None,
                "sample_size": sum(controls.mapped("match_count"))
                + sum(controls.mapped("mismatch_count")),
            }
            for site in self.site_ids
        ]

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
                       SUM(abs(%(legacy)s)), SUM(key_count)
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
