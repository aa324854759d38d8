import json

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ReviewCase

MODELS = ("crm.review", "crm.review.line", "crm.review.event")


@tagged("post_install", "-at_install")
class TestAttacks(ReviewCase):
    """What uninvolved users, reviewers, requesters and administrators must not get away with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.new_flow({"users": cls.anna}, {"users": cls.ben})
        cls.approval = cls.new_approval()
        cls.review = cls.approval.sudo().review_id
        cls.line = cls.review.line_ids
        cls.everybody = (cls.stranger, cls.anna, cls.seller, cls.admin)

    def rpc(self, user, model, method, *args, **kwargs):
        """Call a method as the web client does."""
        return call_kw(self.env[model].with_user(user).with_env(self.env(user=user, su=False)), method, args, kwargs)

    def test_history_is_written_by_nobody(self):
        records = {
            "crm.review": self.review,
            "crm.review.line": self.line,
            "crm.review.event": self.review.event_ids[0],
        }
        for user in self.everybody:
            for model, record in records.items():
                self.refused(self.rpc, user, model, "write", record.ids, {"comment": "x"})
                self.refused(self.rpc, user, model, "unlink", record.ids)
                self.refused(self.rpc, user, model, "create", [{"review_id": self.review.id, "user_id": user.id}])
                self.refused(self.rpc, user, model, "copy", record.ids)
                self.refused(self.rpc, user, model, "web_save", record.ids, {"comment": "x"}, {"comment": {}})
                self.assertTrue(self.rpc(user, model, "load", ["id", "comment"], [["x.y", "z"]])["messages"])
        for record in records.values():
            self.refused(record.sudo().unlink, message="not deleted")
        self.refused(records["crm.review.event"].sudo().write, {"comment": "x"}, message="does not change")
        self.assertEqual(self.line.state, "pending")

    def test_private_methods(self):
        for model, ids, methods in (
            ("crm.review", self.review.ids, ("_finish", "_advance", "_begin", "_submit_one", "_log", "_go_back")),
            (
                "crm.review.line",
                self.line.ids,
                ("_decide", "_close", "_forward", "_reassign", "_hand_over", "_withdraw"),
            ),
            ("crm.review.event", [], ("_log",)),
            ("crm.review.flow", self.flow.ids, ("_set_state",)),
            ("crm.approval", self.approval.ids, ("_review_on_approved",)),
        ):
            for method in methods:
                with self.assertRaises(AccessError):
                    self.rpc(self.anna, model, method, ids)

    def test_strangers(self):
        for method, args in (
            ("action_approve", ()),
            ("action_reject", ("no",)),
            ("action_forward", (self.stranger.id,)),
            ("action_delegate", (self.stranger.id,)),
            ("action_add_signer", (self.stranger.ids,)),
            ("action_withdraw", ()),
            ("action_reassign", (self.stranger.id, "mine")),
            ("action_ask_approve", ()),
            ("action_open_document", ()),
        ):
            self.refused(self.rpc, self.stranger, "crm.review.line", method, self.line.ids, *args)
        for method, args in (
            ("action_recall", ()),
            ("action_urge", ()),
            ("action_cc", (self.stranger.ids,)),
            ("progress", ()),
            ("changes_since_last_round", ()),
            ("as_submitted", ()),
            ("action_open_document", ()),
            ("read", (["snapshot"],)),
        ):
            self.refused(self.rpc, self.stranger, "crm.review", method, self.review.ids, *args)
        self.rpc(self.stranger, "crm.review.line", "action_seen", self.line.ids)
        self.assertFalse(self.line.seen_on)
        for method in ("panel", "ask_submit"):
            self.refused(self.rpc, self.stranger, "crm.review", method, "crm.approval", self.approval.id)
        for method in ("submit", "action_submit"):
            self.refused(self.rpc, self.stranger, "crm.review", method, "crm.approval", self.approval.ids)
        for model in ("res.users", "crm.review.line", "no.such.model"):
            self.refused(self.rpc, self.anna, "crm.review", "submit", model, self.anna.ids)
            self.refused(self.rpc, self.anna, "crm.review", "panel", model, self.anna.id)

    def test_nothing_leaks(self):
        other = self.new_approval(self.carl)
        for user, seen in ((self.stranger, False), (self.seller, True), (self.anna, True), (self.ben, False)):
            for model in MODELS:
                name = "id" if model == "crm.review" else "review_id"
                domain = [(name, "=", self.review.id)]
                self.assertEqual(bool(self.rpc(user, model, "search_count", domain)), seen, (user.login, model))
                groups = self.rpc(user, model, "formatted_read_group", domain, [], ["__count"])
                self.assertEqual(bool(groups[0]["__count"]), seen)
            names = self.rpc(user, "crm.review", "name_search", self.approval.name)
            self.assertEqual(bool(names), seen)
            self.assertEqual(
                bool(self.rpc(user, "crm.approval", "search_count", [("id", "=", self.approval.id)])), seen
            )
        messages = self.approval.sudo().message_ids
        self.assertTrue(messages)
        self.refused(self.rpc, self.stranger, "mail.message", "read", messages.ids, ["body"])
        self.assertFalse(
            self.rpc(self.seller, "crm.review.line", "search_count", [("review_id", "=", other.sudo().review_id.id)])
        )
        self.approve(self.approval, self.anna)
        self.assertEqual(self.approval.with_user(self.ben).title, "Journey", "now it is put before him")

    def test_tokens_and_addresses(self):
        for user in self.everybody:
            self.refused(self.rpc, user, "crm.review.line", "read", self.line.ids, ["token"])
            self.refused(self.rpc, user, "crm.review.line", "search_read", [("token", "like", "a")], ["id"])
        self.refused(self.rpc, self.seller, "crm.review.event", "read", self.review.event_ids.ids, ["address"])

    def test_twice_late_and_for_others(self):
        task = self.task(self.approval, self.anna)
        self.refused(task.with_user(self.seller).action_approve, message="not yours")
        self.refused(task.with_user(self.admin).action_approve, message="not yours")
        task.action_approve()
        self.refused(task.action_approve, message="not waiting for you")
        self.refused(task.action_reject, "no", message="not waiting for you")
        bens = self.task(self.approval, self.ben)
        self.approval.review_id.action_recall()
        self.refused(bens.action_approve)
        self.refused(task.action_withdraw, message="ended")
        self.assertEqual(self.approval.review_state, "recalled")

    def test_not_ones_own_files(self):
        file = self.env["ir.attachment"].with_user(self.seller).create({"name": "x.txt", "raw": b"x"})
        task = self.task(self.approval, self.anna)
        self.refused(task.action_approve, "ok", None, file.ids, message="not a file of yours")
        attached = (
            self.env["ir.attachment"]
            .with_user(self.anna)
            .create({"name": "x.txt", "raw": b"x", "res_model": "res.users", "res_id": self.anna.id})
        )
        self.refused(task.action_approve, "ok", None, attached.ids, message="not a file of yours")
        task.action_approve("ok", None, [999999])

    def test_activities_are_a_picture_only(self):
        def activity():
            return self.env["mail.activity"].search([("crm_review_line_id", "=", self.line.id)])

        own = activity().with_user(self.anna)
        self.assertEqual(len(own), 1)
        own.write({"user_id": self.stranger.id})
        self.assertEqual(self.line.user_id, self.anna)
        self.assertFalse(self.env["crm.review.line"].with_user(self.stranger).search([("id", "=", self.line.id)]))
        own.action_feedback("done")
        self.assertEqual((self.line.state, self.approval.review_state), ("pending", "pending"))
        self.approve(self.approval, self.anna)
        bens = self.env["mail.activity"].search([("user_id", "=", self.ben.id), ("res_id", "=", self.approval.id)])
        bens.with_user(self.ben).unlink()
        self.approve(self.approval, self.ben)
        self.assertEqual(self.approval.review_state, "approved")
        self.assertFalse(self.env["mail.activity"].search([("crm_review_line_id.review_id", "=", self.review.id)]))

    def test_owner_of_another_is_not_forged(self):
        self.refused(self.approval.with_user(self.anna).write, {"user_id": self.anna.id})
        self.refused(self.env["crm.approval"].with_user(self.anna).create, {"title": "x", "user_id": self.seller.id})

    def test_users_with_tasks_are_not_deleted(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.anna.sudo().unlink()


@tagged("post_install", "-at_install")
class TestMailLink(HttpCase, ReviewCase):
    """The link in a message: login needed, for one person and one task, and reading it decides nothing."""

    def setUp(self):
        super().setUp()
        self.new_flow({"users": self.anna})
        self.approval = self.new_approval()
        self.line = self.task(self.approval, self.anna).sudo()
        self.path = f"/crm_review/{self.line.id}/{self.line.token}"

    def login(self, user):
        user.sudo().password = "link-password"
        self.authenticate(user.login, "link-password")

    def post(self, **values):
        return self.url_open(self.path, data={"csrf_token": Request.csrf_token(self), **values})

    def state(self):
        self.line.invalidate_recordset()
        return self.line.state

    def test_reading_decides_nothing(self):
        self.login(self.anna)
        page = self.url_open(f"{self.path}?decision=approve").text
        self.assertIn(self.approval.name, page)
        self.assertEqual(self.state(), "pending")

    def test_approve_and_use_again(self):
        self.login(self.anna)
        self.assertTrue(self.post(decision="reject").ok)
        self.assertEqual(self.state(), "pending", "a rejection needs a comment")
        self.post(decision="approve", comment="fine")
        self.assertEqual((self.state(), self.line.comment), ("approved", "fine"))
        page = self.post(decision="reject", comment="no").text
        self.assertEqual(self.state(), "approved")
        self.assertIn("alert", page)

    def test_without_login_or_as_another(self):
        response = self.url_open(self.path, allow_redirects=False)
        self.assertIn("/web/login", response.headers.get("Location", ""))
        self.login(self.stranger)
        page = self.url_open(self.path).text
        self.assertNotIn(self.approval.name, page)
        self.assertNotIn("Journey", page)
        self.login(self.admin)
        self.post(decision="approve")
        self.assertEqual(self.state(), "pending")

    def test_wrong_token(self):
        self.login(self.anna)
        for path in (f"/crm_review/{self.line.id}/x", "/crm_review/999999/x", f"/crm_review/{self.line.id}/False"):
            self.assertNotIn(self.approval.name, self.url_open(path).text)

    def test_foreign_page_cannot_post(self):
        self.login(self.anna)
        with mute_logger("odoo.http"):
            response = self.url_open(self.path, data={"decision": "approve"})
        self.assertEqual((response.status_code, self.state()), (400, "pending"))

    def test_call_kw(self):
        """The same over the wire: private methods and forged contexts."""
        self.login(self.seller)

        def call(model, method, *args, **kwargs):
            response = self.url_open(
                f"/web/dataset/call_kw/{model}/{method}",
                data=json.dumps({"params": {"model": model, "method": method, "args": args, "kwargs": kwargs}}),
                headers={"Content-Type": "application/json"},
            )
            return response.json()

        with mute_logger("odoo.http"):
            for model, method, args, context in (
                ("crm.approval", "write", [self.approval.ids, {"title": "x"}], {"crm_review_unlocked": True}),
                (
                    "crm.approval",
                    "write",
                    [self.approval.ids, {"review_state": "approved"}],
                    {"crm_review_unlocked": {}},
                ),
                ("crm.review", "_finish", [self.line.review_id.ids, "approved"], {}),
                ("crm.review.flow", "write", [self.line.review_id.flow_id.ids, {"state": "draft"}], {}),
                ("crm.review.line", "action_approve", [self.line.ids], {}),
            ):
                self.assertIn("error", call(model, method, *args, context=context), (model, method))
        self.assertIn("result", call("crm.review", "panel", "crm.approval", self.approval.id))
        self.assertEqual((self.state(), self.approval.title), ("pending", "Journey"))
