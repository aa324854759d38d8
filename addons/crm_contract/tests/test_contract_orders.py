from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .money_common import MoneyCase


@tagged("post_install", "-at_install")
class TestContractOrders(MoneyCase):
    def test_whole_and_in_batches(self):
        early, late = self.today + timedelta(10), self.today + timedelta(40)
        contract = self.new_signed({"delivery_date": early}, {"product_id": self.crystal.id, "delivery_date": late})
        wizard = self.env["crm.contract.order"].with_user(self.seller).create({"contract_id": contract.id})
        self.assertEqual(wizard.line_ids.mapped("quantity"), [10, 10])
        wizard.until = early
        self.assertEqual(wizard.line_ids.contract_line_id, contract.line_ids[0])
        wizard.until = False
        wizard.by_delivery = True
        wizard.action_make_orders()
        orders = contract.order_ids.sorted("commitment_date")
        self.assertEqual(len(orders), 2)
        self.assertEqual(orders.mapped("amount_total"), [1130, 1130])
        self.assertEqual(orders.order_line.crm_contract_line_id, contract.line_ids)
        self.assertEqual(contract.line_ids.mapped("qty_to_order"), [0, 0])
        self.assertAddsUp(contract)
        # all that a salesperson may read of it, purchase orders not among them
        [row] = contract.with_user(self.seller).read()
        self.assertNotIn("purchase_ids", row)

    def test_two_batches_delivered(self):
        contract = self.new_signed({"delivery_date": self.today - timedelta(3)})
        self.assertEqual(contract.days_late, 3)
        self.order(contract, 4)
        self.assertEqual(contract.state, "in_progress")
        second = self.order(contract, 6)
        self.deliver(contract.order_ids - second, 4)
        line = contract.line_ids
        self.assertEqual((line.qty_delivered, line.qty_to_deliver, contract.delivered_rate), (4, 6, 0.4))
        self.assertAddsUp(contract)
        self.assertFalse(contract.date_delivered)
        self.deliver(second, 6)
        self.assertEqual(
            (line.qty_to_deliver, contract.date_delivered, contract.next_delivery_date), (0, self.today, False)
        )
        self.assertAddsUp(contract)

    def test_never_more_than_the_contract(self):
        contract = self.new_signed()
        order = self.order(contract, 8)
        self.refused(self.order, contract, 3, message="would be ordered")
        self.refused(order.order_line.write, {"product_uom_qty": 11}, message="would be ordered")
        # the warehouse cannot hand out more either
        self.refused(self.deliver, order, 11, message="would be")
        self.refused(
            self.env["sale.order.line"].with_user(self.seller).create,
            {"order_id": order.id, "product_id": self.crystal.id, "product_uom_qty": 1},
            message="is not in contract",
            error=ValidationError,
        )
        order.sudo()._action_cancel()
        self.assertEqual(contract.line_ids.qty_to_order, 10)
        self.order(contract, 10)
        self.refused(order.sudo().action_draft, message="would be ordered")

    def test_prices_are_those_of_the_contract(self):
        contract = self.new_signed({"discount": 5})
        order = self.order(contract, 5, confirm=False)
        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (100, 5))
        order.order_line.product_uom_qty = 6
        self.assertEqual(order.order_line.price_unit, 100)
        self.refused(order.order_line.write, {"price_unit": 90}, error=ValidationError, message="Take its price")

    def test_foreign_currency(self):
        contract = self.new_signed(currency_id=self.foreign.id)
        order = self.order(contract, 10)
        self.assertEqual((order.currency_id, order.amount_total), (self.foreign, 1130))
        self.assertEqual({*contract.sudo().move_ids.mapped("currency_id.name")}, {self.foreign.name})

    def test_orders_are_invoiced_by_the_plan(self):
        contract = self.new_signed()
        order = self.order(contract, 10)
        self.assertEqual((order.invoice_status, order.amount_to_invoice), ("no", 0))
        self.refused(order.sudo()._create_invoices, message="payment plan")

    def test_framework_is_invoiced_by_orders_and_unlimited(self):
        contract = self.new_signed({"quantity": 0}, kind="framework", plan=())
        self.product.invoice_policy = "order"
        order = self.order(contract, 25)
        self.assertEqual(contract.line_ids.qty_ordered, 25)
        move = order.sudo()._create_invoices()
        move.action_post()
        self.assertEqual(move.crm_contract_id, contract)
        self.assertEqual((contract.amount_invoiced, contract.amount_open), (2825, 2825))
        move.invoice_date_due = self.today - timedelta(1)
        contract.invalidate_recordset()
        self.assertEqual(contract.amount_overdue, 2825)

    def test_only_of_contracts_in_force(self):
        contract = self.new_contract()
        self.refused(contract.action_make_orders, message="is not in force")
        contract.action_review_submit()
        contract.with_user(self.other).invalidate_recordset()
        with self.assertRaises(AccessError):
            contract.with_user(self.other).action_make_orders()
        other = self.new_customer("Somebody Else")
        order = self.env["sale.order"].with_user(self.seller).create({"partner_id": other.id})
        self.refused(order.write, {"crm_contract_id": contract.id}, error=ValidationError, message="are those of")

    def test_orders_stay_with_their_contract(self):
        contract = self.new_signed()
        order = self.order(contract, 10, confirm=False)
        self.refused(order.write, {"crm_contract_id": False}, error=ValidationError)
        self.refused(order.order_line.write, {"crm_contract_line_id": False}, error=ValidationError)
        order.sudo().action_confirm()
        free = {"crm_contract_line_id": False}
        detach = {"crm_contract_id": False, "order_line": [Command.update(order.order_line.id, free)]}
        self.refused(order.write, detach, message="the contract it belongs to stays")
        self.assertEqual(contract.line_ids.qty_ordered, 10)

    def test_change_raises_quantity_and_price(self):
        contract = self.new_signed()
        order = self.order(contract, 10)
        Change = self.env["crm.contract.change"].with_user(self.seller)
        change = Change.create({"contract_id": contract.id, "kind": "quantity", "reason": "More"})
        change.line_ids.quantity = 8
        self.refused(change.action_review_submit, message="are ordered already")
        change.line_ids.write({"quantity": 15, "price_unit": 110})
        self.assertIn(order.name, " ".join(contract._change_effects(change)))
        change.action_review_submit()
        self.assertEqual((contract.line_ids.qty_to_order, order.order_line.price_unit), (5, 110))
        self.assertAddsUp(contract)
        self.order(contract, 5)
        self.assertAddsUp(contract)

    def test_termination_closes_what_is_open(self):
        contract = self.new_signed()
        first = self.order(contract, 6)
        second = self.order(contract, 4)
        self.deliver(first, 2)
        contract.sudo().move_ids[0].action_post()
        change = (
            self.env["crm.contract.change"]
            .with_user(self.seller)
            .create(
                {
                    "contract_id": contract.id,
                    "kind": "termination",
                    "reason": "Over",
                    "date_termination": self.today,
                    "settlement": "Paid",
                }
            )
        )
        effects = " ".join(contract._change_effects(change))
        for word in (first.name, second.name, "draft invoices", "stay due"):
            self.assertIn(word, effects)
        change.action_review_submit()
        self.assertEqual(contract.state, "terminated")
        self.assertEqual((first.state, second.state), ("sale", "cancel"))
        self.assertEqual({*first.sudo().picking_ids.mapped("state")}, {"done", "cancel"})
        self.assertEqual(contract.sudo().move_ids.mapped("state"), ["posted"])

    def test_contract_of_quotations(self):
        Order = self.env["sale.order"].with_user(self.seller)
        values = {"partner_id": self.customer.id, "crm_contract_id": False}
        orders = Order.create(
            [
                values
                | {
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": 3,
                                "price_unit": 20,
                                "tax_ids": [Command.set(self.taxes[0].ids)],
                            }
                        )
                    ]
                }
                for product in (self.product, self.crystal)
            ]
        )
        template = self.env["crm.contract.template"].create(
            {
                "name": "Standard",
                "type_id": self.type_of("sales").id,
                "warranty_months": 18,
                "clause_ids": [Command.create({"title": "Law", "body": "As agreed"})],
                "milestone_ids": [Command.create({"name": "All", "percent": 100})],
            }
        )
        self.type_of("sales").template_id = template
        action = orders.action_crm_make_contract()
        contract = self.env["crm.contract"].browse(action["res_id"])
        self.assertEqual((contract.template_id, contract.warranty_months), (template, 18))
        self.assertEqual((contract.clause_ids.title, contract.milestone_ids.amount), ("Law", contract.amount_total))
        self.assertEqual((contract.partner_id, contract.amount_untaxed), (self.customer, 120))
        self.assertEqual(contract.line_ids.mapped("quantity"), [3, 3])
        self.assertEqual(orders.crm_made_contract_id, contract)
        self.refused(orders[0].action_crm_make_contract)
        self.refused(orders[0].write, {"crm_made_contract_id": False}, message="is not entered")
        stranger = Order.create(values | {"partner_id": self.new_customer("Else").id})
        fresh = Order.create(values)
        self.refused((stranger | fresh).action_crm_make_contract, message="of one customer")

    def test_services_count_as_delivered(self):
        service = self.env["product.product"].create(
            {"name": "Calibration", "type": "service", "taxes_id": [Command.clear()], "invoice_policy": "delivery"}
        )
        contract = self.new_signed({"product_id": service.id, "quantity": 2}, kind="service")
        order = self.order(contract, 2)
        order.order_line.sudo().qty_delivered = 2
        self.assertEqual(contract.date_delivered, fields.Date.context_today(contract))
        self.refused(order.order_line.sudo().write, {"qty_delivered": 3}, message="would be delivered")
