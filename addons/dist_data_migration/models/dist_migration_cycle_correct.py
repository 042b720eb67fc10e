import json

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..services import corrections, reader
from ..services import mapping as engine
from ..services.loaders import LOADERS
from .dist_migration_cycle import STEWARD

#: rows that are written in one statement
BATCH = 1000


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """Wrong rows out as a file, corrected rows in again.

    Corrections are evidence like the extract: each file is kept, and applied again
    whenever the extract is staged.
    """

    _inherit = "dist.migration.cycle"

    def action_correct(self):
        """Open the dialog that gives and takes files of corrections."""
        self.ensure_one()
        self._check_action("stage")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_data_migration.dist_migration_correction_action"
        )
        return dict(action, context={"default_cycle_id": self.id})

    def action_note_archive(self):
        """Open the dialog that notes the legacy archive."""
        self.ensure_one()
        self._check_archive_rights()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_data_migration.dist_migration_archive_action"
        )
        return dict(action, context={"default_cycle_id": self.id})

    def _check_archive_rights(self):
        """Signed cycles take notes as well; the files themselves never change."""
        self.check_access("read")
        if not self.env.user.has_group(STEWARD):
            raise AccessError(
                self.env._("Only data stewards note where an archive is kept.")
            )

    # -- out --------------------------------------------------------------------------

    def _correction_file(self, migration_object, kind):
        """Return the bytes of a file with the rows that have findings.

        :param kind: csv or xlsx
        :raise UserError: there is nothing to correct
        """
        names = self._correction_fields(migration_object)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.legacy_key, r.line, r.data, string_agg(DISTINCT f.rule, ', '),
                       string_agg(DISTINCT f.field_name, ', '),
                       string_agg(f.message, ' / ' ORDER BY f.id)
                  FROM dist_migration_row r
                  JOIN dist_migration_finding f ON f.row_id = r.id
                 WHERE r.cycle_id = %s AND r.object_id = %s
                 GROUP BY r.id ORDER BY r.line, r.id
                """,
                self.id,
                migration_object.id,
            )
        )
        if not rows:
            raise UserError(
                self.env._(
                    "%(object)s have no findings; there is nothing to correct.",
                    object=migration_object.name,
                )
            )
        lines = [
            [
                key,
                *(corrections.cell_text(data.get(name)) for name in names),
                str(line or ""),
                rules,
                field_names or "",
                message,
            ]
            for key, line, data, rules, field_names, message in rows
        ]
        header = [corrections.KEY, *names, *corrections.NOTES]
        return corrections.WRITERS[kind](header, lines)

    def _correction_fields(self, migration_object):
        lines = self.mapping_id.object_ids.filtered(
            lambda item: item.object_id == migration_object
        ).line_ids
        targets = LOADERS[migration_object.loader].targets
        # a field named like a note would be a column twice
        return [
            name
            for name in lines.filtered(lambda line: not line.is_legacy).mapped(
                "field_name"
            )
            if name in targets and name not in corrections.NOTES
        ]

    # -- in ---------------------------------------------------------------------------

    def _add_corrections(self, migration_object, name, content):
        """Keep a file of corrections and apply it.

        :raise UserError: it can't be read, has unknown columns or keys; nothing is kept
        """
        self._check_action("stage")
        self._take_part()
        number = self.env["dist.migration.source"].search_count(
            [
                ("cycle_id", "=", self.id),
                ("correction_object_id", "!=", False),
            ]
        )
        source = self.env["dist.migration.source"]._store(
            self,
            f"{self.env._('Corrections')} {number + 1} {name}",
            content,
            correction_object=migration_object,
        )
        cycle = self._engine()
        cycle._apply_corrections(source.with_env(cycle.env), strict=True)
        source.sudo().is_staged = True
        cycle._list_values()
        cycle._set({"state": "staged", "simulation": False})

    def _apply_all_corrections(self):
        for source in self.source_ids.filtered("correction_object_id").sorted("id"):
            self._apply_corrections(source)

    def _apply_corrections(self, source, strict=False):
        """Write the corrected values into the staged rows.

        :param strict: refuse keys that are not staged; later extracts may lack them
        """
        migration_object = source.correction_object_id
        targets = LOADERS[migration_object.loader].targets
        try:
            with source._open() as table:
                names = self._check_correction_header(table, targets)
                rows = self._read_corrections(table)
        except reader.ReaderError as error:
            raise UserError(
                self.env._(
                    "%(file)s: %(problem)s", file=source.name, problem=str(error)
                )
            ) from error
        staged = self._staged_by_key(migration_object, list(rows))
        missing = sorted(rows.keys() - staged.keys())
        if strict and missing:
            raise UserError(
                self.env._(
                    "%(file)s: no staged row has the key %(keys)s.",
                    file=source.name,
                    keys=", ".join(missing[:10]),
                )
            )
        converters = {name: engine.Converter(targets[name], {}) for name in names}
        changed = [
            (staged[key][0], *_corrected(staged[key], cells, converters))
            for key, cells in rows.items()
            if key in staged
        ]
        for start in range(0, len(changed), BATCH):
            self._write_corrections(changed[start : start + BATCH])
        self.env["dist.migration.row"].invalidate_model()

    def _check_correction_header(self, table, targets):
        """Return the fields a file corrects."""
        header = table.header
        unknown = [
            name
            for name in header
            if name not in targets
            and name not in corrections.NOTES
            and name != corrections.KEY
        ]
        if unknown or corrections.KEY not in header:
            raise reader.ReaderError(
                self.env._(
                    "A file of corrections has the column %(key)s and fields of the "
                    "object; unknown are: %(names)s.",
                    key=corrections.KEY,
                    names=", ".join(unknown) or "-",
                ),
                "header",
            )
        return [
            name for name in header if name in targets and name not in corrections.NOTES
        ]

    def _read_corrections(self, table):
        """Return ``{legacy key: {column: cell}}``."""
        escaped = bool(table.delimiter)
        found = {}
        for line, cells in table.rows():
            if escaped:
                cells = [corrections.unescape(cell) for cell in cells]
            row = dict(zip(table.header, cells, strict=True))
            key = engine.as_text(row[corrections.KEY]).strip()
            if key in found:
                raise reader.ReaderError(
                    self.env._(
                        "Row %(line)s: the key %(key)s stands twice in the file.",
                        line=line,
                        key=key,
                    ),
                    "duplicate",
                )
            found[key] = row
        return found

    def _staged_by_key(self, migration_object, keys):
        """Return ``{legacy key: (id, data, issues)}``."""
        return {
            key: (row_id, data or {}, issues or [])
            for key, row_id, data, issues in self.env.execute_query(
                SQL(
                    """
                    SELECT legacy_key, id, data, issues FROM dist_migration_row
                     WHERE cycle_id = %s AND object_id = %s AND legacy_key = ANY(%s)
                    """,
                    self.id,
                    migration_object.id,
                    keys,
                )
            )
        }

    def _write_corrections(self, changed):
        self.env.cr.execute(
            SQL(
                """
                UPDATE dist_migration_row r
                   SET data = v.data, issues = v.issues, state = 'staged',
                       error = NULL, outcome = NULL, write_uid = %s, write_date = %s
                  FROM unnest(%s::int[], %s::jsonb[], %s::jsonb[])
                    AS v(id, data, issues)
                 WHERE r.id = v.id
                """,
                self.env.uid,
                fields.Datetime.now(),
                [row_id for row_id, _data, _issues in changed],
                [
                    json.dumps(data, ensure_ascii=False)
                    for _row_id, data, _issues in changed
                ],
                [
                    json.dumps(issues, ensure_ascii=False)
                    for _row_id, _data, issues in changed
                ],
            )
        )


def _corrected(staged, cells, converters):
    """Return ``(data, issues)`` of a row after its correction."""
    _row_id, data, issues = staged
    data = dict(data)
    issues = [issue for issue in issues if issue[2] not in converters]
    for name, converter in converters.items():
        data.pop(name, None)
        try:
            value, warnings = converter.convert(cells[name])
        except engine.ConversionError as error:
            issues.append([error.rule, "error", name, str(error), error.value])
            continue
        issues += [[rule, "warning", name, str(text), ""] for rule, text in warnings]
        if value not in (None, ""):
            data[name] = value
        elif converter.target.required:
            label = str(converter.target.label)
            message = engine.missing_message(label)
            issues.append(["required", "error", name, message, ""])
    return data, issues
