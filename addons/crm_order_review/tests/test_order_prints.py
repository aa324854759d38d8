# Chinese data: the name of a salesperson
import re

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged

from .order_common import OrderCase

CHINESE = re.compile(r"[\u3400-\u9fff]")
QUOTATION = "crm_order_review.sale_quotation_report"
SHEET = "crm_order_review.sale_application_report"
ABROAD = "crm_order_review.overseas_order_report"


@tagged("post_install", "-at_install")
class TestOrderPrints(OrderCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        company.partner_id.write({"english_name": "Example Trading Co., Ltd.", "email": False, "website": False})
        company.crm_english_address = "1 Example Road\nShanghai 200000, China"
        company.logo = False

    def html(self, report, orders, user=None):
        # an HTML print of the seller; texts are compared in English
        reports = self.env["ir.actions.report"].with_user(user or self.seller).with_context(lang="en_US")
        return reports._render_qweb_html(report, orders.ids)[0].decode()

    def article(self, html):
        """What is seen of a print: without its style and its images."""
        html = html[html.index('class="article') :]
        return re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)

    def new_quotation(self, *lines, **values):
        return self.new_order(*lines, **{"crm_order_type_id": False, **values})

    def test_english_print_has_no_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.seller.partner_id.write({"name": "黄敏", "phone": "021-1234"})
        self.customer.english_name = "Hangzhou Clock Works Ltd."
        quotation = self.new_quotation(crm_print_language="en")
        text = self.article(self.html(QUOTATION, quotation.with_context(lang="zh_CN")))
        for part in ("QUOTATION", "Example Trading Co., Ltd.", "1 Example Road, Shanghai", "Huang Min", "Works Ltd."):
            self.assertIn(part, text)
        self.assertFalse(CHINESE.findall(text))
        quotation.crm_print_language = "zh"
        self.assertIn("黄敏", self.article(self.html(QUOTATION, quotation)))

    def test_figures(self):
        lines = [{"product_uom_qty": 1000, "price_unit": 1234}] * 40
        quotation = self.new_quotation(*lines, crm_print_language="en")
        yen = self.env.ref("base.JPY").sudo()
        yen.active = True
        quotation.pricelist_id = self.env["product.pricelist"].create({"name": "Yen", "currency_id": yen.id})
        quotation.order_line.price_unit = 1234
        quotation.order_line[0].crm_break_ids = [Command.create({"quantity": 5000, "price_unit": 1200, "lead_days": 9})]
        self.assertEqual(quotation.currency_id, yen)
        text = self.article(self.html(QUOTATION, quotation))
        self.assertIn("(JPY)", text)
        self.assertEqual(text.count("1,234,000"), 40)
        self.assertEqual(text.count(f"{quotation.amount_total:,.0f}"), 1, "the sum stands below all lines")
        self.assertNotIn("1,234.00", text)
        self.assertIn("≥ 5,000", " ".join(text.split()))
        euro = self.new_quotation({"price_unit": 0.0325})
        self.assertEqual(euro._crm_print_price(12.5), "12.50")

    def test_type_says_what_is_printed(self):
        domestic, abroad = (self.env.ref(f"crm_order_review.crm_order_type_{one}") for one in ("domestic", "overseas"))
        self.assertNotEqual(domestic.report_id, abroad.report_id)
        self.assertEqual(self.type.report_id, self.env.ref(SHEET))
        order = self.new_order()
        self.assertEqual(order.action_crm_print()["report_name"], self.env.ref(SHEET).report_name)
        self.overseas.report_id = self.env.ref(ABROAD)
        other = self.new_order(crm_order_type_id=self.overseas.id)
        action = other.action_crm_print()
        self.assertEqual(action["report_name"], self.env.ref(ABROAD).report_name)
        self.refused((order | other).action_crm_print, message="one type")
        self.refused(self.new_quotation().action_crm_print, message="one type")
        self.assertIn("Floor Price", self.html(SHEET, order))

    def test_only_prints_of_orders(self):
        found = self.env["ir.actions.report"].with_user(self.admin).name_search("", [("model", "=", "sale.order")])
        self.assertIn(self.env.ref(ABROAD).id, [one[0] for one in found])
        self.type.with_user(self.admin).report_id = self.env.ref(ABROAD)
        wrong = self.env.ref("crm_order_review.crm_inquiry_report")
        self.refused(self.type.write, {"report_id": wrong.id}, message="does not print orders", error=ValidationError)

    def test_customer_gets_an_approved_order(self):
        self.overseas.write({"report_id": self.env.ref(ABROAD).id, "needs_review": True})
        order = self.new_order()
        for report in (QUOTATION, ABROAD, "sale.action_report_saleorder"):
            self.refused(self.html, report, order, message="approved first")
        self.refused(order.action_quotation_send, message="approved first")
        self.assertIn(order.name, self.html(SHEET, order))  # what reviewers look at
        order.action_review_submit()
        self.approve(order, self.engineer, self.boss)
        order.crm_print_language = "en"
        self.assertIn("SALES ORDER", self.html(QUOTATION, order))
        order.action_quotation_send()
        self.assertEqual(order._find_mail_template(), self.env.ref("crm_order_review.mail_template_order"))
        other = self.new_order(crm_order_type_id=self.overseas.id)
        template = other._find_mail_template()
        self.assertEqual(template.report_template_ids, self.env.ref(ABROAD))

    def test_costs_and_floors_stay_in_the_house(self):
        self.product.standard_price = 3.21
        order = self.new_approved()
        order.crm_print_language = "en"
        text = self.article(self.html(QUOTATION, order)) + self.article(self.html(ABROAD, order))
        for word in ("Floor", "Margin", "3.21", "Credit"):
            self.assertNotIn(word, text)
        self.assertNotIn("Margin", self.html(SHEET, order))
        self.assertNotIn(f"{order.sudo().crm_margin_rate * 100:.1f}%", self.html(SHEET, order))
        # the boss is of the group of costs
        self.assertIn(f"{order.sudo().crm_margin_rate * 100:.1f}%", self.html(SHEET, order, self.boss))

    def test_strangers_print_nothing(self):
        order = self.new_approved()
        for report in (QUOTATION, SHEET, ABROAD):
            self.refused(self.html, report, order, self.other, error=AccessError)
        self.other.password = "a password of tests"
        self.authenticate(self.other.login, "a password of tests")
        for report in (QUOTATION, SHEET, ABROAD):
            name = self.env.ref(report).report_name
            for kind in ("html", "pdf"):
                with self.subTest(report=name, kind=kind), self.assertLogs("odoo.http", "WARNING"):
                    answer = self.url_open(f"/report/{kind}/{name}/{order.id}")
                    self.assertNotEqual(answer.status_code, 200)
                    self.assertNotIn(order.name.encode(), answer.content)
