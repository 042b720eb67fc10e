from odoo import api, fields, models


class DistCommunicationLog(models.Model):
    """What was sent, to whom, when and why: once for each message and occasion."""

    _name = "dist.communication.log"
    _description = "Sent Communication"
    _inherit = "dist.append.only.mixin"
    _order = "sent_at desc, id desc"
    _rec_name = "subject"

    communication_id = fields.Many2one(
        "dist.communication",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    key = fields.Char(
        string="Occasion",
        required=True,
        readonly=True,
        help="Names the occasion. The message goes out once for it.",
    )
    event_code = fields.Selection(related="communication_id.event_code")
    program_id = fields.Many2one(
        "dist.program", required=True, readonly=True, ondelete="restrict", index=True
    )
    site_id = fields.Many2one(
        "dist.site", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    sent_at = fields.Datetime(required=True, readonly=True, index=True)
    channel = fields.Selection(
        [
            ("message", "Message to Each Person"),
            ("discussion", "Discussion of the Program"),
            ("in_person", "In Person"),
        ],
        readonly=True,
    )
    subject = fields.Char(readonly=True)
    body = fields.Html(string="Message", readonly=True)
    recipients = fields.Text(
        readonly=True, help="Names and addresses at the time of sending."
    )
    recipient_count = fields.Integer(string="People", readonly=True)

    _key_uniq = models.UniqueIndex(
        "(communication_id, key)", "This message went out for this occasion already."
    )

    @api.model
    def _append(self, communication, key, sites, partners, subject, body):
        """Keep that a message goes out, before it does."""
        site = sites if len(sites) == 1 else communication.site_id
        return self._append_rows(
            [
                {
                    "communication_id": communication.id,
                    "key": key,
                    "program_id": communication.program_id.id,
                    "site_id": site.id,
                    "company_id": site.company_id.id,
                    "sent_at": fields.Datetime.now(),
                    "channel": communication.channel,
                    "subject": subject,
                    "body": body,
                    "recipients": "\n".join(
                        partner.email_formatted or partner.display_name
                        for partner in partners
                    ),
                    "recipient_count": len(partners),
                }
            ]
        )

    @api.model
    def _already_sent(self, communications, key):
        """Return those of the messages that went out for the occasion."""
        return self.search(
            [("communication_id", "in", communications.ids), ("key", "=", key)]
        ).communication_id
