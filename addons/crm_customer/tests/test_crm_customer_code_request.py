from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CustomerCase

CREDIT_CODE = "91110000600037341L"


@tagged("post_install", "-at_install")
class TestCodeRequest(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kind = cls.env.ref("crm_customer.crm_review_kind_code_request")
        kind.flow_ids.filtered(lambda flow: flow.state == "published").action_retire()
        step = {"name": "Manager", "rank": 1, "who": "users", "user_ids": [Command.set(cls.manager.ids)]}
        flow = cls.env["crm.review.flow"].create(
            {"name": "Codes", "kind_id": kind.id, "step_ids": [Command.create(step)]}
        )
        flow.action_publish()
        cls.rule = cls.env["crm.numbering.rule"].search([("code", "=", "customer_code")], limit=1)
        cls.rule.write({"prefix": "T{region}-", "digits": 3, "reset": "never"})
        cls.zhejiang = cls.env.ref("base.state_cn_ZJ")
        cls.Request = cls.env["crm.customer.code.request"].with_user(cls.seller)

    @classmethod
    def new_request(cls, name="Hangzhou Pump Works", submit=True, user=None, **values):
        Request = cls.Request.with_user(user or cls.seller)
        evidence = cls.env["ir.attachment"].with_user(user or cls.seller).create({"name": "licence.txt", "raw": b"x"})
        request = Request.create(
            {
                **({"customer_name": name} if name else {}),
                "state_id": cls.zhejiang.id,
                "country_id": cls.zhejiang.country_id.id,
                "attachment_ids": [Command.set(evidence.ids)],
                **values,
            }
        )
        if submit:
            request.action_review_submit()
        return request

    def code(self, number):
        return f"T{self.zhejiang.code}-{number:03d}"

    def task(self, request):
        line = self.env["crm.review.line"].search(
            [("res_model", "=", request._name), ("res_id", "=", request.id), ("state", "=", "pending")]
        )
        self.assertEqual(len(line), 1)
        return line.with_user(self.manager)

    def test_new_company(self):
        with Form(self.Request) as form:
            form.customer_name = "Hangzhou Pump Works"
            form.phone = " 0571-8800 1234"
            form.credit_code = CREDIT_CODE.lower()
            form.state_id = self.zhejiang
            form.contact_name = "Li Lei"
            form.contact_phone = "13800138000"
        request = form.record
        with self.assertRaisesRegex(UserError, "evidence"):
            request.action_review_submit()
        evidence = self.env["ir.attachment"].with_user(self.seller).create({"name": "licence.txt", "raw": b"seal"})
        request.attachment_ids = evidence
        request.action_review_submit()
        self.assertTrue(request.name)
        self.assertFalse(request.partner_id)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            request.phone = "0571-88001235"  # locked
        self.task(request).action_approve()
        customer = request.partner_id
        self.assertEqual(customer.customer_code, self.code(1))
        self.assertEqual(request.customer_code, self.code(1))
        self.assertEqual(customer.user_id, self.seller)
        self.assertEqual(customer.credit_code, CREDIT_CODE)
        self.assertEqual(customer.phone, "0571-8800 1234")
        self.assertEqual(customer.state_id, self.zhejiang)
        self.assertTrue(customer.is_company)
        self.assertEqual(customer.with_user(self.seller).child_ids.name, "Li Lei")
        copied = self.env["ir.attachment"].search([("res_model", "=", "res.partner"), ("res_id", "=", customer.id)])
        self.assertEqual(copied.raw, b"seal")
        self.assertEqual(customer.sudo().owner_history_ids.user_id, self.seller)

    def test_existing_customer_is_completed(self):
        customer = self.new_customer("Ningbo Valves", phone="0574-8800111", street="Old Road 1")
        request = self.new_request(name=False, partner_id=customer.id, street="New Road 2", submit=False)
        self.assertEqual(request.customer_name, "Ningbo Valves")
        self.assertEqual(request.phone, "0574-8800111")
        self.assertFalse(request.duplicate_warning, "it is no duplicate of itself")
        request.action_review_submit()
        self.task(request).action_approve()
        self.env.flush_all()
        self.assertEqual(request.partner_id, customer)
        self.assertEqual((customer.customer_code, customer.street), (self.code(1), "New Road 2"))
        with self.assertRaisesRegex(UserError, self.code(1)):
            self.new_request("Ningbo Valves", partner_id=customer.id, duplicate_reason="it is not")

    def test_no_gap_and_no_used_code(self):
        self.new_customer("Imported", user=self.admin, customer_code=self.code(2))
        first = self.new_request("Alpha Pumps")
        self.task(first).action_approve()
        refused = self.new_request("Beta Gears")
        self.task(refused).action_reject("no such company")
        last = self.new_request("Gamma Wires")
        self.task(last).action_approve()
        self.assertEqual([first.customer_code, last.customer_code], [self.code(1), self.code(3)])

    def test_failed_approval_takes_no_number(self):
        request = self.new_request("Alpha Pumps", phone="0571-88001234")
        self.new_customer("Quite Another", user=self.other, phone="057188001234")  # entered meanwhile
        with self.assertRaisesRegex(ValidationError, "entered already"), self.env.cr.savepoint():
            self.task(request).action_approve()
        self.assertFalse(request.partner_id)
        self.task(request).action_reject("it is entered")
        last = self.new_request("Gamma Wires")
        self.task(last).action_approve()
        self.assertEqual(last.customer_code, self.code(1))

    def test_rejected_and_resubmitted(self):
        request = self.new_request()
        self.task(request).action_reject("the licence cannot be read")
        self.assertEqual(request.review_state, "rejected")
        comments = request.sudo().review_id.event_ids.mapped("comment")
        self.assertIn("the licence cannot be read", comments)
        self.assertFalse(self.env["res.partner"].search([("name", "=", request.customer_name)]))
        number = request.name
        request.note = "clearer now"
        request.action_review_submit()
        self.assertEqual((request.review_state, request.name), ("pending", number))

    def test_one_open_request_of_a_company(self):
        request = self.new_request("Hangzhou Pump Works Co., Ltd.", credit_code=CREDIT_CODE)
        for values in ({"name": "HANGZHOU pump works"}, {"name": "Other Name", "credit_code": CREDIT_CODE}):
            with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
                self.new_request(user=self.other, submit=False, **values)
        form = Form(self.Request.with_user(self.other))
        form.customer_name = "HANGZHOU pump works"
        self.assertIn(f"Seller ({request.name})", form.duplicate_warning)
        self.task(request).action_reject("why?")
        self.env.flush_all()
        second = self.new_request("HANGZHOU pump works", user=self.other)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            request.action_review_submit()
        self.assertEqual(second.review_state, "pending")

    def test_duplicates_are_told_not_their_data(self):
        self.new_customer("Hangzhou Pump Work", user=self.other, phone="0571-55550000")
        request = self.new_request("Hangzhou Pump Works", submit=False)
        for user in (self.seller, self.manager):
            warning = request.with_user(user).duplicate_warning
            self.assertIn("Hangzhou Pump Work", warning)
            self.assertIn("Other", warning)
            self.assertNotIn("5555", warning)
        with self.assertRaisesRegex(UserError, "looks like"):
            request.action_review_submit()
        request.duplicate_reason = "another town"
        request.action_review_submit()
        self.assertEqual(request.review_state, "pending")

    def test_foreign_customers_stay_closed(self):
        foreign = self.new_customer("Foreign", user=self.other, phone="0571-55550000")
        with self.assertRaises(AccessError):
            self.new_request(name="x", partner_id=foreign.id, submit=False)
        shown = self.Request.onchange({"partner_id": foreign.id}, ["partner_id"], {"partner_id": {}, "phone": {}})
        self.assertFalse(shown["value"].get("phone"))
        request = self.new_request("Mine", submit=False)
        self.assertFalse(request.with_user(self.other).search([("id", "=", request.id)]))
        with self.assertRaises(AccessError):
            request.with_user(self.other).write({"note": "x"})
        with self.assertRaises(AccessError):
            request.with_user(self.seller).with_user(self.new_user("engineer")).copy()

    def test_bad_facts(self):
        for values in ({"credit_code": "123"}, {"phone": "none"}, {"email": "x"}, {"contact_phone": "12"}):
            with self.subTest(values), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.new_request("Bad", submit=False, **values)
