from odoo import fields, models

#: floats that stand for equal decimals differ by less
EPSILON = 1e-9


class DistReconciliationControl(models.Model):
    """One figure of a reconciliation: legacy, Odoo, difference, tolerance.

    The sum of absolute differences stands beside the net difference, so that errors
    in opposite directions can't cancel out; it decides on the result.
    """

    _name = "dist.reconciliation.control"
    _description = "Reconciliation Control"
    _order = "reconciliation_id desc, sequence, id"

    reconciliation_id = fields.Many2one(
        "dist.reconciliation", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        related="reconciliation_id.company_id", store=True, index=True
    )
    sequence = fields.Integer()
    code = fields.Char(required=True)
    name = fields.Char(string="Control", required=True)
    unit = fields.Selection(
        [("count", "Count"), ("quantity", "Quantity"), ("amount", "Amount")],
        required=True,
    )
    legacy = fields.Float(digits=(20, 6))
    odoo = fields.Float(digits=(20, 6))
    difference = fields.Float(digits=(20, 6))
    absolute_difference = fields.Float(
        digits=(20, 6),
        help="Sum of the differences of all keys, each without its sign.",
    )
    tolerance = fields.Float(digits=(20, 6))
    beyond_count = fields.Integer(
        string="Beyond Tolerance",
        help="Keys whose difference is larger than the tolerance of a line.",
    )
    tolerance_text = fields.Char(string="Tolerance Set")
    match_count = fields.Integer(string="Matches")
    mismatch_count = fields.Integer(string="Discrepancies")
    result = fields.Selection([("passed", "Passed"), ("failed", "Differs")])
    note = fields.Char()

    def _set_figures(self, figure, figures, tolerance):
        """Take the figures of a comparison.

        Without a tolerance of the program, the sum of absolute differences must be
        zero, or what rounding allows. A wrong attribute or date is no matter of
        tolerance.

        :param figure: count, qty, value or rounded
        :param tolerance: what the run has pinned for the control, may be empty
        """
        self.ensure_one()
        legacy, odoo = figures[f"legacy_{figure}"], figures[f"odoo_{figure}"]
        gross = figures[f"abs_{figure}"]
        rounding = figures["tolerance"] if figure == "value" else 0
        limit = self._total_limit(tolerance, legacy)
        passed = gross <= rounding
        if tolerance:
            passed = passed or (
                (not tolerance["line_kind"] or not figures[f"beyond_{figure}"])
                and (limit is None or gross <= limit + EPSILON)
            )
        self.write(
            {
                "legacy": legacy,
                "odoo": odoo,
                "difference": odoo - legacy,
                "absolute_difference": gross,
                "tolerance": max(rounding, limit or 0),
                "beyond_count": figures[f"beyond_{figure}"],
                "tolerance_text": tolerance.get("text") or False,
                "match_count": figures["matches"],
                "mismatch_count": figures["mismatches"],
                "result": "passed"
                if passed and not (figures["attributes"] and self._shows_attributes())
                else "failed",
            }
        )

    @staticmethod
    def _total_limit(tolerance, legacy):
        """Return the largest sum of absolute differences, None when not limited."""
        kind = tolerance.get("total_kind")
        if not kind:
            return None
        value = tolerance["total_value"]
        if kind == "relative":
            return abs(legacy) * value / 100
        return value if kind == "absolute" else 0.0

    def _shows_attributes(self):
        """Say whether wrong attributes are listed under this control."""
        self.ensure_one()
        return bool(
            self.env["dist.reconciliation.discrepancy"].search_count(
                [("control_id", "=", self.id), ("kind", "in", ("attribute", "date"))],
                limit=1,
            )
        )

    def _certificate_row(self):
        self.ensure_one()
        facts = self._facts()
        return [
            self.name,
            facts["legacy"],
            facts["odoo"],
            facts["difference"],
            facts["absolute_difference"],
            self.tolerance_text or facts["tolerance"],
            str(self.mismatch_count),
            dict(self._fields["result"]._description_selection(self.env)).get(
                self.result, ""
            ),
        ]

    def _facts(self):
        """Return the control in the types of canonical JSON."""
        self.ensure_one()
        digits = 0 if self.unit == "count" else 2
        facts = {
            name: f"{self[name]:.{digits}f}"
            for name in ("legacy", "odoo", "difference")
        }
        return {
            "control": self.code,
            "name": self.name,
            **facts,
            "absolute_difference": f"{self.absolute_difference:.4f}",
            "tolerance": f"{self.tolerance:.4f}",
            "matches": self.match_count,
            "discrepancies": self.mismatch_count,
            "result": self.result,
        }

    def action_view_discrepancies(self):
        """Open the keys of this control that differ."""
        self.ensure_one()
        action = self.reconciliation_id.action_view_discrepancies()
        return dict(action, domain=[("control_id", "=", self.id)])
