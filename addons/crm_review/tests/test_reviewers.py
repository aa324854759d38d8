from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ReviewCase


@tagged("post_install", "-at_install")
class TestReviewers(ReviewCase):
    """Who is asked: every way of naming reviewers, and what becomes of a step that has none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls.new_user("general_manager", "chief", cls.finance)
        cls.head.employee_id.parent_id = cls.chief.employee_id
        cls.env.company.review_administrator_id = cls.admin
        cls.today = fields.Date.context_today(cls.env.user)

    def asked(self, flow_values=None, user=None, leaving=None, **step):
        """Logins of those whom a new approval waits for in a flow of one step; `leaving` leave before."""
        if leaving:
            leaving.active = True
        flow = self.new_flow(step, **(flow_values or {}))
        if leaving:
            leaving.active = False
        approval = self.new_approval(user)
        flow.action_retire()
        return self.open_for(approval) if approval.review_state == "pending" else approval.review_state

    def substitute(self, user, other, **values):
        self.env["crm.review.substitute"].create(
            {"user_id": user.id, "substitute_id": other.id, "date_from": self.today, "date_to": self.today, **values}
        )

    # WHO

    def test_position_by_department_and_dates(self):
        yesterday, tomorrow = self.today - timedelta(days=1), self.today + timedelta(days=1)
        position = self.env["crm.review.position"].create(
            {
                "name": "Pricing",
                "member_ids": [
                    Command.create({"user_id": self.anna.id, "department_id": self.sales.id}),
                    Command.create({"user_id": self.ben.id}),
                    Command.create({"user_id": self.carl.id, "department_id": self.sales.id, "date_to": yesterday}),
                    Command.create({"user_id": self.head.id, "department_id": self.sales.id, "date_from": tomorrow}),
                ],
            }
        )
        self.assertEqual(self.asked(who="position", position_id=position.id), ["anna"], "of the department above")
        buyer = self.new_user("buyer", "other_buyer", self.finance)
        self.assertEqual(self.asked(who="position", position_id=position.id, user=buyer), ["ben"], "of no department")

    def test_manager_levels_and_head(self):
        self.assertEqual(self.asked(who="manager"), ["head"], "without a manager: the head of the department above")
        self.assertEqual(self.asked(who="level", level=2), ["chief"])
        self.seller.employee_id.parent_id = self.anna.employee_id
        self.assertEqual(self.asked(who="manager"), ["anna"])
        self.assertEqual(self.asked(who="head"), ["head"])
        self.assertEqual(self.asked(who="level", level=9), ["review_admin"], "nobody that high: the administrator")

    def test_field_of_the_document(self):
        field = self.env["ir.model.fields"]._get("crm.approval", "user_id")
        self.assertEqual(self.asked({"self_review": "keep"}, who="field", user_field_id=field.id), ["seller"])
        with self.assertRaises(ValidationError):
            self.new_flow(
                {"who": "field", "user_field_id": self.env["ir.model.fields"]._get("res.partner", "user_id").id}
            )

    def test_chosen_by_the_requester(self):
        flow = self.new_flow({"users": self.anna}, {"who": "choice"})
        approval = self.new_approval(submit=False)
        Review = self.env["crm.review"].with_user(self.seller)
        dialog = approval.action_review_submit()
        self.assertEqual(dialog["tag"], "crm_review_submit")
        self.assertEqual(approval.review_state, "new")
        step = str(flow.step_ids[1].id)
        for chosen in ({}, {step: []}, {step: [self.seller.id]}, {"0": [self.ben.id]}, {step: [999999]}):
            self.refused(Review.submit, "crm.approval", approval.ids, chosen=chosen, message="Choose who")
        self.carl.active = False
        self.refused(Review.submit, "crm.approval", approval.ids, chosen={step: [self.carl.id]}, message="Carl")
        Review.submit("crm.approval", approval.ids, chosen={step: [self.ben.id], "0": [self.carl.id]})
        self.approve(approval, self.anna)
        self.assertEqual(self.open_for(approval), ["ben"])
        self.assertEqual(approval.review_id.sudo().snapshot["chosen"], {step: self.ben.ids})

    def test_several_documents_whose_reviewers_are_chosen(self):
        self.new_flow({"who": "choice"})
        approvals = self.new_approval(submit=False) | self.new_approval(submit=False)
        self.refused(approvals.action_review_submit, message="alone")

    def test_left_people_are_passed_over(self):
        self.assertEqual(self.asked(users=self.anna | self.ben, leaving=self.anna), ["ben"])
        self.assertEqual(self.asked(users=self.anna, leaving=self.anna), ["review_admin"])
        with self.assertRaises(ValidationError):
            self.new_flow({"users": self.anna})

    # BRANCHES

    def test_branches_with_default(self):
        self.new_flow(
            {"users": self.anna, "domain": "[('amount', '>=', 1000)]"},
            {"users": self.ben, "domain": "[('amount', '<', 10)]", "rank": 1},
            {"users": self.carl, "is_default": True, "rank": 1},
        )
        for amount, login in ((5000, "anna"), (1, "ben"), (500, "carl")):
            self.assertEqual(self.open_for(self.new_approval(amount=amount)), [login])

    def test_flow_by_condition_department_and_order(self):
        self.new_flow({"users": self.anna}, domain="[('amount', '>', 1000)]", sequence=1)
        self.new_flow({"users": self.ben}, department_ids=[Command.set(self.finance.ids)], sequence=2)
        self.new_flow({"users": self.carl}, department_ids=[Command.set(self.sales.ids)], sequence=3)
        self.assertEqual(self.open_for(self.new_approval(amount=2000)), ["anna"])
        self.assertEqual(self.open_for(self.new_approval()), ["carl"], "the requester's department lies below")
        buyer = self.new_user("buyer", "other_buyer", self.finance)
        self.assertEqual(self.open_for(self.new_approval(buyer)), ["ben"])
        stranger = self.new_user("salesperson", "no_department")
        self.refused(self.new_approval, stranger, message="No review flow")

    def test_no_flow(self):
        self.refused(self.new_approval, message="No review flow")
        self.kind.without_flow = "approve"
        self.assertEqual(self.new_approval().review_state, "approved")
        self.kind.active = False
        self.refused(self.new_approval, message="not submitted for review any more")

    # THE REQUESTER HIMSELF, REPETITIONS, EMPTY STEPS

    def test_requester_is_reviewer(self):
        both = self.seller | self.anna
        self.assertEqual(self.asked({"self_review": "skip"}, users=both), ["anna"])
        self.assertEqual(self.asked({"self_review": "keep"}, users=both), ["anna", "seller"])
        self.assertEqual(self.asked({"self_review": "superior"}, users=both), ["anna", "head"])
        self.assertEqual(self.asked({"self_review": "skip"}, users=self.seller), ["review_admin"])
        self.substitute(self.head, self.seller)
        self.assertEqual(self.asked({"self_review": "superior"}, users=both), ["anna"], "his manager's substitute")
        self.assertEqual(
            self.asked({"self_review": "skip"}, users=self.head), ["review_admin"], "substitute of another"
        )

    def test_stand_in_is_not_the_requester(self):
        other = self.new_user("crm_admin", "other_admin")
        (self.env.ref("crm_base.group_crm_admin").all_user_ids - self.admin - other).active = False
        self.assertEqual(self.asked(users=self.admin, user=self.admin), ["other_admin"])
        self.assertEqual(
            self.asked({"empty_step": "user", "empty_user_id": self.seller.id}, users=self.seller), ["review_admin"]
        )

    def test_empty_step(self):
        step = {"users": self.carl, "leaving": self.carl}
        self.assertEqual(self.asked({"empty_step": "skip"}, **step), "approved")
        self.assertEqual(self.asked({"empty_step": "user", "empty_user_id": self.ben.id}, **step), ["ben"])
        self.assertEqual(self.asked({"empty_step": "administrator"}, **step), ["review_admin"])
        self.env.company.review_administrator_id = self.carl
        self.assertTrue(self.asked({"empty_step": "administrator"}, **step), "never dead")

    def test_repeated_reviewer(self):
        steps = [{"users": self.anna}, {"users": self.ben}, {"users": self.anna}]
        for rule, after_ben in (("first", None), ("consecutive", ["anna"]), ("every", ["anna"])):
            flow = self.new_flow(*[dict(step) for step in steps], repeated_review=rule)
            approval = self.new_approval()
            self.approve(approval, self.anna, self.ben)
            self.assertEqual(
                approval.review_state if after_ben is None else self.open_for(approval), after_ben or "approved"
            )
            flow.action_retire()
        for rule, state in (("first", "approved"), ("consecutive", "approved"), ("every", "pending")):
            flow = self.new_flow({"users": self.anna}, {"users": self.anna}, repeated_review=rule)
            approval = self.new_approval()
            self.approve(approval, self.anna)
            self.assertEqual(approval.review_state, state)
            flow.action_retire()

    def test_repeated_reviewer_counts_what_he_approved_himself_and_last(self):
        self.new_flow(
            {"users": self.anna | self.ben}, {"users": self.carl}, {"users": self.anna}, repeated_review="first"
        )
        approval = self.new_approval()
        self.approve(approval, self.anna)
        self.task(approval, self.carl).action_reject("again", rank=1, come_back=False)
        self.approve(approval, self.ben, self.carl)
        self.assertEqual(self.open_for(approval), ["anna"], "she approved what has been changed since")

    def test_opinion_is_no_approval(self):
        self.new_flow({"users": self.anna}, {"users": self.ben}, repeated_review="first")
        approval = self.new_approval()
        self.task(approval, self.anna).action_delegate(self.ben.id)
        self.approve(approval, self.ben, self.anna)
        self.assertEqual(self.open_for(approval), ["ben"])

    def test_who_approved_and_left_is_no_empty_step_only_where_repetitions_are_skipped(self):
        for rule, state in (("first", "pending"), ("every", "pending")):
            flow = self.new_flow({"users": self.anna | self.ben}, {"users": self.anna}, repeated_review=rule)
            approval = self.new_approval()
            self.approve(approval, self.ben)
            self.anna.active = False
            self.assertEqual(approval.review_state, state)
            self.assertEqual(len(self.open_for(approval)), 1, "somebody has the task of who has left")
            self.anna.active = True
            flow.action_retire()

    # SUBSTITUTES

    def test_substitutes(self):
        self.substitute(self.anna, self.ben)
        self.substitute(self.ben, self.carl)
        approval_flow = self.new_flow({"users": self.anna})
        approval = self.new_approval()
        line = self.task(approval, self.carl).sudo()
        self.assertEqual((line.kind, line.origin_user_id), ("substitute", self.anna), "and his substitute's one")
        self.approve(approval, self.carl)
        event = approval.review_id.sudo().event_ids.filtered(lambda event: event.action == "approve")
        self.assertEqual((event.user_id, event.for_user_id), (self.carl, self.anna))
        approval_flow.action_retire()

    def test_substitutes_in_a_circle_or_gone(self):
        self.substitute(self.anna, self.ben)
        self.substitute(self.ben, self.anna)
        self.assertEqual(self.asked(users=self.anna), ["anna"])
        self.substitute(self.carl, self.head)
        self.head.active = False
        self.assertEqual(self.asked(users=self.carl), ["carl"])

    def test_substitutes_by_date_and_kind(self):
        other_kind = self.env["crm.review.kind"].search([("id", "!=", self.kind.id)], limit=1)
        if other_kind:
            self.substitute(self.anna, self.ben, kind_ids=[Command.set(other_kind.ids)])
        self.substitute(self.anna, self.carl, date_from="2020-01-01", date_to="2020-01-31")
        self.assertEqual(self.asked(users=self.anna), ["anna"])
        self.substitute(self.anna, self.carl, kind_ids=[Command.set(self.kind.ids)])
        self.assertEqual(self.asked(users=self.anna), ["carl"])

    def test_substitutes_are_named_by_the_absent_only(self):
        Substitute = self.env["crm.review.substitute"]
        values = {"substitute_id": self.stranger.id, "date_from": self.today, "date_to": self.today}
        self.refused(Substitute.with_user(self.stranger).create, {**values, "user_id": self.anna.id})
        own = Substitute.with_user(self.anna).create(values)
        self.refused(own.write, {"user_id": self.ben.id})
        self.refused(own.with_user(self.stranger).write, {"date_to": self.today + timedelta(days=9)})
        self.refused(own.with_user(self.stranger).unlink)
        self.refused(
            Substitute.with_user(self.anna).create, {**values, "substitute_id": self.ben.id}, message="already"
        )
        self.refused(Substitute.with_user(self.ben).create, {**values, "substitute_id": self.ben.id}, message="own")
