from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..services import evidence
from ..services.canonical import decimal_text, moment_text

RESULTS = [
    ("passed", "Passed"),
    ("failed", "Failed"),
    ("no_evidence", "No Evidence"),
    ("stale", "Stale"),
]


class DistCriterionMixin(models.AbstractModel):
    """A threshold on a measure, or an attestation with a document.

    Gate lines, hypercare exit criteria and early-warning indicators are criteria.
    The model that inherits this has a ``site_id``.

    A *computed* criterion passes by its latest measure value alone: no value is
    *no evidence*, a value older than ``max_age_days`` is *stale*, and neither
    passes. With ``consecutive_days`` above one, each of that many days up to the
    latest value must have a value that passes.

    An *attested* criterion needs a document and a person, and expires after
    ``valid_days``.
    """

    _name = "dist.criterion.mixin"
    _description = "Criterion"
    _inherit = ["dist.protected.mixin", "dist.criterion.definition.mixin"]
    _protected_fields = frozenset(
        {
            "result",
            "actual_value",
            "evidence_day",
            "evidence_at",
            "evidence_attachment_ids",
            "attested_by_id",
            "attested_at",
            "attested_result",
            "attested_note",
        }
    )

    result = fields.Selection(
        RESULTS, default="no_evidence", required=True, readonly=True, copy=False
    )
    actual_value = fields.Float(
        string="Actual", digits=(16, 2), readonly=True, copy=False
    )
    evidence_day = fields.Date(readonly=True, copy=False)
    evidence_at = fields.Datetime(
        string="Evidence From",
        readonly=True,
        copy=False,
        help="When the measure value was computed or the attestation given.",
    )
    evidence_attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Evidence",
        readonly=True,
        copy=False,
        bypass_search_access=True,
    )
    attested_by_id = fields.Many2one(
        "res.users", string="Attested By", readonly=True, copy=False
    )
    attested_at = fields.Datetime(readonly=True, copy=False)
    attested_result = fields.Selection(
        [("passed", "Passed"), ("failed", "Failed")], readonly=True, copy=False
    )
    attested_note = fields.Text(readonly=True, copy=False)
    actual_text = fields.Char(
        string="Actual Value",
        compute="_compute_actual_text",
        help="The latest value with its unit; a dash when there is none.",
    )

    @api.depends("source", "result", "actual_value", "evidence_day", "measure_id")
    def _compute_actual_text(self):
        for line in self:
            has_value = line.source == "computed" and line.evidence_day
            line.actual_text = (
                line._format_value(line.actual_value) if has_value else "–"
            )

    # -- evaluation -------------------------------------------------------------

    def _evaluate(self):
        """Bring the results of these criteria up to date with one statement.

        Writes only the rows whose outcome changed.

        :return: the records whose ``result`` is another one than before
        """
        if not self:
            return self
        self.flush_model()
        self.env["dist.site"].flush_model(["tz", "company_id"])
        self.env["dist.measure"].flush_model(["grain"])
        cr = self.env.cr
        cr.execute(
            SQL(
                """
                UPDATE %(table)s AS c
                   SET result = e.result,
                       actual_value = e.actual_value,
                       evidence_day = e.evidence_day,
                       evidence_at = e.evidence_at
                  FROM (%(evaluation)s) AS e
                 WHERE c.id = e.id
                   AND (c.result, c.actual_value, c.evidence_day, c.evidence_at)
                       IS DISTINCT FROM
                       (e.result, e.actual_value, e.evidence_day, e.evidence_at)
             RETURNING c.id, e.old_result <> e.result
                """,
                table=SQL.identifier(self._table),
                evaluation=self._sql_evaluation(),
            )
        )
        written = dict(cr.fetchall())
        outputs = ["result", "actual_value", "evidence_day", "evidence_at"]
        records = self.browse(written)
        records.invalidate_recordset(outputs)
        records.modified(outputs)
        changed = self.browse(id_ for id_, is_new in written.items() if is_new)
        changed._after_result_changed()
        return changed

    def _after_result_changed(self):
        """Hook: the results of these records have just become other ones."""

    def _sql_evaluation(self):
        """Return the query (id, old_result, result, actual_value, evidence_*).

        ``latest`` is the newest value up to the site's today, ``streak`` counts the
        values, and those that pass, over the consecutive days that end with it.
        """
        now = fields.Datetime.now()
        return SQL(
            """
            SELECT c.id,
                   c.result AS old_result,
                   CASE WHEN c.source = 'attested' THEN
                        CASE WHEN c.attested_at IS NULL THEN 'no_evidence'
                             WHEN c.attested_at
                                  < %(now)s::timestamp - c.valid_days * INTERVAL '1 day'
                             THEN 'stale'
                             ELSE c.attested_result END
                   ELSE CASE WHEN latest.day IS NULL THEN 'no_evidence'
                             WHEN today.day - latest.day > c.max_age_days
                             THEN 'stale'
                             WHEN streak.passing < streak.days THEN 'failed'
                             WHEN streak.days < c.consecutive_days
                             THEN 'no_evidence'
                             ELSE 'passed' END
                   END AS result,
                   ROUND(latest.value, 2) AS actual_value,
                   latest.day AS evidence_day,
                   CASE WHEN c.source = 'attested' THEN c.attested_at
                        ELSE latest.computed_at END AS evidence_at
              FROM %(table)s c
              JOIN dist_site s ON s.id = c.site_id
              LEFT JOIN dist_measure m ON m.id = c.measure_id
             CROSS JOIN LATERAL (
                   SELECT ((%(now)s::timestamp AT TIME ZONE 'UTC')
                           AT TIME ZONE s.tz)::date AS day) today
              LEFT JOIN LATERAL (
                   SELECT v.day, v.value, v.computed_at
                     FROM dist_measure_value v
                    WHERE c.source = 'computed' AND %(is_of)s
                      AND v.value IS NOT NULL AND v.day <= today.day
                 ORDER BY v.day DESC LIMIT 1) latest ON TRUE
              LEFT JOIN LATERAL (
                   SELECT COUNT(*) AS days,
                          COUNT(*) FILTER (WHERE %(passes)s) AS passing
                     FROM dist_measure_value v
                    WHERE %(is_of)s
                      AND v.value IS NOT NULL
                      AND v.day BETWEEN latest.day - c.consecutive_days + 1
                                    AND latest.day) streak ON TRUE
             WHERE c.id = ANY(%(ids)s)
            """,
            now=now,
            table=SQL.identifier(self._table),
            passes=self._sql_passes(SQL("v.value"), "c"),
            is_of=self.env["dist.measure.value"]._sql_is_of("v", "m", "s"),
            ids=list(self.ids),
        )

    @api.model
    def _sql_passes(self, value, alias):
        """Return the SQL condition under which ``value`` meets the criterion.

        The figure is compared as it is shown, with two decimals: nobody can be told
        that 95 % is less than 95 %.
        """
        column = {
            name: SQL.identifier(alias, name) for name in ("operator", "threshold")
        }
        return SQL(
            """CASE %(operator)s WHEN '>=' THEN %(shown)s >= %(threshold)s
                                 WHEN '<=' THEN %(shown)s <= %(threshold)s
                                 ELSE %(shown)s = %(threshold)s END""",
            shown=SQL("ROUND(%s, 2)", value),
            **column,
        )

    # -- attestation ------------------------------------------------------------

    def action_attest(self):
        """Open the dialog in which a person attests the criterion."""
        self.ensure_one()
        self._check_attest_allowed()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Attest"),
            "res_model": "dist.attest.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
            },
        }

    def _check_attest_allowed(self):
        """Raise unless the user may attest this criterion."""
        self.ensure_one()
        self.check_access("read")
        if self.source != "attested":
            raise UserError(
                self.env._(
                    "%(criterion)s is computed from records and can't be attested. "
                    "Correct the records: the line follows them.",
                    criterion=self.display_name,
                )
            )
        user = self.env.user
        # sudo: only whether the user belongs to the site's team is asked.
        if user not in self.sudo().site_id.member_ids and not user.has_group(
            "dist_rollout_governance.group_consultant"
        ):
            raise AccessError(
                self.env._("Only the site's team and consultants attest its criteria.")
            )

    def _attest(self, attested_result, attachments, note=""):
        """Record an attestation of the current user.

        :param attachments: at least one document, uploaded by the user
        """
        self._check_attest_allowed()
        if not attachments:
            raise UserError(
                self.env._("Add the document or photo that proves it, then attest.")
            )
        attachments.check_access("read")
        foreign = attachments.filtered(
            lambda attachment: attachment.create_uid != self.env.user
        )
        if foreign:
            raise AccessError(
                self.env._("Attest with documents you uploaded yourself.")
            )
        self._check_evidence(attachments)
        # sudo: evidence and attestation are protected fields; rights and documents
        # are checked above.
        line = self.sudo()
        attachments.sudo().write({"res_model": self._name, "res_id": self.id})
        line.write(
            {
                "evidence_attachment_ids": [fields.Command.set(attachments.ids)],
                "attested_result": attested_result,
                "attested_by_id": self.env.uid,
                "attested_at": fields.Datetime.now(),
                "attested_note": note,
            }
        )
        line._evaluate()

    def _check_evidence(self, attachments):
        """Raise a sentence for a file that others could not open."""
        env = self.env
        for attachment in attachments:
            problem = evidence.problem(
                attachment.name, attachment.mimetype, attachment.raw
            )
            if problem:
                sentences = {
                    "empty": env._("%(file)s is empty.", file=attachment.name),
                    "too_large": env._(
                        "%(file)s is larger than %(size)s MB. Take a smaller photo, or "
                        "a part of the document.",
                        file=attachment.name,
                        size=evidence.MAX_BYTES // 1024**2,
                    ),
                    "heic": env._(
                        "%(file)s is a HEIC photo, which most browsers can't show. Set "
                        "the camera to “Most Compatible” (JPEG), or send a screenshot.",
                        file=attachment.name,
                    ),
                    "no_image": env._(
                        "%(file)s is called an image and can't be read as one. Take "
                        "the photo again.",
                        file=attachment.name,
                    ),
                }
                raise UserError(sentences[problem])

    # -- drill-down -------------------------------------------------------------

    def action_open_records(self):
        """Open the records behind the latest value, or the evidence documents."""
        self.ensure_one()
        if self.source == "attested":
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Evidence"),
                "res_model": "ir.attachment",
                "view_mode": "kanban,list,form",
                "domain": [("id", "in", self.evidence_attachment_ids.ids)],
                "context": {"create": False},
            }
        if not self.evidence_day:
            raise UserError(
                self.env._(
                    "%(measure)s has no value for %(site)s yet. It appears after the "
                    "next run of the scheduled computation or of the reconciliation.",
                    measure=self.measure_id.name,
                    site=self.site_id.display_name,
                )
            )
        return self.measure_id._action_open_records(
            self.site_id, self.evidence_day, self.evidence_day
        )

    # -- sign-off content ---------------------------------------------------------

    def _criterion_content(self):
        """Return the part of a criterion a signature depends on, as plain values.

        The figure itself is left out: it moves every day. Its outcome is in.
        """
        self.ensure_one()
        content = {
            "source": self.source,
            "result": self.result,
        }
        if self.source == "computed":
            return dict(
                content,
                measure=self.measure_id.code,
                operator=self.operator,
                threshold=decimal_text(self.threshold, 2),
                max_age_days=self.max_age_days,
                consecutive_days=self.consecutive_days,
            )
        # sudo: the checksums are part of what is signed, whoever asks.
        evidence = self.sudo().evidence_attachment_ids.sorted("id")
        return dict(
            content,
            valid_days=self.valid_days,
            attested_by=self.attested_by_id.name or "",
            attested_at=moment_text(self.attested_at),
            evidence=[
                {"key": document.name, "sha1": document.checksum or ""}
                for document in evidence
            ],
        )

    def _criterion_facts(self):
        """Return the figure as it was, for the record."""
        self.ensure_one()
        return {
            "actual": decimal_text(self.actual_value, 2) if self.evidence_day else "",
            "evidence_day": moment_text(self.evidence_day),
            "evidence_at": moment_text(self.evidence_at),
        }
