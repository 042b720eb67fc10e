from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Control, columns

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

CONTROLS = (
    Control(
        "intercompany_pairs",
        _lt("Intercompany balances: each pair nets to zero"),
        "intercompany",
        "value",
        "amount",
        _lt(
            "Own extract under legacy; under Odoo what the other company's latest "
            "extract owes, with the opposite sign."
        ),
        needs=frozenset({"intercompany_balance"}),
    ),
)


class IntercompanyComparisons:
    """Due from and due to between the companies of a program."""

    def _balances(self):
        """Balances between companies in the latest extract of each company.

        A counterpart is named by its code in the company register, its tax id or its
        name.
        """
        return SQL(
            """
            SELECT cycle.company_id, other.id AS other_id,
                   CASE WHEN other.id IS NULL THEN r.data->>'counterpart' END AS lost,
                   SUM((r.data->>'amount')::numeric) AS amount
              FROM dist_migration_row r
              JOIN dist_migration_cycle cycle ON cycle.id = r.cycle_id
              JOIN (SELECT DISTINCT ON (c.company_id) c.id
                      FROM dist_migration_cycle c
                     WHERE c.program_id = %(program)s
                       AND (c.id = %(cycle)s OR c.company_id <> %(company)s)
                       AND EXISTS (SELECT FROM dist_migration_row r
                                    WHERE r.cycle_id = c.id
                                      AND r.object_id = %(object)s)
                     ORDER BY c.company_id, c.sequence DESC, c.id DESC) latest
                ON latest.id = r.cycle_id
              LEFT JOIN LATERAL (
                  SELECT company.id
                    FROM res_company company
                    JOIN res_partner partner ON partner.id = company.partner_id
                   WHERE lower(r.data->>'counterpart') IN (
                       lower(partner.company_registry), lower(partner.vat),
                       lower(company.name), lower(partner.ref))
                   ORDER BY company.id LIMIT 1) other ON TRUE
             WHERE r.object_id = %(object)s
             GROUP BY 1, 2, 3
            """,
            program=self.cycle.program_id.id,
            cycle=self.cycle.id,
            company=self.company.id,
            object=self._object_id("intercompany_balance"),
        )

    def _intercompany(self):
        return SQL(
            """
            WITH balances AS (%(balances)s), pairs AS (
                SELECT COALESCE(l.other_id, o.company_id) AS other_id, l.lost,
                       l.amount IS NULL AS is_new, o.amount IS NULL AS is_absent,
                       COALESCE(l.amount, 0) AS legacy_value,
                       COALESCE(-o.amount, 0) AS odoo_value
                  FROM (SELECT * FROM balances WHERE company_id = %(company)s) l
                  FULL JOIN (SELECT * FROM balances
                              WHERE other_id = %(company)s) o
                    ON o.company_id = l.other_id
            )
            SELECT %(columns)s
              FROM pairs b
              LEFT JOIN res_company other ON other.id = b.other_id
            """,
            balances=self._balances(),
            company=self.company.id,
            columns=columns(
                {
                    "key": SQL(
                        "concat(%s, ' ↔ ', COALESCE(b.lost, other.name))",
                        self.company.name,
                    ),
                    "kind": self._amount_kind(),
                    "site_id": self._home_site(),
                    "legacy_count": SQL("1"),
                    "odoo_count": SQL("1"),
                    "legacy_value": SQL("legacy_value"),
                    "odoo_value": SQL("odoo_value"),
                }
            ),
        )
