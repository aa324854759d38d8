from odoo import Command
from odoo.tests import tagged

from .common import ReviewCase


@tagged("post_install", "-at_install")
class TestSignatures(ReviewCase):
    """When a step is decided, whoever was added, asked or handed the task, and how decisions are taken back."""

    def submitted(self, *steps, **values):
        self.new_flow(*steps, **values)
        return self.new_approval()

    @property
    def three(self):
        return self.anna | self.ben | self.carl

    def withdraw(self, approval, user):
        line = approval.sudo().review_id.line_ids.filtered(
            lambda one: one.acted_by_id == user and one.state in ("approved", "rejected")
        )
        line = line.sorted("id")[-1:]
        panel = self.env["crm.review"].with_user(user).panel(approval._name, approval.id)
        self.assertEqual(
            panel["withdraw_line_id"], not line._why_not_withdraw() and line.id, "offered is what may be done"
        )
        line.with_user(user).action_withdraw("sorry")

    # MODES

    def test_any(self):
        approval = self.submitted({"users": self.three})
        carls = self.task(approval, self.carl)
        self.approve(approval, self.ben)
        self.assertEqual(approval.review_state, "approved")
        self.refused(carls.action_approve, message="Ben has decided")
        self.assertEqual(carls.state, "cancelled")

    def test_any_rejects(self):
        approval = self.submitted({"users": self.three})
        self.task(approval, self.ben).action_reject("no")
        self.assertEqual(approval.review_state, "rejected")

    def test_all(self):
        approval = self.submitted({"users": self.three, "mode": "all"})
        self.approve(approval, self.ben, self.carl)
        self.assertEqual(self.open_for(approval), ["anna"])
        self.task(approval, self.anna).action_reject("no")
        self.assertEqual(approval.review_state, "rejected")

    def test_turn(self):
        approval = self.submitted({"users": self.three, "mode": "turn"})
        first, second, third = self.turn(approval)
        self.assertEqual(self.open_for(approval), [first.login])
        line = approval.sudo().review_id.line_ids.filtered(lambda one: one.user_id == third).with_user(third)
        self.refused(line.action_approve, message="not waiting for you")
        self.approve(approval, first)
        self.assertEqual(self.open_for(approval), [second.login])
        self.withdraw(approval, first)
        self.assertEqual(self.open_for(approval), [first.login], "the second one waits again")
        self.approve(approval, first, second)
        self.refused(self.withdraw, approval, first, message="too late")
        self.approve(approval, third)
        self.assertEqual(approval.review_state, "approved")

    def turn(self, approval):
        return approval.sudo().review_id.line_ids.sorted("sequence").user_id.with_user(self.env.user)

    def test_turn_with_added_signers(self):
        approval = self.submitted({"users": self.anna | self.ben, "mode": "turn"})
        first, second = self.turn(approval)
        self.task(approval, first).action_add_signer(self.carl.ids, "after")
        self.approve(approval, first)
        self.assertEqual(self.open_for(approval), ["carl"], "his added signer comes before the next one's turn")
        self.withdraw(approval, first)
        self.assertEqual(self.open_for(approval), [first.login])
        self.approve(approval, first, self.carl)
        self.assertEqual(self.open_for(approval), [second.login])
        self.withdraw(approval, self.carl)
        self.assertEqual(self.open_for(approval), ["carl"])
        self.approve(approval, self.carl)
        self.task(approval, second).action_delegate(self.head.id)
        self.withdraw(approval, self.carl)
        self.assertEqual(self.open_for(approval), ["carl"], "nobody has decided since: all after it waits")
        self.approve(approval, self.carl, self.head, second)
        self.assertEqual(approval.review_state, "approved")

    def test_vote(self):
        approval = self.submitted({"users": self.three, "mode": "vote", "vote_percent": 60})
        self.approve(approval, self.anna)
        self.task(approval, self.ben).action_reject("no")
        self.assertEqual(self.open_for(approval), ["carl"])
        self.approve(approval, self.carl)
        self.assertEqual(approval.review_state, "approved")

    def test_vote_lost(self):
        approval = self.submitted({"users": self.three, "mode": "vote", "vote_percent": 60})
        self.task(approval, self.ben).action_reject("no")
        self.task(approval, self.anna).action_reject("no")
        self.assertEqual(approval.review_state, "rejected")

    def test_vote_counts_forwarded_votes_once(self):
        approval = self.submitted({"users": self.three, "mode": "vote", "vote_percent": 60})
        self.task(approval, self.anna).action_forward(self.head.id)
        self.approve(approval, self.head)
        self.assertEqual(approval.review_state, "pending")
        self.approve(approval, self.ben)
        self.assertEqual(approval.review_state, "approved")

    def test_withdrawn_vote_calls_all_voters_again(self):
        approval = self.submitted({"users": self.three, "mode": "vote", "vote_percent": 60}, {"users": self.head})
        self.approve(approval, self.anna, self.ben)
        self.assertEqual(self.open_for(approval), ["head"])
        self.withdraw(approval, self.anna)
        self.assertEqual(self.open_for(approval), ["anna", "carl"], "one of three is not enough")
        self.approve(approval, self.carl)
        self.assertEqual(self.open_for(approval), ["head"])

    def test_vote_lapses_added_signers_of_who_rejects(self):
        approval = self.submitted({"users": self.three, "mode": "vote", "vote_percent": 60})
        self.task(approval, self.anna).action_add_signer(self.head.ids, "after")
        self.task(approval, self.anna).action_reject("no")
        self.approve(approval, self.ben, self.carl)
        self.assertEqual(approval.review_state, "approved", "it waits for nobody whose turn never comes")

    # ADDED SIGNERS

    def test_added_signers_must_approve(self):
        approval = self.submitted({"users": self.anna | self.ben})
        self.task(approval, self.anna).action_add_signer((self.carl | self.head).ids, "parallel")
        self.approve(approval, self.anna)
        self.assertEqual(self.open_for(approval), ["carl", "head"], "of the reviewers one is enough")
        self.approve(approval, self.carl)
        self.task(approval, self.head).action_reject("no")
        self.assertEqual(approval.review_state, "rejected")

    def test_added_signer_lapses_with_who_added_him(self):
        approval = self.submitted({"users": self.anna | self.ben}, {"users": self.head})
        self.task(approval, self.anna).action_add_signer(self.carl.ids, "before")
        self.approve(approval, self.ben)
        self.assertEqual(self.open_for(approval), ["head"], "one was enough; the other's signer is not needed")
        self.withdraw(approval, self.ben)
        self.assertEqual(self.open_for(approval), ["ben", "carl"])
        self.approve(approval, self.carl)
        self.assertEqual(self.open_for(approval), ["anna", "ben"], "the task came back to who has added him")

    def test_added_signer_before_withdraws(self):
        approval = self.submitted({"users": self.anna}, {"users": self.ben})
        self.task(approval, self.anna).action_add_signer(self.carl.ids, "before")
        self.approve(approval, self.carl)
        self.withdraw(approval, self.carl)
        self.assertEqual(self.open_for(approval), ["carl"])
        self.approve(approval, self.carl, self.anna)
        self.refused(self.withdraw, approval, self.carl, message="too late")
        self.withdraw(approval, self.anna)
        self.withdraw(approval, self.carl)
        self.assertEqual(self.open_for(approval), ["carl"])
        self.approve(approval, self.carl, self.anna)
        self.assertEqual(self.open_for(approval), ["ben"])

    def test_added_signer_is_forwarded(self):
        for place in ("before", "parallel", "after"):
            flow = self.new_flow({"users": self.anna}, {"users": self.carl})
            approval = self.new_approval()
            self.task(approval, self.anna).action_add_signer(self.ben.ids, place)
            if place == "after":
                self.approve(approval, self.anna)
            self.task(approval, self.ben).action_forward(self.head.id)
            self.approve(approval, self.head)
            if place != "after":
                self.approve(approval, self.anna)
            self.assertEqual(self.open_for(approval), ["carl"], place)
            flow.action_retire()

    def test_forwarded_principal_keeps_his_signers(self):
        approval = self.submitted({"users": self.anna}, {"users": self.carl})
        self.task(approval, self.anna).action_add_signer(self.ben.ids, "after")
        self.task(approval, self.anna).action_forward(self.head.id)
        self.approve(approval, self.head)
        self.assertEqual(self.open_for(approval), ["ben"])
        self.withdraw(approval, self.head)
        self.assertEqual(self.open_for(approval), ["head"])
        self.approve(approval, self.head, self.ben)
        self.assertEqual(self.open_for(approval), ["carl"])

    def test_signers_in_a_circle(self):
        people = [self.new_user("engineer", f"signer{index}") for index in range(8)]
        approval = self.submitted({"users": self.anna})
        self.task(approval, self.anna).action_add_signer(people[0].ids, "before")
        task = self.task(approval, people[0])
        self.refused(task.action_add_signer, self.anna.ids, "before", message="has this task already")
        self.refused(task.action_add_signer, people[0].ids, message="has this task already")
        for index in range(4):
            self.task(approval, people[index]).action_add_signer(people[index + 1].ids, "before")
        self.refused(self.task(approval, people[4]).action_add_signer, people[5].ids, message="too often")
        self.approve(approval, *reversed(people[:5]), self.anna)
        self.assertEqual(approval.review_state, "approved")

    def test_forwarding_does_not_use_up_adding(self):
        approval = self.submitted({"users": self.anna})
        for giver, taker in 4 * ((self.anna, self.ben), (self.ben, self.anna)):
            self.task(approval, giver).action_forward(taker.id)
        self.task(approval, self.anna).action_add_signer(self.carl.ids, "before")
        self.approve(approval, self.carl, self.anna)
        self.assertEqual(approval.review_state, "approved")

    # DELEGATING

    def test_delegate_returns_whatever_he_says(self):
        approval = self.submitted({"users": self.anna}, {"users": self.carl})
        self.task(approval, self.anna).action_delegate(self.ben.id, "please check")
        self.task(approval, self.ben).action_reject("I would not")
        self.assertEqual(self.open_for(approval), ["anna"], "an opinion decides nothing")
        panel = self.env["crm.review"].with_user(self.anna).panel(approval._name, approval.id)
        self.assertFalse(panel["refusal"], "nor does it look as if it did")
        self.withdraw(approval, self.ben)
        self.assertEqual(self.open_for(approval), ["ben"])
        self.approve(approval, self.ben, self.anna)
        self.assertEqual(self.open_for(approval), ["carl"])
        self.refused(self.withdraw, approval, self.ben, message="too late")

    def test_delegate_then_withdraw_then_delegate_withdraws(self):
        approval = self.submitted({"users": self.anna}, {"users": self.carl})
        self.task(approval, self.anna).action_delegate(self.ben.id)
        self.approve(approval, self.ben, self.anna)
        self.withdraw(approval, self.anna)
        self.assertEqual(self.open_for(approval), ["anna"])
        self.withdraw(approval, self.ben)
        self.assertEqual(self.open_for(approval), ["ben"], "his principal waits for him again")
        self.approve(approval, self.ben)
        self.assertEqual(self.open_for(approval), ["anna"])

    def test_negative_opinion_with_a_signer_after_it_blocks_nothing(self):
        approval = self.submitted({"users": self.anna})
        self.task(approval, self.anna).action_delegate(self.ben.id)
        self.task(approval, self.ben).action_add_signer(self.carl.ids, "after")
        self.task(approval, self.ben).action_reject("no")
        self.approve(approval, self.anna)
        self.assertEqual(approval.review_state, "approved")

    def test_delegates_task_is_not_needed_when_another_decides(self):
        approval = self.submitted({"users": self.anna | self.carl}, {"users": self.head})
        self.task(approval, self.anna).action_delegate(self.ben.id)
        bens = self.task(approval, self.ben)
        self.approve(approval, self.carl)
        self.refused(bens.action_approve)
        self.withdraw(approval, self.carl)
        self.assertEqual(self.open_for(approval), ["ben", "carl"])
        self.approve(approval, self.ben)
        self.assertEqual(self.open_for(approval), ["anna", "carl"])

    # WITHDRAWING

    def test_withdraw_across_parallel_steps(self):
        approval = self.submitted(
            {"users": self.anna | self.carl}, {"users": self.ben, "rank": 1}, {"users": self.head, "rank": 2}
        )
        self.approve(approval, self.anna, self.ben)
        self.assertEqual(self.open_for(approval), ["head"])
        self.withdraw(approval, self.anna)
        self.assertEqual(self.open_for(approval), ["anna", "carl"], "the other step stays approved")
        self.approve(approval, self.carl)
        self.assertEqual(self.open_for(approval), ["head"])

    def test_withdraw_a_rejection_that_closed_others(self):
        approval = self.submitted(
            {"users": self.head},
            {"users": self.anna | self.carl, "mode": "all"},
            {"users": self.ben, "rank": 2},
        )
        self.approve(approval, self.head, self.anna)
        self.task(approval, self.carl).action_reject("no", rank=1)
        self.assertEqual(self.open_for(approval), ["head"])
        self.withdraw(approval, self.carl)
        self.assertEqual(self.open_for(approval), ["ben", "carl"])
        self.assertEqual(approval.review_id.sudo().lap, 1)
        self.task(approval, self.carl).action_reject("no", rank=1)
        self.refused(self.withdraw, approval, self.anna, message="gone back")
        self.approve(approval, self.head)
        self.assertEqual(self.open_for(approval), ["anna", "ben", "carl"])
        self.refused(self.withdraw, approval, self.carl, message="too late")

    def test_withdraw_a_vote_that_was_lost(self):
        approval = self.submitted(
            {"users": self.head}, {"users": self.three, "mode": "vote", "vote_percent": 60, "rank": 2}
        )
        self.approve(approval, self.head)
        self.task(approval, self.anna).action_reject("no", rank=1)
        self.task(approval, self.ben).action_reject("no", rank=1)
        self.assertEqual(self.open_for(approval), ["head"])
        self.withdraw(approval, self.anna)
        self.assertEqual(self.open_for(approval), ["anna", "carl"])
        self.approve(approval, self.anna, self.carl)
        self.assertEqual(approval.review_state, "approved")

    def test_withdraw_after_forward(self):
        approval = self.submitted({"users": self.anna}, {"users": self.carl})
        self.task(approval, self.anna).action_forward(self.ben.id)
        self.approve(approval, self.ben)
        self.refused(self.task(approval, self.carl).with_user(self.anna).action_withdraw)
        self.withdraw(approval, self.ben)
        self.assertEqual(self.open_for(approval), ["ben"])
        self.approve(approval, self.ben)
        self.task(approval, self.carl).action_forward(self.head.id)
        self.refused(self.withdraw, approval, self.ben, message="too late")

    def test_withdraw_ended_review(self):
        approval = self.submitted({"users": self.anna})
        self.approve(approval, self.anna)
        self.refused(self.withdraw, approval, self.anna, message="ended")

    def test_withdrawn_task_has_a_new_deadline(self):
        approval = self.submitted({"users": self.anna, "deadline_hours": 1}, {"users": self.carl})
        self.task(approval, self.anna).sudo().write({"overdue_handled": True, "reminded": True})
        self.approve(approval, self.anna)
        self.withdraw(approval, self.anna)
        line = self.task(approval, self.anna).sudo()
        self.assertTrue(line.deadline)
        self.assertFalse(line.overdue_handled or line.reminded)

    # NEEDS OF A STEP

    def test_needs(self):
        approval = self.submitted(
            {"users": self.anna, "comment_required": "always", "signature_required": True, "attachment_required": True}
        )
        task = self.task(approval, self.anna)
        file = self.env["ir.attachment"].with_user(self.anna).create({"name": "check.txt", "raw": b"fine"})
        self.refused(task.action_approve, "  ", "c2ln", file.ids, message="comment")
        self.refused(task.action_approve, "ok", None, file.ids, message="signature")
        self.refused(task.action_approve, "ok", "c2ln", message="file")
        self.refused(task.action_reject, message="comment")
        task.action_approve("ok", "c2ln", file.ids)
        self.assertEqual(approval.review_state, "approved")
        review = approval.sudo().review_id
        self.assertEqual((file.res_model, file.res_id), ("crm.review", review.id))
        self.assertEqual(file.with_user(self.seller).raw, b"fine", "the requester may read it")
        self.refused(file.with_user(self.stranger).read, ["raw"])
        self.refused(file.with_user(self.anna).write, {"raw": b"other"})
        self.refused(file.with_user(self.anna).unlink)

    def test_batch(self):
        self.new_flow({"users": self.anna}, {"users": self.anna, "rank": 1})
        approvals = [self.new_approval() for _index in range(3)]
        lines = self.env["crm.review.line"].with_user(self.anna).search([("state", "=", "pending")])
        self.assertEqual(len(lines), 6)
        lines.action_approve("all fine")
        self.assertEqual({approval.review_state for approval in approvals}, {"approved"})
        approval = self.new_approval()
        lines = self.env["crm.review.line"].with_user(self.anna).search([("state", "=", "pending")])
        lines.action_reject("no")
        self.assertEqual(approval.review_state, "rejected")
        self.assertEqual(len(self.history(approval, "reject")), 1, "the first rejection settled the second task")

    def test_what_a_step_allows(self):
        approval = self.submitted(
            {"users": self.anna, "can_forward": False, "can_add_signer": False, "reject_policy": "start"}
        )
        task = self.task(approval, self.anna)
        self.refused(task.action_forward, self.ben.id, message="does not allow")
        self.refused(task.action_delegate, self.ben.id, message="does not allow")
        self.refused(task.action_add_signer, self.ben.ids, message="does not allow")
        self.refused(task.action_reject, "no", rank=1, message="cannot be sent back")
        self.refused(task.action_add_signer, self.ben.ids, "aside", message="before, beside or after")

    def test_who_cannot_be_passed_a_task(self):
        approval = self.submitted({"users": self.anna | self.head})
        portal = self.env["res.users"].create(
            {"name": "Portal", "login": "portal_x", "group_ids": [Command.set(self.env.ref("base.group_portal").ids)]}
        )
        self.carl.active = False
        task = self.task(approval, self.anna)
        for user, message in (
            (self.anna, "has this task already"),
            (self.head, "has this task already"),
            (self.carl, "has left"),
            (portal, "no colleague"),
            (self.seller, "own"),
            (self.env["res.users"].browse(999999), "Choose a colleague"),
            (self.env["res.users"], "Choose a colleague"),
        ):
            for call in (task.action_forward, task.action_delegate):
                self.refused(call, user.id, message=message)
            self.refused(task.action_add_signer, user.ids or [0], message=message)
        self.assertEqual(self.open_for(approval), ["anna", "head"])
