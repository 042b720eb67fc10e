from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .dist_reconciliation_discrepancy import DIAGNOSES, KINDS

STEWARD = "dist_rollout_governance.group_data_steward"
CONTROLLER = "dist_rollout_governance.group_finance_controller"
STATES = [
    ("open", "Open"),
    ("assigned", "Assigned"),
    ("explained", "Explained"),
    ("accepted", "Accepted"),
    ("fixed", "Fixed"),
]


class DistReconciliationCase(models.Model):
    """A difference that somebody works on, over all runs of a cycle.

    Runs never change; the case of a key stays and follows them: it is fixed as soon
    as a run no longer finds the difference, and an accepted one opens again when its
    difference is another one.
    """

    _name = "dist.reconciliation.case"
    _description = "Reconciliation Case"
    _inherit = ["dist.protected.mixin", "mail.thread"]
    _order = "cycle_id desc, control, id"
    _rec_name = "key"
    _mail_post_access = "read"
    _protected_fields = frozenset(
        {
            "cycle_id",
            "program_id",
            "company_id",
            "site_id",
            "control",
            "control_name",
            "key",
            "kind",
            "diagnosis",
            "is_tolerated",
            "detail",
            "legacy_value",
            "odoo_value",
            "difference",
            "amount_difference",
            "state",
            "explanation",
            "reason",
            "accepted_by_id",
            "accepted_at",
            "accepted_difference",
            "user_id",
            "run_id",
            "reopened_count",
        }
    )

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one("dist.program", required=True, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    site_id = fields.Many2one("dist.site", index="btree_not_null")
    control = fields.Char(string="Control Code", required=True)
    control_name = fields.Char(string="Control", required=True)
    key = fields.Char(required=True)
    kind = fields.Selection(KINDS, required=True)
    diagnosis = fields.Selection(DIAGNOSES)
    is_tolerated = fields.Boolean(string="Within Tolerance")
    detail = fields.Char()
    legacy_value = fields.Float(string="Legacy", digits=(20, 6))
    odoo_value = fields.Float(string="Odoo", digits=(20, 6))
    difference = fields.Float(digits=(20, 6))
    amount_difference = fields.Float(string="Difference in Value", digits=(20, 6))
    state = fields.Selection(
        STATES, required=True, default="open", tracking=True, index=True
    )
    user_id = fields.Many2one("res.users", string="Assigned To", tracking=True)
    explanation = fields.Text(tracking=True)
    reason = fields.Text(string="Reason for Acceptance", tracking=True)
    accepted_by_id = fields.Many2one("res.users", string="Accepted By")
    accepted_at = fields.Datetime(string="Accepted On")
    accepted_difference = fields.Float(digits=(20, 6))
    reopened_count = fields.Integer(string="Opened Again")
    run_id = fields.Many2one(
        "dist.reconciliation", string="Last Seen In", ondelete="restrict", index=True
    )
    is_explain_allowed = fields.Boolean(compute="_compute_allowed")
    is_accept_allowed = fields.Boolean(compute="_compute_allowed")

    _key_uniq = models.UniqueIndex(
        "(cycle_id, control, key)", "A difference has one case."
    )

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_allowed(self):
        user = self.env.user
        works = user.has_group(STEWARD) or user.has_group(CONTROLLER)
        for case in self:
            is_open = case.state in ("open", "assigned", "explained")
            case.is_explain_allowed = works and is_open
            case.is_accept_allowed = user.has_group(CONTROLLER) and is_open

    # -- following the runs ---------------------------------------------------------

    @api.model
    def _follow(self, run):
        """Bring the cases of a cycle in line with a run, in two statements.

        A difference seen before keeps its case: an accepted one opens again when the
        difference has changed, a fixed one when it is back. What the run looked at
        and no longer finds is fixed.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_reconciliation_case AS c
                    (cycle_id, program_id, company_id, site_id, control, control_name,
                     key, kind, diagnosis, is_tolerated, detail, legacy_value,
                     odoo_value, difference, amount_difference, state, run_id,
                     reopened_count, create_uid, create_date, write_uid, write_date)
                SELECT %(cycle)s, %(program)s, %(company)s, MIN(d.site_id), o.code,
                       MIN(o.name), d.key, MIN(d.kind), MIN(d.diagnosis),
                       bool_and(COALESCE(d.is_tolerated, FALSE)), MIN(d.detail),
                       SUM(d.legacy_value), SUM(d.odoo_value), SUM(d.difference),
                       SUM(d.amount_difference), 'open', %(run)s, 0, %(uid)s, %(now)s,
                       %(uid)s, %(now)s
                  FROM dist_reconciliation_discrepancy d
                  JOIN dist_reconciliation_control o ON o.id = d.control_id
                 WHERE d.reconciliation_id = %(run)s AND d.key IS NOT NULL
                 GROUP BY o.code, d.key
                    ON CONFLICT (cycle_id, control, key) DO UPDATE
                   SET site_id = excluded.site_id, kind = excluded.kind,
                       diagnosis = excluded.diagnosis,
                       is_tolerated = excluded.is_tolerated, detail = excluded.detail,
                       legacy_value = excluded.legacy_value,
                       odoo_value = excluded.odoo_value,
                       difference = excluded.difference,
                       amount_difference = excluded.amount_difference,
                       run_id = excluded.run_id,
                       state = CASE WHEN %(again)s THEN 'open' ELSE c.state END,
                       reopened_count = c.reopened_count
                           + CASE WHEN %(again)s THEN 1 ELSE 0 END,
                       write_uid = excluded.write_uid, write_date = excluded.write_date
                """,
                cycle=run.cycle_id.id,
                program=run.program_id.id,
                company=run.company_id.id,
                run=run.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                again=SQL(
                    """(c.state = 'fixed' OR (c.state = 'accepted' AND (
                        c.kind <> excluded.kind OR abs(
                            c.accepted_difference - excluded.difference) > 0.000001
                        OR abs(c.amount_difference - excluded.amount_difference)
                            > 0.000001)))"""
                ),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE dist_reconciliation_case
                   SET state = 'fixed', write_uid = %(uid)s, write_date = %(now)s
                 WHERE cycle_id = %(cycle)s AND state <> 'fixed'
                   AND run_id <> %(run)s
                   AND control IN (SELECT code FROM dist_reconciliation_control
                                    WHERE reconciliation_id = %(run)s)
                """,
                cycle=run.cycle_id.id,
                run=run.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model()

    # -- actions --------------------------------------------------------------------

    def _check_work(self, groups, message):
        self.ensure_one()
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(message)
        if self.state in ("accepted", "fixed"):
            raise UserError(
                self.env._(
                    "%(key)s is settled. It opens by itself when its difference "
                    "changes.",
                    key=self.key,
                )
            )

    def action_assign(self):
        """Take the case."""
        self._check_work(
            (STEWARD, CONTROLLER),
            self.env._("Data stewards and finance controllers work on cases."),
        )
        # sudo: protected fields; the role and the state have been checked
        self.sudo().write({"state": "assigned", "user_id": self.env.uid})
        return True

    def action_explain(self):
        """Open the dialog that takes the explanation."""
        self._check_work(
            (STEWARD, CONTROLLER),
            self.env._("Data stewards and finance controllers work on cases."),
        )
        return self._open_dialog("explain", self.env._("Explain"))

    def action_accept(self):
        """Open the dialog that takes the reason for accepting the difference."""
        self._check_accept()
        return self._open_dialog("accept", self.env._("Accept"))

    def action_reopen(self):
        """Take back an acceptance."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(CONTROLLER):
            raise AccessError(
                self.env._("Only finance controllers take back an acceptance.")
            )
        if self.state != "accepted":
            raise UserError(self.env._("%(key)s is not accepted.", key=self.key))
        # sudo: protected fields; the role and the state have been checked
        self.sudo().write({"state": "open", "reopened_count": self.reopened_count + 1})
        return True

    def _open_dialog(self, step, title):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "dist.reconciliation.case.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id, "default_step": step},
        }

    def _check_accept(self):
        self._check_work(
            (CONTROLLER,),
            self.env._("Only finance controllers accept a difference."),
        )
        # sudo: who took part is no secret, but the controller may lack the site
        cycle = self.sudo().cycle_id
        if self.env.user in cycle.participant_ids:
            raise AccessError(
                self.env._(
                    "You prepared or loaded %(cycle)s. Somebody else must accept its "
                    "differences.",
                    cycle=cycle.display_name,
                )
            )
        tolerance = (
            self.env["dist.reconciliation.tolerance"]
            ._pinned(self.program_id)
            .get(self.control)
        )
        if tolerance and "zero" in (tolerance["line_kind"], tolerance["total_kind"]):
            raise UserError(
                self.env._(
                    "%(control)s has a tolerance of zero: its differences are "
                    "corrected, not accepted.",
                    control=self.control_name,
                )
            )

    def _explain(self, text):
        """Keep what explains the difference."""
        self._check_work(
            (STEWARD, CONTROLLER),
            self.env._("Data stewards and finance controllers work on cases."),
        )
        # sudo: protected fields; the role and the state have been checked
        self.sudo().write({"state": "explained", "explanation": self._checked(text)})

    def _accept(self, text):
        """Accept the difference as it is now, with a reason."""
        self._check_accept()
        # sudo: protected fields; the role and the state have been checked
        self.sudo().write(
            {
                "state": "accepted",
                "reason": self._checked(text),
                "accepted_by_id": self.env.uid,
                "accepted_at": fields.Datetime.now(),
                "accepted_difference": self.difference,
            }
        )

    def _checked(self, text):
        text = (text or "").strip()
        if len(text) < 5:
            raise UserError(self.env._("Give a reason that others can follow."))
        return text
