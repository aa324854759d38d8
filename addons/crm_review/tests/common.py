from odoo import Command
from odoo.exceptions import UserError

from odoo.addons.crm_base.tests.common import CrmCase


class ReviewCase(CrmCase):
    """People, and flows of general approvals made step by step."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.review.flow"].search([("state", "=", "published")]).action_retire()
        cls.seller = cls.new_user("salesperson", "seller", cls.north)
        cls.head = cls.new_user("sales_manager", "head", cls.sales)
        cls.sales.manager_id = cls.head.employee_id
        cls.anna = cls.new_user("engineer", "anna", cls.south)
        cls.ben = cls.new_user("engineer", "ben", cls.south)
        cls.carl = cls.new_user("buyer", "carl", cls.finance)
        cls.stranger = cls.new_user("salesperson", "stranger", cls.south)
        cls.admin = cls.new_user("crm_admin", "review_admin")
        cls.kind = cls.env.ref("crm_review.crm_review_kind_approval")

    @classmethod
    def new_flow(cls, *steps, publish=True, **values):
        """A flow of general approvals in force.

        :param steps: values of each step; its rank is its place unless given. ``users`` names who reviews.
        """
        commands = []
        for rank, step in enumerate(steps, start=1):
            users = step.pop("users", None)
            named = {"who": "users", "user_ids": [Command.set(users.ids)]} if users else {}
            commands.append(Command.create({"name": f"Step {rank}", "rank": rank, **named, **step}))
        flow = cls.env["crm.review.flow"].create(
            {"name": "Test flow", "kind_id": cls.kind.id, "step_ids": commands, **values}
        )
        if publish:
            flow.action_publish()
        return flow

    @classmethod
    def new_approval(cls, user=None, submit=True, **values):
        """A general approval of a user, under review unless said otherwise."""
        approval = (
            cls.env["crm.approval"].with_user(user or cls.seller).create({"title": "Journey", "amount": 100, **values})
        )
        if submit:
            approval.action_review_submit()
        return approval

    def task(self, document, user):
        """The open task of a user on a document, in his name."""
        line = self.env["crm.review.line"].search(
            [
                ("res_model", "=", document._name),
                ("res_id", "=", document.id),
                ("user_id", "=", user.id),
                ("state", "=", "pending"),
            ]
        )
        self.assertEqual(len(line), 1, f"{user.name} has {len(line)} open tasks")
        return line.with_user(user)

    def approve(self, document, *users, comment=None):
        """Let users approve a document, one after the other."""
        for user in users:
            self.task(document, user).action_approve(comment)

    def refused(self, call, *args, message=None, **kwargs):
        """Whether a call is refused with a clear message, and changes nothing.

        :param str message: part of the message, in English
        """
        with self.assertRaises(UserError) as raised, self.env.cr.savepoint():
            call(*args, **kwargs)
        self.assertTrue(str(raised.exception).strip())
        if message:
            self.assertIn(message, str(raised.exception))

    def history(self, document, action=None):
        """What has happened in the review of a document: [(action, login)], of one action only if given."""
        events = document.sudo().review_id.event_ids
        return [(event.action, event.user_id.login) for event in events if action in (None, event.action)]

    def open_for(self, document):
        """Names of those whom a document waits for."""
        review = document.sudo().review_id
        return sorted(review.line_ids.filtered(lambda line: line.state == "pending").user_id.mapped("login"))
