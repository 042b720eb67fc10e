"""The command center of the demo program: tickets, a session, and what came of it."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

# subject, impact, urgency, kind, role, cause
TICKETS = (
    (
        "Labels print without the lot",
        "process",
        "today",
        "incident",
        "warehouse",
        "device",
    ),
    (
        "Label printer of dock 2 is silent",
        "team",
        "now",
        "incident",
        "warehouse",
        "device",
    ),
    (
        "Scanner loses the connection",
        "team",
        "today",
        "incident",
        "warehouse",
        "device",
    ),
    (
        "Where are back orders of a customer?",
        "person",
        "week",
        "question",
        "service",
        "training",
    ),
    ("Wrong unit on two products", "team", "today", "data", "purchase", "data"),
    ("Pick list sorted by aisle", "team", "week", "enhancement", "warehouse", None),
)
IMPROVEMENTS = (
    # name, goal, value, control, adoption, effort
    ("Scan the lot at the packing table", "productivity", 4, 5, 4, 2),
    ("Supplier portal for promised dates", "service", 5, 3, 2, 5),
    ("Quick guide for cycle counts", "stabilization", 3, 4, 5, 1),
)


class CommandCenter:
    """The ninth day of the pilot at Lyon."""

    def __init__(self, program):
        self.program = program
        self.env = program.env
        self.lyon = program.lyon
        self._as = program._as
        self.scope = {"program_id": program.program.id, "site_id": self.lyon.id}

    def build(self):
        self.wave = self.env["dist.wave"].search(
            [("site_ids", "in", self.lyon.ids), ("state", "=", "hypercare")]
        )
        self._roster()
        self._confidence()
        self._tickets()
        self._workaround()
        self._improvements()
        self._handover()
        self._session()

    def _roster(self):
        now = fields.Datetime.now()
        self._as("command", self.env["dist.support.shift"]).create(
            {
                "wave_id": self.wave.id,
                "site_id": self.lyon.id,
                "user_id": self.program.people["command"].id,
                "level": "lead",
                "date_from": now - timedelta(hours=2),
                "date_to": now + timedelta(hours=6),
                "contact": "Extension 12",
            }
        )

    def _confidence(self):
        """Luc has answered how sure he is."""
        # sudo: surveys belong to another application, whose rights nobody here needs
        survey = (
            self.env["survey.survey"]
            .sudo()
            .create(
                {
                    "title": "How is it going at Lyon?",
                    "question_and_page_ids": [
                        Command.create(
                            {
                                "title": "How sure are you with the new system?",
                                "question_type": "scale",
                                "scale_min": 1,
                                "scale_max": 5,
                                "is_confidence": True,
                            }
                        )
                    ],
                }
            )
        )
        answer = survey._create_answer(user=self.program.people["lyon"])
        answer._save_lines(survey.question_ids, "4")
        answer._mark_done()
        self._compute("confidence")

    def _compute(self, topic):
        last = self.lyon._local_day()
        self.env["dist.measure"]._compute_window(topic, self.lyon, last, last)

    def _tickets(self):
        """Three tickets of one cause propose a problem; the enhancement has to wait."""
        program = self.program
        sites = program.lyon | program.lille | program.boston
        self._as("consultant", sites).action_create_helpdesk_team()
        team = self.lyon.helpdesk_team_ids
        # sudo: the members of a team are for the helpdesk manager
        team.sudo().user_ids = [Command.link(program.people["command"].id)]
        tickets = self._as("command", self.env["helpdesk.ticket"]).create(
            [
                {
                    "name": name,
                    "description": name,
                    "team_id": team.id,
                    "dist_impact": impact,
                    "dist_urgency": urgency,
                    "dist_type": kind,
                    "dist_role": role,
                    "dist_cause_id": cause
                    and self.env.ref(
                        f"dist_hypercare_helpdesk_mgmt.ticket_cause_{cause}"
                    ).id,
                    "partner_id": program.people["lyon"].partner_id.id,
                }
                for name, impact, urgency, kind, role, cause in TICKETS
            ]
        )
        tickets.filtered(
            lambda ticket: ticket.dist_type == "enhancement"
        ).action_send_to_backlog()
        tickets.filtered(
            lambda ticket: ticket.dist_type == "question"
        ).stage_id = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        self.env["helpdesk.ticket"]._cron_detect()
        self._compute("ticket")

    def _workaround(self):
        workaround = self._as("lyon", self.env["dist.workaround"]).create(
            {
                **self.scope,
                "name": "Write the lot on the label by hand",
                "reason": "The label printer leaves the lot out.",
                "wave_id": self.wave.id,
                "risk_level": "high",
                "risk": "A lot that is misread can't be traced.",
                "removal": "Load the new label and print a test page.",
                "date_expiry": fields.Datetime.now() + timedelta(days=1),
                "owner_id": self.program.people["lyon"].id,
            }
        )
        self._as("command", workaround).action_authorize()

    def _improvements(self):
        self._as("consultant", self.env["dist.improvement"]).create(
            [
                {
                    "program_id": self.program.program.id,
                    "name": name,
                    "goal": goal,
                    "value": value,
                    "control": control,
                    "adoption": adoption,
                    "effort": effort,
                    "date_release": self.program.today + timedelta(days=60),
                }
                for name, goal, value, control, adoption, effort in IMPROVEMENTS
            ]
        )
        self._as("consultant", self.env["dist.benefit"]).create(
            {
                **self.scope,
                "driver": "fill_rate",
                "measure_id": self.env["dist.measure"]._get("order_fill_rate").id,
                "is_entered": True,
                "baseline_entered": 88,
                "unit_value": 4200,
            }
        )

    def _handover(self):
        """The support model is written; the run owner has accepted nothing yet."""
        care = self.env["dist.hypercare"].search([("site_id", "=", self.lyon.id)])
        action = self._as("command", care).action_open_handover()
        handover = self._as("command", self.env[action["res_model"]]).browse(
            action["res_id"]
        )
        handover.write(
            {
                "run_owner_id": self.program.people["lyon"].id,
                "support_model": "Super users first, then the service desk.",
            }
        )
        handover.action_collect_items()

    def _session(self):
        session = self._as("command", self.env["dist.hypercare.session"]).create(
            {"wave_id": self.wave.id, "date": self.program.today}
        )
        session.action_open()
        session.item_ids.filtered(lambda item: item.kind == "problem").write(
            {
                "decision": "Replace the label printer of dock 2",
                "owner_id": self.program.people["lyon"].id,
                "date_deadline": self.program.today + timedelta(days=1),
            }
        )
