from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_decision import DecisionCommon
from .common_raid import RaidCommon


@tagged("post_install", "-at_install")
class TestRisk(RaidCommon):
    def test_consultant_enters_a_risk_in_the_form(self):
        with Form(self.env["dist.risk"].with_user(self.user_consultant)) as form:
            form.name = "Carrier late"
            form.program_id = self.program
            form.site_id = self.site_a
            form.probability = 4
            form.impact = 5
        risk = form.record
        self.assertRecordValues(
            risk,
            [
                {
                    "score": 20,
                    "level": "critical",
                    "residual_score": 20,
                    "residual_level": "critical",
                    "state": "open",
                    "company_id": self.company.id,
                }
            ],
        )
        risk.write({"residual_probability": 2, "residual_impact": 5})
        self.assertEqual((risk.residual_score, risk.residual_level), (10, "high"))
        self.assertEqual(risk.level, "critical")

    def test_levels_cover_the_matrix(self):
        level = self.env["dist.risk"]._level_of
        self.assertEqual(
            [level(score) for score in (1, 4, 5, 9, 10, 15, 16, 25)],
            ["low", "low", "medium", "medium", "high", "high", "critical", "critical"],
        )

    def test_probability_and_impact_go_from_1_to_5(self):
        for field in ("probability", "impact"):
            for value in (0, 6, -1):
                with (
                    self.subTest(field=field, value=value),
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(IntegrityError),
                ):
                    self._create_risk(**{field: value})
        for value in (-1, 6):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                self._create_risk(residual_probability=value, residual_impact=value)

    def test_residual_is_assessed_as_a_whole(self):
        with self.assertRaisesRegex(ValidationError, "or neither of them"):
            self._create_risk(residual_probability=2)

    def test_archived_owner_is_refused(self):
        self.user_viewer.active = False
        with self.assertRaisesRegex(ValidationError, "is archived and can't own"):
            self._create_risk(owner_id=self.user_viewer.id)

    def test_site_of_another_program_is_refused(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        with self.assertRaisesRegex(ValidationError, "belongs to another program"):
            self._create_risk(
                self.user_admin, program_id=other.id, site_id=self.site_a.id
            )

    def test_state_is_protected(self):
        risk = self._create_risk().with_user(self.user_admin)
        for values in (
            {"state": "closed"},
            {"triggered_at": fields.Datetime.now()},
            {"trigger_count": 3},
            {"decision_id": 1},
            {"site_id": self.site_b.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                risk.write(values)
        with self.assertRaises(AccessError):
            self._create_risk(state="closed")

    def test_steps(self):
        risk = self._create_risk(mitigation=False, owner_id=False)
        mine = risk.with_user(self.user_consultant)
        with self.assertRaisesRegex(UserError, "(?s)Name the owner.*the mitigation"):
            mine.action_mitigate()
        mine.write({"mitigation": "Count", "owner_id": self.user_consultant.id})
        mine.action_mitigate()
        self.assertEqual(risk.state, "mitigating")
        mine.action_close()
        self.assertTrue(risk.closed_at)
        with self.assertRaisesRegex(UserError, "closed already"):
            mine.action_close()
        mine.action_reopen()
        self.assertRecordValues(risk, [{"state": "open", "closed_at": False}])
        with self.assertRaisesRegex(UserError, "Only closed and accepted"):
            mine.action_reopen()

    def test_steps_are_taken_by_consultants(self):
        risk = self._create_risk(site_id=self.site_a.id)
        for user in (self.user_viewer, self.user_governance, self.manager_a):
            for step in ("mitigate", "trigger", "accept", "close", "reopen"):
                with (
                    self.subTest(user=user.login, step=step),
                    self.assertRaises(AccessError),
                ):
                    getattr(risk.with_user(user), f"action_{step}")()

    def test_overdue(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        late = self._create_risk(date_deadline=yesterday)
        self._create_risk(date_deadline=fields.Date.today())
        self.assertTrue(late.is_overdue)
        Risk = self.env["dist.risk"]
        domain = [("program_id", "=", self.program.id), ("is_overdue", "=", True)]
        self.assertEqual(Risk.search(domain), late)
        late.with_user(self.user_consultant).action_close()
        self.assertFalse(Risk.search(domain))
        late.invalidate_recordset()
        self.assertFalse(late.is_overdue)

    def test_triggered_by_a_person(self):
        risk = self._create_risk(
            contingency_ids=[fields.Command.create({"name": "Count again", "days": 2})]
        )
        risk.with_user(self.user_consultant).action_trigger()
        task = risk.contingency_ids.task_id
        self.assertEqual(risk.state, "triggered")
        self.assertEqual(task.name, "Wrong stock: Count again")
        self.assertEqual(task.user_ids, self.user_consultant)
        self.assertEqual(task.project_id, self.program.project_id)
        self.assertEqual(risk.activity_ids.user_id, self.user_consultant)
        with self.assertRaisesRegex(UserError, "triggered or closed already"):
            risk.with_user(self.user_consultant).action_trigger()
        with self.assertRaisesRegex(UserError, "“Wrong stock: Count again” is not"):
            risk.with_user(self.user_consultant).action_close()
        task.state = "1_done"
        risk.with_user(self.user_consultant).action_close()
        self.assertFalse(risk.activity_ids)

    def test_archived_owner_does_not_stop_the_trigger(self):
        risk = self._create_risk(
            owner_id=self.user_viewer.id,
            contingency_ids=[fields.Command.create({"name": "Count again"})],
        )
        self.user_viewer.active = False
        risk._trigger("")
        self.assertEqual(risk.activity_ids.user_id, self.user_admin, "the manager")
        self.assertEqual(risk.contingency_ids.task_id.user_ids, self.user_admin)

    def test_started_contingency_stays(self):
        risk = self._create_risk(
            contingency_ids=[fields.Command.create({"name": "Count again"})]
        )
        risk._trigger("")
        with self.assertRaisesRegex(UserError, "stays in its plan"):
            risk.contingency_ids.with_user(self.user_consultant).unlink()
        with self.assertRaisesRegex(UserError, "stays on record"):
            risk.with_user(self.user_admin).unlink()
        with self.assertRaises(AccessError):
            risk.contingency_ids.with_user(self.user_admin).task_id = False

    def test_contingency_days(self):
        for days in (-1, 366):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                self._create_risk(
                    contingency_ids=[fields.Command.create({"name": "x", "days": days})]
                )

    def test_issue_comes_from_a_risk_once(self):
        risk = self._create_risk(probability=5, impact=5, contingency="By hand")
        mine = risk.with_user(self.user_consultant)
        mine.action_trigger()
        first = mine.action_create_issue()
        self.assertEqual(mine.action_create_issue()["res_id"], first["res_id"])
        self.assertRecordValues(
            risk.issue_ids,
            [{"severity": "critical", "workaround": "By hand", "state": "open"}],
        )
        self.assertEqual(risk.issue_count, 1)

    def test_copy_starts_anew(self):
        risk = self._create_risk(
            contingency_ids=[fields.Command.create({"name": "Count again"})]
        )
        risk._trigger("")
        copy = risk.with_user(self.user_consultant).copy()
        self.assertRecordValues(
            copy, [{"state": "open", "triggered_at": False, "trigger_count": 0}]
        )
        self.assertEqual(copy.contingency_ids.name, "Count again")
        self.assertFalse(copy.contingency_ids.task_id)

    def test_list_asks_a_fixed_number_of_queries(self):
        names = ["indicator_count", "crossed_count", "task_count", "issue_count"]
        few = self.env["dist.risk"].browse(self._create_risk().ids)
        many = few.browse([self._create_risk().id for _index in range(20)])
        self.env.invalidate_all()
        few.read(names)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        few.read(names)
        cost = self.env.cr.sql_log_count - before
        self.env.invalidate_all()
        with self.assertQueryCount(cost):
            many.read(names)

    # -- catalogue ----------------------------------------------------------------

    def test_catalogue_has_the_25_named_risks(self):
        risks = self.env["dist.risk.template"].search([])
        self.assertEqual(len(risks), 25)
        for risk in risks:
            with self.subTest(risk.code):
                for field in (
                    "description",
                    "cause",
                    "consequence",
                    "mitigation",
                    "contingency",
                    "warning_sign",
                    "owner_role",
                ):
                    self.assertTrue(risk[field], field)
                self.assertTrue(risk._contingency_names())
        codes = set(risks.mapped("measure_code"))
        self.assertLessEqual(
            {"drift_uncovered", "migration_stock_variance", "on_time_shipment"}, codes
        )

    def _wizard(self, user=None, **values):
        return (
            self.env["dist.risk.catalogue.wizard"]
            .with_user(user or self.user_consultant)
            .create({"program_id": self.program.id, **values})
        )

    def test_add_from_the_catalogue_is_idempotent(self):
        self._wizard().action_confirm()
        risks = self.program.risk_ids
        self.assertEqual(len(risks), 25)
        stock = risks.filtered(
            lambda risk: risk.template_id.code == "wrong_opening_inventory"
        )
        self.assertEqual(stock.owner_id, self.user_consultant)
        self.assertEqual(len(stock.contingency_ids), 3)
        # the consultant's company has two of the three sites
        self.assertEqual(stock.indicator_ids.site_id, self.site_a | self.site_b)
        self.assertEqual(set(stock.indicator_ids.mapped("result")), {"no_evidence"})
        stock.with_user(self.user_consultant).active = False
        self._wizard().action_confirm()
        self.assertEqual(
            self.env["dist.risk"]
            .with_context(active_test=False)
            .search_count([("program_id", "=", self.program.id)]),
            25,
        )

    def test_add_from_the_catalogue_by_site(self):
        template = self.env["dist.risk.template"].search([], limit=2)
        values = {
            "site_ids": [fields.Command.set((self.site_a | self.site_b).ids)],
            "template_ids": [fields.Command.set(template.ids)],
        }
        for _run in range(2):
            self._wizard(**values).action_confirm()
        self.assertEqual(len(self.program.risk_ids), 4)
        self.assertEqual(self.program.risk_ids.site_id, self.site_a | self.site_b)
        with self.assertRaisesRegex(UserError, "Choose the risks"):
            self._wizard(template_ids=False).action_confirm()

    def test_same_catalogue_risk_twice_is_refused(self):
        template = self.env["dist.risk.template"].search([], limit=1)
        self._create_risk(template_id=template.id)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
        ):
            self._create_risk(template_id=template.id)


@tagged("post_install", "-at_install")
class TestRiskAcceptance(DecisionCommon, RaidCommon):
    def test_small_risk_is_accepted_by_its_consultant(self):
        risk = self._create_risk(probability=2, impact=2)
        risk.with_user(self.user_consultant).action_accept()
        self.assertEqual(risk.state, "accepted")
        self.assertFalse(risk.decision_id)

    def test_high_risk_is_accepted_by_its_body(self):
        risk = self._create_risk(probability=4, impact=4)
        mine = risk.with_user(self.user_consultant)
        mine.action_accept()
        self.assertEqual(risk.state, "open")
        self.assertEqual(risk.decision_state, "proposed")
        self._decide(risk)
        self.assertEqual(risk.state, "accepted")
        self.assertTrue(risk.decision_in_force)
        with self.assertRaisesRegex(UserError, "accepted as it stands"):
            mine.probability = 5
        mine.action_reopen()
        self.assertEqual(risk.state, "open")
        mine.action_accept()
        self.assertEqual(risk.state, "accepted", "the approval is still in force")
        mine.action_reopen()
        mine.impact = 5
        mine.action_accept()
        self.assertEqual(risk.state, "open", "what changed is decided anew")

    def test_rejected_acceptance(self):
        risk = self._create_risk(probability=4, impact=4)
        risk.with_user(self.user_consultant).action_accept()
        self._decide(risk, approve=False)
        self.assertEqual(risk.state, "open")

    def test_acceptance_ends(self):
        today = fields.Date.today()
        risk = self._create_risk(
            probability=1, impact=1, accepted_until=today - timedelta(days=1)
        )
        with self.assertRaisesRegex(UserError, "have ended already"):
            risk.with_user(self.user_consultant).action_accept()
        risk.accepted_until = today
        risk.with_user(self.user_consultant).action_accept()
        risk.sudo().accepted_until = today - timedelta(days=1)
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_rollout_governance.ir_cron_risk_acceptance"
            ).method_direct_trigger()
        self.assertEqual(risk.state, "open")
        self.assertTrue(risk.activity_ids)

    def test_accepted_risk_is_triggered_all_the_same(self):
        risk = self._create_risk(probability=1, impact=1)
        risk.with_user(self.user_consultant).action_accept()
        risk.with_user(self.user_consultant).action_trigger()
        self.assertEqual(risk.state, "triggered")
