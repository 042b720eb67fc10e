from datetime import date, timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged, users
from odoo.tools import mute_logger

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon

START = date(2026, 3, 10)
CODES = ("order_fill_rate", "on_time_shipment", "inventory_accuracy")


class HypercareExitCommon(RolloutCommon):
    """A wave in hypercare since 10 March 2026 with site A, B (Paris) and C (New York).

    Values are stored, not computed: the figures themselves are tested elsewhere. The
    handovers are signed where ``_signs_handovers``, and the default criteria are those
    that judge the days.
    """

    _signs_handovers = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dist.hypercare.criterion.template"].search(
            [("measure_id.code", "not in", CODES)]
        ).active = False
        cls.sites = cls.site_a | cls.site_b | cls.site_c
        cls.sites.cutover_at = "2026-03-09 20:00:00"
        cls.wave = cls.env["dist.wave"].create(
            {
                "name": "Pilot",
                "program_id": cls.program.id,
                "site_ids": [Command.set(cls.sites.ids)],
                "gate_ids": [
                    Command.create({"site_id": site.id}) for site in cls.sites
                ],
                "state": "cutover",
            }
        )
        with freeze_time("2026-03-10 12:00:00"):
            cls.wave.with_user(cls.user_consultant).action_start_hypercare()
        cls.hypercare = cls.wave.hypercare_ids.sorted(lambda one: one.site_id.code)
        cls.care_a, cls.care_b, cls.care_c = cls.hypercare
        cls.governance_2 = cls._create_user("governance", "governance_2")
        for user in (cls.user_governance, cls.user_command_center):
            user.name = user.login
        if cls._signs_handovers:
            cls._sign_handovers()

    @classmethod
    def _sign_handovers(cls):
        """Have the handover of each site signed by somebody of the command center."""
        signer = new_test_user(
            cls.env,
            "handover_signer",
            groups="dist_rollout_governance.group_command_center",
            company_id=cls.company.id,
            company_ids=[Command.set((cls.company | cls.company_c).ids)],
        )
        for handover in cls.env["dist.hypercare.handover"].create(
            [
                {
                    "hypercare_id": hypercare.id,
                    "run_owner_id": cls.user_viewer.id,
                    "support_model": "Service desk",
                    "knowledge": "Articles",
                }
                for hypercare in cls.hypercare
            ]
        ):
            handover.with_user(signer)._sign(
                "support_lead", "Handover Signer", cls.signature
            )

    @classmethod
    def _day(cls, site, offset, *values):
        """Store a value for each measure on a day; None leaves it out."""
        for code, value in zip(CODES, values, strict=True):
            if value is not None:
                cls._store(
                    cls.env["dist.measure"]._get(code),
                    site,
                    START + timedelta(days=offset),
                    value,
                    100,
                )

    @classmethod
    def _clean_days(cls, site, count, first=0):
        for offset in range(first, first + count):
            cls._day(site, offset, 100, 97, 99)

    def _evaluate(self, offset, hypercare=None):
        """Evaluate on the morning (UTC) of a day, as the scheduled action does."""
        morning = START + timedelta(days=offset)
        with freeze_time(f"{morning} 09:00:00"):
            (hypercare or self.hypercare)._evaluate()

    def _sign(self, hypercare, user, role, offset=5):
        with freeze_time(f"{START + timedelta(days=offset)} 10:00:00"):
            return hypercare.with_user(user)._sign(role, user.name, self.signature)


