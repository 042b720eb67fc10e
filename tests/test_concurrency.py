"""Signing and voting at the same moment, on a real server with several processes.

Every session is an HTTP client with its own API key; nothing is mocked. The server
runs on a database of the test's own.
"""

import json
import os
import subprocess
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from api_server import ApiServer

import template_db

HERE = Path(__file__).parent
SITES, DEPUTIES = 12, 8


class TestConcurrency(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = f"race_{os.getpid()}"
        cls.addClassCleanup(template_db.drop, cls.database)
        template_db.clone(template_db.full_template(), cls.database)
        printed = subprocess.run(
            [
                "python",
                HERE.parent / "tools" / "in_odoo.py",
                cls.database,
                HERE / "concurrency_data.py",
            ],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        cls.data = json.loads(printed.strip().splitlines()[-1])
        cls.server = ApiServer(cls.database)
        cls.addClassCleanup(cls.server.kill)

    def _sign(self, person, gate):
        return self._sign_as(self.data["keys"][person], "dist.gate", gate)

    def _sign_as(self, key, model, record, role="site_manager"):
        """Sign a record through the dialog, as the web client does."""
        status, answer = self.server.call(
            key,
            "dist.signoff.wizard",
            "create",
            vals_list=[
                {
                    "res_model": model,
                    "res_id": record,
                    "role": role,
                    "verdict": "sign",
                    "signer_name": "Ada Lovelace",
                    "confirmed": True,
                    "signature": self.data["signature"],
                }
            ],
        )
        self.assertEqual(status, 200, answer)
        return self.server.call(
            key, "dist.signoff.wizard", "action_confirm", ids=answer
        )

    def _together(self, jobs):
        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(lambda job: self._sign(*job), jobs))

    def _rows(self, gate=None):
        """Return the rows of the chain that is signed at once, or those of a gate."""
        condition = f" WHERE chain_id = {self.data['chain']}"
        if gate:
            condition += f" AND res_id = {gate}"
        printed = template_db.sql(
            "SELECT COALESCE(json_agg(json_build_array(seq, res_id, signer_id)"
            f" ORDER BY seq), '[]') FROM dist_signoff{condition}",
            self.database,
        )
        return json.loads(printed[0])

    def _assert_chain_intact(self):
        seqs = [seq for seq, _gate, _signer in self._rows()]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)), "no gap, no fork")
        code = template_db.script(
            self.database, str(HERE / "check_chain.py"), str(self.data["chain"])
        )
        self.assertEqual(code, 0)

    def test_1_twelve_managers_sign_twelve_gates_of_one_chain(self):
        gates = self.data["gates"]
        answers = self._together(
            [(person, gates[person]) for person in range(1, SITES)]
        )
        self.assertEqual([status for status, _answer in answers], [200] * (SITES - 1))
        self.assertEqual(len(self._rows()), SITES - 1)
        self._assert_chain_intact()

    def test_2_eight_people_sign_one_gate(self):
        gate = self.data["gates"][0]
        answers = self._together([(SITES + index, gate) for index in range(DEPUTIES)])
        self.assertEqual(len(self._rows(gate)), 1)
        won = [answer for status, answer in answers if status == 200]
        lost = [answer for status, answer in answers if status != 200]
        self.assertEqual(len(won), 1, answers)
        for answer in lost:
            self.assertRegex(answer["message"], "was signed by User sign.* on 20")
        self._assert_chain_intact()

    def test_3_double_click(self):
        """The same person confirms five times at once: one row, five receipts."""
        gate = self.data["gates"][0]
        [[_seq, _gate, signer]] = self._rows(gate)
        winner = self._person_of(signer)
        answers = self._together([(winner, gate)] * 5)
        self.assertEqual({status for status, _answer in answers}, {200}, answers)
        self.assertEqual(len({answer["res_id"] for _status, answer in answers}), 1)
        self.assertEqual(len(self._rows(gate)), 1)

    def test_4_killed_while_signing_loses_nothing_acknowledged(self):
        """Fault 6, see ``test_faults.py``."""
        gates = self._reopen()
        acknowledged = []

        def sign(person):
            try:
                status, _answer = self._sign(person, gates[person])
            except (requests.ConnectionError, AssertionError):
                return
            if status == 200:
                acknowledged.append(gates[person])

        before = len(self._rows())
        with ThreadPoolExecutor(SITES) as pool:
            for person in range(1, SITES):
                pool.submit(sign, person)
            time.sleep(0.6)
            self.server.kill()
        self.server.start()
        signed = {gate for _seq, gate, _signer in self._rows()[before:]}
        self.assertLessEqual(set(acknowledged), signed)
        # Whoever got no answer asks again and gets the row that is there, or signs.
        answers = self._together(
            [(person, gates[person]) for person in range(1, SITES)]
        )
        self.assertEqual({status for status, _answer in answers}, {200}, answers)
        self.assertEqual(len(self._rows()), before + SITES - 1)
        self._assert_chain_intact()

    def test_5_two_members_cast_the_deciding_vote(self):
        decision = self.data["decisions"][0]
        self.assertEqual(self._vote(0, decision)[0], 200)
        self.assertEqual(self._vote(1, decision, "against")[0], 200)
        answers = self._at_once(
            lambda person: self._vote(person, decision), range(2, 5)
        )
        statuses = [status for status, _answer in answers]
        self.assertEqual(statuses.count(200), 1, answers)
        for status, answer in answers:
            if status != 200:
                self.assertIn("is not open for votes", answer["message"])
        self.assertEqual(self._decision(decision), ["approved", 2, 1])
        # what follows from the decision was done once
        logs = template_db.sql(
            "SELECT COUNT(*) FROM mail_message WHERE model = 'dist.program'"
            " AND body LIKE '%approved by%'",
            self.database,
        )
        self.assertEqual(logs, ["1"])

    def test_6_everybody_votes_at_once(self):
        decision = self.data["decisions"][1]
        answers = self._at_once(lambda person: self._vote(person, decision), range(5))
        self.assertEqual([status for status, _answer in answers].count(200), 3, answers)
        self.assertEqual(self._decision(decision), ["approved", 3, 0])

    def test_7_member_votes_twice_at_once(self):
        decision = self.data["decisions"][2]
        answers = self._at_once(lambda _n: self._vote(0, decision), range(4))
        self.assertEqual([status for status, _answer in answers].count(200), 1, answers)
        self.assertEqual(self._decision(decision), ["proposed", 1, 0])

    def test_8_member_is_archived_while_voting(self):
        """A body that loses its quorum keeps the votes and decides nothing."""
        decision = self.data["decisions"][3]
        self.assertEqual(self._vote(0, decision)[0], 200)
        jobs = [lambda: self._vote(1, decision)] + [
            lambda person=person: self._archive(person) for person in (2, 3, 4)
        ]
        answers = self._at_once(lambda job: job(), jobs)
        self.assertEqual({status for status, _answer in answers}, {200}, answers)
        self.assertEqual(self._decision(decision), ["proposed", 2, 0])
        status, answer = self.server.call(
            self.data["voters"][0],
            "dist.decision",
            "read",
            ids=[decision],
            fields=["obstacle", "open_seat_count"],
        )
        self.assertEqual(status, 200, answer)
        self.assertEqual(answer[0]["open_seat_count"], 0)
        self.assertIn("Appoint members", answer[0]["obstacle"])
        self.assertNotEqual(self._vote(2, decision)[0], 200)

    def test_9_member_is_archived_at_the_deciding_vote(self):
        """Whoever comes first: the vote counts, or it is refused as a whole."""
        for person in (2, 3, 4):
            self.assertEqual(self._archive(person, active=True)[0], 200)
        decision = self.data["decisions"][4]
        for person in (0, 1):
            self.assertEqual(self._vote(person, decision)[0], 200)
        (voted, _answer), (archived, answer) = self._at_once(
            lambda job: job(),
            [lambda: self._vote(2, decision), lambda: self._archive(2)],
        )
        self.assertEqual(archived, 200, answer)
        expected = ["approved", 3, 0] if voted == 200 else ["proposed", 2, 0]
        self.assertEqual(self._decision(decision), expected)

    def test_10_one_request_of_several_at_once(self):
        answers = self._at_once(
            lambda _n: self.server.call(
                self.data["consultant"],
                "dist.option.choice",
                "action_request_decision",
                ids=[self.data["choice"]],
            ),
            range(4),
        )
        self.assertEqual([status for status, _answer in answers].count(200), 1, answers)
        for status, answer in answers:
            if status != 200:
                self.assertIn("already", answer["message"])
        count = template_db.sql(
            "SELECT COUNT(*) FROM dist_decision WHERE res_model = 'dist.option.choice'"
            f" AND res_id = {self.data['choice']}",
            self.database,
        )
        self.assertEqual(count, ["1"])

    def test_11_deviation_ends_while_its_gate_is_signed(self):
        """Whoever comes first: refused, or signed and stale; never over drift."""
        for person, (gate, deviation) in enumerate(
            zip(self.data["drift_gates"], self.data["deviations"], strict=True)
        ):
            (signed, refusal), (closed, answer) = self._at_once(
                lambda job: job(),
                [
                    lambda p=person, g=gate: self._sign(p, g),
                    lambda d=deviation: self.server.call(
                        self.data["consultant"],
                        "dist.deviation",
                        "action_close",
                        ids=[d],
                    ),
                ],
            )
            self.assertEqual(closed, 200, answer)
            _status, [live] = self.server.call(
                self.data["consultant"],
                "dist.gate",
                "read",
                ids=[gate],
                fields=["signoff_state", "is_passed"],
            )
            self.assertFalse(live["is_passed"])
            if signed == 200:
                self.assertEqual(live["signoff_state"], "stale")
            else:
                self.assertIn("Drift: is 1", refusal["message"])
                self.assertNotIn(live["signoff_state"], ("signed", "stale"))

    def test_12_stock_turns_negative_while_its_gate_is_signed(self):
        """Whoever comes first: refused, or signed and stale; never over red lines."""
        data = self.data
        for person, (gate, location) in enumerate(
            zip(data["stock_gates"], data["stock_locations"], strict=True)
        ):
            (signed, refusal), _counted = self._at_once(
                lambda job: job(),
                [
                    lambda p=person, g=gate: self._sign(p, g),
                    lambda place=location: self._count(place, -1),
                ],
            )
            status, answer = self.server.call(
                data["consultant"], "dist.gate", "action_evaluate", ids=[gate]
            )
            self.assertEqual(status, 200, answer)
            live = self._read("dist.gate", gate, "signoff_state", "is_passed")
            self.assertFalse(live["is_passed"])
            if signed == 200:
                self.assertEqual(live["signoff_state"], "stale")
            else:
                self.assertIn("No negative stock: is 1", refusal["message"])
                self.assertNotIn(live["signoff_state"], ("signed", "stale"))

    def test_13_go_is_decided_while_a_line_turns_red(self):
        """Go is refused, or it no longer holds and the cutover does not start."""
        data = self.data
        for wave, deviation in zip(
            data["ready_waves"], data["ready_deviations"], strict=True
        ):
            (decided, refusal), (closed, answer) = self._at_once(
                lambda job: job(),
                [
                    lambda w=wave: self._sign_as(
                        data["voters"][0], "dist.wave", w, "steering"
                    ),
                    lambda d=deviation: self.server.call(
                        data["consultant"], "dist.deviation", "action_close", ids=[d]
                    ),
                ],
            )
            self.assertEqual(closed, 200, answer)
            live = self._read("dist.wave", wave, "state", "signoff_state")
            if decided != 200:
                self.assertIn("Drift: is 1", refusal["message"])
                self.assertEqual(live["state"], "ready")
                continue
            self.assertEqual(live["state"], "go")
            status, answer = self.server.call(
                data["consultant"], "dist.wave", "action_start_cutover", ids=[wave]
            )
            self.assertNotEqual(status, 200)
            self.assertIn("Drift: is 1", answer["message"])

    def _count(self, location, quantity):
        """Correct the stock of a location, as a warehouse manager does."""
        key = self.data["counter"]
        status, ids = self.server.call(
            key,
            "stock.quant",
            "create",
            vals_list=[
                {
                    "product_id": self.data["stock_product"],
                    "location_id": location,
                    "inventory_quantity": quantity,
                }
            ],
            context={"inventory_mode": True},
        )
        self.assertEqual(status, 200, ids)
        status, answer = self.server.call(
            key, "stock.quant", "action_apply_inventory", ids=ids
        )
        self.assertEqual(status, 200, answer)

    def _read(self, model, record, *names):
        status, answer = self.server.call(
            self.data["consultant"], model, "read", ids=[record], fields=names
        )
        self.assertEqual(status, 200, answer)
        return answer[0]

    def _vote(self, person, decision, choice="for"):
        """Vote through the dialog, as the web client does."""
        key = self.data["voters"][person]
        status, answer = self.server.call(
            key,
            "dist.vote.wizard",
            "create",
            vals_list=[{"decision_id": decision, "choice": choice}],
        )
        if status != 200:
            return status, answer
        return self.server.call(key, "dist.vote.wizard", "action_confirm", ids=answer)

    def _archive(self, person, active=False):
        return self.server.call(
            self.data["user_manager"],
            "res.users",
            "write",
            ids=[self.data["voter_ids"][person]],
            vals={"active": active},
        )

    def _at_once(self, call, jobs):
        jobs = list(jobs)
        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(call, jobs))

    def _decision(self, decision):
        """Return state, votes for and votes against, as they are stored."""
        printed = template_db.sql(
            "SELECT json_build_array(d.state,"
            " COUNT(*) FILTER (WHERE v.choice = 'for'),"
            " COUNT(*) FILTER (WHERE v.choice = 'against'))"
            " FROM dist_decision d LEFT JOIN dist_decision_vote v"
            f" ON v.decision_id = d.id WHERE d.id = {decision} GROUP BY d.id",
            self.database,
        )
        return json.loads(printed[0])

    def _person_of(self, user_id):
        login = template_db.sql(
            f"SELECT login FROM res_users WHERE id = {user_id}", self.database
        )[0]
        return int(login.removeprefix("sign"))

    def _reopen(self):
        """Change a line of every gate, so that it needs a new signature."""
        template_db.sql("UPDATE dist_gate_line SET weight = weight + 1", self.database)
        return self.data["gates"]
