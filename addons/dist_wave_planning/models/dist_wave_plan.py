import logging
import math
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..services import wave_planner

_logger = logging.getLogger(__name__)

MAX_SITES = 2000
MAX_WAVES = 200
# Odoo stops a request after a minute of computing time (limit_time_cpu).
MAX_SECONDS = 45
# How many waves more than the fewest are tried when sites are left over.
SPARE_WAVES = 10
CALENDAR_DAYS = 3 * 366


class DistWavePlan(models.Model):
    """A proposal: which site goes live in which wave, when, and why.

    ``services/wave_planner`` proposes, a person moves sites and proposes again
    around them, and applying the plan makes draft waves of it. Sites that are in an
    open wave already stay there; only draft waves take further sites.
    """

    _name = "dist.wave.plan"
    _description = "Wave Plan"
    _inherit = ["dist.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _mail_post_access = "read"
    _immutable_fields = frozenset({"program_id"})
    _protected_fields = frozenset(
        {"state", "method", "gap", "has_gap", "summary", "schedule", "proposed_at"}
    )

    name = fields.Char(required=True, default=lambda self: self.env._("Wave plan"))
    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "dist.program",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self._default_program_id(),
    )
    wave_count = fields.Integer(
        string="Number of Waves",
        help="New waves, the pilot among them. 0: as few as the sites need.",
    )
    capacity = fields.Integer(
        string="Sites per Wave",
        default=5,
        help="Most sites in a wave. 0: as the number of waves has it.",
    )
    effort_capacity = fields.Integer(
        string="Effort per Wave",
        help="Most points of complexity that the staff can take on in a wave. 0: any.",
    )
    pilot_first = fields.Boolean(
        default=True,
        help="The first wave holds the pilot and nobody else.",
    )
    pilot_site_ids = fields.Many2many(
        "dist.site",
        "dist_wave_plan_pilot_rel",
        string="Pilot Sites",
        domain="[('program_id', '=', program_id)]",
        help="Empty: the site of moderate complexity that waits for no other.",
    )
    first_go_live = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=60),
        help="No new wave goes live before it.",
    )
    distance_days = fields.Integer(
        string="Days between Waves",
        compute="_compute_distance_days",
        store=True,
        readonly=False,
        precompute=True,
    )
    template_id = fields.Many2one(
        "dist.gate.template",
        string="Gate Template",
        ondelete="restrict",
        help="Given to the waves that are created.",
    )
    time_limit = fields.Integer(
        string="Seconds to Compute",
        default=20,
        help="How long the solver may look for a better plan.",
    )
    line_ids = fields.One2many("dist.wave.plan.line", "plan_id", string="Sites")
    line_count = fields.Integer(compute="_compute_line_count")
    state = fields.Selection(
        [("draft", "Draft"), ("proposed", "Proposed"), ("applied", "Applied")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    method = fields.Selection(
        [("cp_sat", "Solver"), ("greedy", "Greedy")],
        readonly=True,
        copy=False,
        help="The solver (OR-Tools) knows how far its plan is from the best one. Where "
        "it is not installed, waves are filled one after the other.",
    )
    has_gap = fields.Boolean(readonly=True, copy=False)
    gap = fields.Float(
        string="Gap to the Best Plan (%)",
        readonly=True,
        copy=False,
        digits=(5, 1),
        help="At most so much better is the best plan there can be.",
    )
    summary = fields.Text(string="Outcome", readonly=True, copy=False)
    schedule = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="By number of the wave: its go-live, and the wave it is if there is one.",
    )
    proposed_at = fields.Datetime(readonly=True, copy=False)

    @api.model
    def _default_program_id(self):
        """Return the only program there is to choose from, if it is one."""
        return self.env["dist.register.mixin"]._default_program_id()

    @api.depends("program_id")
    def _compute_distance_days(self):
        for plan in self:
            plan.distance_days = plan.program_id.wave_distance_days

    @api.depends("line_ids")
    def _compute_line_count(self):
        counts = dict(
            self.env["dist.wave.plan.line"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.line_count = counts.get(plan._origin, 0)

    @api.constrains(
        "wave_count", "capacity", "effort_capacity", "distance_days", "time_limit"
    )
    def _check_figures(self):
        bounds = {
            "wave_count": (0, MAX_WAVES),
            "capacity": (0, MAX_SITES),
            "effort_capacity": (0, 100 * MAX_SITES),
            "distance_days": (0, 365),
            "time_limit": (1, MAX_SECONDS),
        }
        for plan in self:
            for name, (least, most) in bounds.items():
                if not least <= plan[name] <= most:
                    raise ValidationError(
                        self.env._(
                            "%(field)s must lie between %(least)s and %(most)s.",
                            field=self._fields[name]._description_string(self.env),
                            least=least,
                            most=most,
                        )
                    )
            if not plan.wave_count and not plan.capacity:
                raise ValidationError(
                    self.env._("Give the number of waves or the sites per wave.")
                )

    @api.constrains("pilot_site_ids", "program_id")
    def _check_pilot_sites(self):
        # sudo: the sites may belong to companies the user does not see
        for plan in self.sudo():
            for site in plan.pilot_site_ids:
                if site.program_id != plan.program_id:
                    raise ValidationError(
                        self.env._(
                            "Site %(site)s is not part of program %(program)s.",
                            site=site.display_name,
                            program=plan.program_id.name,
                        )
                    )

    def _check_consultant(self):
        self.check_access("write")
        if not self.env.user.has_group("dist_rollout_governance.group_consultant"):
            raise AccessError(self.env._("Waves are planned by consultants."))

    # -- propose --------------------------------------------------------------------

    def action_propose(self):
        """Propose a wave and a day for each site of the program.

        Sites in open waves and sites a person has put somewhere stay where they are.
        """
        self._check_consultant()
        # sudo: a plan is made for the sites of every company; role and access are
        # checked above.
        for plan in self.sudo():
            plan._propose()

    def action_open_board(self):
        """Open the sites as a board: a column for each wave, sites can be moved."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_wave_plan_line_action"
        )
        return dict(
            action,
            display_name=self.name,
            domain=[("plan_id", "=", self.id)],
            context={"dist_wave_plan_id": self.id},
        )

    def _propose(self):
        """Run the planner and keep what it says."""
        self.ensure_one()
        plan = self._plan()
        self.state = "draft" if plan.problems else "proposed"
        self.proposed_at = fields.Datetime.now()
        self.method = plan.method
        self.has_gap = plan.gap is not None
        self.gap = 100 * (plan.gap or 0)
        self.summary = self._summary(plan)
        if plan.problems:
            # what was proposed before holds no more; what a person has said does
            self.line_ids.filtered(lambda line: not line.is_locked).unlink()
            return
        waves = self._open_waves()
        self.schedule = {
            str(number): {
                "go_live": str(plan.go_lives.get(number) or ""),
                "wave_id": waves[number - 1].id if number <= len(waves) else False,
            }
            for number in sorted({place.wave for place in plan.placements})
        }
        self._write_lines(plan)

    def _plan(self):
        """Return the plan with as few waves as it takes, or as many as asked for."""
        sites = self._sites_to_plan()
        if not sites:
            raise UserError(
                self.env._("Program %(name)s has no sites.", name=self.program_id.name)
            )
        if len(sites) > MAX_SITES:
            raise UserError(
                self.env._("A plan takes at most %(max)s sites.", max=MAX_SITES)
            )
        problem = self._problem(sites, self.wave_count or self._fewest_waves(sites))
        if not self.wave_count:
            problem = self._with_spare_waves(sites, problem)
        plan = wave_planner.propose(problem, self._engine())
        _logger.info(
            "Wave plan %s: %s sites by %s, objective %s, bound %s",
            self.id,
            len(sites),
            plan.method,
            plan.objective,
            plan.bound,
        )
        return plan

    def _engine(self):
        """Return the method to plan with; None: the best one there is."""
        return None

    def _with_spare_waves(self, sites, problem):
        """Add waves until the greedy engine places everybody, if a few more do it."""
        first = len(problem.waves) - len(self._open_waves())
        for spare in range(SPARE_WAVES + 1):
            candidate = self._problem(sites, first + spare)
            if wave_planner.propose(candidate, "greedy").is_feasible:
                return candidate
        return problem

    def _sites_to_plan(self):
        """Return the sites to place: those that are not live by a closed wave."""
        closed = self.env["dist.wave"].search(
            [("program_id", "=", self.program_id.id), ("state", "=", "closed")]
        )
        return self.env["dist.site"].search(
            [
                ("program_id", "=", self.program_id.id),
                ("id", "not in", closed.site_ids.ids),
            ]
        )

    def _open_waves(self):
        """Return the waves there are, in the order in which they go live."""
        return (
            self.env["dist.wave"]
            .search(
                [
                    ("program_id", "=", self.program_id.id),
                    ("state", "!=", "closed"),
                ]
            )
            .sorted(
                lambda wave: (
                    wave.planned_go_live or fields.Date.to_date("9999-12-31"),
                    wave.sequence,
                    wave.id,
                )
            )
        )

    def _is_pilot_ahead(self):
        """Say whether the pilot is still to come or the first of the open waves."""
        return self.pilot_first and not self.env["dist.wave"].search_count(
            [("program_id", "=", self.program_id.id), ("state", "=", "closed")], limit=1
        )

    def _fewest_waves(self, sites):
        """Return how many new waves the sites that are in none need at least."""
        waves = self._open_waves()
        left = len(sites - waves.site_ids)
        pilot_first = self._is_pilot_ahead()
        room = sum(
            max(self.capacity - len(wave.site_ids), 0)
            for rank, wave in enumerate(waves)
            if wave.state == "draft" and not (pilot_first and not rank)
        )
        pilots = 0
        if pilot_first and not waves:
            pilots = len(self.pilot_site_ids) or 1
        elif pilot_first and waves and not waves[0].site_ids:
            left -= len(self.pilot_site_ids) or 1
        needed = math.ceil(max(left - pilots - room, 0) / self.capacity)
        return needed + (1 if pilots else 0)

    def _capacity_of(self, sites, new_count):
        """Return the sites per wave, given or such that the new waves hold them."""
        if self.capacity:
            return self.capacity
        waves = self._open_waves()
        left = len(sites - waves.site_ids)
        has_pilot = self._is_pilot_ahead() and not waves
        pilots = (len(self.pilot_site_ids) or 1) if has_pilot else 0
        return max(
            math.ceil((left - pilots) / max(new_count - bool(pilots), 1)), pilots, 1
        )

    def _problem(self, sites, new_count):
        """Return what is asked of the planner, with so many new waves."""
        waves = self._open_waves()
        capacity = self._capacity_of(sites, new_count)
        effort = self.effort_capacity or None
        planned = [
            wave_planner.Wave(
                number,
                capacity,
                effort,
                go_live=wave.planned_go_live or None,
                is_open=wave.state == "draft",
            )
            for number, wave in enumerate(waves, 1)
        ]
        planned += [
            wave_planner.Wave(number, capacity, effort)
            for number in range(len(waves) + 1, len(waves) + new_count + 1)
        ]
        return wave_planner.Problem(
            sites=tuple(self._planner_sites(sites, waves)),
            waves=tuple(planned),
            pilot_first=self._is_pilot_ahead(),
            first_go_live=self.first_go_live,
            distance_days=self.distance_days,
            blocked=tuple(self._blocked_days(sites)),
            time_limit=self.time_limit,
        )

    def _planner_sites(self, sites, waves):
        wave_of = {
            site.id: number
            for number, wave in enumerate(waves, 1)
            for site in wave.site_ids
        }
        locked = {
            line.site_id.id: line.wave_number
            for line in self.line_ids
            if line.is_locked
        }
        return [
            wave_planner.Site(
                key=site.id,
                name=site.display_name,
                complexity=site.complexity_score,
                volume=site.order_lines_per_day + site.receipt_lines_per_day,
                region=site.region_id.name or "",
                company=site.company_id.name,
                type=site.type,
                is_pilot=site in self.pilot_site_ids,
                fixed_wave=wave_of.get(site.id),
                locked_wave=locked.get(site.id),
                supplier_keys=tuple(
                    site.warehouse_ids.resupply_wh_ids.dist_site_id.ids
                ),
                **self._place_on_the_map(site),
            )
            for site in sites
        ]

    @api.model
    def _place_on_the_map(self, site):
        """Return the coordinates of the site's first warehouse that has some."""
        partner = site.warehouse_ids.partner_id.filtered(
            lambda p: p.partner_latitude or p.partner_longitude
        )[:1]
        if not partner:
            return {}
        return {
            "latitude": partner.partner_latitude,
            "longitude": partner.partner_longitude,
        }

    def _blocked_days(self, sites):
        """Return the days on which the calendar lets no site go live, or warns."""
        last = self.first_go_live + timedelta(days=CALENDAR_DAYS)
        return [
            wave_planner.Blocked(
                entry.date_from,
                entry.date_to,
                entry.site_ids,
                entry.sentence,
                is_soft=entry.effect != "block",
            )
            for entry in self.program_id._calendar_entries(
                sites, self.first_go_live, last
            )
        ]

    def _write_lines(self, plan):
        """Have one line for each site, with what was proposed for it."""
        lines = {line.site_id.id: line for line in self.line_ids}
        waves = self._open_waves()
        values = []
        for place in plan.placements:
            wave = waves[place.wave - 1] if place.wave <= len(waves) else waves[:0]
            vals = {
                "wave_number": place.wave,
                "reason": "\n".join(map(self._say, place.reasons)),
                "wave_id": wave.id if place.key in wave.site_ids.ids else False,
            }
            if line := lines.pop(place.key, None):
                line.write(vals)
            else:
                values.append({"plan_id": self.id, "site_id": place.key, **vals})
        self.line_ids.create(values)
        for line in lines.values():
            line.unlink()

    # -- apply ----------------------------------------------------------------------

    def _apply_obstacles(self):
        """Return why the plan can't be applied as it is."""
        env = self.env
        if self.state == "draft":
            return [env._("There is no proposal. Propose waves first.")]
        obstacles = []
        waves = self._open_waves()
        for line in self.line_ids.filtered(lambda line: not line.wave_id):
            other = waves.filtered(lambda wave, s=line.site_id: s in wave.site_ids)
            if other:
                obstacles.append(
                    env._(
                        "%(site)s is in %(wave)s by now. Propose again.",
                        site=line.site_id.display_name,
                        wave=other[0].name,
                    )
                )
            target = self._wave_of_number(line.wave_number)
            if target and (target.state != "draft" or not target.active):
                obstacles.append(
                    env._(
                        "%(wave)s takes no sites any more. Propose again.",
                        wave=target.name,
                    )
                )
        return list(dict.fromkeys(obstacles))

    def _wave_of_number(self, number):
        """Return the wave that a number stands for; empty: it is still to create."""
        known = (self.schedule or {}).get(str(number), {}).get("wave_id")
        return self.env["dist.wave"].browse(known or []).exists()

    def action_apply(self):
        """Make draft waves of the proposal: new ones, and those there are filled.

        A site that is placed stays where it is, so a second call changes nothing.
        """
        self.ensure_one()
        self._check_consultant()
        # sudo: a plan holds the sites of every company; role and access are checked
        # above.
        plan = self.sudo()
        obstacles = plan._apply_obstacles()
        if obstacles:
            raise UserError("\n".join(obstacles))
        plan._apply()
        return self.program_id.action_open_waves()

    def _apply(self):
        schedule = dict(self.schedule)
        waiting = self.line_ids.filtered(lambda line: not line.wave_id)
        for number, lines in sorted(waiting.grouped("wave_number").items()):
            go_live = schedule.get(str(number), {}).get("go_live") or False
            wave = self._wave_of_number(number)
            if wave:
                wave.write(
                    {
                        "site_ids": [
                            fields.Command.link(site.id) for site in lines.site_id
                        ],
                        "planned_go_live": wave.planned_go_live or go_live,
                    }
                )
            else:
                wave = wave.create(self._prepare_wave_vals(number, lines, go_live))
            lines.wave_id = wave
            schedule[str(number)] = {"go_live": go_live or "", "wave_id": wave.id}
        self.schedule = schedule
        self.state = "applied"

    def _prepare_wave_vals(self, number, lines, go_live):
        """Return the values of the wave that is created for a number."""
        return {
            "name": self._free_name(number),
            "sequence": 10 * number,
            "program_id": self.program_id.id,
            "manager_id": self.env.uid,
            "planned_go_live": go_live,
            "template_id": self.template_id.id,
            "site_ids": [fields.Command.set(lines.site_id.ids)],
        }

    def _free_name(self, number):
        """Return a name that no wave of the program has, archived ones included."""
        taken = set(
            self.env["dist.wave"]
            .with_context(active_test=False)
            .search([("program_id", "=", self.program_id.id)])
            .mapped("name")
        )
        while True:
            name = self.env._("Wave %(number)s", number=number)
            if name not in taken:
                return name
            number += 1
