from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestSaleOrderApplication(OrderCase):
    def test_approved_application_is_an_order(self):
        order = self.new_order({"crm_promised_date": self.today + timedelta(days=20)})
        provisional = order.name
        order.action_review_submit()
        self.assertEqual((order.review_state, order.state), ("pending", "draft"))
        self.assertTrue(order.name.startswith("D1"))
        self.assertNotEqual(order.name, provisional)
        self.approve(order, self.engineer)
        self.assertEqual(order.state, "draft")
        self.approve(order, self.boss)
        self.assertEqual((order.review_state, order.state), ("approved", "sale"))
        move = order.sudo().order_line.move_ids
        self.assertEqual(move.product_uom_qty, 10)
        self.assertEqual(move.date_deadline.date(), self.today + timedelta(days=20))

    def test_no_way_around_the_review(self):
        order = self.new_order()
        self.refused(order.action_confirm, message="approved first")
        self.refused(order.write, {"state": "sale"}, message="approved first")
        self.refused(order.sudo().action_confirm, message="approved first")
        self.refused(order.with_user(self.boss).action_confirm, message="approved first")
        self.refused(order._validate_order, message="approved first")  # a signature or payment in the portal
        self.refused(order.write, {"review_state": "approved"}, message="review alone")
        self.refused(lambda: self.new_order(state="sale"), message="approved first")
        order.action_review_submit()
        self.refused(order.action_confirm)
        self.refused(order.write, {"crm_order_type_id": self.free_type.id}, message="locked")
        self.assertEqual(order.state, "draft")

    def test_type_without_review(self):
        order = self.new_order(crm_order_type_id=self.free_type.id)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.name.startswith("SV"))

    def test_quotation_is_not_confirmed_where_applications_are_required(self):
        quotation = self.new_order(crm_order_type_id=False)
        self.env.company.crm_application_required = True
        self.refused(quotation.action_confirm, message="Make a sales application")
        self.env.company.crm_application_required = False
        quotation.action_confirm()
        self.assertEqual(quotation.state, "sale")

    def test_terms_are_fixed_after_approval(self):
        order = self.new_approved()
        line = order.order_line
        for values in (
            {"product_uom_qty": 11},
            {"price_unit": 1},
            {"discount": 50},
            {"product_id": self.crystal.id},
            {"crm_promised_date": self.today},
        ):
            with self.subTest(values=values):
                self.refused(line.write, values, message="Change Order")
                self.refused(order.write, {"order_line": [Command.update(line.id, values)]}, message="Change Order")
        new = {"product_id": self.crystal.id, "product_uom_qty": 5, "price_unit": 1}
        self.refused(order.write, {"order_line": [Command.create(new)]}, message="Change Order")
        self.refused(line.create, {"order_id": order.id, **new}, message="Change Order")
        self.refused(line.create, {"order_id": order.id, **new, "product_uom_qty": 0}, message="Change Order")
        self.refused(order.write, {"partner_id": self.new_customer("Other").id}, message="Change Order")
        self.refused(order.write, {"crm_order_type_id": self.free_type.id}, message="Change Order")
        self.assertEqual((line.product_uom_qty, line.price_unit, len(order.order_line)), (10, 10, 1))
        line.write({"product_uom_qty": 10, "price_unit": 10})  # what a form sends back unchanged

    def test_lines_are_locked_during_the_review(self):
        order = self.new_order()
        order.action_review_submit()
        self.refused(order.order_line.write, {"product_uom_qty": 1}, message="locked")
        self.refused(order.order_line.unlink, message="locked")
        self.refused(order.write, {"client_order_ref": "PO-1"}, message="locked")

    def test_reviewer_writes_nothing_but_what_his_step_allows(self):
        self.env["crm.review.flow"].search([("state", "=", "published")]).action_retire()
        field = self.env["ir.model.fields"]._get("sale.order.line", "crm_promised_date")
        self.new_flow("sale_order", self.engineer, editable_field_ids=[Command.set(field.ids)])
        order = self.new_order()
        order.action_review_submit()
        line = order.order_line.with_user(self.engineer)
        line.write({"crm_promised_date": self.today + timedelta(days=3)})
        self.refused(line.write, {"price_unit": 1}, message="locked")
        self.task(order, self.engineer).action_reject("too cheap")
        self.refused(line.write, {"crm_promised_date": self.today}, error=AccessError)
        self.refused(order.with_user(self.engineer).write, {"note": "x"}, error=AccessError)
        self.refused(order.with_user(self.engineer).action_cancel, error=AccessError)

    def test_bad_lines_are_named(self):
        self.product.sudo().product_tmpl_id._crm_set_life_state("mass", "start")
        order = self.new_order(
            {},
            {"product_uom_qty": 0},
            {"price_unit": 0},
            {"crm_promised_date": self.today - timedelta(days=1)},
        )
        with self.assertRaises(Exception) as raised:
            order.action_review_submit()
        message = str(raised.exception)
        for part in ("Line 2: the quantity", "Line 3: Oscillator has no price", "Line 4: the promised date"):
            self.assertIn(part, message)
        self.assertNotIn("Line 1", message)
        order.order_line[1].product_uom_qty = 1
        order.order_line[2].crm_free_reason = "replacement"
        order.order_line[3].crm_promised_date = self.today
        order.action_review_submit()
        self.assertEqual(order.review_state, "pending")

    def test_required_fields_and_overseas(self):
        self.type.required_field_ids = self.env["ir.model.fields"]._get("sale.order", "client_order_ref") | self.env[
            "ir.model.fields"
        ]._get("sale.order.line", "crm_requested_date")
        order = self.new_order()
        with self.assertRaises(Exception) as raised:
            order.action_review_submit()
        self.assertIn("Customer Reference", str(raised.exception))
        self.assertIn("Line 1: fill in “Requested Date”", str(raised.exception))
        order = self.new_order(crm_order_type_id=self.overseas.id)
        with self.assertRaises(Exception) as raised:
            order.action_review_submit()
        self.assertIn("Line 1: Oscillator has no HS code", str(raised.exception))
        self.assertIn("Incoterm", str(raised.exception))

    def test_what_leaves_the_country_bears_no_tax(self):
        company = self.env.company
        tax = self.env["account.tax"].create({"name": "VAT", "amount": 13, "type_tax_use": "sale"})
        self.product.taxes_id = tax
        company.account_fiscal_country_id = tax.country_id
        self.customer.country_id = company.country_id = tax.country_id
        order = self.new_order()
        self.assertEqual(order.sudo().order_line.tax_ids, tax)
        order.crm_order_type_id = self.overseas
        self.assertFalse(order.sudo().order_line.tax_ids)
        order.crm_order_type_id = self.type
        self.assertEqual(order.sudo().order_line.tax_ids, tax)
        self.customer.country_id = self.env["res.country"].search([("id", "!=", tax.country_id.id)], limit=1)
        self.assertFalse(self.new_order(crm_order_type_id=False).sudo().order_line.tax_ids)
        self.assertEqual(order.sudo().order_line.tax_ids, tax, "what is written stays")

    def test_po_comes_once(self):
        self.new_order(client_order_ref="PO 2026-1")
        self.refused(lambda: self.new_order(client_order_ref="ｐｏ2026-1"), message="is in", error=Exception)
        again = self.new_order(client_order_ref="po2026-1", crm_po_duplicate_reason="a second delivery")
        self.assertEqual(again.state, "draft")
        other = self.new_customer("Ningbo Radio")
        self.new_order(client_order_ref="PO 2026-1", partner_id=other.id)

    def test_floor_and_margin(self):
        order = self.new_order({"price_unit": 7.5})
        self.assertTrue(order.order_line.crm_below_floor)
        order.action_review_submit()
        self.assertTrue(order.crm_below_floor)
        self.assertEqual(order.with_user(self.boss).order_line.crm_unit_cost, 4)
        self.assertEqual(order.with_user(self.boss).order_line.crm_margin, 35)
        self.product.sudo().standard_price = 6
        self.assertEqual(order.with_user(self.boss).order_line.crm_margin, 35, "as it was when submitted")
        for fname in ("crm_unit_cost", "crm_margin"):
            self.refused(order.order_line.read, [fname], error=AccessError)
            self.refused(order.order_line.search, [(fname, ">", 0)], error=AccessError)
        self.refused(order.read, ["crm_margin"], error=AccessError)
        self.refused(order.order_line.write, {"crm_unit_cost": 1}, error=Exception)

    def test_step_for_the_exception_only(self):
        self.env["crm.review.flow"].search([("state", "=", "published")]).action_retire()
        self.new_flow("sale_order", self.engineer, self.boss, domain="[('crm_below_floor', '=', True)]")
        good, cheap = self.new_order(), self.new_order({"price_unit": 7})
        (good | cheap).action_review_submit()
        for order in good, cheap:
            self.approve(order, self.engineer)
        self.assertEqual((good.review_state, cheap.review_state), ("approved", "pending"))
        self.approve(cheap, self.boss)
        self.assertEqual(cheap.state, "sale")

    def test_facts_are_not_entered(self):
        order = self.new_order({"price_unit": 7})
        self.refused(order.write, {"crm_below_floor": False}, message="found out by the program")
        self.refused(order.write, {"crm_credit_overdue": False}, message="found out by the program")
        self.refused(order.order_line.write, {"crm_floor_taken": 1}, message="found out by the program")
        self.refused(lambda: self.new_order(crm_number="X"), message="found out by the program")

    def test_cancelled_order_is_reviewed_again(self):
        order = self.new_approved()
        order.action_cancel()
        order.action_draft()
        self.assertEqual(order.review_state, "new")
        self.refused(order.action_confirm, message="approved first")

    def test_overdue_customer(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": self.today - timedelta(days=60),
                "invoice_date_due": self.today - timedelta(days=30),
                "invoice_line_ids": [Command.create({"name": "x", "quantity": 1, "price_unit": 700, "tax_ids": False})],
            }
        )
        invoice.action_post()
        order = self.new_order()
        order.action_review_submit()
        self.assertTrue(order.crm_credit_overdue)
        self.assertEqual(order.crm_credit_overdue_amount, 700)
        self.assertFalse(order.crm_credit_exceeded, "no limit is set")

    def test_scope(self):
        order = self.new_order()
        self.refused(order.with_user(self.other).read, ["name"], error=AccessError)
        self.refused(order.with_user(self.other).action_review_submit, error=AccessError)
        self.refused(order.with_user(self.engineer).read, ["name"], error=AccessError)
        order.action_review_submit()
        self.assertTrue(order.with_user(self.engineer).order_line.read(["product_uom_qty"]))
        self.assertTrue(self.customer.with_user(self.engineer).read(["name"]))
        self.refused(self.customer.with_user(self.engineer).write, {"name": "x"}, error=AccessError)
        self.refused(order.with_user(self.accountant).order_line.write, {"price_unit": 1}, error=Exception)
        self.approve(order, self.engineer)
        self.env.invalidate_all()
        self.refused(self.customer.with_user(self.engineer).read, ["name"], error=AccessError)

    def test_list_costs_no_query_per_row(self):
        orders = self.env["sale.order"]
        for _index in range(12):
            orders |= self.new_order()
        names = ["name", "crm_order_type_id", "partner_id", "amount_total", "review_state", "state", "crm_below_floor"]
        spec = {name: {"fields": {"display_name": {}}} if name.endswith("_id") else {} for name in names}

        def count(limit):
            self.env.invalidate_all()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            orders.with_user(self.seller).web_search_read([("crm_order_type_id", "!=", False)], spec, limit=limit)
            return self.env.cr.sql_log_count - before

        count(12)
        self.assertEqual(count(2), count(12))
