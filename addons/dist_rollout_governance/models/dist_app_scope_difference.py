from odoo import fields, models
from odoo.tools import SQL


class DistAppScopeDifference(models.Model):
    """Where the declared scope of a program and the installed modules differ.

    Applications and localizations count; the technical modules below them do not.
    """

    _name = "dist.app.scope.difference"
    _description = "Declared and Installed Applications"
    _auto = False
    _order = "program_id, kind, module_name"
    _rec_name = "module_name"

    program_id = fields.Many2one("dist.program", readonly=True)
    module_name = fields.Char(string="Module", readonly=True)
    name = fields.Char(string="Application", readonly=True)
    kind = fields.Selection(
        [
            ("missing", "Declared, not Installed"),
            ("undeclared", "Installed, not Declared"),
            ("excluded", "Installed, but out of Scope"),
        ],
        string="Difference",
        readonly=True,
    )

    @property
    def _table_query(self):
        self.env["dist.app.scope"].flush_model()
        self.env["dist.app"].flush_model()
        self.env["dist.program"].flush_model(["active"])
        return SQL(
            """
            WITH declared AS (
                SELECT s.program_id, s.module_name,
                       BOOL_OR(s.status <> 'excluded') AS is_wanted
                  FROM dist_app_scope s
                 WHERE s.active
                 GROUP BY s.program_id, s.module_name),
            installed AS (
                SELECT m.name AS module_name,
                       COALESCE(m.shortdesc->>'en_US', m.name) AS name,
                       m.application OR m.name LIKE 'l10n\\_%%' AS is_counted
                  FROM ir_module_module m
                 WHERE m.state IN ('installed', 'to upgrade')),
            difference AS (
                SELECT d.program_id, d.module_name, a.name->>'en_US' AS name,
                       'missing' AS kind
                  FROM declared d
                  JOIN dist_app a ON a.module_name = d.module_name
                 WHERE d.is_wanted
                   AND d.module_name NOT IN (SELECT module_name FROM installed)
                 UNION ALL
                SELECT d.program_id, d.module_name, i.name, 'excluded'
                  FROM declared d JOIN installed i USING (module_name)
                 WHERE NOT d.is_wanted
                 UNION ALL
                SELECT p.id, i.module_name, i.name, 'undeclared'
                  FROM installed i
                 CROSS JOIN (SELECT DISTINCT program_id AS id FROM declared) p
                 WHERE i.is_counted
                   AND NOT EXISTS (SELECT 1 FROM declared d
                                    WHERE d.program_id = p.id
                                      AND d.module_name = i.module_name))
            SELECT ROW_NUMBER() OVER (ORDER BY program_id, module_name) AS id, *
              FROM difference
            """
        )
