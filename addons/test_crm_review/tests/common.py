from odoo import Command

from odoo.addons.crm_review.tests.common import ReviewCase


class DocumentCase(ReviewCase):
    """Flows and documents of the kind that the mixin joins."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env.ref("test_crm_review.crm_review_kind_document")

    @classmethod
    def field(cls, name, model="test.crm.document"):
        return cls.env["ir.model.fields"]._get(model, name)

    @classmethod
    def new_document(cls, user=None, submit=True, **values):
        """A document of a user with two lines, under review unless said otherwise."""
        lines = [Command.create({"name": name, "price": price}) for name, price in (("Bolt", 2.0), ("Nut", 1.0))]
        document = (
            cls.env["test.crm.document"]
            .with_user(user or cls.seller)
            .create({"name": "D1", "title": "Order", "amount": 100, "line_ids": lines, **values})
        )
        if submit:
            document.action_review_submit()
        return document
