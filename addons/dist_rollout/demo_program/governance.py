"""Governance of the demo program: bodies, blueprint and drift, registers, decisions."""

import base64
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

PROFILES = {
    "LYO": (620, 180, 8200, "lot", 3, 2),
    "LIL": (60, 15, 900, "none", 1, 1),
    "BOS": (340, 90, 4100, "lot", 2, 2),
    "HAM": (280, 70, 3900, "none", 2, 2),
    "ROT": (410, 260, 6100, "lot", 3, 2),
    "MRS": (45, 12, 800, "none", 1, 1),
}
REQUIREMENTS = [
    # name, process, class, sites, further values
    (
        "Customer labels on every carton",
        "fulfilment",
        "customize",
        "LYO BOS",
        {
            "is_differentiating": "yes",
            "is_recurring": "yes",
            "is_unsolvable": "yes",
            "test_rationale": "Two retail chains refuse goods without their label.",
            "effort_days": 18,
        },
    ),
    (
        "Approve purchases above 5,000",
        "procurement",
        "configure",
        "",
        {"effort_days": 1},
    ),
    (
        "Electronic invoices",
        "invoicing",
        "localize",
        "LYO LIL",
        {
            "legal_reference": "CGI art. 289 bis",
            "effort_days": 6,
        },
    ),
    (
        "Paper pick lists in the branch",
        "fulfilment",
        "retire",
        "LIL",
        {
            "replacement_process": "Pick from the screen at the counter.",
        },
    ),
    ("Same cycle counts everywhere", "inventory_control", "adopt", "", {}),
    ("Returns without an order", "returns", False, "", {}),
]
# the part of the catalogue that Alder has taken into its template
RULES = (
    "RECEIPT-STEPS",
    "DELIVERY-STEPS",
    "BACKORDER",
    "RESERVATION",
    "NEGATIVE-STOCK",
    "LOCATION-COUNT",
    "WAREHOUSE-CODE",
    "PO-APPROVAL",
    "FISCAL-POSITION",
    "ROLE-SETTINGS",
    "SOD-STOCK-BOOKS",
)
OBSERVATIONS = [
    ("Pick lists are printed twice", "fulfilment", "LYO", "lyon", "medium", ""),
    (
        "Receipts are booked at the end of the shift",
        "inbound",
        "LYO",
        "lyon",
        "high",
        "Quantities are noted on paper and typed in after the last truck.",
    ),
    (
        "Counter sales are typed in at noon",
        "order_capture",
        "LIL",
        "lille",
        "high",
        "Sales are kept on a pad while the line is long.",
    ),
]


