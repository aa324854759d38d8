from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .application_common import ApplicationCase


@tagged("post_install", "-at_install")
class TestCrmInquiry(ApplicationCase):
    def new_inquiry(self, user=None, submit=True, answerers=None, **values):
        inquiry = (
            self.env["crm.inquiry"]
            .with_user(user or self.seller)
            .create(
                {
                    "title": "New oscillator",
                    "partner_id": self.customer.id,
                    "answerer_ids": [Command.set((answerers or self.engineer | self.buyer).ids)],
                    "line_ids": [
                        Command.create({"product_id": self.product.id, "quantities": "1000/100，500"}),
                        Command.create({"name": "26 MHz, 3225, ±10 ppm", "quantities": "5000"}),
                    ],
                    **values,
                }
            )
        )
        if submit:
            inquiry.action_review_submit()
        return inquiry

    def answer(self, inquiry, user, line=0, price=None, give=True, **values):
        """A user's answer to a line; the price falls by 1 for each larger quantity."""
        answer = (
            self.env["crm.inquiry.answer"]
            .with_user(user)
            .search([("line_id", "=", inquiry.line_ids[line].id), ("user_id", "=", user.id)])
        )
        values = {"feasibility": "yes", "moq": 50, "lead_time": 28} | values
        if price:
            values["valid_until"] = self.today(30)
            values["price_ids"] = [
                Command.update(one.id, {"price": price - index}) for index, one in enumerate(answer.price_ids)
            ]
        answer.write(values)
        if give:
            answer.action_answer()
        return answer

    def test_from_question_to_quotation(self):
        with Form(self.env["crm.inquiry"].with_user(self.seller)) as form:
            form.partner_id = self.customer
            form.answerer_ids.add(self.engineer)
            form.answerer_ids.add(self.buyer)
            with form.line_ids.new() as line:
                line.product_id = self.product
                line.quantities = "1000/100，500"
            with form.line_ids.new() as line:
                line.name = "26 MHz, 3225, ±10 ppm"
                line.quantities = "5000"
        inquiry = form.save()
        self.assertFalse(inquiry.name)
        self.assertEqual(inquiry.state, "draft")
        inquiry.action_review_submit()
        self.assertRegex(inquiry.name, r"^XJ\d{6}-\d{4}$")
        self.assertEqual((inquiry.state, inquiry.answer_progress), ("waiting", "0 / 4"))
        self.assertEqual(inquiry.line_ids[0].quantities, "100 / 500 / 1000")
        for user in (self.engineer, self.buyer):
            self.assertEqual(self.activities(inquiry, user).date_deadline, inquiry.needed_by)
            todo = self.env["crm.inquiry.answer"].with_user(user).search([("state", "=", "open")])
            self.assertEqual(todo.user_id, user)
            self.assertEqual(len(todo), 2)
            self.assertEqual(inquiry.with_user(user).partner_id.sudo().name, self.customer.name)

        self.refused(inquiry.action_make_quotation, message="Line 1")
        self.answer(inquiry, self.engineer, 0)
        self.answer(inquiry, self.engineer, 1, feasibility="conditional", feasibility_note="±15 ppm")
        self.assertFalse(self.activities(inquiry, self.engineer))
        self.assertTrue(self.activities(inquiry, self.buyer))
        self.answer(inquiry, self.buyer, 0, price=10)
        told = self.env["mail.message"].search_count([("partner_ids", "in", self.seller.partner_id.ids)])
        self.answer(inquiry, self.buyer, 1, price=3, lead_time=35)
        self.assertEqual(
            self.env["mail.message"].search_count([("partner_ids", "in", self.seller.partner_id.ids)]), told + 1
        )
        self.assertEqual((inquiry.state, inquiry.answer_progress), ("answered", "4 / 4"))

        action = inquiry.action_make_quotation()
        order = self.env["sale.order"].with_user(self.seller).browse(action["res_id"])
        self.assertEqual(order.partner_id, self.customer)
        self.assertEqual(order.order_line.mapped("price_unit"), [10, 3])
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [100, 5000])
        self.assertEqual(order.order_line.mapped("customer_lead"), [28, 35])
        self.assertEqual(order.order_line[0].crm_break_ids.mapped("price_unit"), [10, 9, 8])
        self.assertEqual(order.order_line[1].product_id, self.env.ref("crm_order_review.product_to_specification"))
        self.assertIn("26 MHz", order.order_line[1].name)
        self.assertEqual(order.validity_date, self.today(30))
        self.assertEqual(inquiry.state, "quoted")
        order.order_line[0].product_uom_qty = 120
        self.assertEqual(order.order_line[0].price_unit, 10, "another quantity does not bring the list price back")

    def test_everybody_is_told_in_his_own_language(self):
        for lang in ("en_US", "zh_CN"):
            self.env["res.lang"]._activate_lang(lang)
        (self.seller | self.buyer).lang = "zh_CN"
        self.engineer.lang = "en_US"
        inquiry = self.new_inquiry(line_ids=[Command.create({"product_id": self.product.id, "quantities": "10"})])
        summaries = {user: self.activities(inquiry, user).summary for user in (self.engineer, self.buyer)}
        self.assertIn("Answer", summaries[self.engineer])
        self.assertNotIn("Answer", summaries[self.buyer])
        for user in (self.buyer, self.engineer):
            self.answer(inquiry, user, price=4)
        message = self.env["mail.message"].search([("partner_ids", "in", self.seller.partner_id.ids)], limit=1)
        self.assertIn(inquiry.name, message.subject)
        self.assertNotIn("answered", message.subject)

    def test_a_chosen_answer_is_quoted(self):
        inquiry = self.new_inquiry(line_ids=[Command.create({"product_id": self.product.id, "quantities": "10"})])
        cheap = self.answer(inquiry, self.engineer, price=4)
        dear = self.answer(inquiry, self.buyer, price=7)
        self.assertEqual(inquiry.line_ids._best_answer(), dear.with_user(self.seller))
        cheap.with_user(self.seller).action_choose()
        order = self.env["sale.order"].browse(inquiry.action_make_quotation()["res_id"])
        self.assertEqual(order.order_line.price_unit, 4)
        with self.assertRaises(AccessError):
            cheap.with_user(self.engineer).action_choose()

    def test_prices_come_in_the_currency_of_the_quotation(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create({"currency_id": dollar.id, "rate": 0.125, "name": self.today()})
        inquiry = self.new_inquiry(
            currency_id=dollar.id, line_ids=[Command.create({"product_id": self.product.id, "quantities": "10"})]
        )
        self.answer(inquiry, self.buyer, price=2)
        self.answer(inquiry, self.engineer)
        order = self.env["sale.order"].browse(inquiry.action_make_quotation()["res_id"])
        self.assertEqual(order.currency_id, self.env.company.currency_id)
        self.assertAlmostEqual(order.order_line.price_unit, 2 / 0.125)

    def test_a_flow_reviews_the_inquiry_first(self):
        self.new_flow("crm.inquiry", self.manager)
        inquiry = self.new_inquiry()
        self.assertEqual(inquiry.state, "review")
        self.assertFalse(self.activities(inquiry, self.engineer))
        self.refused(inquiry.line_ids[0].write, {"quantities": "7"}, message="locked")
        inquiry.review_id.action_recall()
        inquiry.line_ids[0].quantities = "7"
        inquiry.action_review_submit()
        self.approve(inquiry, self.manager)
        self.assertEqual(inquiry.state, "waiting")
        self.refused(inquiry.line_ids[0].write, {"quantities": "8"}, message="locked")
        self.refused(inquiry.unlink, message="cannot be deleted")

    def test_what_is_refused_at_submission(self):
        line = {"product_id": self.product.id, "quantities": "10"}
        inquiry = self.new_inquiry(submit=False, line_ids=[])
        self.refused(inquiry.action_review_submit, message="no lines")
        inquiry.line_ids = [Command.create(line), Command.create({"name": " ", "quantities": "5"})]
        self.refused(inquiry.action_review_submit, message="Line 2")
        inquiry.line_ids[1].write({"name": "Something", "quantities": False})
        self.refused(inquiry.action_review_submit, message="Line 2")
        self.refused(inquiry.line_ids[1].write, {"quantities": "10/many"}, message="Line 2: “many”")
        inquiry.line_ids[1].quantities = "10"
        inquiry.needed_by = self.today(-1)
        self.refused(inquiry.action_review_submit, message="past")
        inquiry.needed_by = self.today()
        inquiry.answerer_ids = [Command.set([self.other.id])]
        self.refused(inquiry.action_review_submit, message="engineer or buyer")
        inquiry.answerer_ids = [Command.clear()]
        self.refused(inquiry.action_review_submit, message="asks nobody")
        inquiry.answerer_ids = self.buyer
        self.product.sudo().sale_ok = False
        self.refused(inquiry.action_review_submit, message="Line 1")
        self.assertFalse(inquiry.name, "a refused submission draws no number")

    def test_an_incomplete_answer_is_refused(self):
        inquiry = self.new_inquiry()
        answer = self.answer(inquiry, self.buyer, give=False, feasibility=False)
        self.refused(answer.action_answer, message="feasible")
        answer.feasibility = "no"
        self.refused(answer.action_answer, message="reasons")
        answer.write({"feasibility": "yes", "price_ids": [Command.update(answer.price_ids[0].id, {"price": 5})]})
        self.refused(answer.action_answer, message="until when")
        answer.valid_until = self.today(-1)
        self.refused(answer.action_answer, message="past")
        answer.valid_until = self.today(1)
        answer.action_answer()
        self.refused(answer.write, {"lead_time": 3}, message="Reopen")
        self.refused(answer.price_ids[0].write, {"price": 3}, message="Reopen")

    def test_costs_are_for_their_answerer_and_cost_readers(self):
        inquiry = self.new_inquiry()
        answer = self.answer(
            inquiry,
            self.engineer,
            price=10,
            give=False,
            cost_ids=[
                Command.create({"kind": "material", "amount": 4}),
                Command.create({"kind": "tooling", "amount": 200}),
            ],
        )
        price = answer.price_ids[0]
        self.assertEqual((price.quantity, price.unit_cost, price.margin), (100, 6, 40))
        answer.action_answer()
        self.refused(answer.cost_ids[0].write, {"amount": 1}, message="Reopen")
        self.refused(answer.cost_ids[0].unlink, message="Reopen")
        self.env.invalidate_all()
        boss = self.boss
        self.assertEqual(answer.with_user(boss).cost_ids.mapped("amount"), [4, 200])
        self.assertEqual(answer.with_user(boss).price_ids[0].unit_cost, 6)

        for user in (self.seller, self.manager):
            self.env.invalidate_all()
            mine = answer.with_user(user)
            self.assertEqual(mine.read(["price_text", "moq"])[0]["moq"], 50)
            for call in (
                lambda mine=mine: mine.read(["cost_ids"]),
                lambda mine=mine: mine.price_ids.read(["unit_cost"]),
                lambda mine=mine: mine.price_ids.read(["margin"]),
                lambda mine=mine: mine.search([("cost_ids.amount", ">", 1)]),
                lambda mine=mine: mine.mapped("cost_ids.amount"),
                lambda mine=mine: mine.env["crm.inquiry.cost"].search([]),
                lambda mine=mine: mine.env["crm.inquiry.cost"].formatted_read_group([], [], ["amount:sum"]),
                lambda mine=mine: mine.env["crm.inquiry"].search([("answer_ids.cost_ids.amount", ">", 1)]),
            ):
                with self.assertRaises(AccessError):
                    call()
        # another engineer sees neither the answer nor what it costs
        other = self.env["crm.inquiry.cost"].with_user(self.colleague)
        self.assertFalse(other.search([]))
        self.assertFalse(self.env["crm.inquiry.answer"].with_user(self.colleague).search([("cost_ids.amount", ">", 1)]))

    def test_nobody_answers_for_another(self):
        inquiry = self.new_inquiry()
        answer = inquiry.sudo().answer_ids.filtered(lambda one: one.user_id == self.engineer)[0]
        price = answer.price_ids[0]
        for user in (self.buyer, self.colleague, self.seller, self.boss):
            mine = answer.with_user(user)
            for call, args in (
                (mine.write, [{"feasibility": "yes"}]),
                (mine.action_answer, []),
                (price.with_user(user).write, [{"price": 1}]),
                (mine.unlink, []),
            ):
                with self.assertRaises(AccessError, msg=user.login), self.env.cr.savepoint():
                    call(*args)
        with self.assertRaises(AccessError):
            self.env["crm.inquiry.cost"].with_user(self.buyer).create({"answer_id": answer.id, "amount": 1})
        mine = answer.with_user(self.engineer)
        for values in ({"state": "answered"}, {"late": 0}, {"is_chosen": True}, {"inquiry_id": inquiry.id}):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                mine.write(values)
        with self.assertRaises(AccessError):
            mine.price_ids[0].quantity = 3
        with self.assertRaises(AccessError):
            mine.create({"inquiry_id": inquiry.id, "line_id": inquiry.line_ids[0].id, "user_id": self.engineer.id})

    def test_prices_are_read_once_they_are_answered(self):
        inquiry = self.new_inquiry()
        answer = self.answer(inquiry, self.buyer, price=10, give=False)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(answer.with_user(self.seller).price_text)
        self.assertFalse(self.env["crm.inquiry.price"].with_user(self.seller).search([]))
        self.env.invalidate_all()
        answer.action_answer()
        self.env.invalidate_all()
        self.assertIn("10", answer.with_user(self.seller).price_text)
        self.assertFalse(self.env["crm.inquiry.price"].with_user(self.other).search([]))

    def test_inquiries_of_others_are_not_seen(self):
        inquiry = self.new_inquiry()
        for user in (self.other, self.colleague):
            self.assertFalse(self.env["crm.inquiry"].with_user(user).search([]))
            self.assertFalse(self.env["crm.inquiry.line"].with_user(user).search([]))
            self.assertFalse(self.env["crm.inquiry.answer"].with_user(user).search([]))
            with self.assertRaises(AccessError):
                inquiry.with_user(user).read(["title"])
        self.assertEqual(self.env["crm.inquiry"].with_user(self.manager).search([]), inquiry)
        self.refused(inquiry.with_user(self.engineer).write, {"title": "Mine"})
        with self.assertRaises(AccessError):
            inquiry.with_user(self.other).action_close()
        with self.assertRaises(AccessError):
            self.new_inquiry(self.other)  # of a customer that is not his
        for values in ({"name": "XJ1"}, {"state": "answered"}, {"user_id": self.other.id}):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.new_inquiry(submit=False, **values)

    def test_handing_an_answer_over(self):
        inquiry = self.new_inquiry()
        answers = self.env["crm.inquiry.answer"].with_user(self.engineer).search([("state", "=", "open")])
        self.refused(answers[0].write, {"user_id": self.seller.id}, message="no engineer or buyer")
        answers.write({"user_id": self.colleague.id})
        self.assertFalse(self.activities(inquiry, self.engineer))
        self.assertEqual(len(self.activities(inquiry, self.colleague)), 1)
        self.answer(inquiry, self.colleague, 0)
        self.assertEqual(self.env["crm.inquiry"].with_user(self.colleague).search([]), inquiry)

    def test_asking_again_and_closing(self):
        inquiry = self.new_inquiry()
        answer = self.answer(inquiry, self.buyer, price=10)
        with self.assertRaises(AccessError):
            answer.with_user(self.engineer).action_reopen()
        answer.with_user(self.seller).action_reopen()
        self.assertEqual(answer.state, "open")
        self.assertEqual(len(self.activities(inquiry, self.buyer)), 1)
        inquiry.action_close()
        self.assertEqual(inquiry.state, "closed")
        self.assertEqual(set(inquiry.sudo().answer_ids.mapped("state")), {"cancelled"})
        self.assertFalse(self.activities(inquiry, self.buyer))
        self.refused(answer.action_answer, message="closed")

    def test_answer_times(self):
        inquiry = self.new_inquiry(needed_by=self.today())
        late, open_ = inquiry.sudo().answer_ids.filtered(lambda one: one.user_id == self.buyer)
        (late | open_).opened_on = fields.Datetime.subtract(fields.Datetime.now(), hours=50)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_inquiry_answer SET due = %s WHERE user_id = %s", (self.today(-1), self.buyer.id)
        )
        self.env.invalidate_all()
        self.answer(inquiry, self.buyer, 0)
        self.assertAlmostEqual(late.hours, 50, 1)
        self.assertEqual(late.late, 1)
        overdue = self.env["crm.inquiry.answer"].with_user(self.buyer).search([("is_overdue", "=", True)])
        self.assertEqual(overdue, open_)
        [(_user, hours, late_count)] = self.env["crm.inquiry.answer"]._read_group(
            [("inquiry_id", "=", inquiry.id), ("state", "=", "answered")], ["user_id"], ["hours:avg", "late:sum"]
        )
        self.assertAlmostEqual(hours, 50, 1)
        self.assertEqual(late_count, 1)

    def test_copy_print_and_export(self):
        inquiry = self.new_inquiry()
        self.answer(inquiry, self.buyer, price=10)
        copy = inquiry.copy()
        self.assertEqual((copy.state, copy.name, len(copy.line_ids)), ("draft", False, 2))
        self.assertEqual(copy.line_ids[0].quantities, "100 / 500 / 1000")
        self.assertFalse(copy.answer_ids)
        html = (
            self.env["ir.actions.report"]
            .with_user(self.seller)
            ._render_qweb_html("crm_order_review.crm_inquiry_documents", inquiry.ids)[0]
        )
        self.assertIn(inquiry.name, html.decode())
        self.assertIn("26 MHz", html.decode())
        answers = self.env["crm.inquiry.answer"].with_user(self.manager).search([("state", "=", "answered")])
        values = [column.value(answers[0]) for column in answers._excel_columns() if column]
        self.assertIn(28, values)
        columns = [column for column in inquiry.with_user(self.manager)._excel_columns() if column]
        self.assertIn(inquiry.name, [column.value(inquiry) for column in columns])

    def test_a_list_costs_the_same_however_long_it_is(self):
        fields_ = {name: {} for name in ("name", "title", "needed_by", "answer_progress", "state")}
        fields_["partner_id"] = fields_["user_id"] = {"fields": {"display_name": {}}}

        def queries(limit):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crm.inquiry"].with_user(self.seller).web_search_read([], fields_, limit=limit)
            return self.env.cr.sql_log_count - before

        for _number in range(6):
            self.new_inquiry()
        queries(2)
        self.assertEqual(queries(2), queries(6))
