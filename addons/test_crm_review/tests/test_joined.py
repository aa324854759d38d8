from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_review.tests.common import ReviewCase


@tagged("post_install", "-at_install")
class TestJoined(ReviewCase):
    """A model that knows nothing of reviews, joined from the settings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the two fields that the model gets must not outlive the rolled back transaction
        cls.addClassCleanup(cls.registry.reset_changes)
        cls.addClassCleanup(cls.registry.clear_all_caches)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.registry.reset_changes)
        self.addCleanup(self.registry.clear_all_caches)
        self.kind = self.join()

    def field(self, name):
        return self.env["ir.model.fields"]._get("test.crm.plain", name)

    def join(self, **values):
        Kind = self.env["crm.review.kind"].with_user(self.admin)
        kind = Kind.create(
            {
                "name": "Plain",
                "model_id": self.env["ir.model"]._get_id("test.crm.plain"),
                "number_field_id": self.field("name").id,
                "amount_field_id": self.field("amount").id,
                "partner_field_id": self.field("partner_id").id,
                "line_field_ids": [Command.set(self.field("line_ids").ids)],
                "open_field_ids": [Command.set(self.field("note").ids)],
                "gate_domain": "[('state', '=', 'confirmed')]",
                "lock_approved": True,
                **values,
            }
        )
        return kind.with_user(self.env.user)

    def new_plain(self, submit=True, **values):
        plain = (
            self.env["test.crm.plain"]
            .with_user(self.seller)
            .create({"name": "P1", "amount": 10, "line_ids": [Command.create({"name": "a"})], **values})
        )
        if submit:
            self.env["crm.review"].with_user(self.seller).action_submit(plain._name, plain.ids)
        return plain

    def state(self, plain):
        plain.invalidate_recordset()
        return plain.x_crm_review_state

    def task(self, document, user):
        document.invalidate_recordset()
        return super().task(document, user)

    def test_joined(self):
        self.new_flow({"users": self.anna, "domain": "[('amount', '>', 5)]"}, kind_id=self.kind.id)
        partner = self.env["res.partner"].create({"name": "Buyer"})
        plain = self.new_plain(partner_id=partner.id)
        self.assertEqual(self.state(plain), "pending")
        line = self.task(plain, self.anna)
        self.assertEqual((line.doc_name, line.amount, line.partner_name), ("P1", 10, "Buyer"))
        panel = self.env["crm.review"].with_user(self.anna).panel("test.crm.plain", plain.id)
        self.assertEqual((panel["state"], bool(panel["task"])), ("pending", True))
        arch = self.env["test.crm.plain"].get_view(view_type="form")["arch"]
        self.assertIn('<widget name="crm_review"/>', arch)
        for call in (
            lambda: plain.write({"amount": 1}),
            lambda: plain.write({"x_crm_review_state": "approved"}),
            lambda: plain.write({"x_crm_review_id": False}),
            lambda: plain.unlink(),
            lambda: plain.line_ids.write({"name": "x"}),
            lambda: plain.line_ids.unlink(),
            lambda: plain.write({"line_ids": [Command.create({"name": "x"})]}),
            lambda: plain.create({"name": "x", "x_crm_review_state": "approved"}),
            lambda: plain.with_context(default_x_crm_review_state="approved").create({"name": "x"}),
            lambda: plain.with_context(crm_review_unlocked=True).write({"amount": 1}),
        ):
            self.refused(call)
        plain.note = "open"
        line.action_approve("fine")
        self.assertEqual(self.state(plain), "approved")
        self.refused(plain.write, {"amount": 1}, message="locked")
        copy = plain.copy()
        self.assertNotEqual(self.state(copy), "approved")

    def test_needs_approval(self):
        self.new_flow({"users": self.anna}, kind_id=self.kind.id)
        plain = self.new_plain(submit=False)
        self.refused(plain.write, {"state": "confirmed"}, message="must be approved first")
        self.refused(plain.with_user(self.seller).create, {"name": "x", "state": "confirmed"}, message="approved first")
        self.refused(plain.sudo().write, {"state": "confirmed"}, message="must be approved first")
        self.env["crm.review"].with_user(self.seller).submit(plain._name, plain.ids)
        self.refused(plain.write, {"state": "confirmed"})
        self.task(plain, self.anna).action_approve()
        self.kind.lock_approved = False
        plain.state = "confirmed"
        self.assertEqual(plain.state, "confirmed")

    def test_who_may_not_read_it(self):
        self.new_flow({"users": self.anna}, kind_id=self.kind.id)
        plain = self.new_plain()
        self.refused(self.task(plain, self.anna).action_forward, self.carl.id, message="may not read")
        self.assertEqual(self.open_for_plain(plain), ["anna"])
        for method, arguments in (("panel", (plain._name, plain.id)), ("submit", (plain._name, plain.ids))):
            self.refused(getattr(self.env["crm.review"].with_user(self.carl), method), *arguments)

    def open_for_plain(self, plain):
        lines = self.env["crm.review.line"].search([("res_model", "=", plain._name), ("state", "=", "pending")])
        return lines.filtered(lambda line: line.res_id == plain.id).user_id.mapped("login")

    def test_leaving_needs_no_reviews(self):
        flow = self.new_flow({"users": self.anna}, kind_id=self.kind.id)
        plain = self.new_plain()
        self.refused(self.kind.unlink, message="Archive it")
        self.kind.active = False
        self.refused(plain.write, {"amount": 1}, message="locked")
        self.task(plain, self.anna).action_approve()
        self.assertEqual(self.state(plain), "approved")
        self.assertTrue(flow)

    def test_leaving(self):
        self.kind.with_user(self.admin).unlink()
        self.assertNotIn("x_crm_review_state", self.env["test.crm.plain"]._fields)
        self.assertNotIn("crm_review", self.env["test.crm.plain"].get_view(view_type="form")["arch"])
        plain = self.new_plain(submit=False)
        plain.state = "confirmed"
        self.kind = self.join(gate_domain=False)
        self.assertIn("x_crm_review_state", self.env["test.crm.plain"]._fields)

    def test_what_a_kind_may_name(self):
        for values in (
            {"number_field_id": self.field("secret").id},
            {"amount_field_id": self.field("name").id},
            {"partner_field_id": self.field("name").id},
            {"line_field_ids": [Command.set(self.field("partner_id").ids)]},
            {"number_field_id": self.env["ir.model.fields"]._get("res.partner", "name").id},
            {"gate_domain": "[('nothing', '=', 1)]"},
            {"gate_domain": "__import__('os').system('true')"},
        ):
            self.refused(self.kind.with_user(self.admin).write, values)
        for model in ("crm.review.line", "crm.review.handover", "mail.thread", "crm.review.event"):
            self.refused(
                self.env["crm.review.kind"].with_user(self.admin).create,
                {"name": "x", "model_id": self.env["ir.model"]._get_id(model)},
            )
        self.refused(
            self.env["crm.review.kind"].with_user(self.anna).create,
            {"name": "x", "model_id": self.env["ir.model"]._get_id("res.partner")},
        )
