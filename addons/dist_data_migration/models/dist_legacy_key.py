from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class DistLegacyKey(models.Model):
    """Which Odoo record a legacy key became.

    The cross-reference makes loads idempotent over cycles, and stays behind after the
    migration as the way from an old number to the record. It also keeps the legacy
    attributes that have no field in Odoo.
    """

    _name = "dist.legacy.key"
    _description = "Legacy Key"
    _order = "source_system, object_id, legacy_key"
    _rec_name = "legacy_key"
    _rec_names_search = ["legacy_key"]

    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty for objects shared between companies."
    )
    source_system = fields.Char(string="Legacy System", required=True)
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="restrict", index=True
    )
    legacy_key = fields.Char(required=True)
    res_model = fields.Char(string="Model", required=True)
    res_id = fields.Integer(string="Record ID", required=True)
    attributes = fields.Json(string="Legacy Attributes Data")
    attributes_text = fields.Text(
        string="Legacy Attributes", compute="_compute_attributes_text"
    )
    cycle_id = fields.Many2one(
        "dist.migration.cycle",
        string="Last Loaded By",
        ondelete="set null",
        index="btree_not_null",
    )

    _key_uniq = models.UniqueIndex(
        "(program_id, (COALESCE(company_id, 0)), source_system, object_id, legacy_key)",
        "A legacy key stands for one record.",
    )
    _record_index = models.Index("(res_model, res_id)")

    @api.depends("attributes")
    def _compute_attributes_text(self):
        for key in self:
            key.attributes_text = "\n".join(
                f"{name}: {value}" for name, value in (key.attributes or {}).items()
            )

    @api.model
    def _remember(self, cycle, migration_object, model, entries):
        """Insert or update cross-references in one statement.

        :param entries: list of ``(legacy key, record id, legacy attributes)``
        """
        if not entries:
            return
        company_id = None if migration_object.is_shared else cycle.company_id.id
        values = SQL(", ").join(
            SQL("(%s, %s, %s::jsonb)", key, res_id, Json(attributes or {}))
            for key, res_id, attributes in entries
        )
        self.env.execute_query(
            SQL(
                """
                INSERT INTO dist_legacy_key
                    (program_id, company_id, source_system, object_id, legacy_key,
                     res_model, res_id, attributes, cycle_id, create_uid, create_date,
                     write_uid, write_date)
                SELECT %(program)s, %(company)s, %(system)s, %(object)s, v.key,
                       %(model)s, v.res_id, v.attributes, %(cycle)s, %(uid)s, %(now)s,
                       %(uid)s, %(now)s
                  FROM (VALUES %(values)s) AS v(key, res_id, attributes)
                    ON CONFLICT (program_id, (COALESCE(company_id, 0)), source_system,
                                 object_id, legacy_key)
                    DO UPDATE SET res_model = excluded.res_model,
                        res_id = excluded.res_id, attributes = excluded.attributes,
                        cycle_id = excluded.cycle_id, write_uid = excluded.write_uid,
                        write_date = excluded.write_date
                RETURNING id
                """,
                program=cycle.program_id.id,
                company=company_id,
                system=cycle.mapping_id.source_system,
                object=migration_object.id,
                model=model,
                cycle=cycle.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                values=values,
            )
        )
        self.invalidate_model()

    @api.model
    def _forget(self, cycle, migration_object, model, ids):
        """Delete the keys of records that a reversal took back.

        Keys of stock lead to quants and those of the opening balance to journal items;
        they go with the moves and the entry behind them.
        """
        domain = Domain("object_id", "=", migration_object.id)
        if model == "stock.move.line":
            lines = self.env["stock.move.line"].browse(ids).exists()
            domain &= Domain("res_id", "in", self._quants_of(lines).ids)
        elif migration_object.loader == "opening_balance":
            entries = self.env["account.move"].browse(ids)
            domain &= Domain("res_id", "in", entries.line_ids.ids)
        else:
            domain &= Domain([("res_model", "=", model), ("res_id", "in", list(ids))])
        domain &= Domain("cycle_id", "=", cycle.id)
        self.search(domain).unlink()

    @api.model
    def _quants_of(self, lines):
        """Return the quants of the places that lines of done moves lead to or from."""
        places = {
            (line.product_id, location, line.lot_id, line.owner_id)
            for line in lines
            for location in (line.location_id, line.location_dest_id)
        }
        return (
            self.env["stock.quant"]
            .search([("product_id", "in", lines.product_id.ids)])
            .filtered(
                lambda quant: (
                    quant.product_id,
                    quant.location_id,
                    quant.lot_id,
                    quant.owner_id,
                )
                in places
            )
        )

    def action_open_record(self):
        """Open the record behind the key."""
        self.ensure_one()
        return self._open(self.res_model, self.res_id)

    @api.model
    def _open(self, model, res_id):
        if model not in self.env or not self.env[model].browse(res_id).exists():
            raise UserError(self.env._("The record has been deleted in Odoo."))
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": res_id,
            "view_mode": "form",
        }
