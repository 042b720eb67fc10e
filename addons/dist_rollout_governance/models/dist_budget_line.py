from odoo import api, fields, models
from odoo.exceptions import ValidationError

CATEGORIES = [
    ("license", "Licenses and Hosting"),
    ("service", "Implementation Services"),
    ("internal", "Internal Effort"),
    ("migration", "Data Migration"),
    ("training", "Training and Change"),
    ("hardware", "Hardware and Labels"),
    ("travel", "Travel"),
    ("support", "Hypercare and Support"),
    ("reserve", "Reserve"),
]


class DistBudgetLine(models.Model):
    """What a part of the program may cost, and what it has cost.

    With an analytic account the actual cost contains what is booked on it: credit
    minus debit of its analytic items, in the program's currency. It is kept on the
    line and brought up to date by a job and a button, so that no posting waits for a
    budget. An account stands on one line, so nothing counts twice.
    """

    _name = "dist.budget.line"
    _description = "Budget Line"
    _inherit = "dist.owned.mixin"
    _order = "program_id, category, id"
    _protected_fields = frozenset({"booked", "booked_at"})

    name = fields.Char(required=True, tracking=True)
    category = fields.Selection(
        CATEGORIES, required=True, default="service", tracking=True
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True, precompute=True
    )
    planned = fields.Monetary(tracking=True)
    committed = fields.Monetary(
        tracking=True, help="Ordered or signed, whether or not it is invoiced."
    )
    spent = fields.Monetary(
        string="Spent Elsewhere",
        tracking=True,
        help="Actual cost that is not booked on the analytic account.",
    )
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Analytic Account",
        ondelete="restrict",
        index="btree_not_null",
        help="What is booked on it counts as actual cost of this line.",
    )
    booked = fields.Monetary(readonly=True, copy=False)
    booked_at = fields.Datetime(string="Booked As Of", readonly=True, copy=False)
    actual = fields.Monetary(compute="_compute_amounts", store=True)
    variance = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        help="Planned minus actual: negative when it costs more than planned.",
    )
    is_over = fields.Boolean(
        string="Over Budget",
        compute="_compute_amounts",
        store=True,
        help="Committed or actual cost exceeds the plan.",
    )
    note = fields.Text(string="Remarks")

    _amounts_positive = models.Constraint(
        "CHECK (planned >= 0 AND committed >= 0 AND spent >= 0)",
        "The amounts of a budget line can't be negative.",
    )
    _account_uniq = models.UniqueIndex(
        "(analytic_account_id) WHERE analytic_account_id IS NOT NULL AND active",
        "Another budget line counts this analytic account already.",
    )

    @api.depends("program_id.company_id.currency_id")
    def _compute_currency_id(self):
        for line in self:
            company = line.program_id.sudo().company_id or self.env.company
            line.currency_id = company.currency_id

    @api.depends("planned", "committed", "spent", "booked", "currency_id")
    def _compute_amounts(self):
        for line in self:
            currency = line.currency_id or self.env.company.currency_id
            line.actual = currency.round(line.spent + line.booked)
            line.variance = currency.round(line.planned - line.actual)
            line.is_over = (
                currency.compare_amounts(max(line.actual, line.committed), line.planned)
                > 0
            )

    @api.constrains("analytic_account_id", "program_id", "site_id")
    def _check_analytic_account(self):
        # sudo: the companies are compared, whoever may read the account.
        for line in self.sudo():
            company = line.analytic_account_id.company_id
            allowed = (
                line.company_id or line.program_id.company_ids
            ) or line.program_id.company_id
            if company and company not in allowed:
                raise ValidationError(
                    self.env._(
                        "Analytic account %(account)s belongs to %(company)s, which "
                        "has no part in this budget line.",
                        account=line.analytic_account_id.display_name,
                        company=company.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered("analytic_account_id")._refresh_booked()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if "analytic_account_id" in vals:
            self._refresh_booked()
        return result

    def action_refresh(self):
        """Bring the booked cost up to date now."""
        self.check_access("write")
        self._refresh_booked()

    def _refresh_booked(self):
        """Take over what is booked on the lines' accounts, a query for each plan."""
        # sudo: the budget shows one total of each account, to people who may see the
        # budget; the items behind it stay with Accounting.
        lines = self.sudo()
        totals = lines._booked_totals()
        now = fields.Datetime.now()
        for line in lines:
            booked = totals.get(line, 0.0)
            values = {"booked_at": now if line.analytic_account_id else False}
            if line.currency_id.compare_amounts(line.booked, booked):
                values["booked"] = booked
            line.write(values)

    def _booked_totals(self):
        """Return what each line's account has cost, in the line's currency."""
        totals = dict.fromkeys(self, 0.0)
        line_of = {line.analytic_account_id: line for line in self}
        today = fields.Date.context_today(self)
        for plan, accounts in self.analytic_account_id.grouped("plan_id").items():
            if not plan:
                continue
            column = plan._column_name()
            groups = self.env["account.analytic.line"]._read_group(
                [(column, "in", accounts.ids)],
                [column, "currency_id", "company_id"],
                ["amount:sum"],
            )
            for account, currency, company, amount in groups:
                line = line_of[account]
                totals[line] -= currency._convert(
                    amount, line.currency_id, company, today
                )
        return totals

    @api.model
    def _cron_refresh_booked(self):
        """Bring the booked cost of all lines up to date, a program at a time."""
        groups = self._read_group(
            [("analytic_account_id", "!=", False)], ["program_id"], ["id:recordset"]
        )
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=len(groups))
        for _program, lines in groups:
            lines._refresh_booked()
            if not Cron._commit_progress(1):
                break
