from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestStatus(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("Hangzhou Pump Works")
        cls.product = cls.env["product.product"].create({"name": "Pump", "list_price": 10})
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param("crm_customer.inactive_days", "100")
        parameters.set_param("crm_customer.inactive_warning_days", "10")

    def quote(self, customer=None, user=None):
        lines = [Command.create({"product_id": self.product.id})]
        values = {"partner_id": (customer or self.customer).id, "order_line": lines}
        return self.env["sale.order"].with_user(user or self.seller).create(values)

    def follow_up(self, customer=None, **values):
        values = {"partner_id": (customer or self.customer).id, "content": "called", **values}
        return self.env["crm.followup"].with_user(self.seller).create(values)

    def silent(self, customer, days):
        """Let a customer have been silent for so many days."""
        self.env.flush_all()
        moment = fields.Datetime.now() - timedelta(days=days)
        self.env.cr.execute("UPDATE res_partner SET create_date = %s WHERE id = %s", [moment, customer.id])
        self.env.cr.execute("UPDATE crm_customer_status_log SET date = %s WHERE partner_id = %s", [moment, customer.id])
        self.env.invalidate_all()

    def night(self):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 60.0):
            self.env["res.partner"]._cron_customer_status()

    def log(self, customer=None):
        lines = self.env["crm.customer.status.log"].search([("partner_id", "=", (customer or self.customer).id)])
        return [(line.from_status, line.to_status, line.cause) for line in lines.sorted("id")]

    def test_quotation_then_order(self):
        order = self.quote()
        self.assertEqual(self.customer.crm_status, "developing")
        order.action_confirm()
        self.assertEqual(self.customer.crm_status, "won")
        self.quote()
        self.assertEqual(self.log(), [("prospect", "developing", "quotation"), ("developing", "won", "order")])
        self.assertEqual(self.customer.crm_status_log_ids.changed_by_id, self.seller)

    def test_a_contact_orders_for_his_customer(self):
        contact = self.env["res.partner"].create({"name": "Li Lei", "parent_id": self.customer.id})
        self.quote(contact)
        self.assertEqual(self.customer.crm_status, "developing")

    def test_changed_by_hand_with_reason_only(self):
        customer = self.customer.with_user(self.seller)
        with self.assertRaisesRegex(UserError, "say why"):
            customer.write({"crm_status": "won"})
        with self.assertRaisesRegex(UserError, "say why"):
            customer.write({"crm_status": "won", "crm_status_reason": "  "})
        self.assertEqual(customer.crm_status, "prospect")
        wizard = self.env["crm.customer.status.wizard"].with_user(self.seller).with_context(active_ids=customer.ids)
        wizard.create({"status": "won", "reason": "signed by hand"}).action_change()
        self.assertEqual(customer.crm_status, "won")
        line = customer.crm_status_log_ids
        self.assertEqual((line.cause, line.reason, line.changed_by_id), ("manual", "signed by hand", self.seller))
        customer.write({"crm_status": "won", "name": "Same status"})  # no change, no reason
        self.assertEqual(len(customer.crm_status_log_ids), 1)

    def test_history_is_read_by_who_sees_the_customer_and_written_by_nobody(self):
        self.quote()
        line = self.customer.crm_status_log_ids
        Log = self.env["crm.customer.status.log"]
        self.assertEqual(Log.with_user(self.seller).search([("id", "=", line.id)]), line)
        self.assertFalse(Log.with_user(self.other).search([("id", "=", line.id)]))
        with self.assertRaises(AccessError):
            line.with_user(self.admin).write({"reason": "x"})
        with self.assertRaises(AccessError):
            line.with_user(self.admin).unlink()
        with self.assertRaises(AccessError):
            self.customer.with_user(self.other).write({"crm_status": "won", "crm_status_reason": "mine"})

    def test_silence_warns_then_makes_inactive(self):
        fresh = self.new_customer("Fresh Wires")
        nearly = self.new_customer("Nearly Gears")
        self.silent(nearly, 95)
        self.silent(self.customer, 101)
        told = self.env["mail.message"].search_count([("partner_ids", "=", self.seller.partner_id.id)])
        self.night()
        self.assertEqual(self.customer.crm_status, "inactive")
        self.assertEqual(self.log(), [("prospect", "inactive", "silence")])
        self.assertFalse(self.customer.crm_status_log_ids.changed_by_id)
        self.assertEqual((fresh.crm_status, fresh.inactive_from), ("prospect", False))
        self.assertEqual(nearly.crm_status, "prospect")
        self.assertEqual(nearly.inactive_from, fields.Date.today() + timedelta(days=5))
        messages = self.env["mail.message"].search([("partner_ids", "=", self.seller.partner_id.id)])
        self.assertEqual(len(messages), told + 1)
        self.assertIn("Nearly Gears", messages[0].body)
        self.night()
        again = self.env["mail.message"].search_count([("partner_ids", "=", self.seller.partner_id.id)])
        self.assertEqual(again, told + 1, "told once")
        self.follow_up(nearly)
        self.assertFalse(nearly.inactive_from)

    def test_a_recent_follow_up_or_order_or_hand_holds(self):
        called, ordered, kept = (self.new_customer(name) for name in ("Called", "Ordering", "Kept"))
        for customer in (called, ordered, kept):
            self.silent(customer, 200)
        self.follow_up(called)
        self.quote(ordered).action_confirm()
        kept.with_user(self.seller).write({"crm_status": "won", "crm_status_reason": "a frame contract"})
        self.night()
        self.assertEqual([c.crm_status for c in (called, ordered, kept)], ["prospect", "won", "won"])

    def test_waking(self):
        quoted, called, ordered = (self.new_customer(name) for name in ("Quoted", "Called", "Ordering"))
        self.quote(ordered).action_confirm()
        for customer in (quoted, called, ordered):
            customer.crm_status = "inactive"
        self.quote(quoted)
        self.follow_up(called)
        self.follow_up(ordered)
        self.assertEqual(
            [customer.crm_status for customer in (quoted, called, ordered)], ["developing", "prospect", "won"]
        )
        self.assertEqual(self.log(called)[-1], ("inactive", "prospect", "followup"))

    def test_switched_off(self):
        self.env["ir.config_parameter"].set_param("crm_customer.inactive_days", "0")
        self.silent(self.customer, 5000)
        self.night()
        self.assertEqual(self.customer.crm_status, "prospect")

    def test_queries_do_not_grow(self):
        names = [f"{first} {second}" for first in ("Iron", "Silk", "Tea", "Rice") for second in ("Gears", "Wires")]
        customers = self.env["res.partner"].browse([self.new_customer(name).id for name in names])
        self.env.flush_all()

        def queries(some):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some._crm_status_by_fact("quotation")
            return self.cr.sql_log_count - before

        queries(customers[0])
        self.assertLessEqual(queries(customers[1:]), queries(customers[0]))
        self.assertEqual(set(customers.mapped("crm_status")), {"developing"})
