from odoo import api, fields, models
from odoo.exceptions import UserError


class DistMigrationDuplicate(models.Model):
    """Rows that may be the same thing twice; a steward decides.

    Nothing is merged by itself. Once approved, only the survivor is loaded; the legacy
    keys of the others stand for its record afterwards, and whatever refers to them
    follows.
    """

    _name = "dist.migration.duplicate"
    _description = "Duplicate Group"
    _order = "state desc, similarity desc, id"
    _rec_name = "name"

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="restrict"
    )
    name = fields.Char(required=True)
    signature = fields.Char(
        required=True, help="The legacy keys, by which a group is found again."
    )
    reason = fields.Selection(
        [("code", "Same code"), ("name", "Similar name")], required=True
    )
    similarity = fields.Float(
        string="Similarity (%)",
        digits=(16, 1),
        aggregator=None,
        help="Of the least similar row to the survivor.",
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        required=True,
        default="proposed",
    )
    line_ids = fields.One2many("dist.migration.duplicate.line", "group_id")
    row_count = fields.Integer(string="Rows", compute="_compute_row_count")
    survivor_id = fields.Many2one(
        "dist.migration.duplicate.line",
        string="Survivor",
        compute="_compute_survivor_id",
    )
    decided_by_id = fields.Many2one("res.users", string="Decided By")
    decided_at = fields.Datetime(string="Decided")

    _signature_uniq = models.Constraint(
        "UNIQUE(cycle_id, object_id, signature)", "A group is proposed only once."
    )

    @api.depends("line_ids")
    def _compute_row_count(self):
        for group in self:
            group.row_count = len(group.line_ids)

    @api.depends("line_ids.is_survivor")
    def _compute_survivor_id(self):
        for group in self:
            group.survivor_id = group.line_ids.filtered("is_survivor")[:1]

    def action_approve(self):
        """Merge the rows of each group into its survivor."""
        for group in self:
            group.cycle_id._check_action("merge")
            group._check_survivor()
            group.cycle_id._take_part()
            group._decide("approved")
        return True

    def action_reject(self):
        """Keep the rows apart; the group is not proposed again."""
        for group in self:
            group.cycle_id._check_action("merge")
            group.cycle_id._take_part()
            group._decide("rejected")
        return True

    def _decide(self, state):
        # sudo: groups are written by checked actions only
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        self.cycle_id._engine()._after_merge_decision(self.object_id)

    def _check_survivor(self):
        """Raise when merging would leave a record of its own behind."""
        self.ensure_one()
        survivor = self.survivor_id.row_id
        if not survivor or survivor.state == "invalid":
            raise UserError(
                self.env._(
                    "%(group)s: the survivor has errors itself. Choose another row, or "
                    "correct it first.",
                    group=self.name,
                )
            )
        others = (self.line_ids - self.survivor_id).row_id
        keys = others.mapped("legacy_key")
        known = self.cycle_id._engine()._legacy_ids(
            self.object_id.code, [*keys, survivor.legacy_key]
        )
        own = [
            key
            for key in keys
            if known.get(key) not in (None, known.get(survivor.legacy_key))
        ]
        if own:
            raise UserError(
                self.env._(
                    "%(keys)s were loaded as records of their own before. Merge those "
                    "in Odoo.",
                    keys=", ".join(own),
                )
            )
        taken = self.search(
            [
                ("cycle_id", "=", self.cycle_id.id),
                ("state", "=", "approved"),
                ("id", "!=", self.id),
                ("line_ids.row_id", "in", self.line_ids.row_id.ids),
            ],
            limit=1,
        )
        if taken:
            raise UserError(
                self.env._(
                    "A row of %(group)s was merged by %(other)s already.",
                    group=self.name,
                    other=taken.name,
                )
            )
