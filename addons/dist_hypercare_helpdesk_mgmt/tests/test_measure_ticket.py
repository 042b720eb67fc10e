from datetime import date, timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import TicketCommon

DAY = date(2026, 3, 9)


@tagged("post_install", "-at_install")
class TestMeasureTicket(TicketCommon):
    def _values(self, code, day=DAY):
        measure = self.env["dist.measure"]._get(code)
        measure._compute_values(self.sites | self.site_c, day, day)
        values = self.env["dist.measure.value"].search(
            [("measure_id", "=", measure.id)]
        )
        for value in values:
            action = value.action_open_records()
            self.assertEqual(
                self.env[action["res_model"]]
                .with_context(active_test=False)
                .search_count(action["domain"]),
                value.sample_size,
                code,
            )
        return {
            value.site_id.code: (value.numerator, value.denominator)
            for value in values.filtered(lambda value: value.day == day)
        }

    def test_open_severe_and_aged(self):
        """A: two severe open, one of them 4 days old; B: none; C has no team."""
        severe = {"dist_impact": "process", "dist_urgency": "now"}
        old = self._ticket("Old", **severe)
        self._ticket("Fresh", **severe)
        self._ticket("Mild")
        self._ticket("Solved", **severe).stage_id = self.stage_done
        self._ticket("Twice", **severe).sudo().duplicate_id = old.sudo()
        self._written(old, fields.Datetime.now() - timedelta(days=4))
        today = self.site_a._local_day()
        self.assertEqual(
            self._values("tickets_severe", today), {"A": (2, 0), "B": (0, 0)}
        )
        self.assertEqual(
            self._values("tickets_aged", today), {"A": (1, 0), "B": (0, 0)}
        )

    def test_missed_targets(self):
        """Due on the 9th: one missed, one met; the third is due on the 11th."""
        severe = {"dist_impact": "process", "dist_urgency": "now"}
        missed = self._ticket("Missed", **severe)
        met = self._ticket("Met", **severe)
        mild = self._ticket("Mild")
        self._written(missed | met | mild, "2026-03-09 09:00:00")
        with freeze_time("2026-03-09 09:30:00"):
            met.stage_id = self.stage_done
        with freeze_time("2026-03-09 16:00:00"):
            self.assertEqual(self._values("ticket_sla_breach"), {"A": (1, 2)})

    def test_tickets_per_1000_transfers(self):
        """Two tickets over four transfers: 2 × 1000 ÷ 4 = 500."""
        warehouse = self._create_warehouse("WA", self.site_a)
        self.site_a.cutover_at = "2026-03-09 06:00:00"
        self._written(self._ticket() | self._ticket(), "2026-03-09 09:00:00")
        self._written(self._ticket("Before"), "2026-03-09 05:00:00")
        pickings = self.env["stock.picking"].create(
            [
                {
                    "picking_type_id": warehouse.out_type_id.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "location_dest_id": self.env.ref(
                        "stock.stock_location_customers"
                    ).id,
                }
                for _n in range(4)
            ]
        )
        # the measure looks at state and day; moves are tested elsewhere
        pickings.flush_recordset()
        self.env.cr.execute(
            "UPDATE stock_picking SET state = 'done', date_done = '2026-03-09 10:00'"
            " WHERE id IN %s",
            [tuple(pickings.ids)],
        )
        pickings.invalidate_recordset()
        self.assertEqual(self._values("ticket_rate"), {"A": (2000, 4)})
        # a transfer of the 9th is moved to the 8th: both days are stated anew
        self.env["dist.measure.queue"].search([]).unlink()
        pickings[0].date_done = "2026-03-08 10:00:00"
        queued = self.env["dist.measure.queue"].search([("topic", "=", "ticket")])
        self.assertEqual(set(queued.mapped("day")), {DAY, DAY - timedelta(days=1)})
        self.assertEqual(self._values("ticket_rate"), {"A": (2000, 3)})
