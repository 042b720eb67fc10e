import csv
import io
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.dist_rollout_governance.services import faults

from ..services import mapping as engine
from ..services import reader
from ..services.rules import FIXED_RULES, RULES, WHOLE_OBJECT_RULES, RuleBook

COPY_ROWS = 5000


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """From files to validated rows."""

    _inherit = "dist.migration.cycle"

    # -- files ------------------------------------------------------------------------

    def action_upload(self):
        """Open the dialog that takes the extract's files."""
        self.ensure_one()
        self._check_action("upload")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_data_migration.dist_migration_upload_action"
        )
        return dict(action, context={"default_cycle_id": self.id})

    def _add_file(self, name, content, encoding=None):
        """Keep a file of the extract, replacing an earlier one of that name.

        :param content: bytes
        :raise UserError: the file can't be read; nothing is kept
        """
        self._check_action("upload")
        self._take_part()
        reading = dict(self.mapping_id._reading(name or ""))
        if encoding:
            reading["encoding"] = encoding
        return self.env["dist.migration.source"]._store(self, name, content, **reading)

    # -- stage ------------------------------------------------------------------------

    @faults.explained
    def action_stage(self):
        """Read the files through the mapping into staging rows.

        Rows are found again by their legacy key: staging the same file twice leaves
        the same rows, a corrected file updates them.
        """
        self.ensure_one()
        self._check_action("stage")
        spec = self.mapping_id._spec()
        if self.missing_files:
            raise UserError(
                self.env._(
                    "These files are missing: %(names)s. Upload them first.",
                    names=self.missing_files,
                )
            )
        self._take_part()
        cycle = self._engine()
        for item in spec.objects:
            cycle._stage_object(item)
        cycle._apply_all_corrections()
        cycle._list_values()
        cycle.source_ids.write({"is_staged": True})
        cycle._set({"state": "staged", "simulation": False})
        return True

    def _stage_object(self, item):
        """Stage one object through a temporary table."""
        source = self._source(item.file)
        migration_object = self.env["dist.migration.object"]._get(item.object)
        try:
            lookups = self._lookup_tables(item)
            with source._open(**item.reading) as table:
                mapper = engine.RowMapper(item, table.header, lookups)
                self._copy_rows(mapper, table.rows())
                source._note_table(table)
        except (reader.ReaderError, engine.MappingError) as error:
            raise UserError(
                self.env._("%(file)s: %(problem)s", file=item.file, problem=str(error))
            ) from error
        self._mark_duplicates()
        self._merge_staged(migration_object)

    def _source(self, name):
        sources = self.source_ids.filtered(
            lambda source: source.name.casefold() == name.casefold()
        )
        return sources[:1]

    def _lookup_tables(self, item):
        """Read the files an object looks things up in."""
        tables = {}
        for name in dict.fromkeys(item.side_files()):
            reading = self.mapping_id._reading(name)
            for match in item.side_columns(name):
                with self._source(name)._open(**reading) as table:
                    tables[name, match] = engine.LookupTable(
                        table.header, table.rows(), match
                    )
        return tables

    def _copy_rows(self, mapper, rows):
        """Stream mapped rows into a temporary table, a block at a time."""
        self.env.cr.execute(
            """
            CREATE TEMPORARY TABLE dist_stage (
                line int, legacy_key text, data jsonb, legacy jsonb, issues jsonb
            ) ON COMMIT DROP
            """
        )
        buffer, count = io.StringIO(), 0
        writer = csv.writer(buffer)
        for line, cells in rows:
            mapped = mapper.map(line, cells)
            if mapped is None:
                continue
            writer.writerow(
                [
                    mapped.line,
                    mapped.key,
                    json.dumps(mapped.values, ensure_ascii=False),
                    json.dumps(mapped.legacy, ensure_ascii=False),
                    json.dumps(
                        [
                            [
                                issue.rule,
                                issue.severity,
                                issue.field,
                                issue.message,
                                issue.value,
                            ]
                            for issue in mapped.issues
                        ],
                        ensure_ascii=False,
                    ),
                ]
            )
            count += 1
            if count % COPY_ROWS == 0:
                self._copy_block(buffer)
        self._copy_block(buffer)

    def _copy_block(self, buffer):
        buffer.seek(0)
        self.env.cr.copy_expert(
            "COPY dist_stage FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (legacy_key))",
            buffer,
        )
        buffer.seek(0)
        buffer.truncate()

    def _mark_duplicates(self):
        """Rows that share a key are all kept and all reported: none is the right one.

        The second and further ones get the line number into their key, so that they
        stay visible, count in the legacy totals and load nothing.
        """
        self.env.cr.execute(
            SQL(
                """
                WITH twice AS (
                    SELECT legacy_key,
                           string_agg(line::text, ', ' ORDER BY line) AS lines,
                           MIN(line) AS first
                      FROM dist_stage
                     WHERE legacy_key <> ''
                     GROUP BY legacy_key
                    HAVING COUNT(*) > 1
                )
                UPDATE dist_stage s
                   SET issues = s.issues || jsonb_build_array(jsonb_build_array(
                           'duplicate_key', 'error', '',
                           replace(replace(%s, '{key}', s.legacy_key),
                                   '{lines}', twice.lines))),
                       legacy_key = CASE WHEN s.line = twice.first THEN s.legacy_key
                                    ELSE format(%s, s.legacy_key, s.line) END
                  FROM twice
                 WHERE s.legacy_key = twice.legacy_key
                """,
                self.env._("The key {key} stands on the lines {lines}."),
                "%s (line %s)",
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE dist_stage SET legacy_key = format(%s, line)"
                " WHERE legacy_key = ''",
                "(line %s)",
            )
        )

    def _merge_staged(self, migration_object):
        """Bring the staging rows of an object in line with the temporary table."""
        cr = self.env.cr
        scope = SQL("cycle_id = %s AND object_id = %s", self.id, migration_object.id)
        cr.execute(
            SQL(
                """
                DELETE FROM dist_migration_row r
                 WHERE %s AND NOT EXISTS (
                     SELECT FROM dist_stage s WHERE s.legacy_key = r.legacy_key)
                """,
                scope,
            )
        )
        cr.execute(
            SQL(
                """
                INSERT INTO dist_migration_row
                    (cycle_id, object_id, company_id, line, legacy_key, data, legacy,
                     issues, state, create_uid, create_date, write_uid, write_date)
                SELECT %(cycle)s, %(object)s, %(company)s, line, legacy_key, data,
                       legacy, issues, 'staged', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM dist_stage
                 ORDER BY line
                    ON CONFLICT (cycle_id, object_id, legacy_key) DO UPDATE
                   SET line = excluded.line, data = excluded.data,
                       legacy = excluded.legacy, issues = excluded.issues,
                       state = 'staged', error = NULL, outcome = NULL,
                       survivor_key = NULL,
                       write_uid = excluded.write_uid, write_date = excluded.write_date
                """,
                cycle=self.id,
                object=migration_object.id,
                company=self.company_id.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        cr.execute("DROP TABLE dist_stage")
        # many new rows at once: the planner must know before the rules join them
        cr.execute("ANALYZE (SKIP_LOCKED) dist_migration_row")
        self.env["dist.migration.row"].invalidate_model()
        self.env["dist.migration.finding"].invalidate_model()
        self.invalidate_recordset()

    # -- validate ---------------------------------------------------------------------

    @faults.explained
    def action_validate(self):
        """Run all rules; rows with an error are held back from the load."""
        self.ensure_one()
        self._check_action("validate")
        self._check_values()
        self._take_part()
        self._engine()._validate()
        return True

    def _validate(self):
        cr = self.env.cr
        cr.execute(
            SQL("DELETE FROM dist_migration_finding WHERE cycle_id = %s", self.id)
        )
        cr.execute(
            SQL(
                "UPDATE dist_migration_row SET state = 'staged', error = NULL,"
                " survivor_key = NULL WHERE cycle_id = %s",
                self.id,
            )
        )
        severities = self._rule_severities()
        for migration_object, loader in self._loaders():
            self._validate_object(migration_object, loader, severities)
        cr.execute(
            SQL(
                "UPDATE dist_migration_row SET state = 'valid'"
                " WHERE cycle_id = %s AND state = 'staged'",
                self.id,
            )
        )
        self.env["dist.migration.row"].invalidate_model()
        self.env["dist.migration.finding"].invalidate_model()
        self._score()
        self._set({"state": "validated", "simulation": False})
        self.invalidate_recordset()

    def _validate_object(self, migration_object, loader, severities):
        self._add_findings(self._issues_query(loader, severities))
        self._hold_back()
        book = RuleBook(self, migration_object, loader.targets, severities)
        for rule, severity, query in book.queries():
            found = self._add_findings(
                SQL(
                    "SELECT found.id, %s, %s, found.field, found.message"
                    " FROM (%s) AS found(id, field, message)",
                    rule,
                    severity,
                    query,
                )
            )
            if found and severity == "error":
                self._hold_back()
                if rule in WHOLE_OBJECT_RULES:
                    self._hold_back_all(migration_object, rule)
        self._merge_approved(migration_object)

    def _issues_query(self, loader, severities):
        """Issues found while mapping, as ``(row, rule, severity, field, message)``."""
        chosen = [rule for rule in severities if rule not in FIXED_RULES]
        return SQL(
            """
            SELECT r.id, issue->>0, COALESCE(chosen.severity, issue->>1), issue->>2,
                   issue->>3
              FROM dist_migration_row r
             CROSS JOIN jsonb_array_elements(r.issues) AS issue
              LEFT JOIN unnest(%s::text[], %s::text[]) AS chosen(rule, severity)
                ON chosen.rule = issue->>0
             WHERE r.cycle_id = %s AND r.object_id = %s
               AND chosen.severity IS DISTINCT FROM 'off'
            """,
            chosen,
            [severities[rule] for rule in chosen],
            self.id,
            loader.object.id,
        )

    def _add_findings(self, query):
        """Insert what a rule found; return how many."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_migration_finding
                    (cycle_id, company_id, object_id, row_id, line, legacy_key, rule,
                     severity, field_name, message, responsible, create_uid,
                     create_date, write_uid, write_date)
                SELECT r.cycle_id, r.company_id, r.object_id, r.id, r.line,
                       r.legacy_key, found.rule, found.severity,
                       NULLIF(found.field, ''), found.message, who.responsible,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(query)s) AS found(row_id, rule, severity, field, message)
                  JOIN dist_migration_row r ON r.id = found.row_id
                  LEFT JOIN unnest(%(rules)s::text[], %(responsibles)s::text[])
                         AS who(rule, responsible) ON who.rule = found.rule
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                query=query,
                rules=list(RULES),
                responsibles=[who for _label, who in RULES.values()],
            )
        )
        return self.env.cr.rowcount

    def _hold_back(self):
        """Mark rows with an error, so that rows that refer to them see it."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE dist_migration_row r
                   SET state = 'invalid', error = f.message
                  FROM (SELECT row_id, string_agg(message, ' ' ORDER BY id) AS message
                          FROM dist_migration_finding
                         WHERE cycle_id = %s AND severity = 'error'
                         GROUP BY row_id) f
                 WHERE r.id = f.row_id AND r.state NOT IN ('invalid', 'merged')
                """,
                self.id,
            )
        )

    def _hold_back_all(self, migration_object, rule):
        """Hold back every row of an object that is right as a whole or not at all."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE dist_migration_row r
                   SET state = 'invalid', error = f.message
                  FROM (SELECT message FROM dist_migration_finding
                         WHERE cycle_id = %(cycle)s AND object_id = %(object)s
                           AND rule = %(rule)s LIMIT 1) f
                 WHERE r.cycle_id = %(cycle)s AND r.object_id = %(object)s
                   AND r.state <> 'invalid'
                """,
                cycle=self.id,
                object=migration_object.id,
                rule=rule,
            )
        )

    # -- in code ----------------------------------------------------------------------

    @api.model
    def _create_from_folder(self, folder, mapping_text, values):
        """Create and stage a cycle from files on the server's disk.

        For demo data, trials and tests; there is no way to it from outside.

        :param folder: ``pathlib.Path`` with the files the mapping names
        :param mapping_text: YAML or JSON
        :param values: values of the cycle; ``mapping_id`` is added
        :return: the staged cycle
        """
        mapping = self.env["dist.migration.mapping"]._create_from_text(
            mapping_text, company_id=values.get("company_id") or self.env.company.id
        )
        cycle = self.create(dict(values, mapping_id=mapping.id))
        for name in mapping._spec().files():
            path = folder / name
            if not path.is_file():
                raise UserError(
                    self.env._("The folder has no file %(name)s.", name=name)
                )
            cycle._add_file(name, path.read_bytes())
        cycle.action_stage()
        return cycle
