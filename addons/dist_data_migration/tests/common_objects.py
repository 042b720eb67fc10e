from odoo import fields

from .common import MigrationCommon


class ObjectsCommon(MigrationCommon):
    """Cycles of any objects, from text whose columns are named like the fields.

    The company has receivable, payable, stock, sales and equity accounts 1200, 2100,
    1400, 4000 and 3000, which new partners use.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("account.group_account_manager")
        cls.accounts = {
            code: cls._account(code, name, kind)
            for code, name, kind in (
                ("1200", "Receivables", "asset_receivable"),
                ("2100", "Payables", "liability_payable"),
                ("1400", "Stock", "asset_current"),
                ("3000", "Equity", "equity"),
                ("4000", "Sales", "income"),
                ("5000", "Cost of Sales", "expense"),
            )
        }
        defaults = cls.env["ir.default"].sudo()
        for field, code in (
            ("property_account_receivable_id", "1200"),
            ("property_account_payable_id", "2100"),
        ):
            defaults.set(
                "res.partner",
                field,
                cls.accounts[code].id,
                company_id=cls.company.id,
            )

    @classmethod
    def _account(cls, code, name, kind):
        Account = cls.env["account.account"].with_company(cls.company)
        found = Account.search(
            [("code", "=", code), ("company_ids", "in", cls.company.ids)]
        )
        return found or Account.create(
            {
                "code": code,
                "name": name,
                "account_type": kind,
                "reconcile": kind in ("asset_receivable", "liability_payable"),
                "company_ids": [fields.Command.set(cls.company.ids)],
            }
        )

    @classmethod
    def _mapping_text(cls, objects, system):
        parts = [f"name: {system}\nsource_system: {system}\nobjects:"]
        for code, text in objects.items():
            columns = text.splitlines()[0].split(",")[1:]
            pairs = ", ".join(f"{name}: {cls._column(name)}" for name in columns)
            parts.append(
                f"  - object: {code}\n    file: {code}.csv\n    key: key\n"
                f"    fields: {{{pairs}}}"
            )
        return "\n".join(parts) + "\n"

    @classmethod
    def _column(cls, name):
        if name == "active":
            return '{column: active, true: ["1"], false: ["0"]}'
        return name

    @classmethod
    def _stage(cls, objects, system="test", cycle=None, **values):
        """Return a validated cycle of these objects.

        :param objects: ``{object code: text}``; the first column is the key
        """
        if cycle is None:
            mapping = cls._create_mapping(cls._mapping_text(objects, system))
            cycle = cls._create_cycle(mapping_id=mapping.id, **values)
        for code, text in objects.items():
            cycle._add_file(f"{code}.csv", text.encode())
        cycle.action_stage()
        # what Odoo does not know is left as an error of its row
        cycle.value_ids.filtered(lambda value: value.state == "open").action_refuse()
        cycle.action_validate()
        return cycle

    @classmethod
    def _load(cls, objects, system="test", cycle=None, **values):
        cycle = cls._stage(objects, system, cycle, **values)
        cycle.sudo()._load_now()
        return cycle

    def _again(self, cycle, *codes):
        """Load once more and check that nothing is written."""
        self.env.flush_all()
        cycle.sudo()._load_now()
        for code in codes:
            outcomes = self._rows(cycle, code).mapped("outcome")
            self.assertEqual(set(outcomes), {"same"}, (code, outcomes))

    def _errors(self, cycle, code):
        """Return ``{key: what is wrong}``, found by a rule or by the load."""
        findings = self.env["dist.migration.finding"].search(
            [
                ("cycle_id", "=", cycle.id),
                ("object_id.code", "=", code),
                ("severity", "=", "error"),
            ]
        )
        errors = {finding.legacy_key: finding.message for finding in findings}
        rows = self._rows(cycle, code).filtered("error")
        return errors | {row.legacy_key: row.error for row in rows}

    def _assert_loaded(self, cycle):
        self.assertFalse(
            {
                (row.object_id.code, row.legacy_key): row.error
                for row in cycle.sudo().row_ids
                if row.state != "loaded"
            }
        )