@tagged("post_install", "-at_install")
class TestHypercareStreak(HypercareExitCommon):
    def test_start_creates_one_for_each_site_once(self):
        self.assertEqual(self.wave.state, "hypercare")
        self.assertEqual(self.hypercare.site_id, self.sites)
        self.assertEqual(
            self.care_a.criterion_ids.measure_id.mapped("code"), list(CODES)
        )
        self.assertEqual(set(self.hypercare.mapped("state")), {"monitoring"})
        self.wave._create_hypercare()
        self.assertEqual(self.wave.hypercare_ids, self.hypercare)

    def test_five_clean_days_are_eligible(self):
        self._clean_days(self.site_a, 5)
        self._evaluate(4)
        self.assertEqual((self.care_a.clean_days, self.care_a.state), (4, "monitoring"))
        self._evaluate(5)
        self.assertEqual((self.care_a.clean_days, self.care_a.state), (5, "eligible"))
        self.assertFalse(self.care_a.exit_obstacles)
        self.assertEqual((self.care_b.clean_days, self.care_b.state), (0, "monitoring"))

    def test_red_day_starts_again(self):
        self._clean_days(self.site_a, 4)
        self._day(self.site_a, 4, 94.99, 100, 100)
        self._evaluate(5)
        self.assertRecordValues(
            self.care_a,
            [
                {
                    "clean_days": 0,
                    "last_red_day": date(2026, 3, 14),
                    "last_clean_day": date(2026, 3, 13),
                    "state": "monitoring",
                }
            ],
        )
        self._clean_days(self.site_a, 5, first=5)
        self._evaluate(10)
        self.assertEqual((self.care_a.clean_days, self.care_a.state), (5, "eligible"))

    def test_red_day_after_eligible(self):
        self._clean_days(self.site_a, 6)
        self._evaluate(6)
        self.assertEqual(self.care_a.state, "eligible")
        self._day(self.site_a, 6, 100, 100, 97)
        self._evaluate(7)
        self.assertEqual((self.care_a.clean_days, self.care_a.state), (0, "monitoring"))

    def test_one_red_value_makes_the_day_red(self):
        """Even when another criterion has no value on that day."""
        self._clean_days(self.site_a, 3)
        self._day(self.site_a, 3, None, 80, None)
        self._evaluate(4)
        self.assertEqual(self.care_a.clean_days, 0)
        self.assertEqual(self.care_a.last_red_day, date(2026, 3, 13))

    def test_days_without_evidence_neither_count_nor_reset(self):
        """A Sunday without any record, and a day on which nobody counted."""
        self._clean_days(self.site_a, 2)
        self._day(self.site_a, 3, 100, 100, None)
        self._clean_days(self.site_a, 3, first=4)
        self._evaluate(7)
        self.assertEqual((self.care_a.clean_days, self.care_a.state), (5, "eligible"))

    def test_old_proof_is_not_enough(self):
        """Five clean days, then nothing: the date alone closes nothing."""
        self._clean_days(self.site_a, 5)
        self._evaluate(60)
        self.assertEqual((self.care_a.clean_days, self.care_a.state), (5, "monitoring"))
        self.assertIn("too old", self.care_a.exit_obstacles)

    def test_only_ended_days_since_the_start_are_judged(self):
        self._day(self.site_a, -1, 0, 0, 0)
        self._clean_days(self.site_a, 1)
        self._day(self.site_a, 1, 0, 0, 0)
        self._evaluate(1)
        self.assertEqual(self.care_a.clean_days, 1)
        self.assertFalse(self.care_a.last_red_day)
        self._evaluate(2)
        self.assertEqual(self.care_a.clean_days, 0)

    def test_the_day_ends_in_the_sites_timezone(self):
        """At 1 am UTC the day is over in Paris and not in New York."""
        for site in (self.site_a, self.site_c):
            self._clean_days(site, 1)
        with freeze_time("2026-03-11 01:00:00"):
            self.hypercare._evaluate()
        self.assertEqual(self.care_a.clean_days, 1)
        self.assertEqual(self.care_c.clean_days, 0)

    def test_attested_criterion_is_needed_at_the_exit_only(self):
        self.env["dist.hypercare.criterion"].create(
            {
                "hypercare_id": self.care_a.id,
                "name": "Handover",
                "source": "attested",
            }
        )
        self._clean_days(self.site_a, 5)
        self._evaluate(5)
        self.assertEqual((self.care_a.clean_days, self.care_a.state), (5, "monitoring"))
        self.assertIn("Handover", self.care_a.exit_obstacles)

    def test_without_criteria_nothing_is_eligible(self):
        self.care_a.criterion_ids.unlink()
        self._clean_days(self.site_a, 9)
        self._evaluate(9)
        self.assertEqual((self.care_a.clean_days, self.care_a.state), (0, "monitoring"))
        self.assertIn("no exit criterion", self.care_a.exit_obstacles)

    def test_evaluation_is_repeatable_and_writes_changes_only(self):
        self._clean_days(self.site_a, 5)
        self._evaluate(5)
        first = self.care_a.evaluated_at
        self.env.flush_all()
        self._evaluate(6)
        self.assertEqual(self.care_a.evaluated_at, first)
        self.assertEqual(self.care_a.clean_days, 5)

    def test_one_statement_for_all(self):
        self._clean_days(self.site_a, 5)
        self.env.flush_all()
        self.hypercare._streaks()
        with self.assertQueryCount(1):
            streaks = self.hypercare._streaks()
        self.assertEqual(list(streaks), self.care_a.ids)

    def test_scheduled_action(self):
        self._clean_days(self.site_a, 5)
        with freeze_time("2026-03-15 09:00:00"), self.enter_registry_test_mode():
            self.env.ref(
                "dist_hypercare.ir_cron_hypercare_evaluate"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.care_a.state, "eligible")

    def test_figures_on_the_card(self):
        self._day(self.site_a, 0, 90, 97, None)
        self._evaluate(1)
        self.assertEqual(self.care_a.red_count, 1)
        self.assertEqual(
            [(line["value"], line["result"]) for line in self.care_a.criterion_summary],
            [("90 %", "failed"), ("97 %", "passed"), ("–", "no_evidence")],
        )


