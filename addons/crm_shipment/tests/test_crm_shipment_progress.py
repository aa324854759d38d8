from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ShipmentCase


@tagged("post_install", "-at_install")
class TestCrmShipmentProgress(ShipmentCase):
    def progress(self, order, user=None):
        self.env.flush_all()
        progress = self.env["crm.shipment.progress"].with_user(user or self.seller)
        progress.invalidate_model()
        return progress.search([("order_id", "=", order.id)])

    def test_stages(self):
        order = self.new_order()
        stages = [self.progress(order).stage]
        request = self.new_request(order)
        stages.append(self.progress(order).stage)
        self.approve(request)
        stages.append(self.progress(order).stage)
        self.pack(request, (100, 1))
        request.action_packed()
        stages.append(self.progress(order).stage)
        request.action_ship()
        stages.append(self.progress(order).stage)
        request.action_sign()
        stages.append(self.progress(order).stage)
        self.assertEqual(stages, ["confirmed", "requested", "released", "packed", "shipped", "signed"])
        timeline = order.get_crm_timeline()
        self.assertEqual(
            [bool(stage["date"]) for stage in timeline["stages"]], [True, False, False, True, True, True, True]
        )

    def test_part_of_an_order_is_not_done(self):
        order = self.new_order()
        request = self.approve(self.new_request(order, 40))
        request.action_ship()
        self.assertEqual(self.progress(order).delivery_status, "partial")
        self.assertNotEqual(self.progress(order).stage, "signed")

    def test_days_late(self):
        order, other = self.new_order(), self.new_order()
        today = fields.Date.today()
        self.env.cr.execute(
            "UPDATE sale_order_line SET crm_promised_date = %s WHERE id = %s",
            [today - timedelta(days=5), order.order_line.id],
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET crm_promised_date = %s WHERE id = %s",
            [today + timedelta(days=5), other.order_line.id],
        )
        self.env.invalidate_all()
        self.env.add_to_compute(order._fields["crm_due_date"], order + other)
        self.assertEqual(self.progress(order).days_late, 5)
        self.assertEqual(self.progress(other).days_late, 0)
        worst = self.env["crm.shipment.progress"].with_user(self.seller).search([], limit=1)
        self.assertEqual(worst.order_id, order)

    def test_production(self):
        bom_product = self.new_product("Made")
        self.env["mrp.bom"].create({"product_tmpl_id": bom_product.product_tmpl_id.id})
        order = self.new_order((bom_product, 5))
        production = self.env["mrp.production"].create({"product_id": bom_product.id, "product_qty": 5})
        production.sale_line_id = order.order_line
        self.assertEqual(self.progress(order).stage, "production")
        self.assertFalse(self.progress(order).produced_on)

    def test_strangers(self):
        order = self.new_order()
        self.assertFalse(self.progress(order, self.other))
        self.assertTrue(self.progress(order, self.manager))
        self.denied(order.with_user(self.other).get_crm_timeline)

    # OVERSEAS
    def test_time_line_of_an_overseas_order(self):
        order = self.new_overseas_order(crm_payment_method="lc")
        self.assertEqual(len(order.crm_milestone_ids), 10)
        self.assertEqual(order.crm_next_milestone_id.kind, "deposit")
        plain = self.new_overseas_order(crm_payment_method="tt")
        self.assertNotIn("lc", plain.crm_milestone_ids.mapped("kind"))
        self.assertFalse(self.new_order().crm_milestone_ids)

    def test_milestones_are_reached(self):
        order = self.new_overseas_order()
        milestones = {one.kind: one for one in order.crm_milestone_ids}
        deposit = milestones["deposit"]
        deposit.planned_date = fields.Date.today() - timedelta(days=3)
        self.assertEqual((deposit.days_late, order.crm_milestone_days_late), (3, 3))
        overdue = [("crm_milestone_ids", "any", [("done_date", "=", False), ("planned_date", "<", "today")])]
        self.assertIn(order, self.env["sale.order"].with_user(self.seller).search(overdue))
        deposit.action_done()
        self.assertNotEqual(order.crm_next_milestone_id, deposit)
        request = self.approve(self.new_request(order))
        self.pack(request, (100, 1))
        request.action_packed()
        request.action_ship()
        self.assertEqual(milestones["loading"].done_date, fields.Date.today())
        request.bl_date = fields.Date.today()
        self.assertEqual(milestones["bl"].done_date, fields.Date.today())
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            milestones["balance"].done_date = fields.Date.today() + timedelta(days=1)

    def test_strangers_see_no_milestones(self):
        order = self.new_overseas_order()
        mine = order.crm_milestone_ids.with_user(self.other)
        self.assertFalse(mine.search([("order_id", "=", order.id)]))
        self.denied(mine.write, {"note": "x"})
