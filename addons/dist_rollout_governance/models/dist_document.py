from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.text import normalize_code

TYPES = [
    ("process_map", "Process Map"),
    ("stakeholder_matrix", "Stakeholder Matrix"),
    ("scope", "Scope Baseline"),
    ("fit_gap", "Fit-gap Register"),
    ("blueprint", "Solution Blueprint"),
    ("role_model", "Role Model"),
    ("kpi", "KPI Framework"),
    ("sop", "Standard Operating Procedure"),
    ("migration", "Migration Results"),
    ("uat_script", "UAT Script"),
    ("sign_off", "Sign-off"),
    ("training", "Training Material"),
    ("runbook", "Runbook or Checklist"),
    ("support_model", "Support Model"),
    ("report", "Report"),
    ("other", "Other"),
]
CONFIDENTIALITY = [
    ("internal", "Internal"),
    ("governance", "Governance"),
    ("finance", "Finance"),
    ("hr", "Human Resources"),
]


class DistDocument(models.Model):
    """A controlled document of the program: its versions, owner and who may read it.

    *Internal* is for everybody who sees the program or the site, *Governance* for its
    bodies and consultants, *Finance* for finance controllers, *Human Resources* for
    the owner; the program administrator sees all of them. The record rules of the
    versions and of their files follow.
    """

    _name = "dist.document"
    _description = "Controlled Document"
    _inherit = "dist.raid.mixin"
    _order = "program_id, code, id"
    _rec_names_search = ["name", "code"]
    _protected_fields = frozenset({"state", "current_version_id", "reminded_on"})

    code = fields.Char(required=True, help="Number of the document in the program.")
    type = fields.Selection(TYPES, required=True, default="sop")
    process_id = fields.Many2one("dist.process", ondelete="restrict")
    confidentiality = fields.Selection(
        CONFIDENTIALITY, required=True, default="internal", tracking=True
    )
    version_ids = fields.One2many(
        "dist.document.version", "document_id", string="Versions"
    )
    version_count = fields.Integer(compute="_compute_version_count")
    current_version_id = fields.Many2one(
        "dist.document.version",
        string="Released Version",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    current_number = fields.Integer(
        related="current_version_id.number", string="Version"
    )
    released_at = fields.Datetime(related="current_version_id.released_at")
    review_date = fields.Date(
        string="Next Review", tracking=True, help="Day by which it is looked at again."
    )
    retention_until = fields.Date(
        string="Keep Until", help="Before that day it is not deleted."
    )
    reminded_on = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("released", "Released"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )

    _code_uniq = models.UniqueIndex(
        "(program_id, code)", "The program has a document with this code already."
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for document in self:
            document.display_name = f"[{document.code}] {document.name}"

    @api.depends("version_ids")
    def _compute_version_count(self):
        counts = dict(
            self.env["dist.document.version"]._read_group(
                [("document_id", "in", self.ids)], ["document_id"], ["__count"]
            )
        )
        for document in self:
            document.version_count = counts.get(document._origin, 0)

    @api.model
    def _overdue_domain(self):
        return fields.Domain("state", "=", "released") & fields.Domain(
            "review_date", "<", fields.Date.today()
        )

    @api.model
    def _overdue_fields(self):
        return ("state", "review_date")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "code" in vals:
                vals["code"] = normalize_code(vals["code"])
        return super().create(vals_list)

    def write(self, vals):
        if "code" in vals:
            vals = dict(vals, code=normalize_code(vals["code"]))
        if "review_date" in vals:
            # sudo: another day means another reminder; the mark is protected
            self.sudo().reminded_on = False
        return super().write(vals)

    def copy_data(self, default=None):
        return [
            dict(vals, code=f"{document.code}-COPY")
            for document, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        for document in self:
            if document.current_version_id or (
                document.retention_until
                and document.retention_until >= fields.Date.today()
            ):
                raise UserError(
                    self.env._(
                        "%(document)s was released or is to be kept. Retire it "
                        "instead.",
                        document=document.display_name,
                    )
                )

    # -- steps --------------------------------------------------------------------

    def _retire_obstacles(self):
        if self.state == "retired":
            return [self.env._("It is retired already.")]
        return []

    def action_retire(self):
        """Take the documents out of use; they stay readable."""
        self._take_step("retire", {"state": "retired"})

    def action_new_version(self):
        """Open the dialog for the next version."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Version"),
            "res_model": "dist.document.version",
            "view_mode": "form",
            "target": "current",
            "context": {"default_document_id": self.id},
        }

    @api.model
    def _cron_remind_review(self):
        """Remind the owners of due reviews, each once a review day."""
        Cron = self.env["ir.cron"]
        due = self.search(
            [
                ("state", "=", "released"),
                ("review_date", "<=", fields.Date.today()),
                ("reminded_on", "=", False),
            ]
        )
        Cron._commit_progress(remaining=len(due))
        for document in due:
            document._tell_responsible(
                self.env._("Review the document"),
                self.env._(
                    "%(document)s is due for review. Release a new version or set the "
                    "next review day.",
                    document=document.display_name,
                ),
            )
            document.reminded_on = fields.Date.today()
            if not Cron._commit_progress(1):
                return
