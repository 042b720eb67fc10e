from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..services.coverage import gaps
from .dist_wave_transactions_mixin import BEFORE_LIVE

# The roster is asked for until the sites are out of hypercare.
ROSTER_STATES = (*BEFORE_LIVE, "hypercare")
DAY_FORMAT = "EEE d MMM"
MAX_SUPPORT_HOURS = 14 * 24
# as many sentences as a person reads; the figure behind the gate line counts all
MAX_SENTENCES = 20


class DistWaveSupportMixin(models.AbstractModel):
    """Who supports the sites of a wave in the first days, and when nobody does."""

    _name = "dist.wave.support.mixin"
    _description = "Support Roster of a Wave"

    shift_ids = fields.One2many(
        "dist.support.shift", "wave_id", string="Support Shifts"
    )
    support_hours = fields.Integer(
        string="Support Horizon (Hours)",
        default=72,
        help="Hours after go-live in which somebody has to be there.",
    )
    support_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Support Hours",
        ondelete="restrict",
        help="Hours of the week in which somebody has to be there, in the timezone of "
        "each site. Empty: around the clock. A site may have its own.",
    )
    support_shift_count = fields.Integer(
        string="Number of Shifts", compute="_compute_support_gaps"
    )
    support_gaps = fields.Text(
        string="Uncovered Hours",
        compute="_compute_support_gaps",
        help="Hours of the first days in which nobody supports a site, or nobody "
        "speaks a language of its floor; in the local time of the site.",
    )
    support_warnings = fields.Text(
        string="Warnings of the Roster", compute="_compute_support_gaps"
    )

    @api.constrains("support_hours")
    def _check_support_hours(self):
        for wave in self:
            if not 1 <= wave.support_hours <= MAX_SUPPORT_HOURS:
                raise ValidationError(
                    self.env._(
                        "The support horizon has 1 to %(hours)s hours.",
                        hours=MAX_SUPPORT_HOURS,
                    )
                )

    @api.depends("shift_ids.warning", "support_hours", "support_calendar_id")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_support_gaps(self):
        Shift = self.env["dist.support.shift"]
        shifts = Shift.search([("wave_id", "in", self.ids)]).grouped("wave_id")
        asked = self._origin.filtered(lambda one: one.state in ROSTER_STATES)
        # what the user may see of the sites, and all who support them
        sites = self.env["dist.site"].search([("wave_ids", "in", asked.ids)])
        windows = self.env["dist.measure.provider.roster"]._needed_windows(sites)
        # sudo: who supports a site covers its hours, whoever may see the shift
        on_duty = Shift.sudo().search([("wave_id", "in", asked.ids)]).grouped("wave_id")
        for wave in self:
            own = shifts.get(wave._origin, Shift)
            wave.support_shift_count = len(own)
            wave.support_warnings = wave._shortened(
                own.filtered("warning").mapped("warning")
            )
            wave.support_gaps = wave._shortened(
                [
                    sentence
                    for site in sites.filtered(
                        lambda one, wave=wave: wave._origin in one.wave_ids
                    )
                    for sentence in wave._gap_sentences(
                        site,
                        windows.get(site.id, []),
                        on_duty.get(wave._origin, Shift).filtered(
                            lambda one, site=site: one.site_id.id in (False, site.id)
                        ),
                    )
                ]
                if wave._origin in asked
                else []
            )

    def _gap_sentences(self, site, needed, shifts):
        """Name the hours in which nobody is there, or nobody who is understood.

        :param needed: intervals of naive UTC moments
        :param shifts: the shifts that cover the site
        """
        nobody = gaps(needed, [(one.date_from, one.date_to) for one in shifts])
        found = [(gap, self.env._("nobody")) for gap in nobody]
        for lang in site.lang_ids:
            speaking = shifts.filtered(lambda one, lang=lang: lang in one.lang_ids)
            missing = gaps(needed, [(one.date_from, one.date_to) for one in speaking])
            # where nobody is there at all, the language is not what is missing
            found += [
                (gap, self.env._("nobody speaks %(language)s", language=lang.name))
                for gap in gaps(missing, nobody)
            ]
        zone = pytz.timezone(site.tz)
        return [
            self.env._(
                "%(site)s: %(hours)s %(what)s",
                site=site.display_name,
                hours=self._hours_text(*gap, zone),
                what=what,
            )
            for gap, what in sorted(found)
        ]

    def _shortened(self, sentences):
        """Return the first sentences as one text, and how many more there are."""
        more = len(sentences) - MAX_SENTENCES
        if more > 0:
            rest = self.env._("… and %(count)s more", count=more)
            sentences = [*sentences[:MAX_SENTENCES], rest]
        return "\n".join(sentences)

    @api.model
    def _hours_text(self, start, end, zone):
        """Return an interval of naive UTC moments in words, in a local time."""
        first, last = (
            pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
            for moment in (start, end)
        )
        day = format_date(self.env, first.date(), date_format=DAY_FORMAT)
        is_midnight = not (last.hour or last.minute)
        if first.date() == last.date():
            return f"{day} {first:%H:%M}–{last:%H:%M}"
        if is_midnight and last.date() - first.date() == timedelta(days=1):
            return f"{day} {first:%H:%M}–24:00"
        last_day = format_date(self.env, last.date(), date_format=DAY_FORMAT)
        return f"{day} {first:%H:%M} – {last_day} {last:%H:%M}"

    def action_open_shifts(self):
        """Open the support roster of the wave."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_support_shift_action"
        )
        return dict(
            action,
            domain=[("wave_id", "=", self.id)],
            context={"default_wave_id": self.id},
        )

    def _queue_roster(self):
        """Have the uncovered hours of the waves' sites computed anew."""
        # sudo: a shift for all sites concerns those of other companies as well
        self.env["dist.measure"]._queue_now(self.sudo().site_ids, "roster")
