import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

ROUNDS = 50


@tagged("post_install", "-at_install")
class TestRaces(BaseCase):
    """Two people at once, on real connections: one consistent outcome, nothing lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's own test runner holds this lock while tests run; the threads would wait for it for ever.
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())
        cls.pauses = cls.startClassPatcher(patch("odoo.service.model.time"))  # before a call is repeated
        cls.startClassPatcher(patch.object(cls.registry["crm.review"], "_notify", lambda *args, **kwargs: None))
        # numbers that are drawn cannot be put back
        cls.startClassPatcher(patch.object(cls.registry["crm.approval"], "_review_on_submitted", lambda self: None))
        cls.addClassCleanup(cls.clean_up)
        with cls.registry.cursor() as cr:
            env = cls.environment(cr)
            role = env.ref("crm_base.res_users_role_engineer").id
            users = env["res.users"].create(
                [
                    {
                        "name": name,
                        "login": f"race_{name}",
                        "email": f"{name}@example.com",
                        "role_line_ids": [Command.create({"role_id": role})],
                    }
                    for name in ("asker", "first", "second", "third")
                ]
            )
            cls.asker, cls.first, cls.second, cls.third = users.ids
            env.company.review_urge_minutes = 0
            kind = env.ref("crm_review.crm_review_kind_approval")
            reviewers = [Command.set([cls.first, cls.second])]
            flow = env["crm.review.flow"].create(
                {
                    "name": "Races",
                    "kind_id": kind.id,
                    "sequence": -1,
                    "domain": "[('title', '=', 'Race')]",
                    "step_ids": [
                        Command.create(
                            {"name": "Both", "rank": 1, "mode": "all", "who": "users", "user_ids": reviewers}
                        ),
                        Command.create(
                            {"name": "Last", "rank": 2, "who": "users", "user_ids": [Command.set([cls.third])]}
                        ),
                    ],
                }
            )
            flow.action_publish()
            cls.flow_id = flow.id

    @staticmethod
    def environment(cr, uid=SUPERUSER_ID):
        return api.Environment(cr, uid, {"mail_notrack": True, "tracking_disable": True})

    @classmethod
    def clean_up(cls):
        """History is not deleted by anybody but a test that has committed it."""
        with cls.registry.cursor() as cr:
            cr.execute("SELECT id, res_id FROM crm_review WHERE requester_id = %s", [cls.asker])
            reviews, documents = map(tuple, zip(*cr.fetchall(), strict=True))
            cr.execute("SELECT id FROM crm_approval WHERE user_id = %s", [cls.asker])
            documents += tuple(row[0] for row in cr.fetchall())
            users = (cls.asker, cls.first, cls.second, cls.third)
            for query, ids in (
                ("DELETE FROM mail_activity WHERE user_id IN %s", users),
                ("DELETE FROM mail_followers WHERE res_model = 'crm.approval' AND res_id IN %s", documents),
                ("DELETE FROM mail_message WHERE model = 'crm.approval' AND res_id IN %s", documents),
                ("DELETE FROM crm_review_event WHERE review_id IN %s", reviews),
                ("UPDATE crm_approval SET review_id = NULL WHERE id IN %s", documents),
                ("DELETE FROM crm_review_line WHERE review_id IN %s", reviews),
                ("DELETE FROM crm_review WHERE id IN %s", reviews),
                ("DELETE FROM crm_approval WHERE id IN %s", documents),
            ):
                cr.execute(query, [ids])
            cr.execute("DELETE FROM crm_review_step WHERE flow_id = %s", [cls.flow_id])
            cr.execute("DELETE FROM crm_review_flow WHERE id = %s", [cls.flow_id])
            env = cls.environment(cr)
            env.registry.clear_cache()
            env["res.users"].browse(users).unlink()

    def call(self, uid, work):
        """Do `work(env)` as the web client's calls are done: repeated after a conflict; its outcome, or its refusal."""
        with self.registry.cursor() as cr:
            env = self.environment(cr, uid)
            try:
                return retrying(lambda: work(env), env)
            except UserError as error:
                cr.rollback()
                return error

    def document(self, uid=None):
        """A document that has just been entered."""
        return self.call(uid or self.asker, lambda env: env["crm.approval"].create({"title": "Race", "amount": 1}).id)

    def submitted(self, approved_by=()):
        document = self.document()
        self.assertIs(self.call(*self.submitting(document)), True)
        for uid in approved_by:
            self.assertIs(self.call(*self.acting(document, uid, "action_approve")), True)
        return document

    def task_id(self, document, uid, state="pending"):
        with self.registry.cursor() as cr:
            tasks = self.environment(cr)["crm.review.line"].search(
                [("res_model", "=", "crm.approval"), ("res_id", "=", document), ("user_id", "=", uid)]
            )
            return tasks.filtered(lambda line: line.state == state).id

    def acting(self, document, uid, action, *args, state="pending"):
        """An actor who takes an action on his task on a document."""
        task = self.task_id(document, uid, state)
        self.assertTrue(task)
        return uid, lambda env: getattr(env["crm.review.line"].browse(task), action)(*args)

    def asking(self, document, action):
        """The requester who takes an action on the review of his document."""
        return self.asker, lambda env: getattr(env["crm.approval"].browse(document).review_id, action)()

    def submitting(self, document):
        return self.asker, lambda env: bool(env["crm.review"].submit("crm.approval", [document]))

    def meet(self, *actors):
        """Let actors (uid, work) act at once, and tell what each of them got."""
        start, results = threading.Barrier(len(actors)), [None] * len(actors)

        def act(index, uid, work):
            start.wait(20)
            try:
                results[index] = self.call(uid, work)
            except Exception as error:
                results[index] = AssertionError(f"not a clear message: {error!r}")

        threads = [threading.Thread(target=act, args=(index, *actor)) for index, actor in enumerate(actors)]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        for result in results:
            self.assertNotIsInstance(result, AssertionError, result)
        return results

    def look(self, document, check):
        with self.registry.cursor() as cr:
            check(self.environment(cr)["crm.approval"].browse(document))

    def assert_sound(self, approval):
        """What holds for every document, whoever won."""
        review = approval.review_id
        open_lines = review.line_ids.filtered(lambda line: line.state in ("pending", "waiting"))
        self.assertEqual(approval.review_state, review.state)
        self.assertEqual(bool(open_lines), review.state == "pending", "it waits for somebody as long as it is open")
        decided = [event.line_id for event in review.event_ids if event.action in ("approve", "reject")]
        self.assertEqual(len(decided), len(set(decided)), "each task is decided once")
        withdrawn = len([event for event in review.event_ids if event.action == "withdraw"])
        standing = review.line_ids.filtered(lambda line: line.state in ("approved", "rejected"))
        self.assertEqual(len(decided) - withdrawn, len(standing))
        opened = [event for event in review.event_ids if event.action == "open" and event.comment == "Last"]
        last = review.line_ids.filtered(lambda line: line.step_name == "Last" and line.kind == "normal")
        self.assertEqual(len(opened), len(last), "no step is opened twice")
        activities = approval.env["mail.activity"].search([("crm_review_line_id", "in", review.line_ids.ids)])
        self.assertEqual(activities.crm_review_line_id, review.line_ids.filtered(lambda line: line.state == "pending"))

    def test_two_approvers_of_one_step(self):
        for _round in range(ROUNDS):
            document = self.submitted()
            approvers = [self.acting(document, uid, "action_approve") for uid in (self.first, self.second)]
            self.assertEqual(self.meet(*approvers), [True, True])

            def check(approval):
                self.assert_sound(approval)
                waiting = approval.review_id.line_ids.filtered(lambda line: line.state == "pending")
                self.assertEqual(waiting.user_id.id, self.third, "both signatures count")

            self.look(document, check)
        self.assertTrue(self.pauses.sleep.called, "the threads never met: the test has shown nothing")

    def outcomes(self, other, rounds=ROUNDS):
        """Let the last approver meet somebody over many documents.

        :param other: function (document) → actor
        :return: set of (whether he approved, whether the other one got his way)
        """
        seen = set()
        for _round in range(rounds):
            document = self.submitted(approved_by=(self.first, self.second))
            approver = self.acting(document, self.third, "action_approve")
            seen.add(tuple(result is True for result in self.meet(approver, other(document))))
            self.look(document, self.assert_sound)
        return seen

    def test_approve_and_withdraw(self):
        seen = self.outcomes(lambda document: self.acting(document, self.second, "action_withdraw", state="approved"))
        self.assertLessEqual(seen, {(True, False), (False, True)}, "exactly one of them")

    def test_approve_and_recall(self):
        seen = self.outcomes(lambda document: self.asking(document, "action_recall"))
        self.assertLessEqual(seen, {(True, False), (False, True)}, "exactly one of them")

    def test_urge_and_approve(self):
        seen = self.outcomes(lambda document: self.asking(document, "action_urge"))
        self.assertLessEqual(seen, {(True, False), (True, True)}, "urging hinders nobody")

    def test_approve_and_forward(self):
        seen = self.outcomes(
            lambda document: self.acting(document, self.third, "action_forward", self.first), rounds=25
        )
        self.assertLessEqual(seen, {(True, False), (False, True)}, "exactly one of them")

    def test_two_submit(self):
        for _round in range(25):
            document = self.document()
            results = self.meet(self.submitting(document), self.submitting(document))
            self.assertEqual(sum(result is True for result in results), 1)

            def check(approval):
                self.assert_sound(approval)
                reviews = approval.env["crm.review"].search([("res_id", "=", approval.id)])
                self.assertEqual((len(reviews), reviews.round), (1, 1))

            self.look(document, check)

    def changing(self, document):
        return self.asker, lambda env: env["crm.approval"].browse(document).write({"amount": 5})

    def test_submit_and_change(self):
        for _round in range(25):
            document = self.document()
            submitted, changed = self.meet(self.submitting(document), self.changing(document))
            self.assertIs(submitted, True)

            def check(approval, amount=5 if changed is True else 1):
                self.assertEqual((approval.amount, approval.review_id.amount), (amount, amount))

            self.look(document, check)