@tagged("post_install", "-at_install")
class TestHypercareExit(HypercareExitCommon):
    def _make_eligible(self):
        self._clean_days(self.site_a, 5)
        self._evaluate(5)
        self.assertEqual(self.care_a.state, "eligible")

    def test_refused_before_eligible_and_says_why(self):
        self._clean_days(self.site_a, 3)
        self._day(self.site_a, 3, 100, 100, 40)
        with freeze_time("2026-03-14 09:00:00"):
            with self.assertRaises(UserError) as raised:
                self.care_a.with_user(self.user_governance).action_exit()
        message = str(raised.exception)
        self.assertIn("5 more clean days are needed: 0 of 5 so far", message)
        self.assertIn("Inventory accuracy: is 40 %, must be at least 98 %", message)
        with self.assertRaisesRegex(UserError, "can't be exited yet"):
            self._sign(self.care_a, self.user_command_center, "support_lead", 4)

    def test_two_keys_exit(self):
        self._make_eligible()
        self._sign(self.care_a, self.user_command_center, "support_lead")
        self.assertEqual(self.care_a.state, "eligible")
        self._sign(self.care_a, self.user_governance, "steering")
        self.assertEqual(self.care_a.state, "exited")
        self.assertTrue(self.care_a.exited_at)
        # Later figures change nothing any more.
        self._day(self.site_a, 5, 0, 0, 0)
        self._evaluate(6)
        self.assertEqual(self.care_a.state, "exited")
        with self.assertRaisesRegex(UserError, "exited already"):
            self._sign(self.care_a, self.governance_2, "steering", 6)

    def test_one_person_gives_one_key(self):
        self._make_eligible()
        self.user_governance.group_ids = [
            Command.link(
                self.env.ref("dist_rollout_governance.group_command_center").id
            )
        ]
        self._sign(self.care_a, self.user_governance, "support_lead")
        with self.assertRaisesRegex(UserError, "another person"):
            self._sign(self.care_a, self.user_governance, "steering")

    def test_a_red_day_voids_the_first_key(self):
        self._make_eligible()
        self._sign(self.care_a, self.user_command_center, "support_lead")
        self._day(self.site_a, 5, 0, 100, 100)
        self._clean_days(self.site_a, 5, first=6)
        self._evaluate(11)
        self.assertEqual(self.care_a.state, "eligible")
        self.assertEqual(self.care_a.signoff_state, "stale")
        self.assertIn("last_red_day", self.care_a.signoff_difference)
        self._sign(self.care_a, self.user_governance, "steering", 11)
        self.assertEqual(self.care_a.state, "eligible", "One valid key is not two.")
        self._sign(self.care_a, self.user_command_center, "support_lead", 11)
        self.assertEqual(self.care_a.state, "exited")

    def test_easier_demands_void_the_keys(self):
        self._make_eligible()
        self._sign(self.care_a, self.user_command_center, "support_lead")
        self.care_a.with_user(self.user_consultant).required_clean_days = 1
        self.care_a.invalidate_recordset()
        self.assertEqual(self.care_a.signoff_state, "stale")

    def test_other_roles_do_not_sign(self):
        self._make_eligible()
        for user in (
            self.user_viewer,
            self.user_consultant,
            self.user_admin,
            self.user_steward,
            self.manager_a,
        ):
            for role in ("support_lead", "steering"):
                with self.subTest(user=user.login, role=role):
                    with self.assertRaises(AccessError):
                        self._sign(self.care_a, user, role)
        with self.assertRaises(AccessError):
            self._sign(self.care_a, self.user_command_center, "steering")
        with self.assertRaises(AccessError):
            self._sign(self.care_a, self.user_governance, "support_lead")
        with self.assertRaises(AccessError):
            self._sign(self.care_a, self.user_governance, "nonsense")

    def test_signer_did_not_attest(self):
        criterion = self.env["dist.hypercare.criterion"].create(
            {
                "hypercare_id": self.care_a.id,
                "name": "Handover",
                "source": "attested",
            }
        )
        self.user_governance.group_ids = [
            Command.link(self.env.ref("dist_rollout_governance.group_consultant").id)
        ]
        self._clean_days(self.site_a, 5)
        document = self._create_document(self.user_governance)
        with freeze_time("2026-03-15 09:00:00"):
            criterion.with_user(self.user_governance)._attest("passed", document)
        self._evaluate(5)
        self.assertEqual(self.care_a.state, "eligible")
        with self.assertRaisesRegex(UserError, "attested “Handover” yourself"):
            self._sign(self.care_a, self.user_governance, "steering")
        self._sign(self.care_a, self.governance_2, "steering")

    def test_revoke_before_the_exit_only(self):
        self._make_eligible()
        self._sign(self.care_a, self.user_command_center, "support_lead")
        care = self.care_a.with_user(self.user_command_center)
        care._revoke_signoff("support_lead", "Signed too early")
        self.assertEqual(self.care_a.signoff_state, "none")
        self._sign(self.care_a, self.user_command_center, "support_lead")
        self._sign(self.care_a, self.user_governance, "steering")
        with self.assertRaisesRegex(UserError, "the exit stands"):
            care._revoke_signoff("support_lead", "Too late")

    def test_wave_is_stabilized_after_the_last_exit(self):
        wave = self.wave.with_user(self.user_consultant)
        for site in self.sites:
            self._clean_days(site, 5)
        self._evaluate(5)
        for care in self.hypercare[:2]:
            self._sign(care, self.user_command_center, "support_lead")
            self._sign(care, self.user_governance, "steering")
        with self.assertRaisesRegex(UserError, "C Site C has not been exited"):
            wave.action_stabilize()
        people = self.user_command_center | self.user_governance
        people.company_ids = [Command.link(self.company_c.id)]
        companies = people.company_ids.ids
        for user, role in (
            (self.user_command_center, "support_lead"),
            (self.user_governance, "steering"),
        ):
            care = self.care_c.with_context(allowed_company_ids=companies)
            self._sign(care, user, role)
        self.assertEqual(self.wave.hypercare_exited_count, 3)
        wave.action_stabilize()
        self.assertEqual(self.wave.state, "stabilized")

    def test_signed_is_not_deleted(self):
        self._make_eligible()
        self._sign(self.care_a, self.user_command_center, "support_lead")
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            self.care_a.with_user(self.user_admin).unlink()

    def test_buttons(self):
        self._make_eligible()
        with freeze_time("2026-03-15 10:00:00"):
            action = self.care_a.with_user(self.user_governance).action_exit()
        self.assertEqual(action["context"]["default_role"], "steering")
        action = self.care_a.action_open_values()
        self.assertEqual(
            self.env["dist.measure.value"].search_count(action["domain"]), 15
        )
        action = self.care_a.action_open_criteria()
        self.assertEqual(
            self.env["dist.hypercare.criterion"].search(action["domain"]),
            self.care_a.criterion_ids,
        )
        action = self.wave.action_open_hypercare()
        self.assertEqual(
            self.env["dist.hypercare"].search(action["domain"]), self.hypercare
        )

    @mute_logger("odoo.sql_db")
    def test_constraints(self):
        with self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint():
            self.care_a.required_clean_days = 0
            self.env.flush_all()
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            self.env["dist.hypercare"].create(
                {"wave_id": self.wave.id, "site_id": self.site_a.id}
            )
        foreign = self._create_site("X", manager_id=self.manager_a.id)
        with self.assertRaisesRegex(UserError, "not a site of"):
            self.env["dist.hypercare"].create(
                {"wave_id": self.wave.id, "site_id": foreign.id}
            )


