"""Blackouts, devices, integrations and performance tests of the demo program."""

from datetime import timedelta

from odoo import fields


class Registers:
    """What was tested: everything at Lyon, most of it at Lille, nothing at Boston."""

    def __init__(self, program):
        self.program = program
        self.env = program.env
        self._as = program._as

    def build(self):
        self._blackouts()
        self._devices()
        self._integrations()
        self._performance()

    def _blackouts(self):
        """Days kept free after the go-live of the second wave."""
        today = self.program.today
        self._as("consultant", self.env["dist.blackout"]).create(
            [
                {
                    "name": name,
                    "program_id": self.program.program.id,
                    "kind": kind,
                    "effect": effect,
                    "date_from": today + timedelta(days=first),
                    "date_to": today + timedelta(days=last),
                }
                for name, kind, effect, first, last in (
                    ("Spring peak season", "peak", "block", 75, 100),
                    ("Yearly stocktaking", "other", "warn", 60, 62),
                )
            ]
        )

    def _devices(self):
        program = self.program
        for site in (program.lyon, program.lille, program.boston):
            self._as("consultant", site)._create_device_checks()
        for login, site in (("lyon", program.lyon), ("lille", program.lille)):
            checks = self.env["dist.device.check"].search([("site_id", "=", site.id)])
            self._as(login, checks).action_pass()
        label_printers = checks.filtered(lambda check: check.kind == "label_printer")
        self._as("lille", label_printers)._fail("The printer has not arrived.")

    def _integrations(self):
        """The carrier works, the bank is to be tested at Boston."""
        for name, kind, tested in (
            ("Parcel carrier", "carrier", None),
            ("Bank statements", "bank", self.program.lyon),
        ):
            integration = self._as("consultant", self.env["dist.integration"]).create(
                {
                    "name": name,
                    "kind": kind,
                    "program_id": self.program.program.id,
                    "tolerance": 1,
                    "volume_per_day": 200,
                }
            )
            integration._record_test(
                self._as("consultant", tested or self.env["dist.site"]),
                {
                    "environment": "rehearsal",
                    "tested_on": self.program.today - timedelta(days=12),
                    "volume": 400,
                    "exception_count": 3,
                    "result": "passed",
                    "note": "Two addresses were too long; the customers were mended.",
                },
            )

    def _performance(self):
        """Order entry is fast enough, invoicing is not."""
        Test = self._as("consultant", self.env["dist.performance.test"])
        for scenario, value in (("order_entry", 1.8), ("batch_invoicing", 41)):
            test = Test.create(
                {
                    "program_id": self.program.program.id,
                    "scenario_id": self.env.ref(
                        f"dist_wave_planning.performance_scenario_{scenario}"
                    ).id,
                    "environment": "rehearsal",
                }
            )
            test._record_result(value, fields.Datetime.now() - timedelta(days=10))
