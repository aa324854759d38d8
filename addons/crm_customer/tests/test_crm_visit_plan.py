from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCrmVisitPlan(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("湖州丝绸有限公司")
        cls.Plan = cls.env["crm.visit.plan"].with_user(cls.seller)
        cls.tomorrow = fields.Datetime.now() + timedelta(days=1)

    def plan(self, **values):
        return self.Plan.create({"partner_id": self.customer.id, "date": self.tomorrow, **values})

    def test_from_the_plan_to_the_followup(self):
        plan = self.plan(purpose="show samples")
        self.assertEqual(plan.state, "planned")
        action = plan.action_visit()
        form = Form(self.env["crm.followup"].with_user(self.seller).with_context(**action["context"]))
        form.content = "showed them"
        followup = form.save()
        self.assertEqual((followup.partner_id, followup.method), (self.customer, "visit"))
        self.assertEqual(plan.state, "done")
        with self.assertRaises(UserError):
            plan.action_visit()
        followup.unlink()
        self.assertEqual(plan.state, "planned")

    def test_a_followup_of_another_customer(self):
        stranger = self.new_customer("嘉兴茶叶有限公司")
        with self.assertRaises(ValidationError):
            self.env["crm.followup"].with_user(self.seller).create(
                {"partner_id": stranger.id, "content": "x", "visit_plan_id": self.plan().id}
            )

    def test_not_for_the_past(self):
        with self.assertRaises(ValidationError):
            self.plan(date=fields.Datetime.now() - timedelta(days=1))

    def test_cancelled_and_again(self):
        plan = self.plan()
        plan.action_cancel()
        self.assertEqual(plan.state, "cancelled")
        with self.assertRaises(UserError):
            plan.action_cancel()
        plan.action_next_week()
        again = self.Plan.search([("state", "=", "planned")])
        self.assertEqual(again.date, self.tomorrow + timedelta(weeks=1))

    def test_who_plans_for_whom(self):
        plan = self.plan()
        with self.assertRaises(AccessError):
            self.plan(user_id=self.other.id)
        with self.assertRaises(AccessError):
            self.plan().user_id = self.other
        self.Plan.with_user(self.manager).create(
            {"partner_id": self.customer.id, "date": self.tomorrow, "user_id": self.seller.id}
        )
        with self.assertRaises(AccessError):
            plan.with_user(self.other).read(["purpose"])
        with self.assertRaises(AccessError):
            self.Plan.with_user(self.other).create({"partner_id": self.customer.id, "date": self.tomorrow})