@tagged("post_install", "-at_install")
class TestHypercareAccess(HypercareExitCommon):
    PROTECTED = {
        "state": "exited",
        "clean_days": 99,
        "last_clean_day": "2026-03-10",
        "last_red_day": "2026-03-10",
        "started_at": "2020-01-01 00:00:00",
        "exited_at": "2026-03-10 00:00:00",
    }

    def test_protected_fields_by_write_create_and_import(self):
        care = self.care_a.with_user(self.user_admin)
        keys = {"install_mode": True, "tracking_disable": True, "import_file": True}
        for context in ({}, keys):
            for name, value in self.PROTECTED.items():
                with self.subTest(name=name, context=context):
                    with self.assertRaises(AccessError):
                        care.with_context(**context).write({name: value})
                    with self.assertRaises(AccessError):
                        self.env["dist.hypercare"].with_user(
                            self.user_admin
                        ).with_context(**context).create(
                            {
                                "wave_id": self.wave.id,
                                "site_id": self.site_a.id,
                                name: value,
                            }
                        )
        result = care.load([".id", "state"], [[str(care.id), "Exited"]])
        self.assertFalse(result["ids"])
        self.assertEqual(self.care_a.state, "monitoring")

    def test_criterion_results_are_protected(self):
        criterion = self.care_a.criterion_ids[0].with_user(self.user_consultant)
        criterion.threshold = 90
        for vals in ({"result": "passed"}, {"actual_value": 100}):
            with self.assertRaises(AccessError):
                criterion.write(vals)
            with self.assertRaises(AccessError):
                criterion.hypercare_id.write(
                    {"criterion_ids": [Command.update(criterion.id, vals)]}
                )

    def test_links_stay(self):
        with self.assertRaises(AccessError):
            self.care_a.with_user(self.user_consultant).site_id = self.site_b
        with self.assertRaises(AccessError):
            self.care_a.criterion_ids.with_user(
                self.user_consultant
            ).hypercare_id = self.care_b

    @users("rollout_manager_a")
    def test_site_manager_sees_own_sites_only(self):
        for model in ("dist.hypercare", "dist.hypercare.criterion"):
            Model = self.env[model]
            with self.subTest(model=model):
                self.assertEqual(Model.search([]).site_id.ids, self.site_a.ids)
                groups = Model._read_group([], ["site_id"], ["__count"])
                self.assertEqual([site.id for site, _count in groups], self.site_a.ids)
                self.assertFalse(
                    Model.search_count([("site_id.name", "ilike", "Site B")])
                )
                self.assertEqual(
                    [
                        group["site_id"][0]
                        for group in Model.formatted_read_group(
                            [], ["site_id"], ["__count"]
                        )
                    ],
                    self.site_a.ids,
                )

    @users("rollout_manager_a")
    def test_another_sites_manager_is_refused_at_every_door(self):
        foreign = self.care_b.with_env(self.env)
        own = self.care_a.with_env(self.env)
        own.action_evaluate()
        self.assertTrue(own.criterion_summary)
        for attempt in (
            lambda: foreign.read(["state"]),
            lambda: foreign.web_read({"state": {}}),
            lambda: foreign.criterion_ids.read(["result"]),
            lambda: foreign.action_evaluate(),
            lambda: foreign.action_exit(),
            lambda: foreign.action_open_signoff(),
            lambda: foreign._sign("steering", "Manager", self.signature),
            lambda: foreign.write({"required_clean_days": 1}),
            lambda: own.write({"required_clean_days": 1}),
            lambda: own.criterion_ids.write({"threshold": 0}),
            lambda: own.unlink(),
            lambda: own.copy(),
            lambda: foreign.message_post(body="Hello"),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_roles_and_companies(self):
        for user in (
            self.user_viewer,
            self.user_governance,
            self.user_command_center,
            self.user_finance,
        ):
            found = self.env["dist.hypercare"].with_user(user).search([])
            self.assertEqual(found, self.care_a | self.care_b, user.login)
            with self.assertRaises(AccessError):
                found.write({"required_clean_days": 1})
        self.assertEqual(
            self.env["dist.hypercare"].with_user(self.manager_c).search([]), self.care_c
        )
        with self.assertRaises(AccessError):
            self.care_a.with_user(self.user_nobody).read(["state"])
        with self.assertRaises(AccessError):
            self.env["dist.hypercare.criterion.template"].with_user(
                self.user_command_center
            ).search([]).write({"threshold": 0})

    def test_the_start_is_the_consultants(self):
        """A consultant starts hypercare, for sites of companies not seen as well."""
        self.assertNotIn(self.company_c, self.user_consultant.company_ids)
        self.assertEqual(len(self.wave.hypercare_ids), 3)
        with self.assertRaises(AccessError):
            self.wave.with_user(self.user_command_center).action_start_hypercare()
