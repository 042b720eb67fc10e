from odoo import fields, models


class DistCommunicationPreview(models.TransientModel):
    """Dialog that shows a planned message as its audience would get it."""

    _name = "dist.communication.preview"
    _description = "Preview of a Communication"

    subject = fields.Char(readonly=True)
    body = fields.Html(string="Message", readonly=True)
    recipients = fields.Text(readonly=True)
