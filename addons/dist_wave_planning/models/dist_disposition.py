from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

DISPOSITIONS = [
    ("convert", "Convert"),
    ("close", "Close"),
    ("ship", "Ship or Receive Before"),
]
# These are finished before the cutover; what is converted stays open over it.
FINISHED_BEFORE = ("close", "ship")
DOCUMENTS = [
    ("sale.order", "Sales Order"),
    ("purchase.order", "Purchase Order"),
    ("stock.picking", "Transfer"),
    ("stock.move", "Stock Move"),
]


class DistDisposition(models.Model):
    """What becomes of an open transaction of a site when the site goes live.

    It is decided for the site: when the site moves to another wave the decision holds,
    and what is to be finished is late by the go-live of that wave. It is taken back by
    archiving it. Which transactions are open is read off the documents, see
    ``dist.open.transaction``.
    """

    _name = "dist.disposition"
    _description = "Disposition of an Open Transaction"
    _inherit = ["dist.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "site_id, due_date, id"
    _rec_name = "document_name"
    _mail_post_access = "read"
    _protected_fields = frozenset({"document_name"})
    _immutable_fields = frozenset({"site_id", "res_model", "res_id"})

    active = fields.Boolean(default=True)
    site_id = fields.Many2one(
        "dist.site", required=True, ondelete="restrict", index=True
    )
    program_id = fields.Many2one(related="site_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    res_model = fields.Selection(DOCUMENTS, string="Document Type", required=True)
    res_id = fields.Integer(string="Document ID", required=True)
    document_name = fields.Char(
        string="Document", compute="_compute_document_name", store=True
    )
    disposition = fields.Selection(
        DISPOSITIONS,
        required=True,
        tracking=True,
        help="Convert: it stays open over the cutover and is worked on afterwards. "
        "Close: it is cancelled or completed on paper. Ship or receive before: the "
        "goods move first.",
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="restrict",
        index=True,
        tracking=True,
        help="Who sees to it.",
    )
    due_date = fields.Date(
        tracking=True,
        help="Last day to close, ship or receive it; the day before the planned "
        "go-live when it is empty or later than that.",
    )
    note = fields.Text()
    is_open = fields.Boolean(
        string="Still Open",
        compute="_compute_is_open",
        search="_search_is_open",
        help="The document is open, and its site is in a wave that is not live yet.",
    )

    _document_uniq = models.UniqueIndex(
        "(site_id, res_model, res_id) WHERE active",
        "This document has a disposition already. Change that one.",
    )

    @api.depends("res_model", "res_id")
    def _compute_document_name(self):
        for model, dispositions in self.grouped("res_model").items():
            ids = dispositions.mapped("res_id")
            # sudo: the number of a document is what the rollout calls it by, also
            # before people who may not open it.
            documents = model and self.env[model].sudo().browse(ids).exists()
            names = {record.id: record.display_name for record in documents or ()}
            for disposition in dispositions:
                disposition.document_name = names.get(disposition.res_id)

    def _compute_is_open(self):
        # sudo: that a document is open is a fact about a decision the user may read
        transactions = (
            self.env["dist.open.transaction"]
            .sudo()
            .search([("disposition_id", "in", self.ids)])
        )
        still_open = set(transactions.disposition_id.ids)
        for disposition in self:
            disposition.is_open = disposition.id in still_open

    @api.model
    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: see _compute_is_open
        query = (
            self.env["dist.open.transaction"]
            .sudo()
            ._search([("disposition_id", "!=", False)])
        )
        column = SQL.identifier(query.table, "disposition_id")
        return Domain("id", "in", query.subselect(column))

    @api.model_create_multi
    def create(self, vals_list):
        dispositions = super().create(vals_list)
        dispositions._check_listed()
        dispositions._queue_measures()
        return dispositions

    def write(self, vals):
        result = super().write(vals)
        self._queue_measures()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_and_queue(self):
        self._queue_measures()

    def _check_listed(self):
        """Raise for a document that is no open transaction of the site.

        Else whoever decides for one site could decide for the documents of another.
        """
        # sudo: whether a document is listed does not depend on who asks
        listed = (
            self.env["dist.open.transaction"]
            .sudo()
            ._read_group(
                [
                    ("site_id", "in", self.site_id.ids),
                    ("res_model", "in", self.mapped("res_model")),
                    ("res_id", "in", self.mapped("res_id")),
                ],
                ["site_id", "res_model", "res_id"],
            )
        )
        listed = {(site.id, model, res_id) for site, model, res_id in listed}
        for disposition in self.sudo():
            key = (disposition.site_id.id, disposition.res_model, disposition.res_id)
            if key not in listed:
                raise ValidationError(
                    self.env._(
                        "%(document)s is no open transaction of %(site)s.",
                        document=disposition.document_name or disposition.res_id,
                        site=disposition.site_id.display_name,
                    )
                )

    def _queue_measures(self):
        """Have the figures of the sites computed anew within the minute."""
        self.env["dist.measure"]._queue_now(self.site_id, "disposition")

    def action_open_document(self):
        """Open the document itself, for those who may read it."""
        self.ensure_one()
        return self.env["dist.open.transaction"]._open_document(
            self.res_model, self.res_id
        )
