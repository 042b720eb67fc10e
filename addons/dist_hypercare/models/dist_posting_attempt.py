from odoo import api, fields, models
from odoo.tools import SQL


class DistPostingAttempt(models.Model):
    """Each attempt to post an invoice, with its outcome.

    A posting that fails rolls its transaction back and leaves no trace, so it is
    logged on a cursor of its own; one that succeeds is logged with the posting and
    disappears with it when the transaction fails later. Documents posted together
    that fail are one failed attempt: Odoo does not say which of them was at fault.
    """

    _name = "dist.posting.attempt"
    _description = "Posting Attempt"
    _inherit = ["dist.append.only.mixin"]
    _order = "attempted_at desc, id desc"
    _rec_name = "document"
    _log_access = False

    outcome = fields.Selection(
        [("posted", "Posted"), ("failed", "Failed")], required=True, readonly=True
    )
    attempted_at = fields.Datetime(string="Time", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True, index=True)
    move_type = fields.Char(string="Document Type", readonly=True)
    # A plain number: the document of a failed attempt may never have been committed.
    move_ref = fields.Integer(
        string="Document ID",
        readonly=True,
        index="btree_not_null",
        help="Empty for several documents posted together.",
    )
    document = fields.Char(readonly=True)
    reason = fields.Text(readonly=True, help="What Odoo answered.")

    _company_time_idx = models.Index("(company_id, attempted_at)")

    @api.model
    def _describe(self, moves):
        """Return ``[(id, company id, type, name)]`` of the invoices among ``moves``.

        Read before the attempt: after a failure the transaction may read nothing.
        """
        return [
            (move.id, move.company_id.id, move.move_type, move.name or move.ref or "")
            # sudo: only the log sees it; posting itself checks the rights.
            for move in moves.sudo()
            if move.is_invoice(include_receipts=True)
        ]

    @api.model
    def _log_posted(self, invoices):
        """Append the success of these invoices, in the transaction that posted them."""
        self._append(self.env.cr, "posted", self._describe(invoices))

    @api.model
    def _log_failed(self, described, error):
        """Append one failed attempt, and commit it whatever becomes of the posting.

        :param described: what :meth:`_describe` said before the attempt
        """
        if len(described) > 1:
            _id, company, move_type, _name = described[0]
            names = ", ".join(name for *_rest, name in described if name)
            described = [(None, company, move_type, names)]
        with self.env.registry.cursor() as cr:
            # Nobody waits for a log: the own transaction may hold what it would need.
            cr.execute(SQL("SET LOCAL lock_timeout = '1s'"))
            self._append(cr, "failed", described, str(error))

    @api.model
    def _append(self, cr, outcome, described, reason=None):
        """Insert a row for each of ``described``.

        Joined with company and user, because what the posting transaction has only
        just created is not there for another cursor.
        """
        if not described:
            return
        ids, companies, types, names = (
            list(column) for column in zip(*described, strict=True)
        )
        cr.execute(
            SQL(
                """
                INSERT INTO dist_posting_attempt (
                    outcome, attempted_at, user_id, reason,
                    company_id, move_ref, move_type, document)
                SELECT %(outcome)s, %(now)s, u.id, %(reason)s,
                       c.id, d.move_ref, d.move_type, d.document
                  FROM unnest(%(ids)s::int[], %(companies)s::int[],
                              %(types)s::varchar[], %(names)s::varchar[])
                    AS d (move_ref, company_id, move_type, document)
                  JOIN res_company c ON c.id = d.company_id
                  JOIN res_users u ON u.id = %(user)s
                """,
                outcome=outcome,
                now=fields.Datetime.now(),
                reason=reason,
                user=self.env.uid,
                ids=ids,
                companies=companies,
                types=types,
                names=names,
            )
        )
