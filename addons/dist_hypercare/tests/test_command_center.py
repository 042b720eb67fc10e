from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .test_hypercare import HypercareExitCommon


@tagged("post_install", "-at_install")
class TestCommandCenter(HypercareExitCommon):
    """What the screen of the pilot shows on the fifth day of its hypercare."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._clean_days(cls.site_a, 3)
        cls._day(cls.site_a, 3, 80, 97, 99)
        with freeze_time("2026-03-14 09:00:00"):
            cls.hypercare._evaluate()

    def _data(self, user=None, sites=None):
        wave = self.wave.with_user(user or self.user_command_center)
        with freeze_time("2026-03-14 10:00:00"):
            return wave.command_center_data(site_ids=sites and sites.ids)

    def _entries(self, data, key):
        (section,) = (one for one in data["sections"] if one["key"] == key)
        return [(entry["name"], entry["badge"]) for entry in section["entries"]]

    def test_sites_follow_the_rights(self):
        names = [site["name"] for site in self._data()["sites"]]
        self.assertEqual(names, ["A Site A", "B Site B"])
        names = [site["name"] for site in self._data(self.manager_a)["sites"]]
        self.assertEqual(names, ["A Site A"])
        with self.assertRaises(AccessError):
            self._data(self.user_nobody)

    def _tile(self, data, name):
        (tile,) = (one for one in data["tiles"] if one["name"] == name)
        return tile

    def test_tiles(self):
        """Fill rate: A is red with 80 of 95, B green; the tile shows A."""
        self._day(self.site_b, 3, 100, 100, 100)
        data = self._data()
        tile = self._tile(data, "Order fill rate")
        self.assertEqual(
            (tile["value"], tile["status"], tile["badge"], tile["target"]),
            ("80.0 %", "Off Target", "text-bg-danger", "Target 95.0 %"),
        )
        self.assertEqual(tile["site"], "A Site A, worst of 2; red: 1")
        self.assertEqual(data["tiles"][0], tile, "the worst comes first")
        tile = self._tile(self._data(sites=self.site_b), "Order fill rate")
        self.assertEqual((tile["value"], tile["site"]), ("100.0 %", "B Site B"))
        names = [tile["name"] for tile in self._data(self.manager_b)["tiles"]]
        self.assertIn("Order fill rate", names)

    def test_heat_map(self):
        heat_map = self._data()["heat_map"]
        names = [column["name"] for column in heat_map["columns"]]
        rows = {
            row["name"]: dict(zip(names, row["cells"], strict=True))
            for row in heat_map["rows"]
        }
        cell = rows["A Site A"]["Order fill rate"]
        self.assertEqual((cell["value"], cell["status"]), ("80.0 %", "Off Target"))
        self.assertEqual(rows["B Site B"]["Order fill rate"]["value"], "")

    def test_a_broken_measure_says_so(self):
        """Its provider fails: the others are computed, and nobody takes it for good."""
        self.assertEqual(self._data()["failures"], [])
        Provider = type(self.env["dist.measure.provider.shipment"])
        site_day = self.site_a, fields.Date.to_date("2026-03-14")
        with (
            freeze_time("2026-03-14 09:30:00"),
            patch.object(Provider, "_dist_measure_order_fill", lambda *args: 1 / 0),
            self.assertLogs("odoo.addons.dist_rollout_governance", "ERROR") as log,
        ):
            self.env["dist.measure"]._compute_window("shipment", *site_day, site_day[1])
        self.assertIn("order_fill_rate", log.output[0])
        self.assertEqual(len(log.output), 1)
        data = self._data()
        self.assertEqual(
            [failure["text"] for failure in data["failures"]],
            ["Order fill rate can't be computed."],
        )
        tile = self._tile(data, "Order fill rate")
        self.assertEqual((tile["value"], tile["stale"]), ("80.0 %", "Not computed"))
        others = [
            measure
            for measure in self.env["dist.measure"].search([("topic", "=", "shipment")])
            if measure.code != "order_fill_rate"
        ]
        self.assertTrue(all(measure.last_computed_at for measure in others))
        with freeze_time("2026-03-14 09:45:00"):
            self.env["dist.measure"]._compute_window("shipment", *site_day, site_day[1])
        self.assertEqual(self._data()["failures"], [])

    def test_a_level_taken_late_says_so(self):
        measure = self.env["dist.measure"]._get("backlog_orders")
        with freeze_time("2026-03-13 10:00:00"):
            measure._compute_values(self.site_a, None, None)
        with freeze_time("2026-03-14 03:00:00"):
            measure._compute_values(self.site_a, None, None)
            values = self.env["dist.measure.value"].search(
                [("measure_id", "=", measure.id), ("site_id", "=", self.site_a.id)]
            )
            self.assertEqual(values.mapped("taken"), ["open", "late"])
            values[0].unlink()
        columns = self._data()["heat_map"]["columns"]
        index = [column["name"] for column in columns].index("Order backlog")
        cell = self._data()["heat_map"]["rows"][0]["cells"][index]
        self.assertEqual(cell["stale"], "After the Day's End")
        self.assertIn("After the Day's End", cell["title"])

    def test_a_click_on_a_figure_opens_its_records(self):
        wave = self.wave.with_user(self.user_command_center)
        tile = self._tile(self._data(), "Order fill rate")
        action = wave.command_center_action(tile["target_of_click"])
        self.assertEqual(action["res_model"], "sale.order")
        self.assertIn((False, "list"), action["views"])
        self.env["dist.measure"]._get("order_fill_rate").write(
            {"provider_model": False, "compute_method": False, "records_method": False}
        )
        action = wave.command_center_action(tile["target_of_click"])
        self.assertEqual(action["res_model"], "dist.measure.value")
        self.assertEqual(
            self.env["dist.measure.value"].search(action["domain"]).site_id, self.site_a
        )
        with self.assertRaisesRegex(UserError, "no value yet"):
            wave.command_center_action(
                {"kind": "measure", "measure": 0, "site": self.site_a.id}
            )

    def test_exits(self):
        exits = {one["site"]: one for one in self._data()["exits"]}
        self.assertEqual(exits["A Site A"]["days"], "Clean days: 0 of 5")
        self.assertEqual(exits["A Site A"]["red"], "Red criteria: 1")
        self.assertIn("Forecast:", exits["A Site A"]["forecast"])
        self.assertEqual(exits["B Site B"]["forecast"], "No forecast yet")
        self.assertEqual(
            [one["site"] for one in self._data(sites=self.site_b)["exits"]],
            ["B Site B"],
        )

    def test_lists(self):
        scope = {"program_id": self.program.id, "site_id": self.site_a.id}
        self.env["dist.issue"].create(
            [
                {"name": "Labels", "severity": "critical", **scope},
                {"name": "Paint", "severity": "low", **scope},
            ]
        )
        self.env["dist.workaround"].create(
            {
                "name": "By hand",
                "reason": "Printer",
                "risk": "Mistakes",
                "removal": "Repair",
                "state": "authorized",
                "date_expiry": "2026-03-13 10:00:00",
                **scope,
            }
        )
        self.env["dist.support.shift"].create(
            [
                {
                    "wave_id": self.wave.id,
                    "user_id": self.user_command_center.id,
                    "date_from": start,
                    "date_to": end,
                }
                for start, end in (
                    ("2026-03-14 08:00:00", "2026-03-14 16:00:00"),
                    ("2026-03-16 08:00:00", "2026-03-16 16:00:00"),
                )
            ]
        )
        data = self._data()
        self.assertEqual(self._entries(data, "blockers"), [("Labels", "Critical")])
        self.assertEqual(self._entries(data, "workarounds"), [("By hand", "Overdue")])
        self.assertEqual(len(self._entries(data, "roster")), 1)
        self.assertEqual(self._entries(data, "decisions"), [])
        elsewhere = self._data(sites=self.site_b)
        self.assertEqual(self._entries(elsewhere, "blockers"), [])

    def test_a_click_opens_what_was_shown(self):
        issue = self.env["dist.issue"].create(
            {
                "name": "Labels",
                "severity": "critical",
                "program_id": self.program.id,
                "site_id": self.site_a.id,
            }
        )
        wave = self.wave.with_user(self.user_command_center)
        (section,) = (s for s in self._data()["sections"] if s["key"] == "blockers")
        action = wave.command_center_action(section["entries"][0]["target_of_click"])
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("dist.issue", issue.id)
        )
        action = wave.command_center_action(section["target_of_click"])
        self.assertEqual(self.env["dist.issue"].search(action["domain"]), issue)
        for target in (
            {"kind": "section", "section": "users"},
            {"kind": "record", "model": "res.users", "id": 1},
            {},
        ):
            with self.assertRaisesRegex(UserError, "no such list"):
                wave.command_center_action(target)

    def test_without_a_wave(self):
        self.wave.state = "closed"
        data = (
            self.env["dist.wave"].with_user(self.user_command_center)
        ).command_center_data()
        self.assertFalse(data["wave"])
        self.assertEqual((data["tiles"], data["exits"]), ([], []))

    def test_queries_do_not_follow_the_sites(self):
        """Ten more sites, with hypercare and values, cost no more queries."""
        wave = self.wave.with_user(self.user_command_center)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wave.command_center_data()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        sites = self.env["dist.site"].union(
            *(
                self._create_site(f"X{n}", manager_id=self.manager_a.id)
                for n in range(10)
            )
        )
        sites.cutover_at = "2026-03-09 20:00:00"
        self.wave.write(
            {
                "state": "preparing",
                "site_ids": [Command.link(site.id) for site in sites],
                "gate_ids": [Command.create({"site_id": site.id}) for site in sites],
            }
        )
        self.wave.state = "hypercare"
        self.env.invalidate_all()
        self.wave._create_hypercare()
        self.env["dist.issue"].create(
            [
                {
                    "name": site.name,
                    "severity": "high",
                    "program_id": self.program.id,
                    "site_id": site.id,
                    "date_deadline": fields.Date.today() - timedelta(days=1),
                }
                for site in sites
            ]
        )
        self.assertLessEqual(count(), few + 2)
