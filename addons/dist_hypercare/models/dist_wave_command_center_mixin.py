from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ..services.status_cells import StatusCells, badness

WAVE_STATES = ("cutover", "hypercare")
SEVERITY_BADGES = {
    "1": "text-bg-danger",
    "2": "text-bg-warning",
    "3": "text-bg-info",
    "4": "text-bg-secondary",
    "critical": "text-bg-danger",
    "high": "text-bg-warning",
    "medium": "text-bg-info",
    "low": "text-bg-secondary",
}
# Entries shown of each list; the rest is behind "all".
LIST_LIMIT = 8
# Hours ahead in which the roster is shown.
ROSTER_HOURS = 24


class DistWaveCommandCenterMixin(models.AbstractModel):
    """What the command center shows of a wave, ready for the screen.

    The client action has no logic of its own: :meth:`command_center_data` returns
    every text, class and icon, read with the rights of the user, and
    :meth:`command_center_action` the action behind whatever was clicked. The number of
    queries does not depend on the number of sites.
    """

    _name = "dist.wave.command.center.mixin"
    _description = "Command Center of a Rollout Wave"

    @api.readonly
    def command_center_data(self, site_ids=None):
        """Return what the command center shows.

        :param site_ids: ids of the sites to show; none: all sites of the wave the user
            may read
        :return: a dict in the types of JSON. On an empty recordset the first wave in
            hypercare is shown; without one, ``wave`` is False.
        :raises AccessError: the user may not read the wave
        """
        waves = self.env["dist.wave"].search([("state", "in", WAVE_STATES)])
        wave = self[:1] or waves.filtered(lambda one: one.state == "hypercare")[:1]
        wave = wave or waves[:1]
        wave.check_access("read")
        every_site = wave._command_center_sites()
        sites = every_site.filtered(lambda site: site.id in (site_ids or [])) or (
            every_site
        )
        statuses = self._measure_statuses(sites)
        cells = StatusCells(self.env)
        return {
            "wave": wave.id,
            "title": wave.name or self.env._("No rollout wave is live"),
            "computed": self.env._(
                "As of %(time)s", time=format_datetime(self.env, fields.Datetime.now())
            ),
            "waves": [
                {"id": one.id, "name": one.name, "selected": one == wave}
                for one in waves | wave
            ],
            "sites": [
                {
                    "id": site.id,
                    "name": site.display_name,
                    "selected": site in sites and sites != every_site,
                }
                for site in every_site
            ],
            "failures": wave._command_center_failures(sites),
            "tiles": wave._command_center_tiles(statuses, cells),
            "exits": wave._command_center_exits(sites),
            "sections": wave._command_center_sections(sites),
            "heat_map": wave._command_center_heat_map(statuses, sites, cells),
        }

    def _command_center_sites(self):
        """Return the sites of the wave that the user may read, by code."""
        # sudo: the ids only; the search leaves out what the user may not read
        return self.env["dist.site"].search(
            [("id", "in", self.sudo().site_ids.ids)], order="code"
        )

    @api.model
    def _measure_statuses(self, sites):
        """Return the status of each measure at the sites, as the user may read it.

        Some measures are a company's: they count for each of its sites.
        """
        return self.env["dist.measure.status"]._rows(
            Domain("site_id", "in", sites.ids)
            | (
                Domain("site_id", "=", False)
                & Domain("company_id", "in", sites.company_id.ids)
            )
        )

    # -- measures -----------------------------------------------------------------

    def _command_center_failures(self, sites):
        """Return the measures whose last computation failed, as texts.

        Their figures are old, or there are none: a tile that is missing tells nobody.
        """
        if not sites:
            return []
        failing = self.env["dist.measure"].search([("last_error", "!=", False)])
        return [
            {
                "key": measure.id,
                "text": self.env._(
                    "%(measure)s can't be computed since %(time)s.",
                    measure=measure.name,
                    time=format_datetime(self.env, measure.last_computed_at),
                )
                if measure.last_computed_at
                else self.env._("%(measure)s can't be computed.", measure=measure.name),
            }
            for measure in failing
        ]

    def _command_center_tiles(self, statuses, cells):
        """Return a tile for each measure: of its worst site, and how many are red.

        Measures of the exit criteria come first, then those that are not green.
        """
        criteria = self.hypercare_ids.criterion_ids.measure_id
        by_measure = {}
        for row in statuses:
            by_measure.setdefault(row.measure, []).append(row)
        tiles = []
        for measure, rows in by_measure.items():
            worst = min(rows, key=badness)
            if measure in criteria or worst.status in ("red", "amber"):
                tiles.append((measure not in criteria, measure, worst, rows))
        tiles.sort(key=lambda tile: (tile[0], badness(tile[2]), tile[1].sequence))
        return [
            self._tile(measure, worst, rows, cells)
            for _n, measure, worst, rows in tiles
        ]

    def _tile(self, measure, worst, rows, cells):
        env = self.env
        red = sum(1 for row in rows if row.status == "red")
        place = (
            env["dist.site"].browse(worst.site_id)
            if worst.site_id
            else env["res.company"].browse(worst.company_id)
        ).display_name
        return {
            **cells.cell(worst),
            "key": measure.id,
            "name": measure.name,
            "site": place
            if len(rows) == 1
            else env._(
                "%(site)s, worst of %(count)s; red: %(red)s",
                site=place,
                count=len(rows),
                red=red,
            ),
            "target": env._(
                "Target %(value)s", value=cells.figure(measure, worst.target)
            )
            if worst.status != "none"
            else env._("No target"),
            "baseline": env._(
                "Baseline %(value)s", value=cells.figure(measure, worst.baseline)
            )
            if worst.baseline
            else "",
        }

    def _command_center_heat_map(self, statuses, sites, cells):
        """Return sites by measures as columns and rows of cells.

        A measure of a company has the same cell at each of its sites.
        """
        by_place = {
            (row.measure_id, row.site_id, None if row.site_id else row.company_id): {
                **cells.cell(row),
                "key": row.measure_id,
            }
            for row in statuses
        }
        measures = sorted(
            {row.measure for row in statuses}, key=lambda one: (one.sequence, one.name)
        )
        return {
            "columns": [
                {"key": measure.id, "name": measure.name} for measure in measures
            ],
            "rows": [
                {
                    "key": site.id,
                    "name": site.display_name,
                    "cells": [
                        by_place.get((measure, site.id, None))
                        or by_place.get((measure, None, company))
                        or {"value": "", "key": measure}
                        for measure in (one.id for one in measures)
                    ],
                }
                for site, company in ((site, site.company_id.id) for site in sites)
                if measures
            ],
        }

    # -- exits ----------------------------------------------------------------------

    def _command_center_exits(self, sites):
        """Return the way of each site out of hypercare."""
        cares = self.env["dist.hypercare"].search(
            [("wave_id", "=", self.id), ("site_id", "in", sites.ids)]
        )
        labels = self._labels_of("dist.hypercare", "state")
        return [
            {
                "key": care.id,
                "site": care.site_id.display_name,
                "state": labels[care.state],
                "badge": "text-bg-info"
                if care.state == "monitoring"
                else "text-bg-success",
                "days": self.env._(
                    "Clean days: %(clean)s of %(required)s",
                    clean=care.clean_days,
                    required=care.required_clean_days,
                ),
                "percent": min(
                    100 * care.clean_days // (care.required_clean_days or 1), 100
                ),
                "red": self.env._("Red criteria: %(count)s", count=care.red_count),
                "forecast": self._forecast_text(care),
                "target_of_click": self._record_target(care),
            }
            for care in cares
        ]

    def _forecast_text(self, care):
        if care.state == "exited":
            return self.env._(
                "Exited on %(day)s", day=format_date(self.env, care.exited_at)
            )
        if not care.forecast_exit_day:
            return self.env._("No forecast yet")
        return self.env._(
            "Forecast: %(day)s", day=format_date(self.env, care.forecast_exit_day)
        )

    # -- lists ------------------------------------------------------------------------

    def _command_center_sections(self, sites):
        """Return the lists beside the figures; an addon with tickets adds its own."""
        return [
            self._section_blockers(sites),
            self._section_workarounds(sites),
            self._section_decisions(sites),
            self._section_roster(sites),
        ]

    def _section(self, key, name, icon, records, empty, entry):
        """Return a list of the command center.

        :param records: what is shown of it
        :param entry: a function that returns badge, badge class and text of a record
        """
        return {
            "key": key,
            "name": name,
            "icon": icon,
            "empty": empty,
            "more": self.env._("Show all"),
            "target_of_click": {"kind": "section", "section": key},
            "entries": [
                {
                    "key": record.id,
                    "name": record.display_name,
                    "target_of_click": self._record_target(record),
                    **entry(record),
                }
                for record in records[:LIST_LIMIT]
            ],
        }

    @staticmethod
    def _record_target(record):
        return {"kind": "record", "model": record._name, "id": record.id}

    def _site_scope(self, sites):
        """Return the domain of register entries of the sites or of all sites."""
        return [
            ("program_id", "=", self.program_id.id),
            ("site_id", "in", [False, *sites.ids]),
        ]

    def _section_domain(self, key, sites):
        """Return the model and domain behind a list.

        :raises UserError: for a list that does not exist
        """
        now = fields.Datetime.now()
        scope = self._site_scope(sites)
        domains = {
            "blockers": (
                "dist.issue",
                [
                    *scope,
                    ("state", "in", ("open", "in_progress")),
                    ("severity", "in", ("high", "critical")),
                ],
            ),
            "workarounds": ("dist.workaround", [*scope, ("is_overdue", "=", True)]),
            "decisions": ("dist.decision", [*scope, ("state", "=", "proposed")]),
            "roster": (
                "dist.support.shift",
                [
                    ("wave_id", "=", self.id),
                    ("site_id", "in", [False, *sites.ids]),
                    ("date_to", ">", now),
                    ("date_from", "<", fields.Datetime.add(now, hours=ROSTER_HOURS)),
                ],
            ),
        }
        if key not in domains:
            raise UserError(self.env._("There is no such list."))
        return domains[key]

    def _section_records(self, key, sites):
        model, domain = self._section_domain(key, sites)
        return self.env[model].search(domain, limit=LIST_LIMIT)

    def _section_blockers(self, sites):
        issues = self._section_records("blockers", sites)
        labels = self._labels_of("dist.issue", "severity")
        return self._section(
            "blockers",
            self.env._("Blockers"),
            "fa-ban",
            issues,
            self.env._("Nothing blocks the work."),
            lambda issue: {
                "badge": labels[issue.severity],
                "badge_class": SEVERITY_BADGES[issue.severity],
                "text": issue.site_id.display_name or "",
            },
        )

    def _section_workarounds(self, sites):
        workarounds = self._section_records("workarounds", sites)
        return self._section(
            "workarounds",
            self.env._("Overdue Workarounds"),
            "fa-wrench",
            workarounds,
            self.env._("No workaround is in use after its time."),
            lambda workaround: {
                "badge": self.env._("Overdue"),
                "badge_class": "text-bg-danger",
                "text": format_datetime(self.env, workaround.date_expiry),
            },
        )

    def _section_decisions(self, sites):
        decisions = self._section_records("decisions", sites)
        today = fields.Date.context_today(self)

        def entry(decision):
            is_late = decision.date_deadline and decision.date_deadline < today
            return {
                "badge": self.env._("Overdue") if is_late else self.env._("Due"),
                "badge_class": "text-bg-danger" if is_late else "text-bg-info",
                "text": format_date(self.env, decision.date_deadline),
            }

        return self._section(
            "decisions",
            self.env._("Decisions Due"),
            "fa-gavel",
            decisions,
            self.env._("No decision is waited for."),
            entry,
        )

    def _section_roster(self, sites):
        shifts = self._section_records("roster", sites)
        labels = self._labels_of("dist.support.shift", "level")
        now = fields.Datetime.now()
        return self._section(
            "roster",
            self.env._("Support Roster"),
            "fa-users",
            shifts,
            self.env._("Nobody is on duty in the next 24 hours."),
            lambda shift: {
                "badge": labels[shift.level],
                "badge_class": "text-bg-success"
                if shift.date_from <= now
                else "text-bg-secondary",
                "text": " ".join(filter(None, [shift.local_time, shift.contact])),
            },
        )

    # -- clicks -----------------------------------------------------------------------

    def command_center_action(self, target, site_ids=None):
        """Return the action behind something that was clicked in the command center.

        :param target: the ``target_of_click`` that :meth:`command_center_data` gave
        :param site_ids: the sites that are shown, as there
        :raises UserError: for anything else
        """
        self.ensure_one()
        self.check_access("read")
        kind = target.get("kind")
        if kind == "measure":
            return self._with_views(self._click_measure(target))
        if kind == "record" and target.get("model") in self._command_center_models():
            return {
                "type": "ir.actions.act_window",
                "res_model": target["model"],
                "res_id": int(target.get("id") or 0),
                "views": [(False, "form")],
            }
        every_site = self._command_center_sites()
        sites = every_site.filtered(lambda site: site.id in (site_ids or [])) or (
            every_site
        )
        model, domain = self._section_domain(target.get("section"), sites)
        return {
            "type": "ir.actions.act_window",
            "name": self.env["ir.model"]._get(model).name,
            "res_model": model,
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": domain,
        }

    @staticmethod
    def _with_views(action):
        """Return a window action as the client takes it, not as a button does."""
        modes = action.get("view_mode", "").split(",")
        return {"views": [(False, mode) for mode in modes], **action}

    def _command_center_models(self):
        """Return the models whose records the command center opens."""
        return {
            "dist.hypercare",
            "dist.issue",
            "dist.workaround",
            "dist.decision",
            "dist.support.shift",
        }

    def _click_measure(self, target):
        """Open the records behind the latest value of a measure at a site or company.

        The values open where a reconciliation or an attestation is behind them.
        """
        status = self.env["dist.measure.status"].search(
            [
                ("measure_id", "=", int(target.get("measure") or 0)),
                ("site_id", "=", int(target.get("site") or 0) or False),
                ("company_id", "=", int(target.get("company") or 0)),
            ],
            limit=1,
        )
        if not status:
            raise UserError(self.env._("There is no value yet."))
        if status.measure_id.provider_model:
            return status.action_open_records()
        return status.action_open_values()
