from odoo import api, fields, models


class DistSignoffAnchor(models.Model):
    """The head of a chain on a day, kept beside the chain and sent by mail.

    Append-only like the chain. Whoever rewrites the chain in the database can
    rewrite the anchors too: the copies in mailboxes and on printed receipts are
    what such a rewrite can't reach.
    """

    _name = "dist.signoff.anchor"
    _description = "Chain Anchor"
    _inherit = "dist.append.only.mixin"
    _order = "chain_id, seq desc"
    _rec_name = "hash"

    chain_id = fields.Many2one(
        "dist.signoff.chain",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    program_id = fields.Many2one(related="chain_id.program_id")
    seq = fields.Integer(string="No.", required=True, readonly=True)
    hash = fields.Char(required=True, readonly=True)
    anchored_at = fields.Datetime(required=True, readonly=True)

    _seq_uniq = models.UniqueIndex("(chain_id, seq)", "This head is anchored already.")

    @api.model
    def _append(self, chain):
        """Anchor the present head of ``chain`` and return the anchor."""
        return self._append_rows(
            [
                {
                    "chain_id": chain.id,
                    "seq": chain.last_seq,
                    "hash": chain.head_hash,
                    "anchored_at": fields.Datetime.now(),
                }
            ]
        )
