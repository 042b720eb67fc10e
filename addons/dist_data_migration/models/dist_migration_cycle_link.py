from odoo import fields, models
from odoo.tools import SQL

from ..services.loaders import LOADERS

#: normalized text of two names that are compared
PLAIN = r"regexp_replace(lower(%s), '[^[:alnum:]]+', '', 'g')"


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """Several legacy systems in one program."""

    _inherit = "dist.migration.cycle"

    def action_propose_links(self):
        """Look for partners and products that another legacy system has brought.

        Compares tax IDs, names and barcodes of the rows with what was loaded from
        other systems. Each find is a proposal that a steward decides on.
        """
        self.ensure_one()
        self._check_action("link")
        self._engine()._propose_links()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_data_migration.dist_legacy_link_action"
        )
        return dict(
            action,
            domain=[
                ("program_id", "=", self.program_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            context={"search_default_proposed": 1},
        )

    def _propose_links(self):
        self.env.flush_all()
        for migration_object, loader in self._loaders():
            if loader.model == "res.partner" and "vat" in loader.targets:
                self._propose(
                    migration_object,
                    self.env._("Same tax ID"),
                    SQL("(SELECT id, vat AS value FROM res_partner WHERE vat <> '')"),
                    "vat",
                )
                self._propose(
                    migration_object,
                    self.env._("Same name"),
                    SQL("(SELECT id, name AS value FROM res_partner)"),
                    "name",
                )
            elif loader.model == "product.product":
                self._propose(
                    migration_object,
                    self.env._("Same barcode"),
                    SQL("(SELECT id, barcode AS value FROM product_product)"),
                    "barcode",
                )
        self.env["dist.legacy.link"].invalidate_model()

    def _propose(self, migration_object, reason, records, name):
        """Insert proposals for rows whose value equals that of a loaded record.

        :param records: SQL of ``(id, value)`` of the Odoo records
        :param name: field of the staged rows that is compared
        """
        normalized = SQL(PLAIN, SQL("record.value"))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_legacy_link
                    (program_id, company_id, object_id, source_system, legacy_key,
                     other_system, other_key, reason, state, create_uid, create_date,
                     write_uid, write_date)
                SELECT %(program)s, %(company)s, %(object)s, %(system)s, r.legacy_key,
                       k.source_system, k.legacy_key, %(reason)s, 'proposed', %(uid)s,
                       %(now)s, %(uid)s, %(now)s
                  FROM dist_legacy_key k
                  JOIN %(records)s AS record ON record.id = k.res_id
                  JOIN dist_migration_row r
                    ON r.cycle_id = %(cycle)s AND r.object_id = %(object)s
                   AND %(row_value)s = %(normalized)s
                 WHERE k.program_id = %(program)s AND k.object_id = %(object)s
                   AND k.source_system <> %(system)s AND k.res_model = %(model)s
                   AND (k.company_id = %(company)s OR k.company_id IS NULL)
                   AND %(normalized)s <> ''
                   AND NOT EXISTS (
                       SELECT FROM dist_legacy_link l
                        WHERE l.program_id = %(program)s
                          AND l.company_id = %(company)s
                          AND l.object_id = %(object)s
                          AND (l.source_system, l.legacy_key, l.other_system,
                               l.other_key) IN (
                               (%(system)s, r.legacy_key, k.source_system,
                                k.legacy_key),
                               (k.source_system, k.legacy_key, %(system)s,
                                r.legacy_key)))
                    ON CONFLICT DO NOTHING
                """,
                program=self.program_id.id,
                company=self.company_id.id,
                object=migration_object.id,
                model=LOADERS[migration_object.loader].model,
                system=self.mapping_id.source_system,
                reason=reason,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                cycle=self.id,
                records=records,
                row_value=SQL(PLAIN, SQL("r.data->>%s", name)),
                normalized=normalized,
            )
        )

    def _adopt_links(self, migration_object, keys, ids):
        """Follow confirmed cross-references to what other legacy systems brought.

        :param ids: ``{legacy key: record id}`` of this system's own keys
        :return: ``(ids, subordinate)``: the ids with those of other systems added, and
            the keys whose values another system with precedence decides
        """
        ranks = self.env["dist.legacy.system"]._ranks(self.program_id)
        last = len(ranks) + 1
        mine = ranks.get(self.mapping_id.source_system.upper(), last)
        ids, subordinate = dict(ids), set()
        for key, system, res_id in self._linked(migration_object, keys):
            ids.setdefault(key, res_id)
            if ranks.get(system, last) < mine:
                subordinate.add(key)
        return ids, frozenset(subordinate)

    def _linked(self, migration_object, keys):
        """Return ``[(own key, other system, record id)]``, in one query."""
        if not keys:
            return []
        own = self.mapping_id.source_system.upper()
        return self.env.execute_query(
            SQL(
                """
                WITH link AS (
                    SELECT source_system, legacy_key, other_system, other_key
                      FROM dist_legacy_link
                     WHERE state = 'confirmed' AND program_id = %(program)s
                       AND company_id = %(company)s AND object_id = %(object)s
                )
                SELECT mine.key, mine.system, k.res_id
                  FROM (SELECT legacy_key AS key, other_system AS system,
                               other_key AS other
                          FROM link WHERE source_system = %(own)s
                         UNION ALL
                        SELECT other_key, source_system, legacy_key
                          FROM link WHERE other_system = %(own)s) mine
                  JOIN dist_legacy_key k
                    ON k.program_id = %(program)s AND k.object_id = %(object)s
                   AND (k.company_id = %(company)s OR k.company_id IS NULL)
                   AND upper(k.source_system) = mine.system
                   AND k.legacy_key = mine.other
                 WHERE mine.key = ANY(%(keys)s)
                """,
                program=self.program_id.id,
                company=self.company_id.id,
                object=migration_object.id,
                own=own,
                keys=list(keys),
            )
        )
