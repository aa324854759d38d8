from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .money_common import MoneyCase


@tagged("post_install", "-at_install")
class TestPurchaseContract(MoneyCase):
    """Purchase contracts: ordered, received and billed as sales contracts are ordered, delivered and invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.new_user("buyer", department=cls.finance)
        cls.supplier = cls.env["res.partner"].create({"name": "Suzhou Quartz", "is_company": True})
        cls.purchase_tax = cls.taxes[0].copy({"name": "Input 13 %", "type_tax_use": "purchase"})

    def new_contract(self, *lines, **values):
        tax = {"tax_ids": [Command.set(self.purchase_tax.ids)]}
        lines = [{**tax, **line} for line in lines or ({},)]
        values = {"kind": "purchase", "user": self.buyer, "partner_id": self.supplier.id, **values}
        return super().new_contract(*lines, **values)

    def order(self, contract, *quantities, confirm=True, **values):
        wizard = self.env["crm.contract.order"].with_user(self.buyer).create({"contract_id": contract.id, **values})
        for line, quantity in zip(wizard.line_ids, quantities, strict=False):
            line.quantity = quantity
        before = contract.purchase_ids
        wizard.action_make_orders()
        orders = contract.purchase_ids - before
        if confirm:
            orders.button_confirm()
        return orders

    def receive(self, order, quantity):
        """As the warehouse receives an order; what is missing stays open in a back order."""
        picking = order.sudo().picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking._action_done()

    def test_ordered_received_billed(self):
        contract = self.new_signed({"delivery_date": self.today - timedelta(2)}, plan=(30, 70))
        self.assertEqual(contract.days_late, 2)
        order = self.order(contract, 10)
        self.assertEqual((order.partner_id, order.amount_total, order.user_id), (self.supplier, 1130, self.buyer))
        self.assertEqual((contract.state, contract.order_count), ("in_progress", 1))
        self.receive(order, 4)
        line = contract.line_ids
        self.assertEqual((line.qty_ordered, line.qty_delivered, line.qty_to_deliver), (10, 4, 6))
        self.receive(order, 6)
        self.assertEqual((contract.date_delivered, contract.delivered_rate), (self.today, 1))
        contract.with_user(self.accountant).action_make_invoices()
        bills = contract.sudo().move_ids
        self.assertEqual({*bills.mapped("move_type")}, {"in_invoice"})
        self.assertEqual(sorted(bills.mapped("amount_total")), [339, 791])
        bills.invoice_date = self.today
        bills.action_post()
        self.pay(bills[0])
        self.pay(bills[1])
        self.assertEqual((contract.amount_received, contract.state), (1130, "completed"))
        self.assertAddsUp(contract)

    def test_never_more_than_the_contract(self):
        contract = self.new_signed()
        order = self.order(contract, 8)
        self.refused(self.order, contract, 3, message="would be ordered")
        self.refused(order.order_line.write, {"product_qty": 11}, message="would be ordered")
        self.refused(self.receive, order, 11, message="would be")
        order.button_cancel()
        self.assertEqual(contract.line_ids.qty_to_order, 10)
        self.order(contract, 10)
        self.refused(order.button_draft, message="would be ordered")

    def test_prices_are_those_of_the_contract(self):
        self.product.seller_ids = [Command.create({"partner_id": self.supplier.id, "price": 120, "discount": 1})]
        contract = self.new_signed({"discount": 5})
        order = self.order(contract, 5, confirm=False)
        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (100, 5))
        order.order_line.product_qty = 6
        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (100, 5))
        self.refused(order.order_line.write, {"price_unit": 90}, error=ValidationError, message="Take its price")
        other = {"order_id": order.id, "product_id": self.crystal.id, "product_qty": 1}
        self.refused(order.order_line.create, other, error=ValidationError, message="is not in contract")

    def test_orders_are_billed_by_the_plan(self):
        contract = self.new_signed()
        order = self.order(contract, 10)
        self.receive(order, 10)
        self.assertEqual((order.order_line.qty_to_invoice, order.invoice_status), (0, "no"))
        self.refused(order.sudo().action_create_invoice, message="payment plan")
        bill = self.env["account.move"].create({"move_type": "in_invoice", "partner_id": self.supplier.id})
        line = {"name": "Quartz", "price_unit": 1, "purchase_line_id": order.order_line.id}
        self.refused(bill.write, {"invoice_line_ids": [Command.create(line)]}, message="payment plan")

    def test_each_kind_is_ordered_its_way(self):
        contract = self.new_signed()
        sale = {"partner_id": self.supplier.id, "crm_contract_id": contract.id}
        self.refused(self.env["sale.order"].create, sale, error=ValidationError, message="does not fit")
        with self.assertRaises(AccessError):
            self.env["crm.contract.order"].with_user(self.seller).create(
                {"contract_id": contract.id}
            ).action_make_orders()

    def test_change_and_termination_reach_the_orders(self):
        contract = self.new_signed()
        order = self.order(contract, 6)
        second = self.order(contract, 4)
        Change = self.env["crm.contract.change"].with_user(self.buyer)
        change = Change.create({"contract_id": contract.id, "kind": "price", "reason": "Copper"})
        change.line_ids.price_unit = 90
        change.action_review_submit()
        self.assertEqual((order.order_line.price_unit, order.state), (90, "purchase"))
        self.receive(order, 2)
        over = {"contract_id": contract.id, "kind": "termination", "reason": "Over", "settlement": "Paid"}
        change = Change.create({**over, "date_termination": self.today})
        change.action_review_submit()
        self.assertEqual((contract.state, order.state, second.state), ("terminated", "purchase", "cancel"))
        self.assertEqual({*order.picking_ids.mapped("state")}, {"done", "cancel"})

    def test_what_is_bought_for_stock_stays_apart(self):
        contract = self.new_signed()
        order = self.order(contract, 5, confirm=False)
        self.product.seller_ids = [Command.create({"partner_id": self.supplier.id, "price": 120})]
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)], limit=1)
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "location_id": warehouse.lot_stock_id.id,
                "product_min_qty": 8,
                "product_max_qty": 8,
                "route_id": warehouse.buy_pull_id.route_id.id,
            }
        ).action_replenish()
        bought = self.env["purchase.order.line"].search([("product_id", "=", self.product.id)])
        self.assertEqual(sorted(bought.mapped("product_qty")), [3, 5])
        self.assertEqual(order.order_line.product_qty, 5)
