from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..tools.conditions import BatchConditions
from .common import ReviewCase


@tagged("post_install", "-at_install")
class TestReviewSimulation(ReviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gone = cls.env["crm.review.position"].create({"name": "Nobody's post"})
        cls.env.company.review_administrator_id = cls.admin
        cls.in_force = cls.new_flow(
            {"users": cls.anna, "name": "Engineer"},
            {"users": cls.ben, "name": "Buyer", "domain": "[('amount','>',500)]"},
        )
        cls.draft = cls.env["crm.review.flow"].browse(cls.in_force.action_new_version()["res_id"])

    def simulate(self, flow=None, user=None, **options):
        """:return: the page, and {id of a document: its row}"""
        page = (
            self.env["crm.review.simulation"].with_user(user or self.admin).get_page((flow or self.draft).id, **options)
        )
        return page, {row["id"]: row for row in page["documents"]}

    def way(self, page, row):
        """[(step, logins, state)] of a document"""
        return [
            (page["steps"][step]["name"], sorted(self.env["res.users"].browse(users).mapped("login")), state)
            for step, users, state in row["way"]
        ]

    def test_way_of_each_document(self):
        self.draft.step_ids = [Command.create({"name": "Post", "rank": 3, "position_id": self.gone.id})]
        small, large = self.new_approval(amount=100, submit=False), self.new_approval(amount=1000, submit=False)
        page, rows = self.simulate()
        post = ("Post", ["review_admin"], "empty")
        self.assertEqual(self.way(page, rows[small.id]), [("Engineer", ["anna"], "asked"), post])
        self.assertEqual(
            self.way(page, rows[large.id]), [("Engineer", ["anna"], "asked"), ("Buyer", ["ben"], "asked"), post]
        )
        self.assertTrue(rows[small.id]["changed"])
        self.assertEqual(rows[small.id]["requester"], "Seller")
        self.assertIsNone(rows[small.id]["real"])

    def test_nothing_is_written(self):
        approval = self.new_approval(submit=False)
        before = self.env["crm.review"].search_count([]), approval.read()
        self.simulate()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((self.env["crm.review"].search_count([]), approval.read()), before)

    def test_as_the_engine_does(self):
        """What is simulated for a flow in force is what then happens."""
        self.new_flow(
            {"name": "Manager", "who": "manager", "mode": "all"},
            {"name": "Either", "rank": 2, "users": self.anna, "domain": "[('title','ilike','big')]"},
            {"name": "Else", "rank": 2, "users": self.ben | self.seller, "is_default": True},
            {"name": "Again", "users": self.head | self.carl, "mode": "all"},
            {"name": "Empty", "position_id": self.gone.id},
            sequence=1,
            repeated_review="first",
            domain=f"[('partner_id','child_of',{self.env.company.partner_id.id})]",
        )
        approvals = [
            self.new_approval(title=title, partner_id=self.env.company.partner_id.id, submit=False)
            for title in ("big one", "other")
        ]
        flow = self.env["crm.review.flow"].search([("state", "=", "published")], order="sequence", limit=1)
        page, rows = self.simulate(flow)
        for approval in approvals:
            approval.action_review_submit()
            review = approval.sudo().review_id
            for _step in range(9):
                if review.state == "pending":
                    line = review.line_ids.filtered(lambda line: line.state == "pending")[0]
                    line.with_user(line.user_id).action_approve()
            really = [
                (name, sorted(lines.filtered(lambda line: line.state != "skipped").user_id.mapped("login")))
                for name, lines in review.line_ids.sorted("rank").grouped("step_name").items()
            ]
            planned = [(name, logins) for name, logins, _state in self.way(page, rows[approval.id])]
            self.assertEqual(review.state, "approved")
            self.assertEqual(planned, really)
        page, rows = self.simulate(flow)
        self.assertEqual({row["real"]["same"] for row in rows.values() if row["real"]}, {True})
        self.assertEqual({rows[approval.id]["changed"] for approval in approvals}, {None})

    def test_flows_beside_it(self):
        other = self.new_flow({"users": self.carl}, name="Other", sequence=1, domain="[('title','=','special')]")
        self.draft.domain = "[('amount','>',10)]"
        special = self.new_approval(title="special", submit=False)
        free = self.new_approval(amount=5, submit=False)
        page, rows = self.simulate()
        self.assertEqual(rows[special.id]["flow"]["id"], other.id)
        self.assertFalse(rows[special.id]["changed"])
        self.assertFalse(rows[free.id]["flow"])
        self.assertIsNone(rows[free.id]["way"])
        self.assertTrue(rows[free.id]["changed"])
        self.kind.without_flow = "approve"
        self.assertEqual(self.simulate()[1][free.id]["way"], [])

    def test_work_of_people(self):
        self.draft.step_ids.filtered(lambda step: step.name == "Buyer").write(
            {"domain": False, "user_ids": [Command.set((self.ben | self.carl).ids)]}
        )
        page, _rows = self.simulate()
        before = {one["id"]: one for one in page["people"]}
        for amount in (100, 200, 1000):
            self.new_approval(amount=amount, submit=amount > 150)
        page, _rows = self.simulate()
        people = {one["id"]: one for one in page["people"]}

        def more(user):
            old = before.get(user.id, dict.fromkeys(("tasks", "signatures", "before", "real"), 0))
            return tuple(people[user.id][name] - old[name] for name in ("tasks", "signatures", "before", "real"))

        self.assertEqual(more(self.anna), (3, 3, 3, 2))
        self.assertEqual(more(self.ben), (3, 1.5, 1, 0))
        self.assertEqual(more(self.carl), (3, 1.5, 0, 0))

    def test_real_way(self):
        approval = self.new_approval(amount=1000)
        self.task(approval, self.anna).action_approve()
        self.draft.step_ids.filtered(lambda step: step.name == "Buyer").name = "Purchasing"
        _page, rows = self.simulate()
        self.assertEqual(rows[approval.id]["real"]["state"], "pending")
        self.assertFalse(rows[approval.id]["real"]["same"])
        self.assertEqual(rows[approval.id]["real"]["way"], [["Engineer"], ["Buyer"]])
        self.assertEqual(rows[approval.id]["real"]["flow"], self.in_force.display_name)

    def test_requester_of_the_last_review(self):
        self.draft.step_ids = [Command.create({"name": "Manager", "rank": 3, "who": "manager"})]
        approval = self.new_approval()
        self.task(approval, self.anna).action_reject("not like this")
        approval.sudo().user_id = self.carl  # has nobody above him
        page, rows = self.simulate()
        self.assertEqual(self.way(page, rows[approval.id])[-1], ("Manager", ["head"], "asked"))

    def test_requester_who_never_submitted(self):
        self.draft.step_ids = [Command.create({"name": "Manager", "rank": 3, "who": "manager"})]
        approval = self.new_approval(submit=False)
        page, rows = self.simulate()
        self.assertEqual(self.way(page, rows[approval.id])[-1], ("Manager", ["head"], "asked"))
        approval.sudo().user_id = self.carl
        page, rows = self.simulate()
        self.assertEqual(self.way(page, rows[approval.id])[-1], ("Manager", ["review_admin"], "empty"))

    def test_step_of_one_who_has_approved_is_passed(self):
        self.draft.repeated_review = "first"
        self.draft.step_ids = [
            Command.create({"name": "Again", "rank": 3, "who": "users", "user_ids": [Command.set(self.anna.ids)]})
        ]
        approval = self.new_approval(submit=False)
        page, rows = self.simulate()
        self.assertEqual(self.way(page, rows[approval.id]), [("Engineer", ["anna"], "asked"), ("Again", [], "passed")])

    def test_choice_of_the_requester_is_no_empty_step(self):
        self.draft.step_ids = [Command.create({"name": "Chosen", "rank": 3, "who": "choice"})]
        approval = self.new_approval(submit=False)
        page, rows = self.simulate()
        self.assertEqual(self.way(page, rows[approval.id])[-1], ("Chosen", [], "choice"))

    def test_period(self):
        approval = self.new_approval(submit=False)
        today = fields.Date.context_today(self.env["crm.approval"].with_user(self.admin))
        self.assertIn(approval.id, self.simulate(date_from=today, date_to=today)[1])
        self.assertNotIn(approval.id, self.simulate(date_to=today - timedelta(days=1))[1])
        with self.assertRaises(UserError):
            self.simulate(date_from=today, date_to=today - timedelta(days=1))

    def test_flow_without_steps(self):
        empty = self.env["crm.review.flow"].create({"name": "Empty", "kind_id": self.kind.id})
        with self.assertRaises(UserError):
            self.simulate(empty)
        flows = self.env["crm.review.simulation"].with_user(self.admin).get_flows()
        self.assertIn(self.draft.id, [flow["id"] for flow in flows])
        self.assertNotIn(empty.id, [flow["id"] for flow in flows])

    def test_for_administrators_only(self):
        for user in (self.seller, self.head):
            with self.assertRaises(AccessError):
                self.simulate(user=user)
            with self.assertRaises(AccessError):
                self.env["crm.review.simulation"].with_user(user).get_flows()

    def test_queries_do_not_grow_with_documents(self):
        self.draft.write({"domain": f"[('partner_id','child_of',{self.env.company.partner_id.id})]"})
        self.draft.step_ids = [
            Command.create({"name": "Post", "rank": 3, "position_id": self.gone.id}),
            Command.create({"name": "Manager", "rank": 4, "who": "manager"}),
        ]
        self.new_approval(partner_id=self.env.company.partner_id.id)
        self.new_approval(submit=False)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.simulate()
            return self.env.cr.sql_log_count - start

        queries()
        few = queries()
        for _number in range(5):
            self.new_approval(partner_id=self.env.company.partner_id.id)
            self.new_approval(submit=False)
        queries()
        self.assertEqual(queries(), few)

    def test_conditions_of_many_documents(self):
        approvals = self.env["crm.approval"].browse(
            [self.new_approval(amount=amount, submit=False).id for amount in (1, 2, 3)]
        )
        meets = BatchConditions(approvals)
        domain = fields.Domain("amount", ">", 1)
        self.assertEqual([meets(approval, domain) for approval in approvals], [False, True, True])


@tagged("post_install", "-at_install")
class TestReviewSimulationPage(HttpCase, ReviewCase):
    def test_page(self):
        flow = self.new_flow({"users": self.anna, "name": "Engineer"})
        self.new_approval(title="Shown in the page")
        self.admin.password = "review_admin"
        self.browser_js(
            f"/odoo/review-flows/{flow.id}/review-simulation",
            """(async () => {
                const find = (selector) => document.querySelector(selector);
                find(".o_crm_board_cards button[name='none']").click();
                await new Promise((done) => setTimeout(done, 200));
                if (find(".o_crm_simulation_documents tbody tr")) {
                    throw new Error("a document without a flow is shown");
                }
                find(".o_crm_simulation_people button").click();
                await new Promise((done) => setTimeout(done, 200));
                if (!find(".o_crm_simulation_documents tbody .o_crm_simulation_stop")) {
                    throw new Error("a person's documents are missing");
                }
                console.log("test successful");
            })()""",
            ready="!!document.querySelector('.o_crm_simulation_documents tbody tr')",
            login="review_admin",
        )
