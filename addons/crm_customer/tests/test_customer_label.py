from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerLabel(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sheet = cls.env.ref("crm_customer.crm_customer_label_format_3_8")
        cls.customer = cls.new_customer(
            "盛泽丝绸", zip="215228", city="苏州市", street="丝绸路1号", phone="0512-63008888"
        )
        cls.env["res.partner"].create({"name": "王芳", "parent_id": cls.customer.id, "is_primary_contact": True})
        names = [f"{chr(0x4E10 + 37 * number)}{chr(0x5010 + 91 * number)}贸易" for number in range(24)]
        cls.others = cls.env["res.partner"].union(*map(cls.new_customer, names))

    def label(self, customers, **values):
        Label = self.env["crm.customer.label"].with_user(self.seller)
        return Label.create({"partner_ids": customers.ids, "format_id": self.sheet.id, **values})

    def test_lines(self):
        [[label]] = self.label(self.customer)._sheets()
        self.assertEqual(label["lines"][:3], ["215228", "苏州市丝绸路1号", "盛泽丝绸"])
        self.assertIn("王芳", label["lines"][3])
        self.assertEqual(label["lines"][4], "0512-63008888")
        [[label]] = self.label(self.customer, with_contact=False, with_phone=False)._sheets()
        self.assertEqual(len(label["lines"]), 3)

    def test_places_on_the_sheets(self):
        sheets = self.label(self.customer | self.others, first_label=2)._sheets()
        self.assertEqual([len(sheet) for sheet in sheets], [23, 2])
        self.assertEqual((sheets[0][0]["left"], sheets[0][0]["top"]), (70, 0.5))
        self.assertEqual((sheets[0][2]["left"], sheets[0][2]["top"]), (0, 37.5))
        self.assertEqual((sheets[1][0]["left"], sheets[1][0]["top"]), (0, 0.5))

    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "24"):
            self.label(self.customer, first_label=25).action_print()
        with self.assertRaises(ValidationError):
            self.sheet.columns = 4
        with self.assertRaises(AccessError):
            self.sheet.with_user(self.seller).width = 50

    def test_printed_by_a_salesperson(self):
        wizard = self.label(self.customer | self.others)
        action = wizard.action_print()
        self.assertEqual(action["report_name"], "crm_customer.customer_label_document")
        content, _kind = (
            self.env["ir.actions.report"].with_user(self.seller)._render_qweb_html(action["report_name"], wizard.ids)
        )
        self.assertEqual(len(html.fromstring(content).xpath("//div[hasclass('o_crm_label')]")), 25)

    def test_customer_card(self):
        product = self.env["product.product"].create({"name": "Pump", "list_price": 100})
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "order_line": [(0, 0, {"product_id": product.id})]}
        )
        order.action_confirm()
        order.date_order = "2024-05-06"
        self.env["crm.followup"].with_user(self.seller).create(
            {"partner_id": self.customer.id, "content": "Asked for a price"}
        )
        self.assertEqual(self.customer.with_user(self.seller)._crm_card_years()[0][0], 2024)
        Report = self.env["ir.actions.report"].with_user(self.seller)
        content, _kind = Report._render_qweb_html("crm_customer.customer_card_document", self.customer.ids)
        text = html.fromstring(content).text_content()
        for expected in ("盛泽丝绸", "王芳", "Asked for a price", "2024", "0512-63008888"):
            self.assertIn(expected, text)

    def test_card_of_anothers_customer(self):
        foreign = self.new_customer("外部机械", self.other)
        with self.assertRaises(AccessError):
            self.env["ir.actions.report"].with_user(self.seller)._render_qweb_html(
                "crm_customer.customer_card_document", foreign.ids
            )
