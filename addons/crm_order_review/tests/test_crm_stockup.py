from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .application_common import ApplicationCase


@tagged("post_install", "-at_install")
class TestCrmStockup(ApplicationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new_flow("crm.stockup.request", cls.manager)
        cls.vendor = cls.env["res.partner"].create({"name": "Wafer Works"})
        cls.bought = cls.new_product(
            "Bought", seller_ids=[Command.create({"partner_id": cls.vendor.id, "price": 1, "delay": 2})]
        )
        cls.made = cls.new_product("Made")
        cls.bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.made.product_tmpl_id.id,
                "bom_line_ids": [Command.create({"product_id": cls.product.id})],
            }
        )

    def new_request(self, *lines, user=None, approve=True, **values):
        """:param lines: (product, quantity) each"""
        request = (
            self.env["crm.stockup.request"]
            .with_user(user or self.seller)
            .create(
                {
                    "reason": "Half a year of demand",
                    "line_ids": [
                        Command.create({"product_id": product.id, "quantity": quantity}) for product, quantity in lines
                    ],
                    **values,
                }
            )
        )
        if approve:
            request.action_review_submit()
            self.approve(request, self.manager)
        return request

    def order(self, product, quantity, customer=None, minutes=0, **values):
        """A confirmed order, some minutes from now."""
        order = self.env["sale.order"].create(
            {
                "partner_id": (customer or self.customer).id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity, "price_unit": 10, **values})
                ],
            }
        )
        order.action_confirm()
        order.date_order = fields.Datetime.now() + timedelta(minutes=minutes)
        self.env["crm.stockup.line"]._update_used()
        return order

    def backdate(self, request, minutes):
        self.env.flush_all()
        moment = fields.Datetime.now() - timedelta(minutes=minutes)
        self.env.cr.execute("UPDATE crm_stockup_request SET approved_on = %s WHERE id = %s", (moment, request.id))
        self.env.invalidate_all()
        return request

    def test_made_and_bought(self):
        with Form(self.env["crm.stockup.request"].with_user(self.seller)) as form:
            form.reason = "Half a year of demand"
            with form.line_ids.new() as line:
                line.product_id = self.made
                line.quantity = 40
            with form.line_ids.new() as line:
                line.product_id = self.bought
                line.quantity = 30
        request = form.save()
        request.action_review_submit()
        self.assertRegex(request.name, r"^BH\d{6}-\d{4}$")
        self.assertFalse(request.sudo().line_ids.production_ids)
        self.approve(request, self.manager)
        made, bought = request.sudo().line_ids
        self.assertEqual(made.production_ids.product_qty, 40)
        self.assertEqual(made.production_ids.origin, request.name)
        self.assertEqual(bought.purchase_line_ids.product_qty, 30)
        self.assertEqual(bought.purchase_line_ids.order_id.partner_id, self.vendor)
        self.assertEqual(request.state, "open")
        self.assertEqual(request.line_ids.mapped("remaining_quantity"), [40, 30])
        self.assertIn(made.production_ids.name, request.line_ids[0].supply)
        self.assertIn(bought.purchase_line_ids.order_id.name, request.line_ids[1].supply)
        # a second one is not mixed with the first
        other = self.new_request((self.made, 5), (self.bought, 7)).sudo()
        self.assertEqual(other.line_ids[0].production_ids.product_qty, 5)
        self.assertEqual(other.line_ids[1].purchase_line_ids.product_qty, 7)
        self.assertEqual(bought.purchase_line_ids.product_qty, 30)

    def test_what_nothing_supplies_is_refused(self):
        request = self.new_request((self.bought, 1), (self.product, 1), approve=False)
        self.refused(request.action_review_submit, message="Line 2")
        buy = self.env["stock.rule"].search([("action", "=", "buy")], limit=1).route_id
        buy.product_selectable = True
        self.product.route_ids = buy
        self.refused(request.action_review_submit, message="no supplier")
        self.assertFalse(request.name)
        self.product.seller_ids = [Command.create({"partner_id": self.vendor.id})]
        request.action_review_submit()
        self.product.seller_ids.unlink()  # while it is under review
        self.env.invalidate_all()
        task = request.sudo().review_id.line_ids.with_user(self.manager)
        self.refused(task.action_approve, message="Line 2")
        self.assertEqual(request.review_state, "pending")

    def test_other_refusals(self):
        request = self.new_request((self.bought, 1), approve=False, reason=" ", bearer="customer")
        self.refused(request.action_review_submit, message="why")
        request.reason = "Demand"
        self.refused(request.action_review_submit, message="customer")
        request.partner_id = self.customer
        request.line_ids.expected_date = self.today(-1)
        self.refused(request.action_review_submit, message="Line 1")
        self.refused(request.line_ids.write, {"quantity": 0}, message="Line 1")
        with self.assertRaises(AccessError):
            request.line_ids.used_quantity = 1
        for values in ({"approved_on": fields.Datetime.now()}, {"state": "used"}, {"name": "BH1"}):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                request.write(values)
        approved = self.new_request((self.bought, 1))
        line = approved.line_ids
        for call, args in (
            (line.write, [{"quantity": 9}]),
            (line.write, [{"expected_date": self.today(9)}]),
            (approved.write, [{"bearer_days": 9}]),
            (approved.write, [{"line_ids": [Command.create({"product_id": self.bought.id})]}]),
            (line.unlink, []),
            (approved.unlink, []),
        ):
            self.refused(call, *args)

    def test_orders_use_up_first_in_first_out(self):
        self.order(self.bought, 4, minutes=-90)  # before
        first = self.backdate(self.new_request((self.bought, 10)), 60).line_ids
        second = self.backdate(self.new_request((self.bought, 10)), 50).line_ids
        self.order(self.bought, 7, minutes=-40)
        self.assertEqual((first.used_quantity, second.used_quantity), (7, 0))
        later = self.order(self.bought, 5, minutes=-30)
        self.assertEqual((first.remaining_quantity, second.remaining_quantity), (0, 8))
        self.assertEqual((first.request_id.state, second.request_id.state), ("used", "open"))
        self.order(self.bought, 100, minutes=-20)
        self.assertEqual((first.used_quantity, second.used_quantity), (10, 10))
        third = self.backdate(self.new_request((self.bought, 10)), 10).line_ids
        self.env["crm.stockup.line"]._update_used()
        self.assertEqual(third.used_quantity, 0, "what an order did not find it does not take later")
        later.sudo()._action_cancel()
        self.env["crm.stockup.line"]._update_used()
        self.assertEqual((first.used_quantity, second.used_quantity, third.used_quantity), (10, 10, 0))

    def test_a_customers_own_stock_is_used_by_him_first(self):
        stranger = self.new_customer("Beijing Stranger")
        everybody = self.backdate(self.new_request((self.bought, 10)), 60).line_ids
        own = self.backdate(self.new_request((self.bought, 6), partner_id=self.customer.id), 50).line_ids
        self.order(self.bought, 3, stranger, minutes=-40)
        self.assertEqual((everybody.used_quantity, own.used_quantity), (3, 0))
        self.order(self.bought, 8, minutes=-30)
        self.assertEqual((everybody.used_quantity, own.used_quantity), (5, 6))
        self.order(self.bought, 100, stranger, minutes=-20)
        self.assertEqual((everybody.used_quantity, own.used_quantity), (10, 6))

    def test_units_are_converted(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        request = self.new_request((self.bought, 24))
        by_dozen = self.new_request(approve=False)
        by_dozen.line_ids = [Command.create({"product_id": self.bought.id, "quantity": 2, "uom_id": dozen.id})]
        self.backdate(request, 60)
        self.order(self.bought, 1, minutes=-40, product_uom_id=dozen.id)
        self.assertEqual(request.line_ids.used_quantity, 12)
        by_dozen.action_review_submit()
        self.approve(by_dozen, self.manager)
        self.backdate(by_dozen, 30)
        self.order(self.bought, 30, minutes=-20)
        self.assertEqual((request.line_ids.remaining_quantity, by_dozen.line_ids.used_quantity), (0, 1.5))

    def test_confirming_and_cancelling_an_order_count_at_once(self):
        request = self.backdate(self.new_request((self.bought, 10)), 1)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "user_id": self.other.id,
                "order_line": [Command.create({"product_id": self.bought.id, "product_uom_qty": 4, "price_unit": 10})],
            }
        )
        order.action_confirm()
        self.assertEqual(request.line_ids.used_quantity, 4)
        order._action_cancel()
        self.assertEqual(request.line_ids.used_quantity, 0)

    def test_the_night_warns_of_idle_stock_once(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.seller.lang = "en_US"
        idle, used, fresh = (self.backdate(self.new_request((self.bought, 10), bearer_days=0), 60) for _ in range(3))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_stockup_line SET idle_date = %s WHERE request_id IN %s", (self.today(), (idle.id, used.id))
        )
        self.env.invalidate_all()
        self.order(self.bought, 10, minutes=-40)  # takes the first
        first, second = sorted((idle, used), key=lambda request: request.id)
        for _night in range(2):
            self.env["crm.stockup.request"]._cron_stockups()
        self.assertEqual(
            self.env["crm.stockup.request"].with_user(self.seller).search([("is_idle", "=", True)]), second
        )
        self.assertEqual(len(self.activities(second, self.seller)), 1)
        self.assertIn("Department", self.activities(second, self.seller).summary)
        self.assertFalse(self.activities(first, self.seller) | self.activities(fresh, self.seller))

    def test_others_have_no_part_in_it(self):
        self.new_request((self.bought, 10), partner_id=self.customer.id)
        for user in (self.other, self.engineer):
            for model in ("crm.stockup.request", "crm.stockup.line"):
                self.assertFalse(self.env[model].with_user(user).search([]), model)
        draft = self.new_request((self.bought, 10), approve=False)
        for call, args in (
            (draft.with_user(self.other).write, [{"reason": "x"}]),
            (draft.line_ids.with_user(self.other).write, [{"quantity": 1}]),
            (draft.with_user(self.other).action_review_submit, []),
            (draft.with_user(self.other).unlink, []),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call(*args)
        with self.assertRaises(AccessError):
            self.new_request((self.bought, 1), user=self.other, approve=False, partner_id=self.customer.id)
        with self.assertRaises(AccessError):
            self.new_request((self.bought, 1), user=self.engineer, approve=False)

    def test_copy_print_and_export(self):
        request = self.new_request((self.bought, 10), (self.made, 3))
        copy = request.copy()
        self.assertEqual((copy.state, copy.line_ids.mapped("used_quantity")), ("draft", [0, 0]))
        self.assertFalse(copy.sudo().line_ids.production_ids)
        html = (
            self.env["ir.actions.report"]
            .with_user(self.seller)
            ._render_qweb_html("crm_order_review.crm_stockup_request_documents", request.ids)[0]
        )
        for text in (request.name, "Half a year of demand", self.manager.name):
            self.assertIn(text, html.decode())
        manager = request.with_user(self.manager)
        columns = [column for column in manager._excel_columns() if column]
        self.assertIn(request.name, [column.value(manager) for column in columns])
        line_columns = [column for column in manager.line_ids._excel_columns() if column]
        self.assertIn(10, [column.value(manager.line_ids[0]) for column in line_columns])

    def test_the_list_of_uses_costs_the_same_however_long_it_is(self):
        names = ("quantity", "used_quantity", "remaining_quantity", "expected_date", "idle_date", "is_idle", "supply")
        fields_ = {name: {} for name in names} | {
            name: {"fields": {"display_name": {}}}
            for name in ("request_id", "crm_customer_id", "product_id", "user_id")
        }

        def queries(limit):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines = self.env["crm.stockup.line"].with_user(self.seller).web_search_read([], fields_, limit=limit)
            self.assertEqual(len(lines["records"]), limit)
            return self.env.cr.sql_log_count - before

        for _number in range(3):
            self.new_request((self.bought, 10), (self.made, 3))
        queries(2)
        self.assertEqual(queries(2), queries(6))
