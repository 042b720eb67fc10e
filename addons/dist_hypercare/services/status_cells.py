"""How the status of a measure looks on a screen."""

from odoo import fields
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from odoo.addons.dist_rollout_governance.services.closing import moment_of_taking

# status of a measure: badge, icon and rank, the worst first; the text says it as well
STATUS_STYLES = {
    "red": ("text-bg-danger", "fa-times-circle", 0),
    "amber": ("text-bg-warning", "fa-exclamation-triangle", 1),
    "none": ("text-bg-secondary", "fa-question-circle", 2),
    "green": ("text-bg-success", "fa-check-circle", 3),
}
TREND_ICONS = {
    "up": "fa-arrow-up",
    "down": "fa-arrow-down",
    "flat": "fa-arrow-right",
    "none": "",
}


def badness(status):
    """Return what sorts the worst status first: its rank, then its distance.

    The distance to the target is negative where the value is worse than it.
    """
    return (STATUS_STYLES[status.status][2], status.distance or 0)


class StatusCells:
    """Makes the cells of statuses, as ``dist.measure.status._rows`` returns them.

    A screen has ten thousand of them and few texts that differ: what takes time, to
    write a number or a day in the user's language, is done once for each.
    """

    def __init__(self, env):
        self.env = env
        self.now = fields.Datetime.now()
        self.labels = {
            name: dict(
                env["dist.measure.status"]._fields[name]._description_selection(env)
            )
            for name in ("status", "trend", "taken")
        }
        self.not_computed = env._("Not computed")
        self.out_of_date = env._("Out of date")
        self._known = {}

    def _once(self, key, make):
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def cell(self, status):
        """Return value, colour, icon and words of one measure at one site."""
        badge, icon, _rank = STATUS_STYLES[status.status]
        label = self.labels["status"][status.status]
        trend_icon = TREND_ICONS[status.trend]
        day = self.day(status.day)
        freshness = self.freshness(status)
        return {
            "value": self.figure(status.measure, status.value),
            "badge": badge,
            "icon": icon,
            "status": label,
            "trend_icon": trend_icon,
            "trend": self.labels["trend"][status.trend] if trend_icon else "",
            "trend_class": "text-success-emphasis"
            if status.trend_good
            else "text-danger-emphasis"
            if status.trend in ("up", "down")
            else "",
            "day": day,
            "stale": freshness,
            "title": ", ".join(filter(None, [label, day, freshness])),
            "target_of_click": {
                "kind": "measure",
                "measure": status.measure_id,
                "site": status.site_id or False,
                "company": status.company_id,
            },
        }

    def day(self, day):
        return self._once(day, lambda: format_date(self.env, day) if day else "")

    def figure(self, measure, value):
        """Return a figure as a person reads it, with its unit."""
        unit = self._once(("unit", measure.id), lambda: measure.unit)
        digits = 0 if unit == "count" else 1
        # what it reads like is the same for all that round to it; there is no -0
        figure = round(value or 0, digits) + 0.0
        return self._once(
            (unit, figure), lambda: self._write_figure(unit, figure, digits)
        )

    def _write_figure(self, unit, figure, digits):
        text = formatLang(self.env, figure, digits=digits)
        units = {
            "percent": self.env._("%(figure)s %%", figure=text),
            "hours": self.env._("%(figure)s h", figure=text),
            "days": self.env._("%(figure)s d", figure=text),
        }
        return units.get(unit, text)

    def freshness(self, status):
        """Return why a figure is not the one of its day, empty when it is."""
        if self._once(
            ("error", status.measure_id), lambda: bool(status.measure.last_error)
        ):
            return self.not_computed
        if status.is_stale:
            return self.out_of_date
        if not status.is_taken:
            return ""
        key = (status.computed_at, status.day, status.tz)
        taken = self._once(key, lambda: moment_of_taking(*key, self.now))
        return self.labels["taken"][taken] if taken in ("early", "late") else ""
