from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .application_common import ApplicationCase


@tagged("post_install", "-at_install")
class TestApplicationPage(ApplicationCase):
    def page(self, user):
        return {kind["key"]: kind for kind in self.env["crm.application.page"].with_user(user).get_page()}

    def new_inquiry(self, user):
        return (
            self.env["crm.inquiry"]
            .with_user(user)
            .create(
                {
                    "partner_id": self.customer.id if user == self.seller else False,
                    "answerer_ids": [Command.set(self.buyer.ids)],
                    "line_ids": [Command.create({"name": "Oscillator", "quantities": "10"})],
                }
            )
        )

    def test_kinds_are_those_one_may_create(self):
        keys = self.page(self.seller).keys()
        self.assertLessEqual({"sample", "stockup", "inquiry", "approval"}, keys)
        self.assertEqual(self.page(self.engineer).keys(), {"approval"})
        order_type = self.env["crm.order.type"].create({"name": "Service", "code": "SV"})
        kind = self.page(self.seller)[f"application_{order_type.id}"]
        self.assertEqual(kind["context"], {"default_crm_order_type_id": order_type.id})

    def test_drafts_and_recent_ones_are_ones_own(self):
        draft, sent = self.new_inquiry(self.seller), self.new_inquiry(self.seller)
        sent.action_review_submit()
        self.new_inquiry(self.other)
        self.new_inquiry(self.manager)
        inquiry = self.page(self.seller)["inquiry"]
        self.assertEqual([document["id"] for document in inquiry["drafts"]], draft.ids)
        self.assertEqual([document["id"] for document in inquiry["recent"]], sent.ids)
        self.assertEqual(inquiry["recent"][0]["partner"], self.customer.name)
        for _number in range(6):
            self.new_inquiry(self.seller)
        inquiry = self.page(self.seller)["inquiry"]
        self.assertEqual((len(inquiry["drafts"]), inquiry["draft_count"]), (5, 7))

    def test_copy(self):
        sent = self.new_inquiry(self.seller)
        sent.action_review_submit()
        Page = self.env["crm.application.page"].with_user(self.seller)
        copy = self.env["crm.inquiry"].browse(Page.copy_document("inquiry", sent.id))
        self.assertEqual((copy.user_id, copy.review_state, copy.line_ids.name), (self.seller, "new", "Oscillator"))
        foreign = self.new_inquiry(self.manager)
        for key, res_id in (("inquiry", foreign.id), ("res.users", self.seller.id), ("inquiry", 0)):
            with self.assertRaises(AccessError):
                Page.copy_document(key, res_id)
        with self.assertRaises(AccessError):
            Page.with_user(self.engineer).copy_document("inquiry", sent.id)
