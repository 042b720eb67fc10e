"""The demo program: a pilot in hypercare, a wave with a red gate, a third one planned.

Everything is made by the people of the program through the suite's own actions and
Odoo's own flows. Dates are relative to the day of the build.
"""

import base64
import io
import re
from datetime import timedelta
from importlib import resources

from PIL import Image, ImageDraw

from odoo import fields
from odoo.fields import Command

from . import people
from .command_center import CommandCenter
from .governance import Governance
from .operations import SiteOperations, local_moment
from .registers import Registers
from .supply import SiteSupply

PROGRAM_CODE = "ALDER"
DAYS_LIVE = 9
# Something went wrong on this day of the pilot; the streak has run since.
RED_AGES = (5,)
# The lines of the standard template that the pilot asks for: the demo shows how a gate
# works, not what a whole site has to bring.
PILOT_LINES = (
    "stock_reconciled",
    "orders_reconciled",
    "master_complete",
    "no_negative_stock",
    "no_overdue_transfers",
    "barcodes",
    "pricing_confirmed",
    "receiving_tested",
    "labels_tested",
    "books_ready",
    "support_ready",
    "people_trained",
)


class DemoProgram:
    def __init__(self, env):
        self.env = env
        self.today = fields.Date.today()

    def build(self):
        """Build everything, or nothing when the program is there."""
        Program = self.env["dist.program"].with_context(active_test=False)
        if Program.search_count([("code", "=", PROGRAM_CODE)]):
            return
        self.companies = people.create_companies(self.env)
        self.people = people.create_people(self.env, self.companies)
        self._create_program()
        self._create_sites()
        self._targets()
        self._create_template()
        self._pilot_wave()
        self._second_wave()
        Registers(self).build()
        governance = Governance(self)
        governance.profile_sites()
        self._plan_of_waves()
        self._third_wave()
        governance.build()
        CommandCenter(self).build()

    def _as(self, login, record):
        """Return the record in the hands of a person, in all their companies."""
        user = self.people[login]
        return record.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids, tracking_disable=True
        )

    # -- master data ------------------------------------------------------------------

    def _create_program(self):
        self.program = self._as("program", self.env["dist.program"]).create(
            {
                "name": "Alder Distribution Rollout",
                "code": PROGRAM_CODE,
                "company_id": self.companies["fr"].id,
                "manager_id": self.people["program"].id,
            }
        )

    def _create_sites(self):
        self.lyon = self._create_site("LYO", "Lyon DC", "dc", "lyon", "fr")
        self.lille = self._create_site("LIL", "Lille Counter", "branch", "lille", "fr")
        self.boston = self._create_site(
            "BOS", "Boston Warehouse", "regional", "boston", "us"
        )
        self.hamburg = self._create_site(
            "HAM", "Hamburg Warehouse", "regional", "hamburg", "de"
        )
        self.rotterdam = self._create_site(
            "ROT", "Rotterdam Import DC", "dc", "rotterdam", "nl"
        )
        self.marseille = self._create_site(
            "MRS", "Marseille Counter", "branch", "marseille", "fr"
        )

    def _create_site(self, code, name, type_, manager, company_key):
        company = self.companies[company_key]
        warehouse = (
            self.env["stock.warehouse"]
            .with_company(company)
            .search([("company_id", "=", company.id), ("dist_site_id", "=", False)])
        )[:1] or self.env["stock.warehouse"].with_company(company).create(
            {"name": name, "code": code, "company_id": company.id}
        )
        warehouse.write({"name": name, "code": code})
        # where the manager works
        self.people[manager].with_company(company).property_warehouse_id = warehouse
        return self._as("consultant", self.env["dist.site"]).create(
            {
                "name": name,
                "code": code,
                "type": type_,
                "program_id": self.program.id,
                "company_id": company.id,
                "tz": company.partner_id.tz,
                "manager_id": self.people[manager].id,
                "warehouse_ids": [Command.set(warehouse.ids)],
            }
        )

    def _targets(self):
        """Baselines from the legacy systems, targets of the program."""
        for code, baseline, target in (
            ("order_fill_rate", 91.5, 95),
            ("on_time_shipment", 88, 95),
            ("inventory_accuracy", 94, 98),
        ):
            self._as("consultant", self.env["dist.measure.target"]).create(
                {
                    "measure_id": self.env["dist.measure"]._get(code).id,
                    "program_id": self.program.id,
                    "baseline": baseline,
                    "target": target,
                }
            )

    def _create_template(self):
        """A short gate, made of lines of the shipped template."""
        self.template = self._as("consultant", self.env["dist.gate.template"]).create(
            {"name": "Pilot gate", "second_key": "finance_controller"}
        )
        for name in PILOT_LINES:
            line = self.env.ref(f"dist_wave_planning.gate_template_line_{name}")
            self._as("consultant", line).copy({"template_id": self.template.id})

    # -- wave 1: live -----------------------------------------------------------------

    def _pilot_wave(self):
        # before the first order of that day, at whatever hour the demo is built
        first = self.lyon._local_day() - timedelta(days=DAYS_LIVE + 1)
        cutover = local_moment(self.lyon, first, 6)
        cycle = self._load(self.lyon, "lyon", "final", cutover)
        self._as("controller", cycle.reconciliation_id)._sign(
            "finance_controller", "Fiona Controller", self._signature()
        )
        wave = self._create_wave(
            "Wave 1 (pilot)",
            self.lyon,
            self._free_day(self.lyon, self.today - timedelta(days=DAYS_LIVE + 1), -1),
            "pilot",
        )
        wave.action_plan()
        wave.action_open_gates()
        gate = wave.gate_ids
        self._attest(gate)
        self._compute_levels(self.lyon)
        self._as("lyon", gate)._sign(
            "site_manager",
            "Luc Lyon",
            self._signature(),
            statement="Ready. The night shift has a super user.",
        )
        self._as("controller", gate)._sign(
            "finance_controller", "Fiona Controller", self._signature()
        )
        wave.action_declare_ready()
        self._as("steering", wave)._sign(
            "steering", "Stella Steering", self._signature()
        )
        wave.action_start_cutover()
        self.lyon.cutover_at = cutover
        wave.action_start_hypercare()
        # sudo: the demo starts in the middle of hypercare, which nobody else can.
        wave.sudo().hypercare_ids.started_at = cutover + timedelta(days=1)
        self._operate(cycle)

    def _operate(self, cycle):
        """Work since go-live, then compute what the scheduled actions compute."""
        loaded = self.env["dist.legacy.key"].search(
            [("company_id", "=", self.lyon.company_id.id)]
        )
        records = {
            model: self.env[model].browse(
                loaded.filtered(lambda key, m=model: key.res_model == m).mapped(
                    "res_id"
                )
            )
            for model in ("res.partner", "product.product")
        }
        customers = (
            records["res.partner"].filtered("customer_rank") or records["res.partner"]
        )
        products = records["product.product"].filtered("active")
        workers = {
            role: self.people[f"lyon.{role}"]
            for role in ("sales", "picker", "inventory", "buyer")
        }
        # sudo: the site of the workers, who have no role in the program
        lyon = self.lyon.sudo()
        SiteOperations(lyon, customers, products, workers).run_days(DAYS_LIVE, RED_AGES)
        SiteSupply(
            lyon,
            products,
            customers[:1],
            {**workers, "group": self.people["purchasing"]},
            self.companies["nl"],
        ).run()
        last = self.lyon._local_day()
        for age in range(DAYS_LIVE, 0, -1):
            self.env["dist.adoption.snapshot"]._capture(
                lyon, last - timedelta(days=age)
            )
        for topic in self.env["dist.measure"]._topics():
            self.env["dist.measure"]._compute_window(
                topic, self.lyon, last - timedelta(days=DAYS_LIVE + 1), last
            )
        hypercare = self.env["dist.hypercare"].search([("site_id", "=", self.lyon.id)])
        self._as("command", hypercare).action_evaluate()

    # -- wave 2: red ------------------------------------------------------------------

    def _second_wave(self):
        """Lille's mock load differs from the legacy stock; Boston has no load yet."""
        self._load(self.lille, "lille", "mock", fields.Datetime.now())
        wave = self._create_wave(
            "Wave 2",
            self.boston | self.lille,
            self._free_day(
                self.boston | self.lille, self.today + timedelta(days=24), 1
            ),
        )
        wave.action_plan()
        self._open_purchases(self.lille)
        self._support_roster(wave)
        wave.action_open_gates()
        lille = wave.gate_ids.filtered(lambda gate: gate.site_id == self.lille)
        self._attest(lille, skip=("labels",))
        self._compute_levels(self.boston | self.lille)
        wave._evaluate_gates()
        self._as("lille", lille)._sign(
            "site_manager",
            "Léa Lille",
            None,
            "refuse",
            "Opening stock differs from our count, and the label printer is missing.",
        )

    def _open_purchases(self, site):
        """Two orders are on their way to the site; of one it is said what becomes."""
        product = self.env["product.product"].search(
            [("is_storable", "=", True)], order="id", limit=1
        )
        for _number in range(2):
            order = self.env["purchase.order"].create(
                {
                    "partner_id": self.companies["us"].partner_id.id,
                    "company_id": site.company_id.id,
                    "picking_type_id": site.sudo().warehouse_ids.in_type_id.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_qty": 40,
                                "price_unit": 3,
                                "date_planned": fields.Datetime.now()
                                + timedelta(days=10),
                            }
                        )
                    ],
                }
            )
            order.button_confirm()
        transaction = self._as("lille", self.env["dist.open.transaction"]).search(
            [("res_model", "=", "purchase.order")], order="id", limit=1
        )
        transaction._decide(
            {
                "disposition": "ship",
                "owner_id": self.people["lille"].id,
                "note": "The vendor delivers a week before.",
            }
        )

    def _support_roster(self, wave):
        """The days are covered, in shifts; at night nobody is there."""
        start = wave.env["dist.measure.provider.roster"]._needed_windows(self.lille)
        [(midnight, _end)] = start[self.lille.id]
        shifts = self._as("command", self.env["dist.support.shift"]).create(
            [
                {
                    "wave_id": wave.id,
                    "site_id": site.id,
                    "user_id": self.people[login].id,
                    "level": level,
                    "channel": channel,
                    "date_from": midnight + timedelta(hours=hour),
                    "date_to": midnight + timedelta(hours=hour + 8),
                    "lang_ids": [Command.set(self.env.ref("base.lang_en").ids)],
                    "escalation_id": self.people["program"].partner_id.id,
                }
                for site, login, level, channel, hour in (
                    (self.lille, "consultant", "floor", "onsite", 6),
                    (self.lille.browse(), "command", "first", "phone", 14),
                )
            ]
        )
        shifts._copy_days(2)

    # -- wave 3: planned into the season ---------------------------------------------

    def _plan_of_waves(self):
        """The planner would take the other sites live after the peak season."""
        plan = self._as("consultant", self.env["dist.wave.plan"]).create(
            {
                "name": "Sites after wave 2",
                "program_id": self.program.id,
                "capacity": 2,
                "pilot_first": False,
                "first_go_live": self.today + timedelta(days=80),
                "time_limit": 5,
                "template_id": self.template.id,
            }
        )
        plan.action_propose()

    def _third_wave(self):
        """Sales wants its sites live at once, earlier than the planner proposes.

        Its go-live lies in the peak season, so that it can't be planned yet.
        """
        self._create_wave(
            "Wave 3",
            self.hamburg | self.rotterdam | self.marseille,
            self.today + timedelta(days=80),
        )

    # -- parts ------------------------------------------------------------------------

    def _create_wave(self, name, sites, go_live, strategy="region"):
        return self._as("consultant", self.env["dist.wave"]).create(
            {
                "name": name,
                "program_id": self.program.id,
                "strategy": strategy,
                "planned_go_live": go_live,
                "entry_criteria": "Blueprint released, sites profiled, stewards named.",
                "support_staffing": "Two consultants on site for two weeks, the "
                "command center from 6 to 20 h.",
                "fallback": "Until noon of the first day the steering committee can go "
                "back to the legacy system; orders of that day are keyed in again.",
                "template_id": self.template.id,
                "manager_id": self.people["consultant"].id,
                "site_ids": [Command.set(sites.ids)],
            }
        )

    def _free_day(self, sites, day, step):
        """Return the first day, going by ``step``, that the calendar leaves free."""
        # sudo: sites of two companies; period ends and holidays of both count
        program = self.program.sudo()
        while any(
            entry.effect == "block"
            for entry in program._calendar_entries(sites.sudo(), day, day)
        ):
            day += timedelta(days=step)
        return day

    def _load(self, site, folder, kind, cutover):
        """Take a legacy extract from files to a reconciled load."""
        files = resources.files("odoo.addons.dist_rollout") / "demo" / "files" / folder
        company = site.company_id
        Cycle = self._as("steward", self.env["dist.migration.cycle"])
        mapping = Cycle.mapping_id.with_company(company)._create_from_text(
            (files / "mapping.yaml").read_text(), company_id=company.id
        )
        cycle = Cycle.with_company(company).create(
            {
                "name": f"{site.name}, {kind} load",
                "kind": kind,
                "program_id": self.program.id,
                "company_id": company.id,
                "site_ids": [Command.set(site.ids)],
                "mapping_id": mapping.id,
                "cutover_at": cutover,
            }
        )
        for name in mapping._spec().files():
            text = (files / name).read_text(encoding="utf-8")
            cycle._add_file(name, self._with_dates(text).encode())
        cycle.action_stage()
        cycle.action_validate()
        cycle.action_simulate()
        cycle._load_now()
        cycle.action_reconcile()
        return cycle

    def _with_dates(self, text):
        """Return the text with each ``{+3}`` replaced by the date in three days."""
        return re.sub(
            r"\{([+-]\d+)\}",
            lambda match: str(self.today + timedelta(days=int(match[1]))),
            text,
        )

    def _attest(self, gate, skip=()):
        """Attest the lines that need a document, as the consultant."""
        for line in gate.line_ids.filtered(lambda line: line.source == "attested"):
            if any(word in line.name.lower() for word in skip):
                continue
            document = self._as("consultant", self.env["ir.attachment"]).create(
                {
                    "name": f"{line.name}.txt",
                    "raw": f"{gate.site_id.name}: {line.name}. Checked.".encode(),
                }
            )
            self._as("consultant", line)._attest("passed", document)

    def _compute_levels(self, sites):
        """Capture the snapshots that the scheduled action takes every hour."""
        today = self.lyon._local_day()
        self.env["dist.measure"]._compute_window("level", sites, today, today)

    def _signature(self):
        """Return a drawn line as base64, in place of a hand."""
        picture = Image.new("RGB", (300, 80), "white")
        ImageDraw.Draw(picture).line(
            [(20, 60), (70, 15), (95, 62), (140, 30), (180, 55), (280, 25)],
            fill="black",
            width=3,
        )
        stream = io.BytesIO()
        picture.save(stream, "PNG")
        return base64.b64encode(stream.getvalue())
