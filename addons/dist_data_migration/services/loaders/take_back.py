"""Undoing what a load created."""

from odoo.tools import SQL, mute_logger

from .errors import ROW_ERRORS, error_text


class TakeBack:
    """Part of a loader; needs its ``env``, ``model`` and ``used_by``."""

    def take_back(self, records):
        """Undo the creation of records, as far as nobody uses them.

        :param records: existing records that the cycle created
        :return: list of ``(record id, state, message)``; the state is deleted,
            archived, cancelled or kept
        """
        used = self.used(records)
        results = [
            (record.id, *self.retire(record, used[record.id]))
            for record in records
            if record.id in used
        ]
        return results + self._delete(records.filtered(lambda one: one.id not in used))

    def used(self, records):
        """Return ``{record id: reason}`` of records that others have built on."""
        found = {}
        # a loader may create helpers of another model, such as price lists
        used_by = self.used_by if records._name == self.model else ()
        for model, name in used_by:
            domain = [(name, "in", records.ids)]
            if model == records._name:
                domain.append(("id", "not in", records.ids))
            groups = (
                self.env[model]
                .with_context(active_test=False)
                ._read_group(domain, [name], ["__count"])
            )
            label = self.env["ir.model"]._get(model).name
            for record, count in groups:
                found.setdefault(
                    record.id,
                    self.env._(
                        "%(count)s × %(model)s use it.", count=count, model=label
                    ),
                )
        for res_id, tables in self._referring_tables(records).items():
            found.setdefault(res_id, self.env._("It is used in %s.", tables))
        return found

    def _referring_tables(self, records):
        """Return ``{record id: names of tables}`` whose rows forbid the deletion.

        The database is asked beforehand: trying costs an error, and a rolled-back
        savepoint, for each record.
        """
        keys = self.env.execute_query(
            SQL(
                """
                SELECT child.relname, attribute.attname
                  FROM pg_constraint key
                  JOIN pg_class child ON child.oid = key.conrelid
                  JOIN pg_attribute attribute ON attribute.attrelid = key.conrelid
                                             AND attribute.attnum = key.conkey[1]
                 WHERE key.contype = 'f' AND key.confdeltype IN ('r', 'a')
                   AND key.confrelid = %s::regclass
                   AND cardinality(key.conkey) = 1
                """,
                records._table,
            )
        )
        if not keys or not records:
            return {}
        self.env.flush_all()
        # rows that go together don't hold each other
        own = SQL("AND NOT row.id = ANY(%s)", records.ids)
        parts = SQL(" UNION ALL ").join(
            SQL(
                "SELECT row.%(column)s AS id, %(name)s AS name FROM %(table)s AS row"
                " WHERE row.%(column)s = ANY(%(ids)s) %(own)s",
                column=SQL.identifier(column),
                name=table,
                table=SQL.identifier(table),
                ids=records.ids,
                own=own if table == records._table else SQL(),
            )
            for table, column in keys
        )
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT id, string_agg(DISTINCT name, ', ') FROM (%s) AS found"
                    " GROUP BY id",
                    parts,
                )
            )
        )

    def _delete(self, records):
        """Delete records; halve them until one that can't be deleted stands alone."""
        if not records:
            return []
        ids = records.ids
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                # some models delete what they search: archived ones, too
                records.with_context(active_test=False).unlink()
                return [(res_id, "deleted", "") for res_id in ids]
        except ROW_ERRORS as error:
            self.env.invalidate_all(flush=False)
            if len(records) > 1:
                middle = len(records) // 2
                return self._delete(records[:middle]) + self._delete(records[middle:])
            return [(records.id, *self.retire(records, error_text(error)))]

    def retire(self, record, reason):
        """Put away a record that can't be deleted; return ``(state, message)``."""
        if "active" not in record._fields:
            return "kept", reason
        try:
            with self.env.cr.savepoint():
                record.action_archive()
        except ROW_ERRORS as error:
            self.env.invalidate_all(flush=False)
            return "kept", error_text(error)
        return "archived", reason
