from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ReviewCase


@tagged("post_install", "-at_install")
class TestWays(ReviewCase):
    """Back to earlier steps and to the requester, recalling, urging, copies, versions, changes in a step."""

    def test_resubmit_from_the_start_or_from_who_refused(self):
        for come_back, after in ((False, "anna"), (True, "carl")):
            flow = self.new_flow({"users": self.anna}, {"users": self.ben}, {"users": self.carl})
            approval = self.new_approval()
            self.approve(approval, self.anna, self.ben)
            self.task(approval, self.carl).action_reject("no", come_back=come_back)
            self.assertEqual(approval.review_state, "rejected")
            approval.amount = 7
            approval.action_review_submit()
            self.assertEqual(self.open_for(approval), [after])
            flow.action_retire()

    def test_after_reject_as_the_step_says(self):
        for policy, wished, after in (("walk", True, "anna"), ("back", False, "ben"), ("choose", None, "anna")):
            flow = self.new_flow({"users": self.anna}, {"users": self.ben, "after_reject": policy})
            approval = self.new_approval()
            self.approve(approval, self.anna)
            self.task(approval, self.ben).action_reject("no", come_back=wished)
            approval.action_review_submit()
            self.assertEqual(self.open_for(approval), [after], policy)
            flow.action_retire()

    def test_back_in_laps(self):
        self.new_flow({"users": self.anna}, {"users": self.ben}, {"users": self.carl}, {"users": self.head})
        approval = self.new_approval()
        self.approve(approval, self.anna, self.ben, self.carl)
        self.refused(self.task(approval, self.head).action_reject, "no", rank=4, message="cannot be sent back")
        self.refused(self.task(approval, self.head).action_reject, "no", rank=-1, message="cannot be sent back")
        self.task(approval, self.head).action_reject("no", rank=2, come_back=True)
        self.task(approval, self.ben).action_reject("no", rank=1, come_back=True)
        self.approve(approval, self.anna)
        self.assertEqual(self.open_for(approval), ["ben"], "straight back to who sent it to the first step")
        self.approve(approval, self.ben, self.carl, self.head)
        self.assertEqual(approval.review_state, "approved")

    def test_back_past_a_step_that_is_skipped_now(self):
        self.new_flow(
            {"users": self.anna, "domain": "[('amount', '>', 50)]"},
            {"users": self.ben},
            {"users": self.carl},
        )
        approval = self.new_approval()
        self.approve(approval, self.anna, self.ben)
        approval.sudo().review_id._document().amount = 1
        self.task(approval, self.carl).action_reject("no", rank=1, come_back=True)
        self.assertEqual(self.open_for(approval), ["carl"], "nobody is asked in the first step any more")

    def test_recall(self):
        for policy, before, after in (("open", True, True), ("undecided", True, False), ("never", False, False)):
            flow = self.new_flow({"users": self.anna}, {"users": self.ben}, recall=policy)
            for decided, allowed in ((False, before), (True, after)):
                approval = self.new_approval()
                bens = self.task(approval, self.anna)
                if decided:
                    bens.action_approve()
                    bens = self.task(approval, self.ben)
                recall = approval.review_id.action_recall
                if not allowed:
                    self.refused(recall, message="cannot be recalled")
                    continue
                recall("mistake")
                self.assertEqual(approval.review_state, "recalled")
                self.refused(bens.action_approve)
                self.refused(recall, message="ended")
            flow.action_retire()

    def test_recall_after_withdrawing_counts_as_undecided(self):
        self.new_flow({"users": self.anna}, {"users": self.ben}, recall="undecided")
        approval = self.new_approval()
        task = self.task(approval, self.anna)
        task.action_approve()
        task.action_withdraw()
        approval.review_id.action_recall()
        self.assertEqual(approval.review_state, "recalled")

    def test_recall_during_a_lap(self):
        self.new_flow({"users": self.anna}, {"users": self.ben})
        approval = self.new_approval()
        self.approve(approval, self.anna)
        self.task(approval, self.ben).action_reject("no", rank=1)
        approval.review_id.action_recall()
        self.assertFalse(approval.sudo().review_id.line_ids.filtered(lambda line: line.state in ("pending", "waiting")))
        approval.action_review_submit()
        self.assertEqual((approval.review_id.round, self.open_for(approval)), (2, ["anna"]))
        self.assertEqual(len(self.env["crm.review"].search([("res_id", "=", approval.id)])), 2, "history stays")

    def test_recall_and_urge_are_the_requesters_and_the_administrators(self):
        self.new_flow({"users": self.anna})
        approval = self.new_approval()
        review = approval.sudo().review_id
        for user in (self.anna, self.stranger):
            self.refused(review.with_user(user).action_recall)
            self.refused(review.with_user(user).action_urge)
        review.with_user(self.admin).action_urge()
        review.with_user(self.admin).action_recall("wrong form")
        self.assertEqual(self.history(approval, "recall"), [("recall", "review_admin")])

    def test_urge(self):
        self.new_flow({"users": self.anna})
        self.env.company.review_urge_minutes = 30
        approval = self.new_approval()
        approval.review_id.action_urge("please")
        self.refused(approval.review_id.action_urge, message="urge again after")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            approval.review_id.action_urge()
        self.assertEqual(len(self.history(approval, "urge")), 2)

    def test_copies(self):
        self.new_flow({"users": self.anna, "cc_user_ids": [Command.set(self.carl.ids)]})
        approval = self.new_approval()
        copy = approval.sudo().review_id.line_ids.filtered(lambda line: line.kind == "cc").with_user(self.carl)
        self.assertEqual((copy.state, approval.with_user(self.carl).title), ("copied", "Journey"))
        self.refused(copy.action_approve)
        self.refused(approval.with_user(self.stranger).read, ["title"])
        review = approval.sudo().review_id
        self.refused(review.with_user(self.stranger).action_cc, self.stranger.ids)
        self.refused(review.with_user(self.carl).action_cc, self.stranger.ids, message="requester and its reviewers")
        review.with_user(self.anna).action_cc((self.stranger | self.carl).ids, "look")
        self.assertEqual(approval.with_user(self.stranger).title, "Journey")
        self.assertEqual(len(review.line_ids.filtered(lambda line: line.user_id == self.carl)), 1, "one copy is enough")
        copy.action_open_document()
        self.assertTrue(copy.seen_on)
        self.assertEqual(approval.review_state, "pending")

    def test_running_documents_keep_their_version(self):
        flow = self.new_flow({"users": self.anna}, {"users": self.ben})
        old = self.new_approval()
        draft = self.env["crm.review.flow"].browse(flow.action_new_version()["res_id"])
        self.assertEqual((draft.version, draft.state), (2, "draft"))
        self.assertEqual(flow.action_new_version()["res_id"], draft.id, "one draft at a time")
        draft.step_ids[1].user_ids = self.carl
        draft.action_publish()
        self.assertEqual(flow.state, "retired")
        self.approve(old, self.anna)
        self.assertEqual(self.open_for(old), ["ben"])
        new = self.new_approval()
        self.approve(new, self.anna)
        self.assertEqual(self.open_for(new), ["carl"])
        self.task(old, self.ben).action_reject("no", come_back=True)
        old.action_review_submit()
        self.assertEqual(self.open_for(old), ["ben"], "back to him who refused, in the flow he refused it in")

    def test_flows_in_force_do_not_change(self):
        flow = self.new_flow({"users": self.anna})
        as_admin = flow.with_user(self.admin)
        step = as_admin.step_ids
        for change in (
            lambda: as_admin.write({"name": "x"}),
            lambda: as_admin.write({"domain": "[]"}),
            lambda: as_admin.write({"state": "draft"}),
            lambda: as_admin.with_context(crm_review_publishing=True).write({"state": "draft"}),
            lambda: as_admin.write({"origin_id": False}),
            lambda: as_admin.write({"step_ids": [Command.clear()]}),
            lambda: as_admin.write({"step_ids": [Command.create({"name": "x", "user_ids": self.ben.ids})]}),
            lambda: as_admin.unlink(),
            lambda: step.write({"user_ids": [Command.set(self.ben.ids)]}),
            lambda: step.write({"mode": "all"}),
            lambda: step.unlink(),
            lambda: step.copy(),
            lambda: as_admin.kind_id.unlink(),
            lambda: as_admin.create({"name": "x", "kind_id": self.kind.id, "state": "published"}),
            lambda: as_admin.with_context(default_state="published").create({"name": "x", "kind_id": self.kind.id}),
            lambda: as_admin.create({"name": "x", "kind_id": self.kind.id}).action_publish(),
            lambda: as_admin.kind_id.write({"model_id": self.env["ir.model"]._get_id("res.partner")}),
        ):
            self.refused(change)
        for user in (self.seller, self.anna):
            self.refused(flow.with_user(user).action_retire)
            self.refused(flow.with_user(user).action_new_version)
            self.refused(flow.step_ids.with_user(user).write, {"name": "x"})
            self.refused(self.kind.with_user(user).write, {"active": False})
        approval = self.new_approval()
        step.name = "Better name"
        self.assertEqual(self.task(approval, self.anna).step_name, "Step 1")

    def test_draft_whose_model_was_changed_is_not_published(self):
        other = self.env["crm.review.kind"].search([("id", "!=", self.kind.id)], limit=1)
        other = other or self.env["crm.review.kind"].create(
            {"name": "Partner", "model_id": self.env["ir.model"]._get_id("res.partner.category")}
        )
        flow = self.new_flow(
            {"users": self.anna, "domain": "[('amount', '>', 1), ('content', '!=', False)]"}, publish=False
        )
        flow.write({"kind_id": other.id})
        self.refused(flow.action_publish, message="cannot be read")

    def test_a_step_may_edit_fields(self):
        field = self.env["ir.model.fields"]._get("crm.approval", "amount")
        self.new_flow({"users": self.anna, "editable_field_ids": [Command.set(field.ids)]}, {"users": self.ben})
        approval = self.new_approval()
        own = approval.with_user(self.anna)
        own.amount = 80
        event = approval.sudo().review_id.event_ids.filtered(lambda event: event.action == "change")
        self.assertEqual(
            (event.user_id, event.before, event.after), (self.anna, {"amount": "100.00"}, {"amount": "80.00"})
        )
        self.refused(own.write, {"amount": 1, "title": "x"}, message="locked")
        self.refused(approval.write, {"amount": 1}, message="locked")
        self.approve(approval, self.anna)
        self.refused(own.write, {"amount": 1})
        self.refused(approval.with_user(self.ben).write, {"amount": 1}, message="locked")

    def test_a_hook_that_refuses_leaves_nothing_half_done(self):
        self.new_flow({"users": self.anna})
        approval = self.new_approval(submit=False)
        fault = UserError("no number")
        with patch.object(self.registry["crm.numbering.rule"], "_next_number", side_effect=fault):
            self.refused(approval.action_review_submit, message="no number")
        self.assertEqual((approval.review_state, approval.review_id.id), ("new", False))
