from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ReviewCase


@tagged("post_install", "-at_install")
class TestCrmReview(ReviewCase):
    def test_two_steps_approved(self):
        self.new_flow({"users": self.anna}, {"users": self.ben | self.carl, "mode": "all"})
        approval = self.new_approval()
        self.assertEqual(approval.review_state, "pending")
        self.assertTrue(approval.name)
        self.assertEqual(self.open_for(approval), ["anna"])
        self.task(approval, self.anna).action_approve("fine")
        self.assertEqual(self.open_for(approval), ["ben", "carl"])
        self.task(approval, self.ben).action_approve()
        self.task(approval, self.carl).action_approve()
        self.assertEqual(approval.review_state, "approved")
        self.assertEqual(approval.review_id.with_user(self.seller).progress()["state"], "approved")

    def test_reject_to_requester_and_straight_back(self):
        self.new_flow({"users": self.anna}, {"users": self.ben})
        approval = self.new_approval()
        self.task(approval, self.anna).action_approve()
        self.task(approval, self.ben).action_reject("too dear", come_back=True)
        self.assertEqual(approval.review_state, "rejected")
        approval.amount = 50
        approval.action_review_submit()
        self.assertEqual(self.open_for(approval), ["ben"])
        self.assertEqual(approval.review_id.round, 2)
        changes = approval.review_id.changes_since_last_round()
        self.assertIn("Amount", [change["field"] for change in changes])

    def test_reject_to_earlier_step(self):
        self.new_flow({"users": self.anna}, {"users": self.ben}, {"users": self.carl})
        approval = self.new_approval()
        self.task(approval, self.anna).action_approve()
        self.task(approval, self.ben).action_approve()
        self.task(approval, self.carl).action_reject("look again", rank=1, come_back=True)
        self.assertEqual(self.open_for(approval), ["anna"])
        self.task(approval, self.anna).action_approve()
        self.assertEqual(self.open_for(approval), ["carl"])
        self.task(approval, self.carl).action_reject("again", rank=1, come_back=False)
        self.task(approval, self.anna).action_approve()
        self.assertEqual(self.open_for(approval), ["ben"])

    def test_locked_while_under_review(self):
        self.new_flow({"users": self.anna})
        approval = self.new_approval()
        with self.assertRaises(UserError):
            approval.amount = 1
        with self.assertRaises(UserError):
            approval.unlink()
        self.task(approval, self.anna)
        with self.assertRaises(UserError):
            approval.with_user(self.anna).title = "x"
        with self.assertRaises(UserError):
            approval.review_state = "approved"

    def test_withdraw(self):
        self.new_flow({"users": self.anna}, {"users": self.ben})
        approval = self.new_approval()
        task = self.task(approval, self.anna)
        task.action_approve()
        self.assertTrue(task.can_withdraw)
        task.action_withdraw()
        self.assertEqual(self.open_for(approval), ["anna"])
        self.task(approval, self.anna).action_approve()
        self.assertEqual(self.open_for(approval), ["ben"])
        self.task(approval, self.ben).action_approve()
        self.assertEqual(approval.review_state, "approved")

    def test_forward_delegate_add(self):
        self.new_flow({"users": self.anna})
        approval = self.new_approval()
        self.task(approval, self.anna).action_forward(self.ben.id, "yours")
        self.assertEqual(self.open_for(approval), ["ben"])
        self.task(approval, self.ben).action_delegate(self.carl.id)
        self.assertEqual(self.open_for(approval), ["carl"])
        self.task(approval, self.carl).action_approve("ok for me")
        self.assertEqual(self.open_for(approval), ["ben"])
        self.task(approval, self.ben).action_add_signer([self.head.id], "before")
        self.assertEqual(self.open_for(approval), ["head"])
        self.task(approval, self.head).action_approve()
        self.assertEqual(self.open_for(approval), ["ben"])
        self.task(approval, self.ben).action_add_signer([self.carl.id], "after")
        self.task(approval, self.ben).action_approve()
        self.assertEqual(self.open_for(approval), ["carl"])
        self.task(approval, self.carl).action_approve()
        self.assertEqual(approval.review_state, "approved")

    def test_strangers(self):
        self.new_flow({"users": self.anna})
        approval = self.new_approval()
        line = self.task(approval, self.anna).with_user(self.stranger)
        with self.assertRaises(AccessError):
            line.action_approve()
        with self.assertRaises(AccessError):
            line.read(["state"])
        self.assertFalse(self.env["crm.review"].with_user(self.stranger).search([]))
        self.assertTrue(self.env["crm.review"].with_user(self.anna).search([]))
        self.assertEqual(approval.with_user(self.anna).title, "Journey")
        with self.assertRaises(AccessError):
            approval.with_user(self.stranger).read(["title"])

    def test_panel(self):
        self.new_flow({"users": self.anna})
        approval = self.new_approval()
        panel = self.env["crm.review"].with_user(self.anna).panel("crm.approval", approval.id)
        self.assertEqual(panel["state"], "pending")
        self.assertTrue(panel["task"])
        self.assertFalse(panel["can_recall"])
        panel = self.env["crm.review"].with_user(self.seller).panel("crm.approval", approval.id)
        self.assertTrue(panel["can_recall"])
        self.assertFalse(panel["task"])

    def test_own_name_and_drawn_number(self):
        self.new_flow({"users": self.anna})
        approval = self.new_approval(submit=False)
        for values in ({"user_id": self.stranger.id}, {"name": "SP-1"}):
            with self.assertRaises(AccessError):
                approval.write(values)
            with self.assertRaises(AccessError):
                approval.create({"title": "Forged", **values})
        self.assertFalse(approval.copy().name)

    def test_one_file_for_several_tasks(self):
        self.new_flow({"users": self.anna, "attachment_required": True})
        approvals = self.new_approval() | self.new_approval()
        tasks = self.task(approvals[0], self.anna) | self.task(approvals[1], self.anna)
        file = self.env["ir.attachment"].with_user(self.anna).create({"name": "report.txt", "raw": b"seen"})
        tasks.action_approve(attachment_ids=file.ids)
        self.assertEqual(approvals.mapped("review_state"), ["approved", "approved"])
        self.assertEqual([len(task.attachment_ids) for task in tasks.sudo()], [1, 1])
        self.assertEqual(tasks.sudo().attachment_ids.mapped("res_id"), approvals.sudo().review_id.ids)
