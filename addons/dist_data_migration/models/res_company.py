from odoo import fields, models

#: journal type: (code, sales, purchases or the books)
JOURNAL_CODES = {"sale": "OPS", "purchase": "OPP", "general": "OPB"}


class ResCompany(models.Model):
    """Where a migration brings opening figures in; created when first needed."""

    _inherit = "res.company"

    dist_opening_account_id = fields.Many2one(
        "account.account",
        string="Opening Clearing Account",
        check_company=True,
        help="Stands between open items and the opening balance of a migration. It is "
        "zero when both agree.",
    )
    dist_opening_location_id = fields.Many2one(
        "stock.location",
        string="Opening Stock Location",
        check_company=True,
        help="Opening stock comes from here. The location has no account, so that "
        "opening stock posts no journal entry.",
    )

    def _dist_opening_account(self):
        """Return the clearing account of the company."""
        self.ensure_one()
        if not self.dist_opening_account_id:
            Account = self.env["account.account"].with_company(self)
            self.dist_opening_account_id = Account.create(
                {
                    "name": self.env._("Opening Balance Clearing"),
                    "code": Account._search_new_account_code("999100"),
                    "account_type": "asset_current",
                    "company_ids": [fields.Command.set(self.ids)],
                }
            )
        return self.dist_opening_account_id

    def _dist_opening_journal(self, journal_type):
        """Return the company's journal for opening documents of a type.

        :param journal_type: sale, purchase or general
        """
        self.ensure_one()
        Journal = self.env["account.journal"]
        found = Journal.search(
            [
                ("company_id", "=", self.id),
                ("type", "=", journal_type),
                ("dist_is_opening_load", "=", True),
            ],
            limit=1,
        )
        if found:
            return found
        name = {
            "sale": self.env._("Opening Sales"),
            "purchase": self.env._("Opening Purchases"),
            "general": self.env._("Opening Balance"),
        }[journal_type]
        return Journal.create(
            {
                "name": name,
                "code": self._dist_free_journal_code(JOURNAL_CODES[journal_type]),
                "type": journal_type,
                "company_id": self.id,
                "default_account_id": self._dist_opening_account().id,
                "dist_is_opening_load": True,
            }
        )

    def _dist_free_journal_code(self, code):
        journals = self.env["account.journal"].with_context(active_test=False)
        taken = set(journals.search([("company_id", "=", self.id)]).mapped("code"))
        codes = (code, *(f"{code}{number}" for number in range(2, 99)))
        return next(candidate for candidate in codes if candidate not in taken)

    def _dist_opening_location(self):
        """Return the location that opening stock comes from."""
        self.ensure_one()
        if not self.dist_opening_location_id:
            self.dist_opening_location_id = self.env["stock.location"].create(
                {
                    "name": self.env._("Opening Load"),
                    "usage": "inventory",
                    "company_id": self.id,
                }
            )
        return self.dist_opening_location_id
