from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestCrmOrderRevision(OrderCase):
    def begin(self, order):
        return self.env["crm.order.revision"].with_user(self.seller).browse(order.action_crm_change()["res_id"])

    def deliver(self, order, quantity):
        picking = order.sudo().picking_ids.filtered(lambda picking: picking.state != "done")
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True)._action_done()

    def test_change_holds_once_approved(self):
        order = self.new_approved({}, {"product_id": self.crystal.id, "price_unit": 5})
        change = self.begin(order)
        self.assertEqual(change.name, f"{order.name}-R1")
        first, second = change.line_ids
        change.write(
            {
                "reason": "the customer wants more",
                "client_order_ref": "PO-9",
                "line_ids": [
                    Command.update(first.id, {"product_uom_qty": 15, "price_unit": 9}),
                    Command.update(second.id, {"product_uom_qty": 0}),
                    Command.create({"product_id": self.crystal.id, "product_uom_qty": 3, "price_unit": 6}),
                ],
            }
        )
        self.assertEqual(change.line_ids.mapped("change"), ["changed", "removed", "added"])
        change.action_review_submit()
        line = order.order_line[0]
        self.assertEqual((line.product_uom_qty, line.price_unit, order.client_order_ref), (10, 10, False))
        self.refused(first.write, {"price_unit": 1}, message="locked")
        self.approve(change, self.engineer)
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [15, 0, 3])
        self.assertEqual(order.order_line.mapped("price_unit"), [9, 5, 6])
        self.assertEqual((order.client_order_ref, order.crm_revision, order.review_state), ("PO-9", 1, "approved"))
        self.assertTrue(change.applied_on)
        moves = order.sudo().picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(
            sum(moves.filtered(lambda move: move.product_id == self.product).mapped("product_uom_qty")), 15
        )
        self.refused(change.unlink)
        self.refused(change.line_ids[0].write, {"price_unit": 1}, message="locked")
        self.assertEqual(self.begin(order).number, 2)

    def test_rejected_change_leaves_the_order(self):
        order = self.new_approved()
        change = self.begin(order)
        change.write({"reason": "cheaper", "line_ids": [Command.update(change.line_ids.id, {"price_unit": 1})]})
        change.action_review_submit()
        self.assertTrue(change.crm_below_floor)
        self.task(change, self.engineer).action_reject("no")
        self.assertEqual((order.order_line.price_unit, order.crm_revision), (10, 0))

    def test_delivered_is_delivered(self):
        order = self.new_approved()
        self.deliver(order, 6)
        self.assertEqual(order.order_line.qty_delivered, 6)
        change = self.begin(order)
        change.write({"reason": "less", "line_ids": [Command.update(change.line_ids.id, {"product_uom_qty": 5})]})
        self.refused(change.action_review_submit, message="Line 1: 6 of Oscillator are delivered")
        change.line_ids.product_uom_qty = 7
        change.action_review_submit()
        self.deliver(order, 3)
        self.assertEqual(order.order_line.qty_delivered, 9)
        self.refused(self.approve, change, self.engineer, message="does not fit the order any more")
        self.assertEqual(order.order_line.product_uom_qty, 10)

    def test_what_is_no_change(self):
        order = self.new_approved()
        change = self.begin(order)
        self.refused(change.action_review_submit, message="Say why")
        change.reason = "why not"
        self.refused(change.action_review_submit, message="Nothing is changed")
        self.assertEqual(self.begin(order), change, "the open one goes on")
        change.unlink()

    def test_attacks(self):
        order, other = self.new_approved(), self.new_order()
        Revision = self.env["crm.order.revision"]
        self.refused(Revision.with_user(self.seller).create, {"order_id": other.id}, message="not an approved order")
        self.refused(Revision.with_user(self.other).create, {"order_id": order.id}, error=AccessError)
        change = self.begin(order)
        self.refused(change.write, {"order_id": other.id}, error=AccessError)
        self.refused(change.line_ids.write, {"old_price": 1}, error=AccessError)
        self.refused(change.line_ids.write, {"product_id": self.crystal.id}, message="another line")
        self.refused(change.line_ids.unlink, message="quantity 0")
        self.refused(change.write, {"review_state": "approved"}, message="review alone")
        line = {"revision_id": change.id, "order_line_id": other.order_line.id, "product_id": self.product.id}
        self.refused(change.line_ids.create, line, error=AccessError)
        self.refused(change.with_user(self.other).read, ["name"], error=AccessError)

    def test_dates(self):
        order = self.new_approved({"crm_promised_date": self.today})
        change = self.begin(order)
        change.reason = "late"
        change.line_ids.crm_promised_date = self.today - timedelta(days=1)
        self.refused(change.action_review_submit, message="Promise a later one")
        change.line_ids.crm_promised_date = self.today + timedelta(days=9)
        change.action_review_submit()
        self.approve(change, self.engineer)
        self.assertEqual(order.order_line.crm_promised_date, self.today + timedelta(days=9))