class Governance:
    """Builds the registers of the demo program through the suite's own actions."""

    def __init__(self, demo):
        self.demo = demo
        self.env = demo.env
        self.program = demo.program
        self.sites = {
            site.code: site
            for site in (
                demo.lyon,
                demo.lille,
                demo.boston,
                demo.hamburg,
                demo.rotterdam,
                demo.marseille,
            )
        }
        self._as = demo._as

    def build(self):
        self._bodies()
        self._observations()
        self._requirements()
        self._risks()
        self._blueprint()
        self._deviations()
        self._stage_plan()
        self._scope()
        self._as("steering", self.program).action_create_steering_pack()

    def _entry(self, login, model, **values):
        return self._as(login, self.env[model]).create(
            {"program_id": self.program.id, **values}
        )

    def _process(self, code):
        return self.env["dist.process"].search([("code", "=", code)]).id

    def _bodies(self):
        self._as("consultant", self.program).action_create_bodies()
        people = self.demo.people
        members = [people[login] for login in ("steering", "controller", "command")]
        for body in self._as("program", self.program).body_ids:
            body.write(
                {
                    "quorum": 2,
                    "member_ids": [
                        Command.create(
                            {"user_id": user.id, "role": "member" if rank else "chair"}
                        )
                        for rank, user in enumerate(members)
                    ],
                }
            )

    def _approve(self, decision, until=3):
        """Have the members vote; with ``until`` below the quorum it stays open."""
        for login in ("steering", "controller", "command")[:until]:
            if decision.sudo().state == "proposed":
                self._as(login, self.env["dist.vote.wizard"]).create(
                    {"decision_id": decision.id, "choice": "for"}
                ).action_confirm()

    def _request(self, login, record, until=3):
        self._as(login, record).action_request_decision()
        self._approve(record.sudo().decision_id, until)

    def profile_sites(self):
        """What a day at each site is like: the planner makes a complexity of it."""
        for code, profile in PROFILES.items():
            orders, receipts, products, traceability, interfaces, shifts = profile
            self._as("consultant", self.sites[code]).write(
                {
                    "order_lines_per_day": orders,
                    "receipt_lines_per_day": receipts,
                    "sku_count": products,
                    "traceability": traceability,
                    "integration_count": interfaces,
                    "shift_count": shifts,
                }
            )

    def _observations(self):
        for name, process, site, login, severity, bypass in OBSERVATIONS:
            self._entry(
                login,
                "dist.observation",
                name=name,
                site_id=self.sites[site].id,
                process_id=self._process(process),
                severity=severity,
                has_bypass=bool(bypass),
                bypass=bypass,
                owner_id=self.demo.people[login].id,
            )

    def _requirements(self):
        for name, process, classification, codes, values in REQUIREMENTS:
            requirement = self._entry(
                "consultant",
                "dist.requirement",
                name=name,
                process_id=self._process(process),
                classification=classification,
                affected_site_ids=[
                    Command.set([self.sites[code].id for code in codes.split()])
                ],
                owner_id=self.demo.people["consultant"].id,
                **values,
            )
            if not classification:
                continue
            requirement.action_classify()
            if classification == "localize":
                self._request("consultant", requirement)
            elif classification == "customize":
                self._request("consultant", requirement, until=1)

    def _risks(self):
        wizard = self._as("consultant", self.env["dist.risk.catalogue.wizard"]).create(
            {
                "program_id": self.program.id,
                "owner_id": self.demo.people["program"].id,
            }
        )
        wizard.action_confirm()

    def _blueprint(self):
        blueprint = self._entry(
            "consultant",
            "dist.blueprint",
            name="Distribution Template",
            owner_id=self.demo.people["consultant"].id,
            description="What every site of Alder has in common.",
        )
        self._as("consultant", self.env["dist.conformance.catalogue.wizard"]).create(
            {
                "blueprint_id": blueprint.id,
                "template_ids": [
                    Command.set(
                        self.env["dist.conformance.template"]
                        .search([("code", "in", RULES)])
                        .ids
                    )
                ],
            }
        ).action_confirm()
        self._request("consultant", blueprint)
        self._as("consultant", blueprint).action_evaluate()
        self.blueprint = blueprint

    def _deviations(self):
        """Lille delivers in one step, for a year; Lyon asks for the same."""
        for site, login, reason, until in (
            ("LIL", "lille", "The branch hands over at the counter.", 3),
            ("LYO", "lyon", "The output area is used for returns.", 1),
        ):
            finding = self.env["dist.conformance.finding"].search(
                [
                    ("site_id", "=", self.sites[site].id),
                    ("rule_id.code", "=", "DELIVERY-STEPS"),
                ]
            )
            deviation = self._entry(
                login,
                "dist.deviation",
                name="Deliver in one step",
                site_id=self.sites[site].id,
                element_id=finding.element_id.id,
                finding_id=finding.id,
                covers="value",
                classification="commercial",
                reason=reason,
                cost=1200,
                valid_until=fields.Date.today() + timedelta(days=365),
                owner_id=self.demo.people[login].id,
            )
            self._request("consultant", deviation, until)

    def _stage_plan(self):
        wizard = self._as("consultant", self.env["dist.stage.plan.wizard"])
        wizard.create(
            {
                "program_id": self.program.id,
                "date_start": fields.Date.today() - timedelta(weeks=8),
            }
        ).action_confirm()
        discovery, gap, *_others = self._as("consultant", self.program).phase_ids
        discovery.action_open()
        for number, line in enumerate(discovery.deliverable_ids, 1):
            line.document_id = self._document(line, number)
        self._request("consultant", discovery)
        gap.action_open()

    def _document(self, line, number):
        document = self._entry(
            "consultant",
            "dist.document",
            name=line.name,
            code=f"DOC-{number:03}",
            type=line.document_type,
            owner_id=self.demo.people["consultant"].id,
        )
        text = f"{line.name} of {self.program.name}".encode()
        self._as("consultant", self.env["dist.document.version"]).create(
            {
                "document_id": document.id,
                "file": base64.b64encode(text),
                "file_name": f"{document.code}.txt",
                "change_note": "First version",
            }
        ).action_release()
        return document

    def _scope(self):
        self._as("consultant", self.program).action_open_app_scope()
        self._entry(
            "consultant",
            "dist.app.scope",
            app_id=self.env["dist.app"]
            .search([("module_name", "=", "maintenance")])
            .id,
            site_id=self.sites["LYO"].id,
            status="extension",
            reason="The conveyor of Lyon is maintained in Odoo.",
        )
