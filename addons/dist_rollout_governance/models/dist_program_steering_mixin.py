from odoo import fields, models

from ..services.canonical import decimal_text
from .dist_steering_pack import MAX_ROWS


class DistProgramSteeringMixin(models.AbstractModel):
    """What a program states to its steering committee, section by section.

    A section is a dict ``code``, ``title``, ``columns`` (list of text), ``rows``
    (lists of text) and ``left_out`` (number of further rows). Everything is read with
    the rights of the user. An addon with more to say extends
    :meth:`_steering_sections`.
    """

    _name = "dist.program.steering.mixin"
    _description = "Steering Content"

    def action_create_steering_pack(self):
        """State the program as it is now and open the pack."""
        self.ensure_one()
        self.check_access("read")
        Pack = self.env["dist.steering.pack"]
        Pack.check_access("create")
        return Pack._state(self)._get_records_action()

    def _steering_sections(self):
        """Return the sections of the steering pack in their order."""
        self.ensure_one()
        return [
            self._steering_phases(),
            self._steering_drift(),
            self._steering_risks(),
            self._steering_decisions(),
            self._steering_milestones(),
            self._steering_measures(),
        ]

    def _steering_section(self, code, title, columns, rows):
        return {
            "code": code,
            "title": title,
            "columns": columns,
            "rows": rows[:MAX_ROWS],
            "left_out": max(len(rows) - MAX_ROWS, 0),
        }

    def _steering_label(self, record, name):
        """Return the label of a selection in the user's language."""
        labels = record._fields[name]._description_selection(self.env)
        return dict(labels).get(record[name], "")

    def _steering_phases(self):
        env = self.env
        phases = env["dist.phase"].search(
            [("program_id", "=", self.id), ("state", "=", "open")]
        )
        return self._steering_section(
            "phases",
            env._("Open phases"),
            [env._("Phase"), env._("Until"), env._("Deliverables"), env._("Late")],
            [
                [
                    phase.name,
                    str(phase.planned_end or ""),
                    f"{decimal_text(phase.deliverable_progress, 0)} %",
                    env._("late") if phase.is_overdue else "",
                ]
                for phase in phases
            ],
        )

    def _steering_drift(self):
        env = self.env
        counts = {}
        for site, status, count in env["dist.conformance.finding"]._read_group(
            [("program_id", "=", self.id)], ["site_id", "status"], ["__count"]
        ):
            counts.setdefault(site, {})[status] = count
        ranked = sorted(counts.items(), key=lambda item: -item[1].get("uncovered", 0))
        return self._steering_section(
            "drift",
            env._("Drift from the template"),
            [
                env._("Site"),
                env._("Uncovered"),
                env._("Covered"),
                env._("Conforming"),
            ],
            [
                [
                    site.display_name,
                    *(
                        str(found.get(status, 0))
                        for status in ("uncovered", "covered", "conforming")
                    ),
                ]
                for site, found in ranked
            ],
        )

    def _steering_risks(self):
        env = self.env
        risks = env["dist.risk"].search(
            [("program_id", "=", self.id), ("state", "!=", "closed")]
        )
        risks = risks.sorted(lambda risk: (risk.state != "triggered", -risk.score))
        return self._steering_section(
            "risks",
            env._("Risks"),
            [env._("Risk"), env._("Level"), env._("Owner"), env._("Status")],
            [
                [
                    risk.name,
                    self._steering_label(risk, "level"),
                    risk.owner_id.name or "",
                    self._steering_label(risk, "state"),
                ]
                for risk in risks
            ],
        )

    def _steering_decisions(self):
        env = self.env
        decisions = env["dist.decision"].search(
            [("program_id", "=", self.id), ("state", "=", "proposed")],
            order="date_deadline, id",
        )
        return self._steering_section(
            "decisions",
            env._("Decisions due"),
            [env._("Decision"), env._("Body"), env._("Due")],
            [
                [
                    decision.display_name,
                    decision.body_id.name or "",
                    str(decision.date_deadline or ""),
                ]
                for decision in decisions
            ],
        )

    def _steering_milestones(self):
        env = self.env
        milestones = env["dist.milestone"].search(
            [("program_id", "=", self.id), ("state", "=", "at_risk")]
        )
        return self._steering_section(
            "milestones",
            env._("Milestones at risk"),
            [env._("Milestone"), env._("Owner")],
            [
                [milestone.name, milestone.owner_id.name or ""]
                for milestone in milestones
            ],
        )

    def _steering_measures(self):
        """State the latest value of each measure, over the sites that have one."""
        env = self.env
        Value = env["dist.measure.value"]
        latest = Value._read_group(
            [
                ("program_id", "=", self.id),
                ("day", ">=", fields.Date.subtract(fields.Date.today(), days=30)),
            ],
            ["measure_id"],
            ["day:max"],
        )
        rows = []
        for measure, day in sorted(latest, key=lambda pair: pair[0].sequence):
            [(value, sites)] = Value._read_group(
                [
                    ("program_id", "=", self.id),
                    ("measure_id", "=", measure.id),
                    ("day", "=", day),
                ],
                [],
                ["value:avg", "site_id:count_distinct"],
            )
            unit = " %" if measure.unit == "percent" else ""
            rows.append(
                [
                    measure.name,
                    f"{decimal_text(value, 1)}{unit}" if value is not None else "",
                    str(sites),
                    str(day),
                ]
            )
        return self._steering_section(
            "measures",
            env._("Measures"),
            [env._("Measure"), env._("Value"), env._("Sites"), env._("Day")],
            rows,
        )
