from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..services.calendar_entry import CalendarEntry
from .dist_wave import ENDED_STATES


class DistWave(models.Model):
    """What the calendar holds against the planned go-live of a wave."""

    _inherit = "dist.wave"

    calendar_conflicts = fields.Text(
        compute="_compute_calendar_conflicts",
        help="Blackouts, period ends, holidays and other waves on or near the planned "
        "go-live.",
    )
    has_calendar_obstacle = fields.Boolean(compute="_compute_calendar_conflicts")
    waiver_ids = fields.One2many("dist.blackout.waiver", "wave_id", string="Waivers")
    waiver_count = fields.Integer(compute="_compute_waiver_count")

    @api.depends("planned_go_live", "site_ids", "program_id", "manager_id")
    def _compute_calendar_conflicts(self):
        for wave in self:
            # sudo: conflicts count whoever may see the sites, see _obstacles
            conflicts = wave.sudo()._calendar_conflicts()
            waivers = wave.sudo()._waivers_in_force()
            wave.calendar_conflicts = "\n".join(
                wave._conflict_line(conflict, waivers.get(conflict.key))
                for conflict in conflicts
            )
            wave.has_calendar_obstacle = any(
                conflict.effect == "block" and conflict.key not in waivers
                for conflict in conflicts
            )

    @api.depends("waiver_ids")
    def _compute_waiver_count(self):
        counts = dict(
            self.env["dist.blackout.waiver"]._read_group(
                [("wave_id", "in", self.ids)], ["wave_id"], ["__count"]
            )
        )
        for wave in self:
            wave.waiver_count = counts.get(wave._origin, 0)

    def _conflict_line(self, conflict, waiver):
        """Return one line for a conflict: what it does and what it is."""
        if waiver:
            return self.env._(
                "Waived until %(day)s: %(conflict)s",
                day=format_date(self.env, waiver.valid_until),
                conflict=conflict.sentence,
            )
        if conflict.effect == "block":
            return self.env._("Blocks: %(conflict)s", conflict=conflict.sentence)
        return self.env._("Warning: %(conflict)s", conflict=conflict.sentence)

    # -- conflicts ------------------------------------------------------------------

    def _calendar_conflicts(self):
        """Return what the calendar holds against the planned go-live.

        A list of ``CalendarEntry``: see ``dist.program._calendar_entries``, and other
        waves that are too near. Waived ones are in it.
        """
        self.ensure_one()
        # sudo: see _compute_calendar_conflicts
        wave = self.sudo()
        day = wave.planned_go_live
        if not day or not wave.program_id:
            return []
        program, sites = wave.program_id._origin, wave.site_ids._origin
        return [
            *program._calendar_entries(sites, day, day),
            *wave._near_wave_entries(),
        ]

    def _near_wave_entries(self):
        """Return the other waves that go live too few days away.

        Those of the program block; those of another one warn when the same person
        leads them.
        """
        distance = self.program_id.wave_distance_days
        if not distance:
            return []
        day, span = self.planned_go_live, timedelta(days=distance - 1)
        waves = self.search(
            [
                ("id", "!=", self._origin.id),
                ("state", "not in", ENDED_STATES),
                ("planned_go_live", ">=", day - span),
                ("planned_go_live", "<=", day + span),
                "|",
                ("program_id", "=", self.program_id._origin.id),
                ("manager_id", "in", self.manager_id.ids),
            ]
        )
        entries = []
        for other in waves:
            if other.program_id == self.program_id._origin:
                entries.append(self._near_wave_entry(other, distance, span))
            if self.manager_id and other.manager_id == self.manager_id._origin:
                entries.append(self._lead_entry(other, span))
        return entries

    def _near_wave_entry(self, other, distance, span):
        return CalendarEntry(
            key=f"wave/{other.id}/{other.planned_go_live}",
            effect="block",
            sentence=self.env._(
                "%(wave)s goes live on %(day)s: %(distance)s days lie between two "
                "waves.",
                wave=other.name,
                day=format_date(self.env, other.planned_go_live),
                distance=distance,
            ),
            date_from=other.planned_go_live - span,
            date_to=other.planned_go_live + span,
            site_ids=frozenset(self.site_ids._origin.ids),
        )

    def _lead_entry(self, other, span):
        return CalendarEntry(
            key=f"lead/{other.id}/{other.planned_go_live}",
            effect="warn",
            sentence=self.env._(
                "%(lead)s leads %(wave)s of %(program)s as well, which goes live on "
                "%(day)s.",
                lead=self.manager_id.name,
                wave=other.name,
                program=other.program_id.name,
                day=format_date(self.env, other.planned_go_live),
            ),
            date_from=other.planned_go_live - span,
            date_to=other.planned_go_live + span,
            site_ids=frozenset(self.site_ids._origin.ids),
        )

    def _waivers_in_force(self):
        """Return ``{key of the conflict: waiver}`` of what is waived today.

        A waiver holds for the go-live it was decided for, and for no other.
        """
        return {
            waiver.conflict_key: waiver
            for waiver in self.waiver_ids
            if waiver._holds_for(self.planned_go_live)
        }

    def _blocking_conflicts(self):
        """Return the conflicts that keep the wave from its planned go-live."""
        self.ensure_one()
        # sudo: see _compute_calendar_conflicts
        waivers = self.sudo()._waivers_in_force()
        return [
            conflict
            for conflict in self._calendar_conflicts()
            if conflict.effect == "block" and conflict.key not in waivers
        ]

    def _calendar_obstacles(self):
        """Return a sentence for each conflict that blocks and is not waived."""
        return [
            self.env._(
                "%(conflict)s Choose another day, or request a waiver.",
                conflict=conflict.sentence,
            )
            for conflict in self._blocking_conflicts()
        ]

    # -- waivers --------------------------------------------------------------------

    def action_request_waivers(self):
        """Create a waiver for each blocking conflict that has none, and open them.

        They are drafts: the reason is written and the decision requested on them.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_role(
            "dist_rollout_governance.group_consultant", self.env._("Consultants")
        )
        conflicts = self._blocking_conflicts()
        if not conflicts:
            raise UserError(
                self.env._(
                    "Nothing in the calendar blocks the go-live of %(wave)s.",
                    wave=self.name,
                )
            )
        # sudo: what is waived is read off the calendar and never typed; role and
        # access are checked above.
        waivers = self.sudo()._create_waivers(conflicts)
        return waivers.sudo(False)._get_records_action(
            name=self.env._("Blackout Waivers")
        )

    def _create_waivers(self, conflicts):
        """Return the open waivers of conflicts; those that are missing are created."""
        Waiver = self.env["dist.blackout.waiver"]
        keys = [conflict.key for conflict in conflicts]
        waivers = self.waiver_ids.filtered(
            lambda waiver: waiver.conflict_key in keys
            and waiver.go_live == self.planned_go_live
            and waiver.state in ("draft", "proposed")
        )
        known = waivers.mapped("conflict_key")
        return waivers | Waiver.create(
            [
                {
                    "wave_id": self.id,
                    "go_live": self.planned_go_live,
                    "conflict_key": conflict.key,
                    "name": conflict.sentence,
                    "valid_until": self.planned_go_live,
                    "owner_id": self.env.uid,
                }
                for conflict in conflicts
                if conflict.key not in known
            ]
        )

    def action_open_waivers(self):
        """Open the wave's waivers."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_blackout_waiver_action"
        )
        return dict(action, domain=[("wave_id", "=", self.id)], context={})
