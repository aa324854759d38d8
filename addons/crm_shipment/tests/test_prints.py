# Chinese data: the words of a Chinese label
import io

import openpyxl

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from .common import ShipmentCase

DOCUMENTS = ("packing_list", "commercial_invoice", "shipping_advice")


@tagged("post_install", "-at_install")
class TestPrints(ShipmentCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.write({"standard_price": 7654.32, "crm_export_name": "Quartz Crystal 10 MHz"})
        cls.order = cls.new_overseas_order((cls.product, 100, 2.5))

    def packed(self, order=None):
        request = self.approve(self.new_request(order or self.order))
        self.pack(request, (30, 3), (10, 1))
        request.action_packed()
        return request

    def html(self, kind, records, user=None, module="crm_shipment"):
        report = self.env["ir.actions.report"].with_user(user or self.seller)
        return report._render_qweb_html(f"{module}.{kind}", records.ids)[0].decode()

    def declaration(self, request):
        action = request.action_make_declaration()
        return self.env["crm.customs.declaration"].with_user(self.seller).browse(action["res_id"])

    def test_overseas_order_says_how_the_goods_travel(self):
        self.assertEqual(self.order.crm_print_language, "zh")
        html = self.html("overseas_order_report", self.order, module="crm_order_review")
        for text in ("SALES ORDER", "Gothenburg", "NORDIC", "Quartz Crystal 10 MHz", "Sweden"):
            self.assertIn(text, html)
        sheet = self.html("sale_application_report", self.order, module="crm_order_review")
        self.assertIn("Gothenburg", sheet)

    def test_nothing_goes_out_while_one_of_them_is_wrong(self):
        request = self.packed()
        self.order = self.new_overseas_order((self.product, 100, 2.5), client_order_ref="second")
        unpacked = self.approve(self.new_request(self.order))
        self.refused(self.html, "packing_list", request | unpacked, message="no packages", error=ValidationError)
        for kind in DOCUMENTS:
            report = self.env.ref(f"crm_shipment.{kind}_report")
            template = self.env["mail.template"].create(
                {
                    "name": kind,
                    "model_id": self.env["ir.model"]._get_id("crm.shipment.request"),
                    "report_template_ids": report.ids,
                }
            )
            self.refused(template.send_mail, unpacked.id, message=unpacked.name, error=ValidationError)
            self.refused(unpacked._download_document, kind, message="no packages", error=ValidationError)
        self.seller.password = "a password of tests"
        self.authenticate(self.seller.login, "a password of tests")
        for kind in DOCUMENTS:
            url = f"/crm_shipment/{kind}/%s.xlsx"
            self.assertNotEqual(self.url_open(url % unpacked.id).status_code, 200)
            self.assertEqual(self.url_open(url % request.id).status_code, 200)
            for way in ("html", "pdf"):
                answer = self.url_open(f"/report/{way}/crm_shipment.{kind}/{unpacked.id}")
                self.assertNotEqual(answer.status_code, 200)

    def test_sums_of_workbooks(self):
        request = self.packed()
        documents = [request._export_document(kind) for kind in DOCUMENTS]
        documents.append(self.order._export_document("sales_contract"))
        documents.append(self.declaration(request)._export_document("customs_declaration"))
        for document in documents:
            file = io.BytesIO()
            document.write_xlsx(file)
            rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
            labels = [column.label for column in document.columns]
            first = next(index for index, row in enumerate(rows) if list(row[: len(labels)]) == labels) + 1
            lines = rows[first : first + len(document.rows)]
            totals = rows[first + len(document.rows)]
            summed = 0
            for index, column in enumerate(document.columns):
                total = totals[index]
                if column.is_number and isinstance(total, (int, float)):
                    values = [row[index] or 0 for row in lines]
                    self.assertTrue(all(isinstance(value, (int, float)) for value in values))
                    self.assertAlmostEqual(sum(values), total, msg=f"{document.title}: {column.label}")
                    summed += 1
            self.assertTrue(summed, document.title)

    def test_no_cost_on_any_print(self):
        request = self.packed()
        records = {kind: request for kind in (*DOCUMENTS, "shipment_request", "carton_label")}
        records |= {"sales_contract": self.order, "customs_declaration": self.declaration(request)}
        for kind, record in records.items():
            html = self.html(kind, record)
            for text in ("7654.32", "7,654.32"):
                self.assertNotIn(text, html, kind)

    def test_bank_account_of_the_currency(self):
        company = self.env.company
        company.partner_id.bank_ids.unlink()
        self.assertEqual(company._export_bank(self.order), "")
        Bank = self.env["res.partner.bank"]
        first = Bank.create({"acc_number": "1111", "partner_id": company.partner_id.id})
        self.assertIn("1111", company._export_bank(self.order))
        Bank.create(
            {"acc_number": "2222", "partner_id": company.partner_id.id, "currency_id": self.order.currency_id.id}
        )
        self.assertIn("2222", company._export_bank(self.order))
        self.order.sudo().crm_bank_account_id = first
        self.assertIn("1111", company._export_bank(self.order))

    def test_labels_in_the_language_of_the_receiver(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"].search([("name", "=", "crm_shipment")])._update_translations(["zh_CN"])
        abroad = self.packed()
        html = self.html("carton_label", abroad.with_context(lang="zh_CN"))
        self.assertIn("C/NO 1 / 4", html)
        self.assertIn("Quartz Crystal", html)
        home = self.packed(self.new_order((self.product, 100)))
        [label, *_others] = home.with_context(lang="zh_CN").package_ids._labels()
        self.assertEqual(label["number"], "箱号 1 / 4")
        self.assertEqual(label["code"], f"CTN/{home.name}/1")
