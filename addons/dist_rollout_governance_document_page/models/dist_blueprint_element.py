from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime


class DistBlueprintElement(models.Model):
    """A procedure of the blueprint on a page of the wiki.

    A draft follows the approved text of the page; a released blueprint keeps the one
    it was released with.
    """

    _name = "dist.blueprint.element"
    _inherit = ["dist.blueprint.element", "dist.page.mixin"]
    _protected_fields = frozenset({"page_revision_id"})

    page_revision_id = fields.Many2one(
        "document.page.history",
        string="Page Revision",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The approved text of the page that the blueprint stands for.",
    )
    page_revision_date = fields.Datetime(
        related="page_revision_id.approved_date", string="Page Approved"
    )

    @api.constrains("page_id", "area")
    def _check_page_area(self):
        for element in self:
            if element.page_id and element.area != "sop":
                raise ValidationError(
                    self.env._(
                        "Only an element about standard operating procedures is kept "
                        "on a page."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        elements = super().create(vals_list)
        # sudo: the revision is protected; it follows from the page
        elements.filtered("page_id").sudo()._follow_page()
        return elements

    def write(self, vals):
        result = super().write(vals)
        if "page_id" in vals:
            # sudo: see create
            self.sudo()._follow_page()
        return result

    def _follow_page(self):
        """Take over the approved text of the page."""
        for element in self:
            element.page_revision_id = element.page_id._approved_revision()

    def _content(self):
        content = super()._content()
        # sudo: the members vote on the same text, whoever may read the wiki
        revision = self.sudo().page_revision_id
        if self.page_id:
            # without a page nothing is added: what was approved before stays so
            content["page"] = {
                "id": self.page_id.id,
                "revision": revision.id or 0,
                "sha256": revision._rollout_sha256() if revision else "",
            }
        return content

    def _wording(self):
        wording = super()._wording()
        if self.page_id:
            # sudo: see _content
            element = self.sudo()
            wording[self.env._("Page")] = element.page_id.name
            wording[self.env._("Page Approved")] = self._revision_wording(
                element.page_revision_id
            )
        return wording

    def _revision_wording(self, revision):
        """Return which approved text it is, in words that differ for each."""
        if not revision:
            return ""
        return self.env._(
            "%(day)s, revision %(number)s",
            day=format_datetime(self.env, revision.approved_date),
            number=revision.id,
        )
