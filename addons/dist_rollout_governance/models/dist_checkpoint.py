from odoo import fields, models


class DistCheckpoint(models.Model):
    """A closing criterion of phases that is computed from the program's registers.

    Shipped: the code names the method that answers, ``_obstacles_<code>(phase)``.
    Another addon adds a record and its method.
    """

    _name = "dist.checkpoint"
    _description = "Closing Criterion"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "There is a criterion with this code.")

    def _obstacles(self, phase):
        """Return the sentences that say what keeps the phase from closing.

        Runs as superuser: what is missing counts, whoever may see it.
        """
        obstacles = []
        for check in self:
            method = getattr(check, f"_obstacles_{check.code}", None)
            # a criterion may outlive the addon that knows its answer
            obstacles += method(phase) if method else []
        return obstacles

    def _obstacles_requirements_classified(self, phase):
        return [
            self.env._("Requirement %(name)s is not classified.", name=entry.name)
            for entry in self.env["dist.requirement"].search(
                [("program_id", "=", phase.program_id.id), ("state", "=", "draft")]
            )
        ]

    def _obstacles_requirements_decided(self, phase):
        return [
            self.env._("Requirement %(name)s waits for its decision.", name=entry.name)
            for entry in self.env["dist.requirement"].search(
                [
                    ("program_id", "=", phase.program_id.id),
                    ("state", "in", ("draft", "classified")),
                ]
            )
            if entry.state == "draft" or entry.needs_decision
        ]

    def _obstacles_blueprint_released(self, phase):
        if self.env["dist.blueprint"].search_count(
            [("program_id", "=", phase.program_id.id), ("state", "=", "released")],
            limit=1,
        ):
            return []
        return [self.env._("The program has no released blueprint.")]

    def _obstacles_drift_covered(self, phase):
        return [
            self.env._(
                "%(site)s: %(count)s findings of drift are not covered.",
                site=site.display_name,
                count=count,
            )
            for site, count in self.env["dist.conformance.finding"]._read_group(
                [
                    ("program_id", "=", phase.program_id.id),
                    ("status", "=", "uncovered"),
                ],
                ["site_id"],
                ["__count"],
            )
        ]

    def _obstacles_topology_decided(self, phase):
        program = phase.program_id
        obstacles = []
        if not program.topology_id:
            obstacles.append(self.env._("The deployment topology is not decided."))
        if not program.hosting_id:
            obstacles.append(self.env._("The hosting is not decided."))
        return obstacles

    def _obstacles_risks_mitigated(self, phase):
        return [
            self.env._("Risk %(name)s has no mitigation.", name=risk.name)
            for risk in self.env["dist.risk"].search(
                [
                    ("program_id", "=", phase.program_id.id),
                    ("state", "!=", "closed"),
                    ("mitigation", "=", False),
                ]
            )
        ]

    def _obstacles_issues_solved(self, phase):
        return [
            self.env._("Issue %(name)s is open.", name=issue.name)
            for issue in self.env["dist.issue"].search(
                [
                    ("program_id", "=", phase.program_id.id),
                    ("state", "not in", ("resolved", "closed")),
                    ("severity", "=", "critical"),
                ]
            )
        ]

    def _obstacles_profiles_complete(self, phase):
        return [
            self.env._("The operating profile of %(site)s is empty.", site=site.name)
            for site in phase.program_id.site_ids
            if not site.order_lines_per_day and not site.receipt_lines_per_day
        ]
