from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .dist_gate_template_line import WORKSTREAMS


class DistGateLine(models.Model):
    """One criterion of a readiness gate."""

    _name = "dist.gate.line"
    _description = "Gate Line"
    _inherit = "dist.criterion.mixin"
    _order = "gate_id, sequence, id"
    _immutable_fields = frozenset({"gate_id"})

    gate_id = fields.Many2one(
        "dist.gate", required=True, ondelete="cascade", index=True
    )
    template_line_id = fields.Many2one(
        "dist.gate.template.line", ondelete="set null", readonly=True, index=True
    )
    wave_id = fields.Many2one(
        related="gate_id.wave_id", string="Rollout Wave", store=True, index=True
    )
    wave_state = fields.Selection(related="wave_id.state", string="Wave Status")
    site_id = fields.Many2one(related="gate_id.site_id", store=True, index=True)
    company_id = fields.Many2one(related="gate_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    workstream = fields.Selection(WORKSTREAMS, required=True)
    is_mandatory = fields.Boolean(
        string="Mandatory",
        default=True,
        help="No-go: without this line the site does not go live.",
    )
    weight = fields.Integer(default=1)
    guidance = fields.Text(help="What to check, and what to do when the line is red.")
    waiver_ids = fields.One2many("dist.gate.waiver", "line_id", string="Waivers")
    is_waived = fields.Boolean(
        string="Waived",
        compute="_compute_is_waived",
        help="The steering committee lets the site go live with the line red, until a "
        "day that has not passed.",
    )
    age_days = fields.Integer(
        string="Age (Days)",
        compute="_compute_age_days",
        help="Days since the evidence was computed or given.",
    )
    previous_value = fields.Float(
        string="Before", digits=(16, 2), compute="_compute_trend"
    )
    trend = fields.Selection(
        [("better", "Better"), ("same", "Unchanged"), ("worse", "Worse")],
        compute="_compute_trend",
        help="The latest value against the one of the day before it.",
    )

    _weight_positive = models.Constraint(
        "CHECK (weight > 0)", "The weight of a line is at least 1."
    )

    @api.depends("waiver_ids.decision_id.state", "waiver_ids.decision_id.valid_until")
    def _compute_is_waived(self):
        # sudo: that a line is waived is a fact about a line the user may read
        waivers = (
            self.env["dist.gate.waiver"]
            .sudo()
            .search([("line_id", "in", self.ids), ("decision_in_force", "in", [True])])
        )
        waived = set(waivers.line_id.ids)
        for line in self:
            line.is_waived = line.result != "passed" and line.id in waived

    @api.depends("evidence_at")
    def _compute_age_days(self):
        now = fields.Datetime.now()
        for line in self:
            line.age_days = (now - line.evidence_at).days if line.evidence_at else 0

    @api.depends("actual_value", "evidence_day", "measure_id")
    def _compute_trend(self):
        """Compare with the value before; one query for all lines."""
        self.flush_recordset(["evidence_day", "measure_id", "site_id"])
        before = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT l.id, v.value
                      FROM dist_gate_line l
                      JOIN dist_site s ON s.id = l.site_id
                      JOIN dist_measure m ON m.id = l.measure_id
                     CROSS JOIN LATERAL (
                           SELECT v.value FROM dist_measure_value v
                            WHERE %s
                              AND v.day < l.evidence_day AND v.value IS NOT NULL
                         ORDER BY v.day DESC LIMIT 1) v
                     WHERE l.id = ANY(%s) AND l.source = 'computed'
                    """,
                    self.env["dist.measure.value"]._sql_is_of("v", "m", "s"),
                    self.ids,
                )
            )
        )
        for line in self:
            previous = before.get(line.id)
            line.previous_value = previous or 0
            line.trend = (
                line._trend_from(float(previous)) if previous is not None else False
            )

    def _trend_from(self, previous):
        difference = round(self.actual_value - previous, 2)
        if not difference:
            return "same"
        # sudo: the direction of a measure is no secret
        is_up_better = self.measure_id.sudo().direction == "higher"
        return "better" if (difference > 0) == is_up_better else "worse"

    @api.model
    def _insert_from_template(self, template_lines, gates):
        """Insert the lines that the gates do not have yet, with one statement.

        A wave of 60 sites has more than three thousand lines; through ``create`` they
        take a hundred statements. The values are those of
        ``template_line._gate_line_vals()`` with the defaults of the model; the
        constraints hold for template lines already. Called after the right to create
        lines is checked.

        :param gates: gates of one wave, or of waves with the same template
        """
        rows = [
            self._add_missing_default_values(
                self._with_protected_defaults(line._gate_line_vals())
            )
            for line in template_lines
        ]
        if not rows or not gates:
            return
        fields_ = [
            field
            for name, field in self._fields.items()
            if field.store and field.column_type and name in rows[0]
        ]
        gates.flush_recordset()
        self.flush_model(["gate_id", "template_line_id"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_gate_line (
                       gate_id, wave_id, site_id, company_id, create_uid, create_date,
                       write_uid, write_date, %(columns)s)
                SELECT g.id, g.wave_id, g.site_id, g.company_id, %(uid)s, %(now)s,
                       %(uid)s, %(now)s, %(values)s
                  FROM dist_gate g
                 CROSS JOIN (VALUES %(rows)s) AS v (%(columns)s)
                 WHERE g.id = ANY(%(gates)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM dist_gate_line l
                        WHERE l.gate_id = g.id
                          AND l.template_line_id = v.template_line_id)
              ORDER BY g.id, v.sequence, v.template_line_id
                """,
                columns=SQL(", ").join(SQL.identifier(f.name) for f in fields_),
                values=SQL(", ").join(SQL.identifier("v", f.name) for f in fields_),
                rows=SQL(", ").join(self._sql_row(fields_, vals) for vals in rows),
                gates=gates.ids,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        gates.invalidate_recordset(["line_ids"])
        gates.modified(["line_ids"])

    def _sql_row(self, fields_, vals):
        """Return the values of one line as a row of ``VALUES``, each with its type."""
        return SQL(
            "(%s)",
            SQL(", ").join(
                SQL(
                    "%s::%s",
                    field.convert_to_column_insert(vals[field.name], self),
                    SQL(field.column_type[1]),
                )
                for field in fields_
            ),
        )

    def _matrix_key(self):
        """Return what makes lines of different sites one column of the matrix."""
        return self.template_line_id.id or (self.workstream, self.name)

    def _matrix_status(self):
        """Return ``(status, label)``; the status *optional* is red and keeps nobody."""
        if self.is_waived:
            return "waived", self.env._("Waived")
        label = dict(self._fields["result"]._description_selection(self.env))
        if self.result != "passed" and not self.is_mandatory:
            return "optional", self.env._(
                "%(result)s (optional)", result=label[self.result]
            )
        return self.result, label[self.result]

    def _after_result_changed(self):
        """A line that turned red under a signature is told to who relies on it."""
        result = super()._after_result_changed()
        red = self.filtered(
            lambda line: line.result != "passed" and line.gate_id.state == "signed"
        )
        for gate, lines in red.grouped("gate_id").items():
            gate._tell_turned_red(lines)
        return result

    def action_request_waiver(self):
        """Open a new waiver of the line, to be decided by the steering committee."""
        self.ensure_one()
        self.env["dist.gate.waiver"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waiver"),
            "res_model": "dist.gate.waiver",
            "view_mode": "form",
            "context": {"default_line_id": self.id},
        }

    def _check_attest_allowed(self):
        result = super()._check_attest_allowed()
        if self.wave_id.state not in ("preparing", "ready"):
            raise UserError(
                self.env._("A line is attested while its wave is in preparation.")
            )
        return result

    def _result_sentence(self):
        """Return the line's outcome as a sentence for people."""
        self.ensure_one()
        env = self.env
        if self.result == "no_evidence":
            if self.source == "attested":
                return env._("%(line)s: nobody has attested it.", line=self.name)
            return env._("%(line)s: there is no evidence.", line=self.name)
        if self.result == "stale":
            return env._(
                "%(line)s: the evidence of %(day)s is too old.",
                line=self.name,
                day=self.evidence_day or self.attested_at.date(),
            )
        if self.source == "attested":
            return env._("%(line)s: attested as not fulfilled.", line=self.name)
        return env._(
            "%(line)s: is %(actual)s, must be %(criterion)s.",
            line=self.name,
            actual=self.actual_text,
            criterion=self.criterion_text,
        )
