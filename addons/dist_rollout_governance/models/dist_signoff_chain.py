import json
import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..services.hash_chain import GENESIS, chain_problems

_logger = logging.getLogger(__name__)

CHECK_BATCH = 1000


class DistSignoffChain(models.Model):
    """Head of a program's chain of sign-offs: the last number and the last hash.

    Every signature first counts the head up. Two signatures at once therefore
    update the same row: the second fails to serialize, is retried by the server
    and gets the next number. (Locking the head and taking the highest number plus
    one does not work under repeatable read: the second reader's snapshot is older
    than the lock.)
    """

    _name = "dist.signoff.chain"
    _description = "Sign-off Chain"
    _rec_name = "program_id"

    program_id = fields.Many2one(
        "dist.program", required=True, readonly=True, ondelete="restrict"
    )
    company_ids = fields.Many2many(related="program_id.company_ids")
    last_seq = fields.Integer(string="Last Number", readonly=True, default=0)
    head_hash = fields.Char(readonly=True, default=GENESIS)
    signoff_ids = fields.One2many("dist.signoff", "chain_id", string="Sign-offs")
    anchor_ids = fields.One2many("dist.signoff.anchor", "chain_id", string="Anchors")
    last_check_at = fields.Datetime(string="Last Check", readonly=True)
    last_check_ok = fields.Boolean(string="Intact", readonly=True)
    last_check_report = fields.Text(string="Findings", readonly=True)

    _program_uniq = models.UniqueIndex("(program_id)", "A program has one chain.")

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_change()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(chain.last_seq for chain in self):
            raise UserError(
                self.env._("A chain that holds sign-offs can't be deleted.")
            )

    def _refuse_change(self):
        if not self.env.su:
            raise AccessError(
                self.env._("The chain of sign-offs is kept by the system alone.")
            )

    @api.model
    def _of_program(self, program):
        """Return the program's chain as superuser, created when missing."""
        chain = self.sudo().search([("program_id", "=", program.id)])
        return chain or self.sudo().create({"program_id": program.id})

    def _next_seq(self):
        """Count the head up and return ``(number, hash of the row before)``.

        The row stays locked until the transaction ends; a second writer gets a
        serialization failure and is retried by the server.
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE dist_signoff_chain SET last_seq = last_seq + 1
                    WHERE id = %s RETURNING last_seq, head_hash""",
                self.id,
            )
        )
        self.invalidate_recordset(["last_seq", "head_hash"])
        return self.env.cr.fetchone()

    # -- check ------------------------------------------------------------------

    def action_check(self):
        """Check the chain now and show the outcome."""
        self.check_access("read")
        # sudo: the check reads every row of the chain and of the signed records,
        # whatever company or site they belong to, and reports only numbers.
        for chain in self.sudo():
            chain._run_check()
        intact = all(chain.last_check_ok for chain in self)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if intact else "danger",
                "sticky": not intact,
                "title": self.env._("Chain of sign-offs"),
                "message": "\n".join(chain.last_check_report for chain in self),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_check_against(self):
        """Open the dialog that checks the chain against a printed head hash."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check against a Receipt"),
            "res_model": "dist.signoff.check.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_chain_id": self.id},
        }

    def _run_check(self, extra_anchors=None):
        """Check this chain, keep the outcome and return the list of findings."""
        self.ensure_one()
        findings = self._findings(extra_anchors)
        self.write(
            {
                "last_check_at": fields.Datetime.now(),
                "last_check_ok": not findings,
                "last_check_report": "\n".join(findings)
                or self.env._(
                    "%(count)s sign-offs, all unchanged. Head hash %(hash)s.",
                    count=self.last_seq,
                    hash=self.head_hash,
                ),
            }
        )
        return findings

    def _findings(self, extra_anchors=None):
        """Return one sentence for each thing wrong with the chain, in its order."""
        self.ensure_one()
        self.env["dist.signoff"].flush_model()
        self.invalidate_recordset()
        anchors = {anchor.seq: anchor.hash for anchor in self.anchor_ids}
        problems = []
        for candidates in (anchors, extra_anchors or {}):
            found = chain_problems(
                self._iter_rows(), self.last_seq, self.head_hash, candidates
            )
            problems += [problem for problem in found if problem not in problems]
        sentences = [self._problem_sentence(kind, seq) for kind, seq in problems]
        return sentences + self._unbacked_claims()

    def _iter_rows(self):
        """Yield the chain's rows in order, a batch at a time, as plain dicts."""
        after = 0
        while True:
            rows = self.env["dist.signoff"].search(
                [("chain_id", "=", self.id), ("seq", ">", after)],
                order="seq",
                limit=CHECK_BATCH,
            )
            for row in rows:
                yield {
                    "seq": row.seq,
                    "previous_hash": row.previous_hash,
                    "hash": row.hash,
                    "payload": row.payload or "",
                    "columns_match": row._columns_match(),
                }
            if len(rows) < CHECK_BATCH:
                return
            after = rows[-1].seq
            rows.invalidate_recordset()

    def _unbacked_claims(self):
        """Return a sentence for each record that says *signed* without a row.

        The chain alone can't see a record forged to *signed* in the database.
        """
        sentences = []
        for name, model in self.env.registry.items():
            if model._abstract or not hasattr(model, "_signoff_claims"):
                continue
            for record in self.env[name]._signoff_claims(self.program_id):
                if not record._live_signoffs():
                    sentences.append(
                        self.env._(
                            "%(record)s (%(model)s) says it is signed, but no "
                            "sign-off stands for it.",
                            record=record.display_name,
                            model=self.env["ir.model"]._get(name).name,
                        )
                    )
        return sentences

    def _problem_sentence(self, kind, seq):
        env = self.env
        sentences = {
            "altered": env._("No. %s was altered after signing.", seq),
            "broken": env._("No. %s does not continue the sign-off before it.", seq),
            "gap": env._("No. %s is missing.", seq),
            "truncated": env._("The chain ends before no. %s: rows were removed.", seq),
            "head": env._("The head hash is not the hash of no. %s.", seq),
            "anchor": env._(
                "No. %s does not carry the hash that was anchored: the chain was "
                "rewritten.",
                seq,
            ),
        }
        return sentences[kind]

    # -- anchors ----------------------------------------------------------------

    @api.model
    def _cron_check_and_anchor(self):
        """Check every chain, anchor its head and mail the head to the program.

        The mail is the copy outside the database that a rewritten chain can't
        follow. Chains are independent: each is committed on its own.
        """
        chains = self.sudo().search([("last_seq", ">", 0)])
        self.env["ir.cron"]._commit_progress(remaining=len(chains))
        for chain in chains:
            findings = chain._run_check()
            if findings:
                _logger.error(
                    "Sign-off chain of program %s: %s",
                    chain.program_id.code,
                    json.dumps(findings),
                )
                chain._alert_program(findings)
            else:
                chain._anchor_head()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _anchor_head(self):
        """Keep and mail the present head, once per head."""
        self.ensure_one()
        if self.last_seq in self.anchor_ids.mapped("seq"):
            return
        anchor = self.env["dist.signoff.anchor"].sudo()._append(self)
        template = self.env.ref(
            "dist_rollout_governance.mail_template_signoff_anchor",
            raise_if_not_found=False,
        )
        if template and self.program_id.manager_id.email:
            template.send_mail(anchor.id)

    def _alert_program(self, findings):
        """Put an activity on the program for its manager, once while it is open."""
        self.ensure_one()
        program = self.program_id
        summary = self.env._("The chain of sign-offs is not intact")
        if summary in program.activity_ids.mapped("summary"):
            return
        program.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note="<br/>".join(findings),
            user_id=program.manager_id.id or self.env.uid,
        )
