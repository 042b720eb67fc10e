from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DistPageMixin(models.AbstractModel):
    """A record whose text is a page of the wiki that is approved there."""

    _name = "dist.page.mixin"
    _description = "Text on an Approved Page"

    page_id = fields.Many2one(
        "document.page",
        string="Page",
        domain="[('type', '=', 'content')]",
        ondelete="restrict",
        index="btree_not_null",
        help="Page of the wiki that holds the text. Its approvers approve changes.",
    )

    @api.constrains("page_id")
    def _check_page_id(self):
        for record in self:
            # sudo: what kind of page it is counts, whoever may read it
            page = record.sudo().page_id
            if page and not (page.type == "content" and page.is_approval_required):
                raise ValidationError(
                    self.env._(
                        "Changes of %(page)s need no approval. Require it on the page "
                        "or its category first.",
                        page=page.display_name,
                    )
                )

    def action_open_page(self):
        """Open the page."""
        self.ensure_one()
        if not self.page_id:
            raise UserError(
                self.env._("%(record)s has no page.", record=self.display_name)
            )
        return self.page_id._get_records_action()
