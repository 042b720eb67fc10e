from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..services.calendar_entry import CalendarEntry
from ..services.period_ends import period_ends
from .dist_blackout import EFFECTS

MAX_DAYS = 90


class DistProgramCalendarMixin(models.AbstractModel):
    """The calendar of a program: when its sites had better not go live.

    Apart from ``dist.program`` for the length of the file only.
    """

    _name = "dist.program.calendar.mixin"
    _description = "Calendar of a Program"

    wave_distance_days = fields.Integer(
        string="Days between Waves",
        default=14,
        help="Least number of days between the go-lives of two waves. 0: any.",
    )
    period_end_days_before = fields.Integer(
        string="Days before a Period End",
        default=5,
        help="So many days before a fiscal quarter or year ends nobody goes live.",
    )
    period_end_days_after = fields.Integer(
        string="Days after a Period End",
        default=3,
        help="So many days after a fiscal quarter or year ended nobody goes live.",
    )
    quarter_end_effect = fields.Selection(
        EFFECTS,
        string="A Quarter End",
        required=True,
        default="block",
        help="Year ends always block.",
    )

    @api.constrains(
        "wave_distance_days", "period_end_days_before", "period_end_days_after"
    )
    def _check_calendar_days(self):
        names = (
            "wave_distance_days",
            "period_end_days_before",
            "period_end_days_after",
        )
        for program in self:
            for name in names:
                if not 0 <= program[name] <= MAX_DAYS:
                    raise ValidationError(
                        self.env._(
                            "%(field)s must lie between 0 and %(max)s.",
                            field=self._fields[name]._description_string(self.env),
                            max=MAX_DAYS,
                        )
                    )

    def action_open_blackouts(self):
        """Open the program's blackout calendar."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_blackout_action"
        )
        return dict(
            action,
            domain=[("program_id", "=", self.id)],
            context={"default_program_id": self.id},
        )

    # -- calendar -----------------------------------------------------------------

    def _calendar_entries(self, sites, first, last):
        """Return what holds against a go-live of sites from a day to another.

        Blackouts of the program, period ends and public holidays of the sites'
        companies, each a ``CalendarEntry``, in the order of their days. Run as
        superuser: what holds is the same whoever asks.
        """
        self.ensure_one()
        entries = [
            *self._blackout_entries(sites, first, last),
            *self._period_end_entries(sites, first, last),
            *self._holiday_entries(sites, first, last),
        ]
        return sorted(entries, key=lambda entry: (entry.date_from, entry.key))

    def _blackout_entries(self, sites, first, last):
        blackouts = self.env["dist.blackout"].search(
            [
                ("program_id", "=", self.id),
                ("affected_site_ids", "in", sites.ids),
                ("date_from", "<=", last),
                ("date_to", ">=", first),
            ]
        )
        kinds = dict(blackouts._fields["kind"]._description_selection(self.env))
        return [
            CalendarEntry(
                key=f"blackout/{blackout.id}/{blackout.date_from}/{blackout.date_to}",
                effect=blackout.effect,
                sentence=self.env._(
                    "%(name)s (%(kind)s), %(from)s to %(to)s.",
                    name=blackout.name,
                    kind=kinds[blackout.kind],
                    **self._days_in_words(blackout.date_from, blackout.date_to),
                ),
                date_from=blackout.date_from,
                date_to=blackout.date_to,
                site_ids=frozenset((blackout.affected_site_ids & sites).ids),
            )
            for blackout in blackouts
        ]

    def _period_end_entries(self, sites, first, last):
        before = timedelta(days=self.period_end_days_before)
        after = timedelta(days=self.period_end_days_after)
        entries = []
        for company, company_sites in sites.grouped("company_id").items():
            for end in period_ends(
                first - after,
                last + before,
                int(company.fiscalyear_last_month),
                company.fiscalyear_last_day,
            ):
                is_year = end.kind == "year"
                days = (end.day - before, end.day + after)
                entries.append(
                    CalendarEntry(
                        key=f"{end.kind}/{company.id}/{days[0]}/{days[1]}",
                        effect="block" if is_year else self.quarter_end_effect,
                        sentence=self._period_end_sentence(company, end, *days),
                        date_from=days[0],
                        date_to=days[1],
                        site_ids=frozenset(company_sites.ids),
                        company_id=company.id,
                    )
                )
        return entries

    def _period_end_sentence(self, company, end, date_from, date_to):
        values = {
            "company": company.name,
            "day": format_date(self.env, end.day),
            **self._days_in_words(date_from, date_to),
        }
        if end.kind == "year":
            return self.env._(
                "The fiscal year of %(company)s ends on %(day)s: no go-live from "
                "%(from)s to %(to)s.",
                **values,
            )
        return self.env._(
            "A fiscal quarter of %(company)s ends on %(day)s: no go-live from %(from)s "
            "to %(to)s.",
            **values,
        )

    def _holiday_entries(self, sites, first, last):
        """Return the public holidays of the companies' working hours.

        They are kept as moments; a site has the day off that it is there.
        """
        start = datetime.combine(first, time.min) - timedelta(days=1)
        end = datetime.combine(last, time.max) + timedelta(days=1)
        holidays = self.env["resource.calendar.leaves"].search(
            [
                ("resource_id", "=", False),
                ("date_from", "<=", end),
                ("date_to", ">=", start),
            ]
        )
        entries = {}
        for (company, _tz), group in sites.grouped(
            lambda site: (site.company_id, site.tz)
        ).items():
            for holiday in holidays:
                if not self._is_holiday_of(holiday, company):
                    continue
                entry = self._holiday_entry(holiday, company, group)
                if entry.date_from <= last and entry.date_to >= first:
                    same = entries.get(entry.key)
                    ids = entry.site_ids | (same.site_ids if same else frozenset())
                    entries[entry.key] = CalendarEntry(
                        **{**vars(entry), "site_ids": ids}
                    )
        return entries.values()

    @api.model
    def _is_holiday_of(self, holiday, company):
        return holiday.company_id in (company, company.browse()) and (
            not holiday.calendar_id
            or holiday.calendar_id == company.resource_calendar_id
        )

    def _holiday_entry(self, holiday, company, sites):
        date_from = sites[0]._local_day(holiday.date_from)
        # midnight after the last day is not a day off any more
        date_to = sites[0]._local_day(holiday.date_to - timedelta(seconds=1))
        date_to = max(date_from, date_to)
        return CalendarEntry(
            key=f"holiday/{company.id}/{holiday.id}/{date_from}/{date_to}",
            effect="warn",
            sentence=self.env._(
                "Public holiday at %(company)s: %(name)s, %(from)s to %(to)s.",
                company=company.name,
                name=holiday.name or self.env._("no name"),
                **self._days_in_words(date_from, date_to),
            ),
            date_from=date_from,
            date_to=date_to,
            site_ids=frozenset(sites.ids),
            company_id=company.id,
        )

    @api.model
    def _days_in_words(self, date_from, date_to):
        return {
            "from": format_date(self.env, date_from),
            "to": format_date(self.env, date_to),
        }
