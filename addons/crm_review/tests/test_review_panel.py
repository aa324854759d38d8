from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ReviewCase


@tagged("post_install", "-at_install")
class TestReviewPanel(ReviewCase):
    """What the form of a document and the badge ask for."""

    def panel(self, document, user):
        return self.env["crm.review"].with_user(user).panel(document._name, document.id)

    def check_withdraw(self, document, user):
        """The panel offers to withdraw a decision exactly when the engine allows it.

        :return: whether it does
        """
        lines = self.env["crm.review.line"].with_user(user).search([("res_id", "=", document.id)])
        allowed = lines.filtered("can_withdraw")
        offered = self.panel(document, user)["withdraw_line_id"]
        self.assertEqual(bool(offered), bool(allowed), user.login)
        self.assertIn(offered or False, [*allowed.ids, False])
        return bool(offered)

    def test_queries(self):
        self.new_flow({"users": self.anna | self.ben, "mode": "all"}, {"users": self.carl})
        approval = self.new_approval()
        self.task(approval, self.anna).action_approve()
        for user in (self.seller, self.anna, self.ben, self.admin):
            self.panel(approval, user)  # definitions are cached
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(3):
                self.panel(approval, user)

    def test_new_and_strangers(self):
        approval = self.new_approval(submit=False)
        panel = self.panel(approval, self.seller)
        self.assertEqual((panel["state"], panel["can_submit"], panel["readonly"]), ("new", True, False))
        with self.assertRaises(AccessError):
            self.panel(approval, self.stranger)

    def test_readonly_unless_a_field_is_open(self):
        title = self.env["ir.model.fields"]._get("crm.approval", "title")
        self.new_flow({"users": self.anna, "editable_field_ids": title.ids})
        approval = self.new_approval()
        self.assertTrue(self.panel(approval, self.seller)["readonly"])
        panel = self.panel(approval, self.anna)
        self.assertFalse(panel["readonly"])
        self.assertEqual(panel["task"]["editable"], [title.with_user(self.anna).sudo().field_description])

    def test_withdraw_as_the_engine_allows(self):
        self.new_flow({"users": self.anna}, {"users": self.ben | self.carl, "mode": "turn"}, {"users": self.head})
        approval = self.new_approval()
        self.assertFalse(self.check_withdraw(approval, self.anna))
        self.task(approval, self.anna).action_approve()
        self.assertTrue(self.check_withdraw(approval, self.anna))
        self.task(approval, self.ben).action_approve()
        self.assertFalse(self.check_withdraw(approval, self.anna))
        self.assertTrue(self.check_withdraw(approval, self.ben))
        self.task(approval, self.carl).action_add_signer([self.anna.id], "before")
        self.task(approval, self.anna).action_approve()
        self.check_withdraw(approval, self.anna)
        self.task(approval, self.carl).action_reject("again", rank=1)
        for user in (self.anna, self.ben, self.carl):
            self.check_withdraw(approval, user)
        self.task(approval, self.anna).action_approve()
        for user in (self.anna, self.ben, self.carl):
            self.check_withdraw(approval, user)

    def test_picture_leaves_out_what_a_withdrawal_has_undone(self):
        self.new_flow({"users": self.anna}, {"users": self.ben})
        approval = self.new_approval()
        task = self.task(approval, self.anna)
        task.action_approve()
        task.action_withdraw()
        stages = approval.review_id.with_user(self.seller).progress()["stages"]
        self.assertEqual([(stage["rank"], stage["state"]) for stage in stages], [(1, "current"), (2, "future")])

    def test_reassignable_by_the_administrator_alone(self):
        self.new_flow({"users": self.anna | self.ben, "mode": "all"})
        approval = self.new_approval()
        self.assertEqual(self.panel(approval, self.anna)["reassignable"], [])
        tasks = self.panel(approval, self.admin)["reassignable"]
        self.assertEqual([task["user"] for task in tasks], [self.anna.name, self.ben.name])

    def test_submit_dialog_asks_for_reviewers(self):
        self.new_flow({"who": "choice"}, {"users": self.ben})
        approval = self.new_approval(submit=False)
        action = self.env["crm.review"].with_user(self.seller).ask_submit("crm.approval", approval.id)
        [step] = action["params"]["steps"]
        self.env["crm.review"].with_user(self.seller).submit(
            "crm.approval", [approval.id], "please", {str(step["id"]): [self.anna.id]}
        )
        self.assertEqual(self.open_for(approval), ["anna"])
        with self.assertRaises(AccessError):
            self.env["crm.review"].with_user(self.stranger).ask_submit("crm.approval", approval.id)

    def test_todo_counts(self):
        self.new_flow({"users": self.anna, "deadline_hours": 1, "deadline_type": "natural"})
        self.assertEqual(self.env["crm.review.line"].with_user(self.anna).todo_counts(), [])
        approvals = self.new_approval() | self.new_approval()
        lines = self.env["crm.review.line"].with_user(self.anna)
        self.env.flush_all()
        with self.assertQueryCount(1):
            [kind] = lines.todo_counts()
        self.assertEqual((kind["id"], kind["count"], kind["overdue"]), (self.kind.id, 2, False))
        self.task(approvals[0], self.anna).sudo().deadline = "2020-01-01 00:00:00"
        [kind] = lines.todo_counts()
        self.assertTrue(kind["overdue"])
        self.assertEqual(self.env["crm.review.line"].with_user(self.ben).todo_counts(), [])
