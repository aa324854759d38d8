from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ShipmentCase


@tagged("post_install", "-at_install")
class TestCrmShipmentRequestRelease(ShipmentCase):
    def picking(self, order, user=None):
        """The deliveries of an order that are not done, in a user's name."""
        pickings = order.sudo().picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        return pickings.with_user(user or self.storeman).sudo(False)

    def validate(self, picking, assign=True):
        if assign:
            picking.action_assign()
        picking.move_ids.picked = True
        return picking.with_context(skip_backorder=True).button_validate()

    # BEFORE THE APPROVAL
    def test_nothing_leaves_before_the_approval(self):
        order = self.new_order()
        picking = self.picking(order)
        self.refused(self.validate, picking, message="not released for shipping")
        request = self.new_request(order, 100)
        self.refused(self.validate, picking, message="not released for shipping")
        request.action_review_submit()
        self.refused(self.validate, picking, message="not released for shipping")
        self.refused(picking._action_done, message="not released for shipping")
        picking.move_ids.picked = True
        self.refused(picking.move_ids._action_done, message="not released for shipping")
        self.refused(picking.move_ids.write, {"state": "done"}, message="not released for shipping")
        picking.move_ids.quantity = 0
        self.refused(picking.move_ids.write, {"state": "done"}, message="not released for shipping")
        self.refused(
            picking.move_ids.write,
            {"crm_shipment_line_id": request.line_ids.id, "state": "done"},
            message="not released for shipping",
        )
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_delivery_does_not_leave_its_order(self):
        order = self.new_order()
        picking = self.picking(order)
        self.refused(picking.move_ids.write, {"sale_line_id": False}, message="cannot be taken off")
        self.refused(picking.write, {"sale_id": False}, message="cannot be taken off")
        other = self.new_product("Other", 10)
        self.refused(picking.move_ids.write, {"product_id": other.id}, message="cannot be taken off")

    def test_goods_added_to_a_delivery_are_not_released_with_it(self):
        order = self.new_order()
        request = self.approve(self.new_request(order, 10))
        picking = request.sudo().picking_ids.with_user(self.storeman).sudo(False)
        other = self.new_product("Other", 10)
        picking.move_ids.create(
            {
                "product_id": other.id,
                "product_uom_qty": 3,
                "picking_id": picking.id,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        self.refused(self.validate, picking, message="Other")

    def test_release_is_not_borrowed_from_another_line(self):
        first, second = self.new_order(), self.new_order()
        request = self.approve(self.new_request(first, 10))
        move = self.picking(second).move_ids
        self.refused(move.write, {"crm_shipment_line_id": request.line_ids.id}, message="its own order line")

    def test_a_strange_delivery_is_not_shipped_with_a_request(self):
        plain = self.picking(self.new_order(crm_order_type_id=False))
        request = self.approve(self.new_request(self.new_order(), 10))
        plain.crm_shipment_request_id = request.with_user(self.storeman)
        request.action_ship()
        self.assertNotEqual(plain.state, "done")

    def test_plain_orders_are_delivered_as_ever(self):
        order = self.new_order(crm_order_type_id=False)
        self.validate(self.picking(order))
        self.assertEqual(order.order_line.qty_delivered, 100)
        self.env.company.crm_shipment_review = True
        order = self.new_order(crm_order_type_id=False)
        self.refused(self.validate, self.picking(order), message="not released for shipping")

    # RELEASED
    def test_approved_part_is_split_off_and_shipped(self):
        order = self.new_order()
        request = self.approve(self.new_request(order, 40))
        released = request.sudo().picking_ids
        self.assertEqual(released.move_ids.product_uom_qty, 40)
        self.assertEqual(released.move_ids.crm_shipment_line_id, request.line_ids)
        rest = order.sudo().picking_ids - released
        self.assertEqual(rest.move_ids.product_uom_qty, 60)
        self.refused(self.validate, rest.with_user(self.storeman).sudo(False), message="not released")
        self.validate(released.with_user(self.storeman).sudo(False))
        self.assertEqual((request.state, request.line_ids.shipped_qty), ("shipped", 40))
        self.assertEqual((order.order_line.qty_delivered, order.order_line.crm_open_qty), (40, 60))

    def test_ship_button(self):
        order = self.new_order()
        request = self.approve(self.new_request(order))
        self.assertEqual(request.sudo().picking_ids, order.sudo().picking_ids, "all of it: no split")
        request.action_ship()
        self.assertEqual(request.state, "shipped")
        self.assertEqual(order.order_line.qty_delivered, 100)
        self.refused(request.action_ship, message="not released")

    def test_two_requests_one_after_the_other(self):
        order = self.new_order()
        first, second = self.new_request(order, 30), self.new_request(order, 70)
        self.approve(second)
        self.approve(first)
        second.action_ship()
        first.action_ship()
        self.assertEqual(order.order_line.qty_delivered, 100)
        self.assertEqual(order.sudo().picking_ids.mapped("state"), ["done", "done"])

    def test_several_orders_in_one_request(self):
        first, second = self.new_order((self.product, 10)), self.new_order((self.product, 20))
        request = self.new_request(first)
        request.line_ids = [Command.create({"order_line_id": second.order_line.id, "quantity": 20})]
        self.approve(request)
        request.action_ship()
        self.assertEqual((first.order_line.qty_delivered, second.order_line.qty_delivered), (10, 20))
        self.assertEqual(request.state, "shipped")

    def test_goods_that_are_not_there(self):
        order = self.new_order((self.product, 1500))
        request = self.approve(self.new_request(order))
        self.refused(request.action_ship, message="1000 of 1500")

    def test_more_than_released_does_not_leave(self):
        order = self.new_order()
        request = self.approve(self.new_request(order, 40))
        picking = request.sudo().picking_ids.with_user(self.storeman).sudo(False)
        picking.action_assign()
        picking.move_ids.quantity = 50
        self.refused(self.validate, picking, assign=False, message="50 would leave, 40 are released")
        picking.move_ids.product_uom_qty = 50
        self.refused(self.validate, picking, assign=False, message="50 would leave, 40 are released")

    def test_part_of_a_released_delivery(self):
        order = self.new_order()
        request = self.approve(self.new_request(order, 40))
        picking = request.sudo().picking_ids.with_user(self.storeman).sudo(False)
        picking.action_assign()
        picking.move_ids.quantity = 25
        self.validate(picking, assign=False)
        self.assertEqual(request.state, "approved", "the rest of it is still to go")
        self.assertEqual((request.line_ids.shipped_qty, request.line_ids.held_qty), (25, 15))
        self.assertEqual(order.order_line.crm_open_qty, 60)
        request.action_ship()
        self.assertEqual((request.state, request.line_ids.shipped_qty), ("shipped", 40))

    def test_cancelled_release_is_blocked_again(self):
        order = self.new_order()
        request = self.approve(self.new_request(order, 40))
        self.denied(request.with_user(self.storeman).action_cancel)
        request.action_cancel()
        self.assertEqual((request.state, order.order_line.crm_open_qty), ("cancelled", 100))
        for picking in order.sudo().picking_ids:
            self.refused(self.validate, picking.with_user(self.storeman).sudo(False), message="not released")
        again = self.approve(self.new_request(order, 100))
        again.action_ship()
        self.assertEqual(order.order_line.qty_delivered, 100)

    def test_kit(self):
        part = self.new_product("Part", 500)
        kit = self.new_product("Kit")
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [Command.create({"product_id": part.id, "product_qty": 3})],
            }
        )
        order = self.new_order((kit, 10))
        request = self.approve(self.new_request(order, 4))
        self.assertEqual(request.sudo().picking_ids.move_ids.product_uom_qty, 12)
        rest = order.sudo().picking_ids - request.sudo().picking_ids
        self.refused(self.validate, rest.with_user(self.storeman).sudo(False), message="not released")
        request.action_ship()
        self.assertEqual((order.order_line.qty_delivered, request.state), (4, "shipped"))
        second = self.approve(self.new_request(order))
        self.assertEqual(second.sudo().picking_ids.move_ids.product_uom_qty, 18)

    def test_delivery_in_two_steps(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.new_order((self.product, 10))
        request = self.approve(self.new_request(order))
        self.refused(request.action_ship, message="not there yet")
        pick = order.sudo().picking_ids
        pick.action_assign()
        pick.move_ids.picked = True
        pick.button_validate()
        self.assertEqual(pick.state, "done", "moving in the house needs no release")
        out = order.sudo().picking_ids - pick
        self.validate(out.with_user(self.storeman).sudo(False))
        self.assertEqual((request.state, order.order_line.qty_delivered), ("shipped", 10))

    def test_part_of_a_delivery_in_two_steps_by_the_button(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.new_order((self.product, 10))
        request = self.approve(self.new_request(order, 4))
        pick = order.sudo().picking_ids
        pick.action_assign()
        pick.move_ids.picked = True
        pick.button_validate()
        request.action_ship()
        self.assertEqual((request.state, order.order_line.qty_delivered), ("shipped", 4))

    # RECEIPT
    def test_signature_on_receipt(self):
        dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
        order = self.new_order()
        request = self.approve(self.new_request(order))
        self.refused(request.write, {"signature": dot}, message="not been shipped")
        self.refused(request.action_sign, message="not been shipped")
        request.action_ship()
        request.write({"signature": dot, "signed_by": "Anders"})
        self.assertEqual(request.state, "signed")
        self.assertTrue(request.signed_on)
        self.refused(request.write, {"signature": False}, message="stays as it is")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            request.action_cancel()
