from odoo import Command, fields
from odoo.tests import Form, tagged

from .common import ShipmentCase


@tagged("post_install", "-at_install")
class TestCrmShipmentRequest(ShipmentCase):
    # OPEN QUANTITY
    def test_requests_take_pieces_off_what_is_open(self):
        order = self.new_order()
        line = order.order_line
        self.assertEqual(line.crm_open_qty, 100)
        first = self.new_request(order, 60)
        self.assertEqual(line.crm_open_qty, 40)
        self.assertEqual(first.line_ids.open_qty, 100, "its own pieces are open to itself")
        self.refused(self.new_request, order, 41, message="Line 1")
        second = self.new_request(order, 40)
        self.assertEqual(line.crm_open_qty, 0)
        self.refused(second.line_ids.write, {"quantity": 41}, message="only 40 of order")
        first.line_ids.quantity = 50
        second.line_ids.quantity = 50
        first.unlink()
        self.assertEqual(line.crm_open_qty, 50)

    def test_quantity_is_above_zero(self):
        order = self.new_order()
        request = self.new_request(order, 10)
        for quantity in (0, -5):
            self.refused(self.new_request, order, quantity or -1, message="above zero")
            self.refused(request.line_ids.write, {"quantity": quantity}, message="above zero")

    def test_button_of_the_order(self):
        order = self.new_order((self.product, 10), (self.product, 5))
        action = order.action_crm_request_shipment()
        request = self.env["crm.shipment.request"].with_user(self.seller).browse(action["res_id"])
        self.assertEqual(request.line_ids.mapped("quantity"), [10, 5])
        self.assertEqual(request.amount, 37.5)
        self.refused(order.action_crm_request_shipment, message="Nothing is open")

    def test_what_is_not_sold_any_more_is_still_shipped(self):
        order = self.new_order()
        self.product.sale_ok = False
        self.assertEqual(self.approve(self.new_request(order)).review_state, "approved")

    def test_form_adds_an_order(self):
        order = self.new_order((self.product, 10), (self.product, 5))
        form = Form(self.env["crm.shipment.request"].with_user(self.seller))
        form.add_order_id = order
        request = form.save()
        self.assertEqual(request.partner_id, self.customer)
        self.assertEqual(request.line_ids.mapped("quantity"), [10, 5])

    def test_one_customer_and_confirmed_orders_only(self):
        order, draft = self.new_order(), self.new_order(confirm=False)
        request = self.new_request(order, 10)
        add = {"order_line_id": draft.order_line.id, "quantity": 1}
        self.refused(request.write, {"line_ids": [Command.create(add)]}, message="not confirmed")
        elsewhere = self.new_order(partner_id=self.new_customer("Baltic Trade OY").id)
        add = {"order_line_id": elsewhere.order_line.id, "quantity": 1}
        self.refused(request.write, {"line_ids": [Command.create(add)]}, message="another customer")

    def test_order_is_not_lowered_below_what_is_requested(self):
        order = self.new_order()
        request = self.new_request(order, 60)
        self.refused(order.sudo().order_line.write, {"product_uom_qty": 50}, message="hold 60")
        request.unlink()
        order.sudo().order_line.product_uom_qty = 50
        self.assertEqual(order.order_line.crm_open_qty, 50)

    def test_order_is_not_cancelled_while_goods_of_it_are_requested(self):
        order = self.new_order()
        request = self.new_request(order, 60)
        self.refused(order._action_cancel, message="Cancel or delete that first")
        request.unlink()
        order.sudo()._action_cancel()
        self.assertEqual(order.state, "cancel")

    # WHO
    def test_strangers_neither_see_nor_make_them(self):
        order = self.new_order()
        request = self.new_request(order, 10)
        mine = request.with_user(self.other)
        self.assertFalse(mine.search([("id", "=", request.id)]))
        self.denied(mine.read, ["name"])
        lines = self.env["crm.shipment.request.line"].with_user(self.other)
        self.denied(lines.browse(request.line_ids.id).write, {"quantity": 1})
        self.denied(self.new_request, order, 10, user=self.other)
        self.assertFalse(self.storeman.with_user(self.storeman).env[request._name].search([]), "not released yet")

    def test_lines_of_a_strangers_order_are_refused(self):
        theirs = self.new_order(user=self.other, partner_id=self.new_customer("Polar OY", user=self.other).id)
        self.denied(self.new_request, theirs, 1)

    def test_fields_of_methods_are_not_written(self):
        request = self.new_request(self.new_order(), 10)
        for vals in (
            {"state": "approved"},
            {"name": "CH1"},
            {"shipped_on": fields.Datetime.now()},
            {"crm_credit_overdue": True},
            {"review_state": "approved"},
        ):
            self.refused(request.write, vals)
        self.denied(request.line_ids.write, {"quality_released": True})
        self.denied(request.write, {"user_id": self.manager.id})

    def test_locked_in_and_after_review(self):
        order = self.new_order()
        request = self.new_request(order, 10)
        request.action_review_submit()
        self.assertEqual(request.state, "pending")
        self.assertTrue(request.name)
        for _state in ("pending", "approved"):
            self.refused(request.line_ids.write, {"quantity": 5}, message="locked")
            self.refused(
                request.write, {"line_ids": [Command.update(request.line_ids.id, {"quantity": 5})]}, message="locked"
            )
            self.refused(request.unlink)
            self.refused(request.line_ids.unlink)
            request.waybill_no = "SF100"
            if request.state == "pending":
                self.approve(request)
        self.assertEqual(request.state, "approved")

    def test_recalled_and_rejected_go_back_to_draft(self):
        request = self.new_request(self.new_order(), 10)
        request.action_review_submit()
        request.review_id.action_recall()
        self.assertEqual(request.state, "draft")
        request.line_ids.quantity = 20
        request.action_review_submit()
        self.task(request, self.boss).action_reject("not now")
        self.assertEqual(request.state, "draft")
        request.unlink()

    def test_submit_needs_lines(self):
        request = self.new_request(self.new_order(), 10)
        request.line_ids.unlink()
        self.refused(request.action_review_submit, message="no lines")

    # CREDIT
    def test_overdue_credit_takes_the_extra_step(self):
        self.overdue_invoice()
        request = self.new_request(self.new_order(), 10)
        request.action_review_submit()
        self.assertTrue(request.crm_credit_overdue)
        self.assertEqual((request.overdue_amount, request.overdue_days), (500, 40))
        self.assertFalse(
            self.env["crm.review.line"].search([("user_id", "=", self.boss.id), ("state", "=", "pending")])
        )
        self.approve(request, self.accountant, self.boss)
        self.assertEqual(request.state, "approved")

    def test_paid_customers_go_straight_to_the_boss(self):
        self.overdue_invoice().button_cancel()
        request = self.new_request(self.new_order(), 10)
        self.approve(request)
        self.assertFalse(request.crm_credit_overdue)

    # QUALITY
    def test_quality_is_released_by_engineers_before_the_approval(self):
        self.env.company.crm_shipment_quality = True
        request = self.new_request(self.new_order(), 10)
        request.action_review_submit()
        task = self.task(request, self.boss)
        self.refused(task.action_approve, message="line 1 is not released")
        self.denied(request.action_release_quality)
        # the engineer takes part in the review, so he sees it
        task.action_add_signer([self.engineer.id], "parallel")
        request.with_user(self.engineer).action_release_quality()
        self.assertTrue(request.line_ids.quality_released)
        self.assertEqual(request.line_ids.quality_user_id, self.engineer)
        self.task(request, self.engineer).action_approve()
        task.action_approve()
        self.assertEqual(request.state, "approved")
        self.refused(request.with_user(self.engineer).action_release_quality, message="decided already")

    def test_changed_quantity_is_released_again(self):
        request = self.new_request(self.new_order(), 10)
        request.with_user(self.boss).sudo().line_ids.write({"quality_released": True})
        request.line_ids.quantity = 11
        self.assertFalse(request.line_ids.quality_released)

    # FROM DELIVERIES
    def test_synchronised_from_ready_deliveries(self):
        order = self.new_order()
        order.sudo().picking_ids.action_assign()
        theirs = self.new_order(user=self.other, partner_id=self.new_customer("Polar OY", user=self.other).id)
        theirs.sudo().picking_ids.action_assign()
        action = self.env["crm.shipment.request"].with_user(self.seller).action_sync_deliveries()
        request = self.env["crm.shipment.request"].browse(action["res_id"])
        self.assertEqual(request.line_ids.order_line_id, order.order_line)
        self.assertEqual(request.line_ids.quantity, 100)
        self.refused(
            self.env["crm.shipment.request"].with_user(self.seller).action_sync_deliveries, message="No delivery"
        )

    # LISTS
    def test_a_list_costs_the_same_for_any_number_of_rows(self):
        for _number in range(6):
            self.new_request(self.new_order(), 5)
        requests = self.env["crm.shipment.request"].with_user(self.seller)
        spec = {
            name: {} for name in ("display_name", "order_names", "amount", "carton_count", "state", "picking_count")
        }

        def cost(limit):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            requests.web_search_read([], spec, limit=limit)
            return self.env.cr.sql_log_count - start

        cost(1)
        self.assertEqual(cost(2), cost(6))
