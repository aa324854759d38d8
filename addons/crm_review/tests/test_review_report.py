import re

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ReviewCase

REPORT = "crm_review.crm_review_report_documents"
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestReviewReport(ReviewCase):
    def printed(self, review, user):
        """The printed page: lxml element."""
        reports = self.env["ir.actions.report"].with_user(user)
        content, kind = reports._render_qweb_html(REPORT, review.ids)
        self.assertEqual(kind, "html")
        return html.fromstring(content)

    def rows(self, page, table):
        return [
            [re.sub(r"\s+", " ", cell.text_content()).strip() for cell in row.xpath("td")]
            for row in page.xpath("//div[contains(@class,'page')]//table")[table].xpath("tbody/tr")
        ]

    def test_way_signature_and_code(self):
        amount = self.env["ir.model.fields"]._get("crm.approval", "amount")
        self.new_flow(
            {"users": self.anna, "name": "Engineer", "editable_field_ids": [(4, amount.id)]},
            {"users": self.ben | self.carl, "name": "Both", "mode": "all"},
            {"users": self.head, "name": "Head"},
        )
        approval = self.new_approval()
        approval.with_user(self.anna).amount = 77
        self.task(approval, self.anna).action_approve("looks right", signature=DOT)
        self.task(approval, self.ben).action_forward(self.head.id, "ask him")
        page = self.printed(approval.sudo().review_id, self.seller)
        text = page.text_content()
        for part in (approval.name, "Seller", "North", "Test flow V1", "looks right"):
            self.assertIn(part, text)
        rows = self.rows(page, 1)
        self.assertEqual([row[0] for row in rows], ["Engineer", "Both All Sign", "", "", "Head"])
        self.assertIn("Anna", rows[0][1])
        self.assertIn("Forwarded", rows[1][2])
        self.assertIn("Still to come", rows[4][2])
        self.assertEqual(len(page.xpath("//img[@alt='Signature']")), 1)
        self.assertEqual(len(page.xpath("//img[contains(@style,'24mm')]")), 1)
        changes = self.rows(page, 2)
        self.assertEqual(len(changes), 1)
        self.assertIn("Anna", changes[0][1])
        self.assertIn("77", changes[0][2])

    def test_ended_without_changes(self):
        self.new_flow({"users": self.anna, "name": "Engineer"})
        approval = self.new_approval()
        self.task(approval, self.anna).action_reject("too dear")
        page = self.printed(approval.sudo().review_id, self.anna)
        self.assertIn("too dear", page.text_content())
        self.assertEqual(len(page.xpath("//div[contains(@class,'page')]//table")), 2)

    def test_strangers_print_nothing(self):
        self.new_flow({"users": self.anna})
        review = self.new_approval().sudo().review_id
        with self.assertRaises(AccessError):
            self.printed(review, self.stranger)
