import logging

import psycopg2
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.tools import SQL

from ..services.conformance import count_conforms, format_pattern, pack_values
from ..services.text import normalize_code

_logger = logging.getLogger(__name__)

# No rule may hold the scheduler: past this it is cancelled and says so.
STATEMENT_TIMEOUT = "60s"
# Distinct values a finding names; the records behind it are all found.
MAX_VALUES = 5
CASTS = {
    "selection": "text",
    "text": "text",
    "boolean": "boolean",
    "number": "numeric",
    "record": "integer",
    "date": "date",
}


class DistConformanceRule(models.Model):
    """A rule that holds the live configuration of sites against a blueprint element.

    One grouped query answers for all sites, whatever their number: it counts the
    records of each site, or of each company, and those that deviate.
    """

    _name = "dist.conformance.rule"
    _description = "Conformance Rule"
    _inherit = [
        "dist.blueprint.part.mixin",
        "dist.conformance.definition.mixin",
    ]
    _order = "element_id, id"
    _protected_fields = frozenset({"last_error"})

    # the words of this blueprint, in the language it is written in
    name = fields.Char(translate=False)
    element_id = fields.Many2one(
        "dist.blueprint.element", required=True, ondelete="cascade", index=True
    )
    blueprint_id = fields.Many2one(
        related="element_id.blueprint_id", store=True, index=True
    )
    finding_ids = fields.One2many("dist.conformance.finding", "rule_id")
    last_error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the last evaluation failed. Empty when it went well.",
    )

    _code_uniq = models.UniqueIndex(
        "(blueprint_id, code)", "The blueprint has a rule with this code already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "code" in vals:
                vals["code"] = normalize_code(vals["code"])
        return super().create(vals_list)

    def write(self, vals):
        if "code" in vals:
            vals = dict(vals, code=normalize_code(vals["code"]))
        return super().write(vals)

    def _content(self):
        """Return the rule as one text in no language: what is voted on."""
        self.ensure_one()
        return " ".join(
            filter(
                None,
                [
                    self.model_name,
                    self.filter_domain,
                    self.site_type,
                    self.field_id.name or "count",
                    self.operator,
                    self._expected_key(),
                ],
            )
        )

    def _expected_key(self):
        if self.value_type == "selection":
            return ",".join(sorted(self.expected_selection_ids.mapped("value")))
        if self.value_type == "record":
            return str(self.expected_record_id or "")
        return (
            self.expected_boolean
            if self.value_type == "boolean"
            else self._expected_text()
        )

    def _wording(self):
        """Return the rule as one text in the reader's language."""
        self.ensure_one()
        types = dict(self._fields["site_type"]._description_selection(self.env))
        return " | ".join(
            filter(
                None,
                [
                    self.name,
                    self.rule_text,
                    types.get(self.site_type),
                    self.filter_domain if self.filter_domain != "[]" else "",
                ],
            )
        )

    # -- evaluation ---------------------------------------------------------------

    def _evaluate(self, sites):
        """Bring the findings of the rule up to date for the sites.

        Runs as superuser. A rule that fails keeps its findings and says why; the
        others go on.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                outcomes = self._outcomes(sites)
        except (psycopg2.InterfaceError, TransactionRollbackError):
            # a lost connection or a concurrent update ends the transaction
            raise
        except Exception as error:
            _logger.exception("Conformance rule %s could not be evaluated", self.code)
            self.last_error = str(error)
            return
        if self.last_error:
            self.last_error = False
        self.env["dist.conformance.finding"]._store(self, outcomes)

    def _outcomes(self, sites):
        """Return what the rule finds: list of dicts, one a site it applies to.

        Keys: ``site``, ``checked`` and ``deviating`` (numbers of records),
        ``is_deviating`` and ``values`` (text, see ``pack_values``).
        """
        sites = sites.filtered(
            lambda site: not self.site_type or site.type == self.site_type
        )
        kind, _path = self._scopes()[self.model_name]
        by_key = self._figures(sites)
        outcomes = []
        for site in sites:
            keys = [site.id if kind == "site" else site.company_id.id]
            if kind == "shared":
                keys.append(None)
            parts = [by_key[key] for key in keys if key in by_key]
            outcomes.append(self._outcome(site, parts))
        return outcomes

    def _outcome(self, site, parts):
        checked = sum(part[0] for part in parts)
        deviating = sum(part[1] for part in parts)
        values = {value for part in parts for value in part[2]}
        is_deviating = bool(deviating)
        if self.check_kind == "count":
            is_deviating = not count_conforms(
                self.operator, self.expected_number, checked
            )
            values = {checked} if is_deviating else set()
            deviating = checked if is_deviating else 0
        return {
            "site": site.id,
            "checked": checked,
            "deviating": deviating,
            "is_deviating": is_deviating,
            "values": pack_values(sorted(map(str, values))[:MAX_VALUES]),
        }

    def _figures(self, sites):
        """Return dict key → (checked, deviating, values); one query.

        The key is a site, a company, or None for records of all companies.
        """
        query = SQL(
            """
            SELECT r.key, COUNT(*), COUNT(*) FILTER (WHERE r.is_deviating),
                   (ARRAY_AGG(DISTINCT r.value::text)
                    FILTER (WHERE r.is_deviating))[1:%s]
              FROM (%s) r
             GROUP BY r.key
            """,
            MAX_VALUES,
            self._sql_records(sites.company_id),
        )
        cr = self.env.cr
        self.env.flush_all()
        cr.execute(SQL("SET LOCAL statement_timeout = %s", STATEMENT_TIMEOUT))
        cr.execute(query)
        rows = cr.fetchall()
        cr.execute(SQL("SET LOCAL statement_timeout TO DEFAULT"))
        return {
            key: (checked, deviating, ["" if v is None else v for v in values or []])
            for key, checked, deviating, values in rows
        }

    def _sql_records(self, companies):
        """Return the query ``(id, key, value, is_deviating)`` of the rule's records.

        A value that differs by company is looked at once for each of the companies.
        """
        # superuser: the configuration of every site counts, whoever asks
        Model = self.env[self.model_name].sudo()
        query = Model._search(self._domain())
        record_id = SQL.identifier(query.table, "id")
        key = self._sql_key(Model, query)
        value = self._sql_value(Model, query)
        if self.check_kind == "field" and self._field().company_dependent:
            query = query.select(
                SQL("%s AS id", record_id),
                SQL("%s AS key", key),
                SQL("%s AS value", SQL.identifier(query.table, self._field().name)),
            )
            fallbacks, cast = self._sql_company_fallbacks(), CASTS[self.value_type]
            by_company = SQL(
                """
                SELECT v.id, c.id AS key,
                       ((COALESCE(v.value -> c.id::text, %(fallbacks)s -> c.id::text,
                                  %(fallbacks)s -> '0') ->> 0)::%(cast)s) AS value
                  FROM (%(records)s) v
                  JOIN UNNEST(%(companies)s::int[]) AS c(id)
                    ON v.key IS NULL OR v.key = c.id
                """,
                fallbacks=fallbacks,
                cast=SQL(cast),
                records=query,
                companies=companies.ids,
            )
        else:
            by_company = query.select(
                SQL("%s AS id", record_id),
                SQL("%s AS key", key),
                SQL("%s AS value", value),
            )
        return SQL(
            "SELECT v.id, v.key, v.value, %s AS is_deviating FROM (%s) v",
            self._sql_is_deviating(SQL.identifier("v", "value")),
            by_company,
        )

    def _field(self):
        return self.env[self.model_name]._fields[self.field_id.name]

    def _sql_value(self, Model, query):
        if self.check_kind == "count":
            return SQL("NULL")
        if self._field().company_dependent:
            return SQL("NULL")
        return Model._field_to_sql(query.table, self.field_id.name, query)

    def _sql_company_fallbacks(self):
        """Return the defaults of a field by company as JSON; those of all under 0.

        Default values that Odoo keeps in ``ir.default`` stand for records that have
        none of their own.
        """
        defaults = self.env["ir.default"].search(
            [
                ("field_id", "=", self.field_id.id),
                ("user_id", "=", False),
                ("condition", "=", False),
            ]
        )
        pairs = SQL(", ").join(
            SQL("%s, %s::jsonb", str(default.company_id.id or 0), default.json_value)
            for default in defaults
        )
        return SQL("jsonb_build_object(%s)", pairs)

    def _sql_key(self, Model, query):
        """Return the column that says to which site or company a record belongs."""
        _kind, path = self._scopes()[self.model_name]
        if not path:
            return SQL("NULL::int")
        if path == "id":
            return SQL.identifier(query.table, "id")
        alias = query.table
        *steps, last = path.split(".")
        for step in steps:
            field = Model._fields[step]
            Model = self.env[field.comodel_name].sudo()
            alias = query.left_join(alias, step, Model._table, "id", step)
        field = Model._fields[last]
        if field.type == "many2many":
            alias = query.join(alias, "id", field.relation, field.column1, last)
            return SQL.identifier(alias, field.column2)
        return SQL.identifier(alias, last)

    def _sql_is_deviating(self, value):
        """Return the condition under which a value is not what is expected."""
        expected = self.expected_number
        conforms = {
            "equals": self._sql_equals,
            "differs": lambda v: SQL("NOT COALESCE(%s, FALSE)", self._sql_equals(v)),
            "at_least": lambda v: SQL("COALESCE(%s, 0) >= %s", v, expected),
            "at_most": lambda v: SQL("COALESCE(%s, 0) <= %s", v, expected),
            "is_set": lambda v: SQL("NULLIF(%s::text, '') IS NOT NULL", v),
            "is_not_set": lambda v: SQL("NULLIF(%s::text, '') IS NULL", v),
            "max_age": lambda v: SQL(
                "%s >= %s::date - %s::int",
                v,
                fields.Date.today(),
                int(expected),
            ),
            "format": lambda v: SQL("%s ~ %s", v, format_pattern(self.expected_text)),
        }
        if self.check_kind == "count":
            return SQL("FALSE")
        return SQL("NOT COALESCE(%s, FALSE)", conforms[self.operator](value))

    def _sql_equals(self, value):
        if self.value_type == "selection":
            return SQL(
                "%s::text = ANY(%s)",
                value,
                self.expected_selection_ids.mapped("value"),
            )
        if self.value_type == "boolean":
            return SQL(
                "COALESCE(%s, FALSE) = %s", value, self.expected_boolean == "yes"
            )
        if self.value_type == "number":
            return SQL(
                "ROUND(COALESCE(%s, 0)::numeric, 2) = ROUND(%s::numeric, 2)",
                value,
                self.expected_number,
            )
        if self.value_type == "record":
            return SQL("%s = %s", value, self.expected_record_id)
        return SQL("%s = %s", value, self.expected_text)

    def _record_ids(self, site):
        """Return the ids behind a finding: records that deviate, or are counted."""
        self.ensure_one()
        kind, _path = self._scopes()[self.model_name]
        key = site.id if kind == "site" else site.company_id.id
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT r.id FROM (%s) r
                 WHERE (r.key = %s OR %s AND r.key IS NULL) AND (r.is_deviating OR %s)
                """,
                self._sql_records(site.company_id),
                key,
                kind == "shared",
                self.check_kind == "count",
            )
        )
        return [record_id for (record_id,) in rows]
