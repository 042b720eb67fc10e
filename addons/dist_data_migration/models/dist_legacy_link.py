from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

STEWARD = "dist_rollout_governance.group_data_steward"


class DistLegacyLink(models.Model):
    """Two legacy systems know the same thing under different keys.

    Proposed by a comparison of names, tax IDs and barcodes, or entered by hand, and
    confirmed by a data steward; never by a guess. Once confirmed, both keys lead to
    one record, and the legacy system with precedence decides its values.
    """

    _name = "dist.legacy.link"
    _description = "Cross-Reference of Legacy Systems"
    _inherit = ["dist.protected.mixin"]
    _order = "state, object_id, legacy_key, id"
    _rec_name = "legacy_key"
    _immutable_fields = frozenset({"program_id", "company_id", "object_id"})
    _protected_fields = frozenset({"state", "decided_by_id", "decided_at", "reason"})

    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="restrict", index=True
    )
    source_system = fields.Char(string="Legacy System", required=True)
    legacy_key = fields.Char(required=True)
    other_system = fields.Char(string="Other Legacy System", required=True)
    other_key = fields.Char(string="Its Legacy Key", required=True)
    reason = fields.Char(string="Found By", readonly=True)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("confirmed", "Same"),
            ("refused", "Different"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        copy=False,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_at = fields.Datetime(readonly=True, copy=False)

    _systems_differ = models.Constraint(
        "CHECK(upper(source_system) <> upper(other_system))",
        "A cross-reference ties two different legacy systems.",
    )
    _pair_uniq = models.UniqueIndex(
        "(program_id, company_id, object_id, source_system, legacy_key, other_system,"
        " other_key)",
        "This cross-reference is there already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalized(vals) for vals in vals_list])

    def write(self, vals):
        keys = {"source_system", "legacy_key", "other_system", "other_key"}
        if keys & vals.keys() and any(link.state == "confirmed" for link in self):
            raise UserError(self.env._("A confirmed cross-reference can't be changed."))
        return super().write(self._normalized(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        if any(link.state == "confirmed" for link in self):
            raise UserError(
                self.env._("A confirmed cross-reference explains a record and is kept.")
            )

    @api.model
    def _normalized(self, vals):
        """Legacy systems are written in capitals everywhere."""
        return {
            name: value.strip().upper()
            if value and name in ("source_system", "other_system")
            else value
            for name, value in vals.items()
        }

    # -- decide -----------------------------------------------------------------------

    def action_confirm(self):
        """Say that both keys are the same thing, and make one record of two."""
        self._check_steward()
        for link in self:
            link._check_free()
            link._merge_records()
        self._decide("confirmed")
        return True

    def action_refuse(self):
        """Say that the keys are different things; the proposal doesn't come again."""
        self._check_steward()
        if any(link.state == "confirmed" for link in self):
            raise UserError(
                self.env._("A confirmed cross-reference can't be taken apart.")
            )
        self._decide("refused")
        return True

    def _check_steward(self):
        if not self.env.su and not self.env.user.has_group(STEWARD):
            raise AccessError(
                self.env._("Only data stewards decide on cross-references.")
            )
        self.check_access("write")

    def _decide(self, state):
        # sudo: protected fields; the callers have checked the role
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    def _check_free(self):
        """Each key stands for one key of another system, not for two."""
        self.ensure_one()
        others = self.search(
            [
                ("id", "!=", self.id),
                ("state", "=", "confirmed"),
                ("program_id", "=", self.program_id.id),
                ("company_id", "=", self.company_id.id),
                ("object_id", "=", self.object_id.id),
            ]
        )
        sides = self._sides()
        for other in others:
            mine, theirs = dict(sides), dict(other._sides())
            shared = set(sides) & set(other._sides())
            clash = [
                system
                for system in mine
                if system in theirs and mine[system] != theirs[system]
            ]
            if shared and clash:
                raise UserError(
                    self.env._(
                        "%(key)s is tied to another key of %(system)s already.",
                        key=next(iter(shared))[1],
                        system=clash[0],
                    )
                )

    def _sides(self):
        return [
            (self.source_system, self.legacy_key),
            (self.other_system, self.other_key),
        ]

    def _merge_records(self):
        """Where both keys have become records already, make them one.

        The record of the system with precedence stays.
        """
        self.ensure_one()
        ranks = self.env["dist.legacy.system"]._ranks(self.program_id)
        sides = sorted(
            self._sides(), key=lambda side: ranks.get(side[0], len(ranks) + 1)
        )
        # sudo: stewards have no rights on partners; the two are told by loaded keys
        keys = [self.sudo()._key(*side) for side in sides]
        if not all(keys) or keys[0].res_id == keys[1].res_id:
            return
        kept, dropped = keys
        if kept.res_model != "res.partner":
            raise UserError(
                self.env._(
                    "Both keys have become records already. Reverse the load of one of "
                    "them, confirm, and load again."
                )
            )
        partner = kept.env["res.partner"].browse(kept.res_id)
        other_id = dropped.res_id
        kept.env["base.partner.merge.automatic.wizard"]._merge(
            [partner.id, other_id], partner, extra_checks=False
        )
        for table in ("dist_legacy_key", "dist_migration_creation"):
            self._repoint(table, other_id, partner.id)

    def _repoint(self, table, old_id, new_id):
        self.env.cr.execute(
            SQL(
                "UPDATE %s t SET res_id = %s"
                " WHERE t.res_model = 'res.partner' AND t.res_id = %s",
                SQL.identifier(table),
                new_id,
                old_id,
            )
        )
        self.env[table.replace("_", ".")].invalidate_model()

    def _key(self, system, key):
        return self.env["dist.legacy.key"].search(
            [
                ("program_id", "=", self.program_id.id),
                ("company_id", "in", [False, self.company_id.id]),
                ("source_system", "=", system),
                ("object_id", "=", self.object_id.id),
                ("legacy_key", "=", key),
            ],
            limit=1,
        )
