from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..services.conformance import unpack_values
from .dist_blueprint_element import AREAS

# where the settings of a company are shown, by the addon that has the field
SETTINGS = {
    "account": "account.action_account_config",
    "purchase": "purchase.action_purchase_configuration",
    "purchase_stock": "purchase.action_purchase_configuration",
    "stock": "stock.action_stock_config_settings",
    "stock_account": "stock.action_stock_config_settings",
}


class DistConformanceFinding(models.Model):
    """What a conformance rule found on a site: one row a rule and site.

    Computed, never typed. *Covered* is a deviation that was approved and whose
    approval is still in force; *No Records* is no statement about conformance.
    """

    _name = "dist.conformance.finding"
    _description = "Conformance Finding"
    _order = "status_rank, program_id, site_id, id"
    _rec_name = "rule_id"

    rule_id = fields.Many2one(
        "dist.conformance.rule",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    element_id = fields.Many2one(
        "dist.blueprint.element", readonly=True, ondelete="cascade", index=True
    )
    blueprint_id = fields.Many2one(
        "dist.blueprint", readonly=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one(
        "dist.program", readonly=True, ondelete="cascade", index=True
    )
    site_id = fields.Many2one(
        "dist.site", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    region_id = fields.Many2one("dist.region", readonly=True, index="btree_not_null")
    area = fields.Selection(AREAS, readonly=True)
    status = fields.Selection(
        [
            ("conforming", "Conforming"),
            ("covered", "Covered"),
            ("uncovered", "Uncovered"),
            ("nothing", "No Records"),
        ],
        readonly=True,
        required=True,
    )
    status_rank = fields.Integer(readonly=True, export_string_translation=False)
    is_deviating = fields.Boolean(readonly=True)
    checked_count = fields.Integer(string="Records Checked", readonly=True)
    deviating_count = fields.Integer(string="Records Deviating", readonly=True)
    actual_values = fields.Char(readonly=True, export_string_translation=False)
    actual = fields.Char(
        string="Found", compute="_compute_actual", help="The values that deviate."
    )
    expected = fields.Char(
        related="rule_id.rule_text", string="Expected", related_sudo=True
    )
    uncovered_since = fields.Date(readonly=True)
    evaluated_at = fields.Datetime(string="Evaluated", readonly=True)
    deviation_id = fields.Many2one(
        "dist.deviation",
        string="Covered By",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    _rule_site_uniq = models.UniqueIndex(
        "(rule_id, site_id)", "A rule has one finding a site."
    )

    @api.depends("site_id", "rule_id")
    def _compute_display_name(self):
        for finding in self.sudo():
            finding.display_name = f"{finding.site_id.code}: {finding.rule_id.name}"

    @api.depends("actual_values", "rule_id", "status")
    @api.depends_context("lang")
    def _compute_actual(self):
        # sudo: names of the values of a setting, for those who see the finding
        for rule, findings in self.sudo().grouped("rule_id").items():
            labels = findings._value_labels(rule)
            for finding in findings:
                values = unpack_values(finding.actual_values)
                finding.actual = ", ".join(
                    labels.get(value, value) or self.env._("(empty)")
                    for value in values
                )

    def _value_labels(self, rule):
        """Return dict stored value → what a person reads."""
        env = self.env
        if rule.value_type == "selection":
            return {option.value: option.name for option in rule.field_id.selection_ids}
        if rule.value_type == "boolean":
            return {"true": env._("Yes"), "false": env._("No"), "": env._("No")}
        if rule.value_type == "record":
            ids = {
                int(value)
                for finding in self
                for value in unpack_values(finding.actual_values)
                if value
            }
            return {
                str(record.id): record.display_name
                for record in env[rule.expected_model].browse(ids).exists()
            }
        if rule.value_type == "count":
            return {
                value: env._("%(count)s records", count=value)
                for finding in self
                for value in unpack_values(finding.actual_values)
            }
        return {}

    # -- storing ------------------------------------------------------------------

    @api.model
    def _store(self, rule, outcomes):
        """Insert or replace the findings of a rule; one statement.

        The status of a deviating finding is settled by :meth:`_settle`: until then
        it keeps what it was.

        :param outcomes: see ``dist.conformance.rule._outcomes``
        """
        self.env["dist.site"].flush_model(["program_id", "company_id", "region_id"])
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO dist_conformance_finding (
                    rule_id, element_id, blueprint_id, program_id, area,
                    site_id, company_id, region_id,
                    checked_count, deviating_count, is_deviating, actual_values,
                    status, status_rank, evaluated_at,
                    create_uid, write_uid, create_date, write_date)
                SELECT %(rule)s, %(element)s, %(blueprint)s, %(program)s, %(area)s,
                       s.id, s.company_id, s.region_id,
                       v.checked, v.deviating, v.is_deviating, v.vals,
                       CASE WHEN v.is_deviating THEN 'uncovered'
                            WHEN v.checked = 0 AND %(is_field)s THEN 'nothing'
                            ELSE 'conforming' END,
                       0, %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM UNNEST(%(sites)s::int[], %(checked)s::int[],
                              %(deviating)s::int[], %(is_deviating)s::bool[],
                              %(vals)s::text[])
                    AS v (site_id, checked, deviating, is_deviating, vals)
                  JOIN dist_site s ON s.id = v.site_id
                ON CONFLICT (rule_id, site_id) DO UPDATE
                   SET company_id = EXCLUDED.company_id,
                       region_id = EXCLUDED.region_id,
                       area = EXCLUDED.area,
                       checked_count = EXCLUDED.checked_count,
                       deviating_count = EXCLUDED.deviating_count,
                       is_deviating = EXCLUDED.is_deviating,
                       actual_values = EXCLUDED.actual_values,
                       status = CASE
                           WHEN EXCLUDED.is_deviating
                                AND dist_conformance_finding.status = 'covered'
                           THEN 'covered' ELSE EXCLUDED.status END,
                       evaluated_at = EXCLUDED.evaluated_at,
                       write_date = EXCLUDED.write_date
                RETURNING site_id
                """,
                rule=rule.id,
                element=rule.element_id.id,
                blueprint=rule.blueprint_id.id,
                program=rule.program_id.id,
                area=rule.element_id.area,
                is_field=rule.check_kind == "field",
                sites=[outcome["site"] for outcome in outcomes],
                checked=[outcome["checked"] for outcome in outcomes],
                deviating=[outcome["deviating"] for outcome in outcomes],
                is_deviating=[outcome["is_deviating"] for outcome in outcomes],
                vals=[outcome["values"] for outcome in outcomes],
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        self._delete_others(rule, [site_id for (site_id,) in rows])
        self.invalidate_model()

    @api.model
    def _delete_others(self, rule, site_ids):
        """Delete the findings of a rule on sites it does not apply to any more."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM dist_conformance_finding
                 WHERE rule_id = %s AND NOT site_id = ANY(%s)
                """,
                rule.id,
                site_ids,
            )
        )

    @api.model
    def _settle(self, program, sites=None):
        """Settle which findings are covered, then renew the measures of drift.

        Runs as superuser, after an evaluation and whenever a deviation comes into
        force or ends. Findings of superseded versions go.

        :param sites: the sites to look at; all of the program by default
        """
        sites = sites or program.site_ids
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM dist_conformance_finding f
                 USING dist_blueprint b
                 WHERE b.id = f.blueprint_id AND f.program_id = %s
                   AND b.state <> 'released'
                """,
                program.id,
            )
        )
        self.env.cr.execute(self._sql_settle(sites))
        # deviations may have lost their finding
        self.env.invalidate_all(flush=False)
        self.env["dist.measure.provider.conformance"]._refresh(sites)

    def _sql_settle(self, sites):
        """Return the statement that sets status, deviation and day of findings."""
        in_force = self.env["dist.deviation"]._search(
            [
                ("site_id", "in", sites.ids),
                ("state", "=", "approved"),
                ("decision_in_force", "=", True),
            ]
        )
        return SQL(
            """
            UPDATE dist_conformance_finding AS f
               SET status = n.status, deviation_id = n.deviation_id,
                   status_rank = n.status_rank,
                   uncovered_since = CASE
                       WHEN n.status <> 'uncovered' THEN NULL
                       WHEN f.status = 'uncovered' AND f.uncovered_since IS NOT NULL
                       THEN f.uncovered_since ELSE %(today)s END
              FROM (SELECT o.id, d.id AS deviation_id, st.status,
                           ARRAY_POSITION(ARRAY['uncovered', 'covered', 'nothing',
                                                'conforming'], st.status)
                           AS status_rank
                      FROM dist_conformance_finding o
                      JOIN dist_conformance_rule r ON r.id = o.rule_id
                      JOIN dist_blueprint_element e ON e.id = o.element_id
                      LEFT JOIN LATERAL (
                           SELECT v.id FROM dist_deviation v
                            WHERE o.is_deviating
                              AND v.site_id = o.site_id
                              AND v.id IN %(in_force)s
                              AND v.element_code = e.code
                              AND (v.rule_code IS NULL OR v.rule_code = '' OR
                                   v.rule_code = r.code)
                              AND (v.covers = 'any'
                                   OR v.approved_values = o.actual_values)
                         ORDER BY v.id DESC LIMIT 1) d ON TRUE
                     CROSS JOIN LATERAL (SELECT CASE
                           WHEN d.id IS NOT NULL THEN 'covered'
                           WHEN o.is_deviating THEN 'uncovered'
                           WHEN o.status = 'nothing' THEN 'nothing'
                           ELSE 'conforming' END AS status) st
                     WHERE o.site_id = ANY(%(sites)s)) n
             WHERE f.id = n.id
               AND (f.status, f.deviation_id, f.status_rank,
                    f.uncovered_since IS NULL AND n.status = 'uncovered')
                   IS DISTINCT FROM (n.status, n.deviation_id, n.status_rank, FALSE)
            """,
            today=fields.Date.today(),
            in_force=in_force.subselect(),
            sites=sites.ids,
        )

    # -- drill-down ---------------------------------------------------------------

    def action_open_setting(self):
        """Open the records that deviate, or the settings page they are set on."""
        self.ensure_one()
        self.check_access("read")
        # sudo: the rule is evaluated as it is by the system; what is opened is read
        # with the user's own rights
        rule = self.sudo().rule_id
        ids = rule._record_ids(self.sudo().site_id)
        if not ids:
            raise UserError(
                self.env._(
                    "No record deviates any more. The finding goes with the next "
                    "evaluation."
                )
            )
        if not self.env[rule.model_name].has_access("read"):
            raise AccessError(
                self.env._(
                    "You may not open %(model)s. Ask somebody with rights on them to "
                    "look at %(finding)s.",
                    model=rule.model_id.name,
                    finding=self.display_name,
                )
            )
        return self._setting_action(rule, ids)

    def _setting_action(self, rule, ids):
        company = self.sudo().company_id
        context = {"allowed_company_ids": company.ids, "active_test": False}
        field = self.env[rule.model_name]._fields.get(rule.field_id.name)
        page = SETTINGS.get(field._module) if field is not None else None
        if rule.model_name == "res.company" and page and self.env.user._is_system():
            action = self.env["ir.actions.act_window"]._for_xml_id(page)
            return dict(action, context={**context, "module": field._module})
        action = {
            "type": "ir.actions.act_window",
            "name": rule.name,
            "res_model": rule.model_name,
            "context": context,
        }
        if len(ids) == 1:
            return dict(action, res_id=ids[0], view_mode="form")
        return dict(action, domain=[("id", "in", ids)], view_mode="list,form")

    def action_request_deviation(self):
        """Open a new deviation that would cover the finding."""
        self.ensure_one()
        self.check_access("read")
        if self.status != "uncovered":
            raise UserError(
                self.env._("%(finding)s needs no deviation.", finding=self.display_name)
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deviation"),
            "res_model": "dist.deviation",
            "view_mode": "form",
            "context": {
                "default_program_id": self.program_id.id,
                "default_site_id": self.site_id.id,
                "default_finding_id": self.id,
                "default_element_id": self.element_id.id,
                "default_name": self.sudo().rule_id.name,
                "default_covers": "any"
                if self.sudo().rule_id.check_kind == "count"
                else "value",
            },
        }
