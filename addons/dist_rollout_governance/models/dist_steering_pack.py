import json

from odoo import api, fields, models

from ..services.canonical import canonical_json, moment_text, sha256_text

# lines of a section on the page; what is left out is counted
MAX_ROWS = 8


class DistSteeringPack(models.Model):
    """One page for the steering committee: what the program looked like at a moment.

    The content is kept as it was shown, with its hash; the page on paper carries the
    hash, so that it can be compared with the record. Made with the rights of the
    person who makes it: it states what they could see, and is open to those who may
    see the same companies.
    """

    _name = "dist.steering.pack"
    _description = "Steering Pack"
    _inherit = "dist.append.only.mixin"
    _order = "stated_at desc, id desc"

    name = fields.Char(readonly=True)
    program_id = fields.Many2one(
        "dist.program", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_ids = fields.Many2many(
        "res.company",
        "dist_steering_pack_company_rel",
        string="Companies",
        readonly=True,
        help="Companies whose sites are in it.",
    )
    stated_at = fields.Datetime(string="As Of", readonly=True)
    author_id = fields.Many2one("res.users", string="Prepared By", readonly=True)
    content = fields.Text(readonly=True, export_string_translation=False)
    sha256 = fields.Char(string="SHA-256", readonly=True)
    page = fields.Html(compute="_compute_page", sanitize=False)
    is_intact = fields.Boolean(
        string="Unchanged",
        compute="_compute_is_intact",
        help="The content still has the hash it was stated with.",
    )

    @api.depends("content")
    def _compute_page(self):
        for pack in self:
            pack.page = self.env["ir.qweb"]._render(
                "dist_rollout_governance.steering_pack_page", {"pack": pack}
            )

    @api.depends("content", "sha256")
    def _compute_is_intact(self):
        for pack in self:
            pack.is_intact = sha256_text(pack.content or "") == pack.sha256

    def _sections(self):
        """Return the stated content for the page."""
        self.ensure_one()
        return json.loads(self.content)["sections"]

    @api.model
    def _state(self, program):
        """Create the pack of a program as it is now.

        The caller has checked the rights; the sections are read with the user's own.
        """
        now = fields.Datetime.now()
        content = canonical_json(
            {
                "program": program.name,
                "code": program.code,
                "stated_at": moment_text(now),
                "author": self.env.user.login,
                "sections": program._steering_sections(),
            }
        )
        return self._append_rows(
            [
                {
                    "name": self.env._(
                        "Steering Pack %(program)s, %(day)s",
                        program=program.code,
                        day=fields.Date.context_today(self),
                    ),
                    "program_id": program.id,
                    "company_ids": [
                        fields.Command.set(
                            (program.company_id | program.site_ids.company_id).ids
                        )
                    ],
                    "stated_at": now,
                    "author_id": self.env.uid,
                    "content": content,
                    "sha256": sha256_text(content),
                }
            ]
        )

    def action_print(self):
        """Print the page; where the printer of PDFs is missing, show it as a page."""
        self.ensure_one()
        self.check_access("read")
        report = self.env.ref("dist_rollout_governance.action_report_steering_pack")
        if report.get_wkhtmltopdf_state() in ("ok", "workers", "upgrade"):
            return report.report_action(self)
        page = {
            "type": "ir.actions.act_url",
            "url": f"/report/html/{report.report_name}/{self.id}",
            "target": "new",
        }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "wkhtmltopdf is not installed on the server, so there is no PDF. "
                    "The pack opens as a web page: print it from the browser, or ask "
                    "the administrator to install wkhtmltopdf 0.12.6."
                ),
                "next": page,
            },
        }
