from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common_readiness import ReadinessCommon

UNDECIDED = "transactions_undecided"
LATE = "transactions_late"


class DispositionCommon(ReadinessCommon):
    """Three sites in waves of their own that go live in twenty days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.go_live = cls.today + timedelta(days=20)
        cls.gates = {site: cls._gate(site) for site in cls.sites}
        for gate in cls.gates.values():
            gate.wave_id.planned_go_live = cls.go_live
        cls.Transaction = cls.env["dist.open.transaction"]

    @classmethod
    def _sale(cls, warehouse):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "company_id": warehouse.company_id.id,
                "warehouse_id": warehouse.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": 2,
                            "price_unit": 5,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        return order

    @classmethod
    def _purchase(cls, warehouse):
        order = cls.env["purchase.order"].create(
            {
                "partner_id": cls.partner.id,
                "company_id": warehouse.company_id.id,
                "picking_type_id": warehouse.in_type_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_qty": 2,
                            "price_unit": 5,
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        return order

    @classmethod
    def _picking(cls, warehouse, type_="int_type_id", confirm=True, **values):
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": warehouse[type_].id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": warehouse.lot_stock_id.id,
                **values,
            }
        )
        cls.env["stock.move"].create(
            {
                "picking_id": picking.id,
                "product_id": cls.product.id,
                "product_uom_qty": 3,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        if confirm:
            picking.action_confirm()
        return picking

    def _listed(self, site=None):
        """Return the documents that are listed, as ``{(model, id): row}``."""
        self.Transaction.invalidate_model()
        rows = self.Transaction.search([("site_id", "in", (site or self.sites).ids)])
        self.assertEqual(len(rows), len(set(rows.ids)))
        return {(row.res_model, row.res_id): row for row in rows}

    def _row(self, document):
        return self._listed()[document._name, document.id]

    def _decide(self, documents, user=None, **values):
        """Set the disposition of documents in the dialog, as a person does."""
        rows = self.Transaction.union(*map(self._row, documents))
        rows = rows.with_user(user or self.manager_a)
        action = rows.action_decide()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(user or self.manager_a)
            .with_context(**action["context"])
        )
        for name, value in {"disposition": "convert", **values}.items():
            wizard[name] = value
        wizard.save().action_confirm()
        return self.Transaction.union(*map(self._row, documents)).disposition_id


@tagged("post_install", "-at_install")
class TestOpenTransactions(DispositionCommon):
    """What stands in the list, and where."""

    def test_empty(self):
        self.assertFalse(self._listed())

    def test_orders(self):
        sale = self._sale(self.warehouse_a)
        purchase = self._purchase(self.warehouse_a)
        quotation = sale.copy()
        listed = self._listed(self.site_a)
        self.assertEqual(
            set(listed), {("sale.order", sale.id), ("purchase.order", purchase.id)}
        )
        self.assertRecordValues(
            self._row(sale) | self._row(purchase),
            [
                {
                    "name": sale.name,
                    "kind": "sale",
                    "site_id": self.site_a.id,
                    "company_id": self.company.id,
                    "wave_id": self.gates[self.site_a].wave_id.id,
                    "partner_id": self.partner.id,
                    "line_count": 1,
                    "amount": sale.amount_total,
                    "disposition": False,
                },
                {
                    "name": purchase.name,
                    "kind": "purchase",
                    "site_id": self.site_a.id,
                    "company_id": self.company.id,
                    "wave_id": self.gates[self.site_a].wave_id.id,
                    "partner_id": self.partner.id,
                    "line_count": 1,
                    "amount": purchase.amount_total,
                    "disposition": False,
                },
            ],
        )
        quotation.action_confirm()
        self.assertIn(("sale.order", quotation.id), self._listed(self.site_a))

    def test_finished_orders_leave_the_list(self):
        purchase = self._purchase(self.warehouse_a)
        sale = self._sale(self.warehouse_a)
        self._quant(self.warehouse_a, 2)
        for picking in purchase.picking_ids | sale.picking_ids:
            picking.move_ids.write({"quantity": 2, "picked": True})
            picking._action_done()
        self.assertFalse(self._listed())
        cancelled = self._purchase(self.warehouse_a)
        cancelled.button_cancel()
        self.assertFalse(self._listed())

    def test_transfers(self):
        """A transfer is listed by itself unless its order is listed for the site."""
        self.warehouse_a.write(
            {"delivery_steps": "pick_pack_ship", "reception_steps": "three_steps"}
        )
        self._sale(self.warehouse_a)
        purchase = self._purchase(self.warehouse_a)
        self.assertEqual(
            {key[0] for key in self._listed()}, {"sale.order", "purchase.order"}
        )
        internal = self._picking(self.warehouse_a)
        draft = self._picking(self.warehouse_a, confirm=False)
        self.assertEqual(self._row(internal).kind, "picking")
        self.assertEqual(self._row(draft).line_count, 1)
        # received at the door, and still to be put away
        purchase.picking_ids.move_ids.write({"quantity": 2, "picked": True})
        purchase.picking_ids._action_done()
        self.assertNotIn(("purchase.order", purchase.id), self._listed())
        put_away = purchase.reference_ids.move_ids.picking_id.filtered(
            lambda one: one.state not in ("done", "cancel")
        )
        self.assertTrue(put_away)
        for picking in put_away:
            self.assertEqual(self._row(picking).kind, "picking")
        internal.action_cancel()
        self.assertNotIn(("stock.picking", internal.id), self._listed())

    def test_order_shipped_by_another_site(self):
        """The site that ships decides about the transfer, the other about the order."""
        sale = self._sale(self.warehouse_a)
        sale.picking_ids.picking_type_id = self.warehouse_b.out_type_id
        self.assertEqual(set(self._listed(self.site_a)), {("sale.order", sale.id)})
        self.assertEqual(
            set(self._listed(self.site_b)), {("stock.picking", sale.picking_ids.id)}
        )

    def test_goods_in_transit(self):
        transit = self.company.internal_transit_location_id
        picking = self._picking(
            self.warehouse_b, type_="in_type_id", location_id=transit.id
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 1,
                "location_id": transit.id,
                "location_dest_id": self.warehouse_b.lot_stock_id.id,
            }
        )
        move.state = "confirmed"
        self.assertEqual(
            {key: row.kind for key, row in self._listed(self.site_b).items()},
            {
                ("stock.picking", picking.id): "transit",
                ("stock.move", move.id): "transit",
            },
        )
        disposition = self._decide(picking | picking, user=self.manager_b)
        self.assertEqual(disposition.document_name, picking.name)
        self.assertTrue(self._decide([move], user=self.manager_b).document_name)

    def test_only_sites_before_their_go_live(self):
        self._purchase(self.warehouse_a)
        wave = self.gates[self.site_a].wave_id
        for state, count in (("draft", 1), ("cutover", 1), ("hypercare", 0)):
            wave.state = state
            self.assertEqual(len(self._listed()), count, state)
        wave.write({"state": "preparing", "active": False})
        self.assertFalse(self._listed())

    def test_new_business_is_not_listed(self):
        purchase = self._purchase(self.warehouse_a)
        self.site_a.cutover_at = purchase.create_date - timedelta(seconds=1)
        self.assertFalse(self._listed())
        self.site_a.cutover_at = purchase.create_date + timedelta(days=1)
        self.assertEqual(len(self._listed()), 1)

    def test_counts_of_wave_and_site(self):
        purchases = [self._purchase(self.warehouse_a) for _number in range(3)]
        self._decide(purchases[:1])
        for record in (self.site_a, self.gates[self.site_a].wave_id):
            record = record.with_user(self.manager_a)
            self.assertEqual((record.transaction_count, record.undecided_count), (3, 2))
            action = record.action_open_transactions()
            self.assertEqual(
                self.Transaction.search_count(action["domain"]), len(purchases)
            )
        site = self.site_a
        site.super_user_ids = self.user_super_user
        self.assertEqual(site.with_user(self.user_super_user).transaction_count, 0)

    def test_one_query_whatever_the_sites(self):
        for warehouse in (self.warehouse_a, self.warehouse_b):
            self._sale(warehouse)
        self.env.flush_all()
        self._listed()
        before = self.env.cr.sql_log_count
        self._listed(self.site_a)
        one = self.env.cr.sql_log_count - before
        before = self.env.cr.sql_log_count
        self._listed()
        self.assertEqual(self.env.cr.sql_log_count - before, one)


@tagged("post_install", "-at_install")
class TestDisposition(DispositionCommon):
    """The site manager, the weakest role, says what becomes of the open documents."""

    def test_site_manager_decides_for_many(self):
        orders = [self._sale(self.warehouse_a), self._purchase(self.warehouse_a)]
        due = self.today + timedelta(days=3)
        dispositions = self._decide(
            orders, disposition="ship", due_date=due, note="By truck"
        )
        self.assertRecordValues(
            dispositions,
            [
                {
                    "site_id": self.site_a.id,
                    "company_id": self.company.id,
                    "document_name": order.name,
                    "disposition": "ship",
                    "owner_id": self.manager_a.id,
                    "due_date": due,
                    "is_open": True,
                }
                for order in orders
            ],
        )
        again = self._decide(orders, disposition="close")
        self.assertEqual(again, dispositions)
        self.assertEqual(set(again.mapped("disposition")), {"close"})

    def test_deputy_and_consultant_decide(self):
        order = self._purchase(self.warehouse_a)
        self.site_a.deputy_ids = self.manager_b
        self._decide([order], user=self.manager_b)
        self._decide([order], user=self.user_consultant, disposition="close")
        self.assertEqual(self._row(order).disposition, "close")

    def test_others_do_not_decide(self):
        own, foreign = self._purchase(self.warehouse_a), self._sale(self.warehouse_b)
        for user in (self.user_viewer, self.user_governance, self.user_nobody):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._row(own).with_user(user).action_decide()
        with self.assertRaises(AccessError):
            self._decide([foreign], user=self.manager_a)
        # who may read all sites still decides for the own one only
        self.manager_a.group_ids += self.env.ref("dist_rollout_governance.group_viewer")
        with self.assertRaises(AccessError):
            self._decide([foreign], user=self.manager_a)
        self._decide([foreign], user=self.manager_b)

    def test_nobody_decides_for_the_documents_of_another_site(self):
        foreign = self._sale(self.warehouse_b)
        values = {
            "site_id": self.site_a.id,
            "res_model": "sale.order",
            "res_id": foreign.id,
            "disposition": "convert",
        }
        Disposition = self.env["dist.disposition"].with_user(self.manager_a)
        with self.assertRaisesRegex(ValidationError, "no open transaction of A"):
            Disposition.create(values)
        own = self._decide([self._sale(self.warehouse_a)]).with_user(self.manager_a)
        for name, value in (("res_id", foreign.id), ("site_id", self.site_b.id)):
            with self.subTest(name), self.assertRaises(AccessError):
                own.write({name: value})

    def test_readers_see_own_sites_without_right_on_orders(self):
        order = self._purchase(self.warehouse_a)
        self._sale(self.warehouse_b)
        self._purchase(self.warehouse_c.with_company(self.company_c))
        for user, sites in (
            (self.manager_a, self.site_a),
            (self.user_viewer, self.site_a | self.site_b),
            (self.manager_c, self.site_c),
        ):
            with self.subTest(user.login):
                Transaction = self.Transaction.with_user(user)
                rows = Transaction.search([])
                self.assertEqual(rows.site_id, sites)
                self.assertTrue(all(row["name"] for row in rows.read(["name"])))
        self.assertFalse(
            self.env["purchase.order"].with_user(self.manager_a).has_access("read")
        )
        row = self._row(order)
        with self.assertRaisesRegex(UserError, "no right to open"):
            row.with_user(self.manager_a).action_open_document()
        buyer = new_test_user(
            self.env,
            "disposition_buyer",
            groups="purchase.group_purchase_user,dist_rollout_governance.group_viewer",
        )
        action = row.with_user(buyer).action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (order._name, order.id)
        )
        disposition = self._decide([order])
        action = disposition.with_user(buyer).action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (order._name, order.id)
        )

    def test_one_disposition_a_document(self):
        order = self._purchase(self.warehouse_a)
        disposition = self._decide([order])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            disposition.copy()
            self.env.flush_all()

    def test_taken_back(self):
        order = self._purchase(self.warehouse_a)
        disposition = self._decide([order]).with_user(self.manager_a)
        disposition.action_archive()
        self.assertFalse(self._row(order).disposition)
        self.assertFalse(disposition.is_open)
        self.assertTrue(self._decide([order]) - disposition)

    def test_finished_document(self):
        order = self._purchase(self.warehouse_a)
        row = self._row(order)
        disposition = self._decide([order])
        Disposition = self.env["dist.disposition"]
        still_open = [("is_open", "=", True)]
        self.assertEqual(Disposition.search(still_open), disposition)
        order.button_cancel()
        disposition.invalidate_recordset()
        self.assertFalse(disposition.is_open)
        self.assertFalse(Disposition.search(still_open))
        self.assertEqual(Disposition.search([("is_open", "=", False)]), disposition)
        # somebody else cancelled it while the dialog was open
        row.with_user(self.manager_a)._decide({"disposition": "close"})
        self.assertEqual(disposition.disposition, "convert")


@tagged("post_install", "-at_install")
class TestDispositionMeasures(DispositionCommon):
    """The two gate lines: everything decided, and what must be finished finished."""

    def test_undecided(self):
        decided = self._purchase(self.warehouse_a)
        self._decide([decided])

        def make_wrong():
            order = self._purchase(self.warehouse_a)
            return self._row(order)

        self._check_level(UNDECIDED, make_wrong)

    def test_late(self):
        orders = [self._purchase(self.warehouse_a) for _number in range(3)]
        self._decide(orders[:1], disposition="convert")
        self._decide(orders[1:2], disposition="ship", due_date=self.site_a._local_day())

        def make_wrong():
            yesterday = self.site_a._local_day() - timedelta(days=1)
            self._decide(orders[2:], disposition="close", due_date=yesterday)
            row = self._row(orders[2])
            self.assertTrue(row.is_late)
            return row

        self._check_level(LATE, make_wrong)
        self.assertFalse(self._row(orders[1]).is_late)

    def test_late_by_the_go_live(self):
        """Without a due date, or with a later one, the go-live is the limit."""
        orders = [self._sale(self.warehouse_a), self._purchase(self.warehouse_a)]
        self._decide(orders[:1], disposition="ship")
        self._decide(
            orders[1:], disposition="close", due_date=self.go_live + timedelta(days=9)
        )
        for order in orders:
            self.assertEqual(
                self._row(order).deadline, self.go_live - timedelta(days=1)
            )
        with freeze_time(self.now + timedelta(days=19)):
            self.assertEqual(self._values(LATE)[self.site_a], 0)
        with freeze_time(self.now + timedelta(days=21)):
            self.assertEqual(self._late_on_the_day(), 2)

    def _late_on_the_day(self):
        measure = self.env["dist.measure"]._get(LATE)
        measure._compute_values(self.site_a, self.today, self.today)
        value = self.env["dist.measure.value"].search(
            [("measure_id", "=", measure.id), ("site_id", "=", self.site_a.id)],
            order="day desc",
            limit=1,
        )
        return value.value

    def test_no_value_without_a_list(self):
        self._purchase(self.warehouse_a)
        self.gates[self.site_a].wave_id.state = "hypercare"
        self.assertNotIn(self.site_a, self._values(UNDECIDED))

    def test_new_order_fails_the_line_after_the_signature(self):
        """The signed gate turns red within the hour, and the signer is told."""
        gate = self.gates[self.site_a]
        gate.wave_id.state = "preparing"
        gate.line_ids.filtered(
            lambda line: line.measure_id.code not in (UNDECIDED, LATE)
        ).unlink()
        self._decide([self._purchase(self.warehouse_a)])
        self._sign_gate(gate)
        self.assertEqual(gate.state, "signed")
        self.assertEqual(set(gate.line_ids.mapped("result")), {"passed"})

        self._purchase(self.warehouse_a)
        with self.enter_registry_test_mode():
            for cron in (
                "dist_rollout_governance.ir_cron_measure_enqueue",
                "dist_rollout_governance.ir_cron_measure_compute",
                "dist_wave_planning.ir_cron_gate_evaluate",
            ):
                self.env.ref(cron).method_direct_trigger()
        line = gate.line_ids.filtered(lambda line: line.measure_id.code == UNDECIDED)
        self.assertRecordValues(line, [{"result": "failed", "actual_value": 1}])
        self.assertFalse(gate.is_passed)
        self.assertIn(self.manager_a, gate.activity_ids.user_id)
        self.assertIn("Red after the signature", gate.activity_ids.mapped("summary"))

    def test_signature_counts_again(self):
        """An order of the last minute is seen by the signature, before any job."""
        gate = self.gates[self.site_a]
        gate.wave_id.state = "preparing"
        gate.line_ids.filtered(
            lambda line: line.measure_id.code not in (UNDECIDED, LATE)
        ).unlink()
        gate.with_user(self.manager_a).action_evaluate()
        self.assertTrue(gate.is_passed)
        self._purchase(self.warehouse_a)
        with self.assertRaisesRegex(UserError, "has a disposition: is 1"):
            self._sign_gate(gate)

    def test_decision_is_queued(self):
        order = self._purchase(self.warehouse_a)
        Queue = self.env["dist.measure.queue"].sudo()
        Queue.search([]).unlink()
        self._decide([order])
        self.assertIn(
            ("disposition", self.site_a.id, self.site_a._local_day()),
            [(row.topic, row.site_ref, row.day) for row in Queue.search([])],
        )

    def test_statements_do_not_grow_with_sites(self):
        measures = self.env["dist.measure"].search([("topic", "=", "disposition")])
        self.assertEqual(len(measures), 2)

        def statements(sites):
            measures.last_computed_at = False
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            for measure in measures:
                measure._compute_values(sites, self.today, self.today)
            return self.env.cr.sql_log_count - before

        statements(self.sites)
        self.assertEqual(statements(self.site_a), statements(self.sites))

    def test_dates_are_taken_from_the_waves(self):
        order = self._purchase(self.warehouse_a)
        self._decide([order], disposition="ship")
        self.gates[self.site_a].wave_id.planned_go_live = self.today
        self.assertEqual(self._row(order).deadline, self.today - timedelta(days=1))
