from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_order_review.tests.order_common import OrderCase


@tagged("post_install", "-at_install")
class TestContractOrder(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for kind in ("contract", "contract_change"):
            cls.env.ref(f"crm_contract.crm_review_kind_{kind}").without_flow = "approve"
        cls.contract_type = cls.env["crm.contract.type"].search([("kind", "=", "sales")], limit=1)

    def new_quotation(self, **line):
        return self.new_order(line, crm_order_type_id=False)

    def new_contract(self, quantity=10, price=10):
        contract = (
            self.env["crm.contract"]
            .with_user(self.seller)
            .create(
                {
                    "type_id": self.contract_type.id,
                    "partner_id": self.customer.id,
                    "line_ids": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "quantity": quantity,
                                "price_unit": price,
                                "delivery_date": self.today + timedelta(30),
                            }
                        )
                    ],
                    "milestone_ids": [Command.create({"name": "All", "percent": 100})],
                }
            )
        )
        contract.action_review_submit()
        return contract

    def order(self, contract, quantity, order_type=None):
        wizard = self.env["crm.contract.order"].with_user(self.seller).create({"contract_id": contract.id})
        wizard.order_type_id = order_type or self.type
        wizard.line_ids.quantity = quantity
        before = contract.order_ids
        wizard.action_make_orders()
        return contract.order_ids - before

    def test_quotation_to_contract(self):
        quotation = self.new_quotation(crm_promised_date=self.today + timedelta(20), crm_customer_code="HZ-1")
        action = quotation.action_crm_make_contract()
        contract = self.env["crm.contract"].browse(action["res_id"])
        line = contract.line_ids
        self.assertEqual((line.quantity, line.price_unit, line.customer_code), (10, 10, "HZ-1"))
        self.assertEqual(line.delivery_date, self.today + timedelta(20))
        self.assertEqual(quotation.crm_quotation_state, "won")
        self.refused(quotation.action_crm_make_application, message="Order from the contract")
        self.refused(quotation.action_crm_make_contract)
        contract.action_cancel()
        again = quotation.action_crm_make_contract()
        self.assertNotEqual(again["res_id"], contract.id)

    def test_quotation_below_the_floor_is_approved_first(self):
        self.env.company.crm_quotation_review = "below_floor"
        quotation = self.new_quotation(price_unit=5)
        self.refused(quotation.action_crm_make_contract, message="must be approved first")
        self.assertFalse(quotation.crm_made_contract_id)

    def test_no_contract_of_an_application(self):
        self.refused(self.new_order().action_crm_make_contract, message="is a sales application")

    def test_chosen_break(self):
        quotation = self.new_quotation()
        self.env["crm.quotation.break"].with_user(self.seller).create(
            {"line_id": quotation.order_line.id, "quantity": 500, "price_unit": 9, "is_chosen": True}
        )
        action = quotation.action_crm_make_contract()
        line = self.env["crm.contract"].browse(action["res_id"]).line_ids
        self.assertEqual((line.quantity, line.price_unit), (500, 9))

    def test_application_of_a_contract_is_reviewed(self):
        contract = self.new_contract()
        order = self.order(contract, 10)
        self.assertEqual((order.crm_order_type_id, order.crm_contract_number), (self.type, contract.name))
        self.assertEqual(order.order_line.crm_promised_date, self.today + timedelta(30))
        self.refused(order.action_confirm, message="must be approved first")
        order.action_review_submit()
        self.approve(order, self.engineer, self.boss)
        self.assertEqual(order.state, "sale")
        self.assertEqual(contract.line_ids.qty_ordered, 10)
        self.refused(order.write, {"crm_contract_id": False}, message="is approved")

    def test_application_without_review(self):
        contract = self.new_contract()
        order = self.order(contract, 10, self.free_type)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_late_contract_is_ordered_for_today(self):
        contract = self.new_contract()
        self.env.cr.execute("UPDATE crm_contract_line SET delivery_date = %s", [self.today - timedelta(5)])
        contract.line_ids.invalidate_recordset()
        order = self.order(contract, 10, self.free_type)
        order.action_confirm()
        self.assertEqual((order.state, order.order_line.crm_promised_date), ("sale", self.today))

    def test_change_of_the_order_stays_within_the_contract(self):
        contract = self.new_contract()
        order = self.order(contract, 8)
        order.action_review_submit()
        self.approve(order, self.engineer, self.boss)
        Revision = self.env["crm.order.revision"].with_user(self.seller)
        revision = Revision.create({"order_id": order.id, "reason": "More"})
        revision.line_ids.product_uom_qty = 11
        self.refused(revision.action_review_submit, message="would be ordered of contract")
        revision.line_ids.write({"product_uom_qty": 10, "price_unit": 12})
        self.refused(revision.action_review_submit, message="Take its price")
        revision.line_ids.price_unit = 10
        revision.action_review_submit()
        self.approve(revision, self.engineer)
        self.assertEqual((order.order_line.product_uom_qty, contract.line_ids.qty_to_order), (10, 0))

    def test_change_of_the_contract_reaches_approved_orders(self):
        contract = self.new_contract()
        order = self.order(contract, 10)
        order.action_review_submit()
        self.approve(order, self.engineer, self.boss)
        change = (
            self.env["crm.contract.change"]
            .with_user(self.seller)
            .create({"contract_id": contract.id, "kind": "price", "reason": "Copper"})
        )
        change.line_ids.price_unit = 11
        change.action_review_submit()
        self.assertEqual((order.order_line.price_unit, order.state), (11, "sale"))

    def test_rpc_takes_no_more_than_the_contract(self):
        contract = self.new_contract()
        order = self.order(contract, 10)
        line = {
            "product_id": self.product.id,
            "product_uom_qty": 1,
            "price_unit": 10,
            "crm_contract_line_id": contract.line_ids.id,
        }
        self.refused(order.write, {"order_line": [Command.create(line)]}, message="would be ordered")
        self.assertEqual(contract.line_ids.qty_ordered, 10)
