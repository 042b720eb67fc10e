from odoo.tools import SQL


class RuleBase:
    """What the rules of all themes are made of.

    :param cycle: ``dist.migration.cycle`` record
    :param migration_object: ``dist.migration.object`` record
    :param targets: ``{field: Target}`` of the object's loader
    """

    def __init__(self, cycle, migration_object, targets):
        self.cycle = cycle
        self.object = migration_object
        self.code = migration_object.code
        self.targets = targets

    def rows(self, alias="r"):
        """Return the condition: rows of this object, in this cycle."""
        return SQL(
            "%s.cycle_id = %s AND %s.object_id = %s",
            SQL.identifier(alias),
            self.cycle.id,
            SQL.identifier(alias),
            self.object.id,
        )

    def others(self, code, alias):
        """Return the condition: rows of another object, in this cycle."""
        return SQL(
            "%s.cycle_id = %s AND %s.object_id = %s",
            SQL.identifier(alias),
            self.cycle.id,
            SQL.identifier(alias),
            self.other_object(code),
        )

    def other_object(self, code):
        return self.cycle.env["dist.migration.object"]._get(code).id or 0

    def is_mapped(self, name, code=None):
        """Return whether the mapping fills a field at all.

        An extract without a column has no gaps in it: rules about missing values
        look only at what the data owner meant to deliver.
        """
        items = self.cycle.mapping_id.object_ids.filtered(
            lambda item: item.object_id.code == (code or self.code)
        )
        return name in items.line_ids.filtered(lambda line: not line.is_legacy).mapped(
            "field_name"
        )

    def select(self, field, message, value, condition):
        """Return ``(row, field, message)`` of the rows a condition holds for.

        :param message: template with one ``%s``
        :param value: SQL expression that fills it
        """
        return SQL(
            """
            SELECT r.id, %s, format(%s, %s)
              FROM dist_migration_row r
             WHERE %s AND %s
            """,
            field,
            str(message),
            value,
            self.rows(),
            condition,
        )

    def none(self):
        return SQL("SELECT NULL::int, NULL::text, NULL::text WHERE FALSE")

    def union(self, parts):
        return SQL(" UNION ALL ").join(list(parts) or [self.none()])

    @staticmethod
    def text(name, alias="r"):
        """Return a mapped value as SQL text."""
        return SQL("%s.data->>%s", SQL.identifier(alias), name)

    @staticmethod
    def number(name, alias="r"):
        """Return a mapped value as SQL number."""
        return SQL("(%s.data->>%s)::numeric", SQL.identifier(alias), name)
