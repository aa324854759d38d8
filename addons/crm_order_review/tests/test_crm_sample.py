from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .application_common import ApplicationCase


@tagged("post_install", "-at_install")
class TestCrmSample(ApplicationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new_flow("crm.sample.request", cls.manager)
        cls.put_in_stock(cls.product, 100)

    def new_request(self, user=None, approve=True, **values):
        request = (
            self.env["crm.sample.request"]
            .with_user(user or self.seller)
            .create(
                {
                    "partner_id": self.customer.id,
                    "purpose": "evaluation",
                    "feedback_days": 14,
                    "line_ids": [Command.create({"product_id": self.product.id, "quantity": 5})],
                    **values,
                }
            )
        )
        if approve:
            request.action_review_submit()
            self.approve(request, self.manager)
        return request

    def pickings(self, request):
        return self.env["stock.picking"].search([("move_ids.crm_sample_request_id", "=", request.id)])

    def new_order(self, customer=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": (customer or self.customer).id,
                "order_line": [Command.create({"product_id": self.product.id, "price_unit": 10})],
            }
        )
        order.action_confirm()
        return order

    def feed_back(self, request, user=None, **values):
        return (
            self.env["crm.sample.feedback"]
            .with_user(user or self.seller)
            .create({"request_id": request.id, "result": "passed", **values})
        )

    def test_free_samples_are_delivered_and_followed(self):
        with Form(self.env["crm.sample.request"].with_user(self.seller)) as form:
            form.partner_id = self.customer
            form.project = "Smart meter"
            form.feedback_days = 10
            with form.line_ids.new() as line:
                line.product_id = self.product
                line.quantity = 5
        request = form.save()
        request.action_review_submit()
        self.assertRegex(request.name, r"^YP\d{6}-\d{4}$")
        self.assertEqual(request.state, "review")
        self.assertFalse(self.pickings(request))
        self.approve(request, self.manager)
        picking = self.pickings(request)
        self.assertEqual((request.state, request.picking_count), ("to_deliver", 1))
        self.assertEqual(picking.partner_id, self.customer)
        self.assertEqual((picking.origin, picking.move_ids.product_uom_qty), (request.name, 5))
        self.refused(request.action_feedback, message="not been delivered")
        self.refused(self.feed_back, request, message="not been delivered")

        request.write({"carrier": "SF", "tracking_ref": "SF100"})  # open, also when approved
        self.deliver(picking)
        self.assertEqual((request.state, request.delivered_on), ("delivered", self.today()))
        self.assertEqual(request.feedback_due, self.today(10))
        self.assertEqual(request.line_ids.delivered_quantity, 5)

        self.feed_back(request, result="testing", test_data="±8 ppm", next_step="Call", next_date=self.today(3))
        self.assertEqual((request.state, request.feedback_result), ("feedback", "testing"))
        self.assertEqual(self.activities(request, self.seller).date_deadline, self.today(3))
        self.feed_back(request, order_id=self.new_order().id)
        self.assertEqual((request.state, request.feedback_result, request.is_converted), ("converted", "passed", True))
        self.assertFalse(self.activities(request, self.seller))

    def test_a_partial_delivery_is_no_delivery(self):
        request = self.new_request()
        picking = self.pickings(request)
        picking.move_ids.quantity = 2
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True, skip_sms=True, picking_ids_not_to_backorder=[]).button_validate()
        self.assertEqual((request.line_ids.delivered_quantity, request.delivered_on), (2, False))
        rest = self.pickings(request) - picking
        self.deliver(rest)
        self.assertEqual(request.line_ids.delivered_quantity, 5)
        self.assertEqual(request.state, "delivered")

    def test_charged_samples_are_an_order(self):
        self.env.company.sudo().write({"crm_application_required": True, "crm_quotation_review": "all"})
        request = self.new_request(approve=False, charge="charged")
        self.refused(request.action_review_submit, message="Line 1")
        request.line_ids.price = 12.5
        self.assertEqual(request.amount_total, 62.5)
        request.action_review_submit()
        self.approve(request, self.manager)
        order = request.order_id
        self.assertEqual((order.state, order.user_id, order.origin), ("sale", self.seller, request.name))
        self.assertEqual(order.order_line.mapped("price_unit"), [12.5])
        self.refused(order.with_user(self.seller).order_line.write, {"product_uom_qty": 50})
        self.deliver(order.picking_ids)
        self.assertEqual(request.state, "delivered")
        self.refused(self.feed_back, request, order_id=order.id, message="the order of the samples itself")

    def test_a_kit_is_delivered_when_its_parts_are(self):
        part = self.new_product("Part")
        kit = self.new_product("Kit")
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [Command.create({"product_id": part.id, "product_qty": 2})],
            }
        )
        self.put_in_stock(part, 20)
        request = self.new_request(line_ids=[Command.create({"product_id": kit.id, "quantity": 3})])
        picking = self.pickings(request)
        self.assertEqual(picking.move_ids.product_uom_qty, 6)
        self.deliver(picking)
        self.assertEqual((request.line_ids.delivered_quantity, request.state), (3, "delivered"))

    def test_samples_on_loan_come_back(self):
        request = self.new_request(
            line_ids=[
                Command.create({"product_id": self.product.id, "quantity": 5, "return_date": self.today()}),
                Command.create({"product_id": self.new_product("Gift").id, "quantity": 1}),
            ]
        )
        self.put_in_stock(request.line_ids[1].product_id, 1)
        self.refused(request.action_return, message="Nothing")
        self.deliver(self.pickings(request))
        delivery = self.pickings(request)
        line = request.line_ids[0]
        self.assertEqual(line.out_quantity, 5)
        self.assertFalse(request.is_return_overdue)
        self.env.cr.execute("UPDATE crm_sample_line SET return_date = %s WHERE id = %s", (self.today(-1), line.id))
        line.invalidate_recordset()
        Request = self.env["crm.sample.request"].with_user(self.seller)
        self.assertEqual(Request.search([("is_return_overdue", "=", True)]), request)
        request.action_return()
        self.refused(request.action_return, message="announced")
        back = self.pickings(request) - delivery
        self.assertEqual(back.picking_type_code, "incoming")
        self.assertEqual(back.move_ids.product_id, self.product)
        self.deliver(back)
        self.assertEqual((line.returned_quantity, line.out_quantity), (5, 0))
        self.assertFalse(Request.search([("is_return_overdue", "=", True)]))
        self.assertEqual(request.state, "delivered", "what was delivered stays delivered")

    def test_the_night_reminds_of_feedback_once(self):
        request, early, told = (self.new_request(feedback_days=days) for days in (0, 5, 0))
        self.new_request(feedback_days=0)  # not delivered
        for one in request | early | told:
            self.deliver(self.pickings(one))
        self.feed_back(told)
        for _night in range(2):
            self.env["crm.sample.request"]._cron_remind()
        self.assertEqual(self.activities(request, self.seller).mapped("date_deadline"), [self.today()])
        self.assertFalse(self.activities(early, self.seller) | self.activities(told, self.seller))

    def test_conversion_rate(self):
        requests = [self.new_request() for _number in range(4)]
        for request in requests[:2]:
            self.deliver(self.pickings(request))
        self.feed_back(requests[0], order_id=self.new_order().id)
        self.env.flush_all()
        Report = self.env["crm.sample.report"].with_user(self.seller)
        [(user, rate, feedback, count, delivered)] = Report._read_group(
            [], ["user_id"], ["conversion_rate:avg", "feedback_rate:avg", "__count", "delivered:sum"]
        )
        self.assertEqual((user, rate, feedback, count, delivered), (self.seller, 0.5, 0.5, 4, 2))
        self.assertFalse(Report.with_user(self.other).search([]))
        self.assertTrue(Report._read_group([], ["crm_series_id", "date:month"], ["__count"]))

    def test_what_is_refused(self):
        request = self.new_request(approve=False, requested_date=self.today(-1))
        self.refused(request.action_review_submit, message="past")
        request.requested_date = self.today(1)
        request.line_ids.return_date = self.today(-1)
        self.refused(request.action_review_submit, message="Line 1")
        request.line_ids = [Command.clear()]
        self.refused(request.action_review_submit, message="no lines")
        line = {"product_id": self.product.id}
        for values in ({"quantity": 0}, {"quantity": -1}, {"price": -1}):
            commands = [Command.create(line), Command.create(line | values)]
            self.refused(request.write, {"line_ids": commands}, message="Line 2")
        request.unlink()
        approved = self.new_request()
        line = approved.line_ids
        for call, args in (
            (line.write, [{"quantity": 500}]),
            (approved.write, [{"line_ids": [Command.update(line.id, {"quantity": 500})]}]),
            (approved.write, [{"charge": "charged"}]),
            (line.copy, [{"request_id": approved.id}]),
            (line.unlink, []),
            (approved.unlink, []),
        ):
            self.refused(call, *args)
        self.assertEqual(line.quantity, 5)

    def test_others_have_no_part_in_it(self):
        request = self.new_request()
        self.deliver(self.pickings(request))
        feedback = self.feed_back(request)
        for user in (self.other, self.engineer):
            for model in ("crm.sample.request", "crm.sample.line", "crm.sample.feedback"):
                self.assertFalse(self.env[model].with_user(user).search([]), model)
        with self.assertRaises(AccessError):
            self.feed_back(request, self.other)
        with self.assertRaises(AccessError):
            feedback.with_user(self.other).result = "failed"
        with self.assertRaises(AccessError):
            request.with_user(self.other).action_return()
        with self.assertRaises(AccessError):
            self.new_request(self.other, approve=False)
        with self.assertRaises(AccessError):
            feedback.request_id = self.new_request()
        for values in ({"order_id": self.new_order().id}, {"state": "converted"}, {"delivered_on": self.today()}):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.new_request(approve=False, **values)
        foreign = self.new_order(self.new_customer("Beijing Stranger", self.other))
        self.refused(self.feed_back, request, order_id=foreign.id)
        line = self.env["sale.order"].with_user(self.seller).create({"partner_id": self.customer.id})
        with self.assertRaises(AccessError):
            line.order_line = [
                Command.create({"product_id": self.product.id, "crm_sample_line_id": request.line_ids.id})
            ]
        # whoever has the customer now goes on with it
        successor = self.new_user("salesperson", "successor", self.south)
        self.customer.sudo().user_id = successor
        self.feed_back(request, successor, result="failed")
        self.assertEqual(request.feedback_result, "failed")

    def test_copy_print_and_export(self):
        request = self.new_request(line_ids=[Command.create({"product_id": self.product.id, "quantity": 2})])
        self.deliver(self.pickings(request))
        self.feed_back(request, test_data="Passed at 85 degrees")
        copy = request.copy()
        self.assertEqual((copy.state, copy.line_ids.quantity, copy.line_ids.delivered_quantity), ("draft", 2, 0))
        html = (
            self.env["ir.actions.report"]
            .with_user(self.seller)
            ._render_qweb_html("crm_order_review.crm_sample_request_documents", request.ids)[0]
        )
        for text in (request.name, "Passed at 85 degrees", self.manager.name):
            self.assertIn(text, html.decode())
        columns = [column for column in request.with_user(self.manager)._excel_columns() if column]
        self.assertIn(request.name, [column.value(request) for column in columns])

    def test_a_list_costs_the_same_however_long_it_is(self):
        names = ("name", "project", "charge", "delivered_on", "feedback_result", "is_return_overdue", "state")
        fields_ = {name: {} for name in names} | {
            name: {"fields": {"display_name": {}}} for name in ("partner_id", "user_id")
        }

        def queries(limit):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crm.sample.request"].with_user(self.seller).web_search_read([], fields_, limit=limit)
            return self.env.cr.sql_log_count - before

        for _number in range(6):
            self.new_request(approve=False)
        queries(2)
        self.assertEqual(queries(2), queries(6))
