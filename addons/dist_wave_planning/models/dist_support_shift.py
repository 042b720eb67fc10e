from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.coverage import overlaps

LEVELS = [
    ("floor", "Floor Support"),
    ("first", "First Level"),
    ("second", "Second Level"),
    ("vendor", "Vendor"),
    ("lead", "Support Lead"),
]
CHANNELS = [
    ("onsite", "On Site"),
    ("phone", "Phone"),
    ("chat", "Chat"),
    ("ticket", "Ticket"),
]
MAX_HOURS = 24


class DistSupportShift(models.Model):
    """Hours in which a person supports a site, or all sites, of a wave after go-live.

    Which hours somebody has to be there, and which of them nobody covers, says
    ``dist.measure.provider.roster`` for all sites at once. A shift that collides with
    another one of the person, or whose languages are not spoken at the site, is
    allowed and warned of: the planner may know better.
    """

    _name = "dist.support.shift"
    _description = "Support Shift"
    _inherit = ["dist.protected.mixin", "mail.thread"]
    _order = "date_from, site_id, id"
    _mail_post_access = "read"
    _immutable_fields = frozenset({"wave_id", "site_id"})

    active = fields.Boolean(default=True)
    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        required=True,
        ondelete="cascade",
        index=True,
    )
    program_id = fields.Many2one(related="wave_id.program_id", store=True, index=True)
    site_id = fields.Many2one(
        "dist.site",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: the person supports all sites of the wave.",
    )
    company_id = fields.Many2one(
        related="site_id.company_id", store=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="User",
        domain="[('share', '=', False)]",
        ondelete="restrict",
        index="btree_not_null",
        help="The person, if they have a login.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        ondelete="restrict",
        index=True,
        tracking=True,
        help="Who is there: a colleague, or somebody of a vendor.",
    )
    level = fields.Selection(
        LEVELS, string="Support Level", required=True, default="first", tracking=True
    )
    date_from = fields.Datetime(string="From", required=True, tracking=True)
    date_to = fields.Datetime(string="Until", required=True, tracking=True)
    hours = fields.Float(compute="_compute_hours", store=True)
    local_time = fields.Char(
        compute="_compute_local_time",
        help="The hours in the local time of the site, or of the first site of the "
        "wave.",
    )
    lang_ids = fields.Many2many(
        "res.lang",
        "dist_support_shift_lang_rel",
        string="Languages",
        help="Languages the person speaks.",
    )
    channel = fields.Selection(CHANNELS, required=True, default="onsite")
    contact = fields.Char(help="Where the person is reached in these hours.")
    escalation_id = fields.Many2one(
        "res.partner",
        string="Escalates To",
        ondelete="restrict",
        index="btree_not_null",
        help="Whom the person calls when they get no further.",
    )
    note = fields.Text()
    warning = fields.Text(
        compute="_compute_warning",
        help="What speaks against the shift. It is allowed all the same.",
    )

    _hours_in_order = models.Constraint(
        "CHECK (date_to > date_from)", "A shift ends after it starts."
    )

    @api.depends("user_id")
    def _compute_partner_id(self):
        for shift in self:
            # sudo: the person behind a login the user may choose
            shift.partner_id = shift.user_id.sudo().partner_id or shift.partner_id

    @api.depends("date_from", "date_to")
    def _compute_hours(self):
        for shift in self:
            whole = shift.date_from and shift.date_to
            shift.hours = (
                (shift.date_to - shift.date_from).total_seconds() / 3600 if whole else 0
            )

    @api.depends("date_from", "date_to", "site_id.tz", "wave_id.site_ids.tz")
    @api.depends_context("lang")
    def _compute_local_time(self):
        for shift in self:
            zone = shift._timezone()
            shift.local_time = (
                f"{shift.wave_id._hours_text(shift.date_from, shift.date_to, zone)} "
                f"({zone.zone})"
                if shift.date_from and shift.date_to
                else False
            )

    @api.depends("partner_id.name", "site_id.code", "wave_id.name")
    def _compute_display_name(self):
        for shift in self:
            place = shift.site_id.code or shift.wave_id.name
            shift.display_name = f"{shift.partner_id.name} ({place})"

    @api.depends("partner_id", "date_from", "date_to", "site_id", "wave_id", "lang_ids")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_warning(self):
        taken = self._shifts_of_the_same_people()
        visible = taken.sudo(False)._filtered_access("read")
        others = taken.grouped("partner_id")
        # sudo: of the sites of the wave, those the user may see are told about
        sites = {
            wave: wave.sudo().site_ids.sudo(False)._filtered_access("read")
            for wave in self.wave_id._origin
        }
        for shift in self:
            sentences = shift._language_warnings(
                shift.site_id or sites.get(shift.wave_id._origin, ())
            )
            sentences += [
                shift._collision_warning(other, other.sudo(False) in visible)
                for other in others.get(shift.partner_id._origin, ())
                if shift._collides_with(other)
            ]
            shift.warning = "\n".join(sentences)

    def _shifts_of_the_same_people(self):
        """Return what may collide with these shifts, with one query."""
        dated = self.filtered(lambda one: one.date_from and one.date_to)
        if not dated:
            return self.browse()
        # sudo: that a person is taken counts, wherever it is
        return self.sudo().search(
            [
                ("partner_id", "in", dated.partner_id.ids),
                ("date_from", "<", max(dated.mapped("date_to"))),
                ("date_to", ">", min(dated.mapped("date_from"))),
            ]
        )

    def _collides_with(self, other):
        """Say whether one person would be at two places at once.

        Who supports all sites of a wave may also be the one on the floor of one.
        """
        if other.id == self._origin.id or not (self.date_from and self.date_to):
            return False
        elsewhere = other.wave_id.id != self.wave_id._origin.id or (
            other.site_id
            and self.site_id
            and other.site_id.id != self.site_id._origin.id
        )
        return bool(elsewhere) and overlaps(
            (self.date_from, self.date_to), (other.date_from, other.date_to)
        )

    def _language_warnings(self, sites):
        """Name the sites whose languages the person does not speak."""
        return [
            self.env._(
                "%(person)s speaks no language of %(site)s: %(languages)s.",
                person=self.partner_id.name,
                site=site.display_name,
                languages=", ".join(site.lang_ids.mapped("name")),
            )
            for site in sites
            if site.lang_ids and not site.lang_ids._origin & self.lang_ids._origin
        ]

    def _collision_warning(self, other, is_visible):
        """Say where and when else the person is; where only to who may see it."""
        hours = other.wave_id._hours_text(
            other.date_from, other.date_to, other._timezone()
        )
        if not is_visible:
            return self.env._(
                "%(person)s is on duty elsewhere at the same time: %(hours)s.",
                person=self.partner_id.name,
                hours=hours,
            )
        return self.env._(
            "%(person)s is on duty at %(place)s at the same time: %(hours)s.",
            person=self.partner_id.name,
            place=other.site_id.display_name or other.wave_id.name,
            hours=hours,
        )

    def _timezone(self):
        """Return the timezone in which the shift is planned."""
        # sudo: the first site of the wave may belong to another company
        shift = self.sudo()
        site = shift.site_id or shift.wave_id.site_ids[:1]
        return pytz.timezone(site.tz or "UTC")

    @api.constrains("site_id", "wave_id")
    def _check_site_in_wave(self):
        # sudo: the wave's sites may belong to companies the user does not see
        for shift in self.sudo():
            if shift.site_id and shift.site_id not in shift.wave_id.site_ids:
                raise ValidationError(
                    self.env._(
                        "%(site)s is not a site of %(wave)s.",
                        site=shift.site_id.display_name,
                        wave=shift.wave_id.name,
                    )
                )

    @api.constrains("date_from", "date_to")
    def _check_length(self):
        for shift in self:
            if shift.hours > MAX_HOURS:
                raise ValidationError(
                    self.env._(
                        "A shift has %(hours)s hours at most. Copy it for the days "
                        "that follow.",
                        hours=MAX_HOURS,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        shifts = super().create(vals_list)
        shifts.wave_id._queue_roster()
        return shifts

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(("active", "date_from", "date_to", "lang_ids")):
            self.wave_id._queue_roster()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_and_queue(self):
        self.wave_id._queue_roster()

    # -- copies ---------------------------------------------------------------------

    def action_copy_days(self):
        """Open the dialog that copies the shifts for the days that follow."""
        self.check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Copy for the Next Days"),
            "res_model": "dist.support.shift.copy.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_shift_ids": self.ids},
        }

    def _copy_days(self, days):
        """Copy the shifts for each of the days that follow, at the same local hours.

        A day on which the person has the shift already is left out.

        :return: the new shifts
        """
        wanted = [
            (shift, *(shift._later(moment, offset) for moment in (start, end)))
            for shift in self
            for start, end in [(shift.date_from, shift.date_to)]
            for offset in range(1, days + 1)
        ]
        there = {
            shift._copy_key(shift.date_from)
            for shift in self.search(
                [
                    ("wave_id", "in", self.wave_id.ids),
                    ("partner_id", "in", self.partner_id.ids),
                    ("date_from", "in", [start for _shift, start, _end in wanted]),
                ]
            )
        }
        return self.create(
            [
                vals
                for shift, start, end in wanted
                if shift._copy_key(start) not in there
                for vals in shift.copy_data({"date_from": start, "date_to": end})
            ]
        )

    def _copy_key(self, start):
        return (self.wave_id, self.site_id, self.partner_id, self.level, start)

    def _later(self, moment, days):
        """Return a naive UTC moment some days later, at the same local hour."""
        zone = self._timezone()
        local = pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
        later = zone.normalize(zone.localize(local + timedelta(days=days)))
        return later.astimezone(pytz.utc).replace(tzinfo=None)
