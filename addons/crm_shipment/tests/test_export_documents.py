import io

import openpyxl

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ShipmentCase


@tagged("post_install", "-at_install")
class TestExportDocuments(ShipmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.new_overseas_order((cls.product, 100, 2.5))

    def packed(self):
        request = self.approve(self.new_request(self.order))
        self.pack(request, (30, 3), (10, 1))
        request.action_packed()
        return request

    def cells(self, document):
        """All cells of the workbook of a document, row by row."""
        file = io.BytesIO()
        document.write_xlsx(file)
        sheet = openpyxl.load_workbook(file).active
        return [[cell.value for cell in row] for row in sheet.iter_rows()]

    def html(self, kind, record, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.seller)
        return report._render_qweb_html(f"crm_shipment.{kind}", record.ids)[0].decode()

    def test_packing_list(self):
        document = self.packed()._export_document("packing_list")
        self.assertEqual([row[0] for row in document.rows], ["1-3", "4"])
        self.assertEqual(document.totals[1], 4)
        self.assertEqual(document.totals[4:6], [100, "Units"])
        self.assertAlmostEqual(sum(row[7] for row in document.rows), document.totals[7])
        self.assertAlmostEqual(document.totals[9], 0.12)

    def test_print_and_workbook_show_the_same_figures(self):
        request = self.packed()
        for kind in ("packing_list", "commercial_invoice", "shipping_advice"):
            document = request._export_document(kind)
            html = self.html(kind, request)
            cells = self.cells(document)
            for values in [*document.rows, document.totals]:
                for column, value in zip(document.columns, values, strict=True):
                    self.assertIn(column.text(value).split("\n")[0].replace("&", "&amp;"), html)
                self.assertIn([value if value != "" else None for value in values], [
                    [None if cell == "" else cell for cell in row[: len(values)]] for row in cells
                ])  # fmt: skip

    def test_commercial_invoice(self):
        document = self.packed()._export_document("commercial_invoice")
        self.assertEqual(document.rows[0][5:], [2.5, 250])
        self.assertEqual(document.totals[-1], 250)
        notes = dict(document.notes)
        self.assertIn("TWO HUNDRED AND FIFTY", notes["Amount in Words"])
        self.assertEqual(notes["Shipping Marks"], "NORDIC\nGOTHENBURG")
        self.assertEqual(dict(document.facts)["Price Terms"], "CIF Shanghai")

    def test_sales_contract(self):
        document = self.order._export_document("sales_contract")
        self.assertEqual(document.totals[-1], 250)
        self.assertIn("Gothenburg", dict(document.notes)["Shipment"])
        self.assertIn("SALES CONTRACT", self.html("sales_contract", self.order))
        self.assertIn(250, [cell for row in self.cells(document) for cell in row])
        self.order.crm_port_discharge = False
        self.refused(self.html, "sales_contract", self.order, message="Port of Discharge", error=ValidationError)

    def test_figures_of_order_documents_and_posted_invoice_agree(self):
        other = self.new_product("Crystal 8 MHz", 2000)
        order = self.new_dollar_order((self.product, 37, 0.333), (other, 1000, 0.0176))
        self.assertFalse(order.order_line.tax_ids, "goods that leave the country bear no VAT")
        request = self.ship_all(self.new_request(order))
        invoice = self.invoice(order)
        self.assertEqual((order.amount_untaxed, order.amount_total), (29.92, 29.92))
        self.assertEqual(
            (invoice.currency_id, invoice.amount_tax, invoice.amount_total), (order.currency_id, 0, order.amount_total)
        )
        self.assertEqual(order._export_document("sales_contract").totals[-1], order.amount_total)
        document = request._export_document("commercial_invoice")
        self.assertEqual(document.totals[-1], invoice.amount_total)
        self.assertEqual([row[-1] for row in document.rows], invoice.invoice_line_ids.mapped("price_subtotal"))
        packed = request._export_document("packing_list")
        self.assertEqual(packed.totals[4], sum(invoice.invoice_line_ids.mapped("quantity")))
        self.assertEqual(packed.totals[4], sum(order.order_line.mapped("product_uom_qty")))

    def test_a_partial_shipment_costs_what_its_invoice_says(self):
        order = self.new_dollar_order((self.product, 10, 0.0349))
        self.assertEqual(order.amount_total, 0.35)
        for quantity, amount in ((5, 0.17), (3, 0.1), (2, 0.07)):
            request = self.ship_all(self.new_request(order, quantity))
            invoice = self.invoice(order)
            self.assertEqual((request.amount, invoice.amount_total), (amount, amount))
            self.assertEqual(request._export_document("commercial_invoice").totals[-1], amount)

    def new_dollar_order(self, *lines):
        """An order in another currency than the company's, of goods that are sold with VAT in the country."""
        company = self.env.company
        if not company.chart_template:
            self.env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        currency = self.env.ref("base.EUR" if company.currency_id == self.env.ref("base.USD") else "base.USD")
        currency.active = True
        self.env["res.currency.rate"].create(
            {"name": "2020-01-01", "currency_id": currency.id, "company_id": company.id, "company_rate": 0.137}
        )
        for product, *_rest in lines:
            product.write({"invoice_policy": "delivery", "taxes_id": company.account_sale_tax_id.ids})
            self.assertTrue(product.taxes_id)
        pricelist = self.env["product.pricelist"].create({"name": "Abroad", "currency_id": currency.id})
        order = self.new_overseas_order(
            pricelist_id=pricelist.id,
            order_line=[
                Command.create({"product_id": product.id, "product_uom_qty": quantity, "price_unit": price})
                for product, quantity, price in lines
            ],
        )
        self.assertEqual(order.currency_id, currency)
        return order

    def ship_all(self, request):
        self.approve(request)
        for number, line in enumerate(request.line_ids, start=1):
            request.with_user(self.storeman).package_ids.create(
                {
                    "request_id": request.id,
                    "carton_from": number,
                    "carton_to": number,
                    "carton_length": 40,
                    "carton_width": 30,
                    "carton_height": 25,
                    "gross_weight": 20,
                    "line_ids": [Command.create({"request_line_id": line.id, "quantity": line.quantity})],
                }
            )
        request.action_packed()
        request.action_ship()
        return request

    def invoice(self, order):
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        return invoice

    def test_documents_are_english_for_everybody(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.seller.lang = "zh_CN"
        document = self.packed().with_context(lang="zh_CN")._export_document("commercial_invoice")
        self.assertIn("Sweden", [value for _label, value in document.facts])

    def test_refused_while_totals_disagree(self):
        request = self.approve(self.new_request(self.order))
        refused = lambda message: self.refused(  # noqa: E731
            self.html, "packing_list", request, message=message, error=ValidationError
        )
        refused("no packages")
        self.pack(request, (30, 3))
        refused("90 Units in the packages, 100 to be shipped")
        request.package_ids.line_ids.quantity = 25
        request.package_ids.carton_to = 4
        self.assertIn("PACKING LIST", self.html("packing_list", request))
        request.package_ids.carton_length = 0
        refused("its size is missing")
        request.package_ids.carton_length = 40
        request.package_ids.write({"carton_from": 2, "carton_to": 5})
        refused("Carton 1 is not there")

    def test_missing_hs_code_is_told_with_its_line_at_submit(self):
        request = self.new_request(self.order)
        self.product.crm_hs_code = False
        self.refused(request.action_review_submit, message="Line 1: Crystal 10 MHz has no HS code")
        self.product.crm_hs_code = "8541600000"
        self.order.crm_lc_latest_shipment = "2020-01-01"
        request.planned_date = "2020-01-02"
        self.refused(request.action_review_submit, message="L/C")
        self.order.crm_lc_latest_shipment = "2020-01-02"
        request.action_review_submit()

    def test_overseas_shipments_are_packed_before_they_leave(self):
        request = self.approve(self.new_request(self.order))
        self.refused(request.action_ship, message="not packed")

    def test_texts_never_become_formulas(self):
        self.order.crm_marks = "=1+1"
        cells = self.cells(self.packed()._export_document("packing_list"))
        self.assertIn("=1+1", [cell for row in cells for cell in row])
        document = self.packed_document = self.order._export_document("sales_contract")
        file = io.BytesIO()
        document.write_xlsx(file)
        sheet = openpyxl.load_workbook(file).active
        self.assertFalse([cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"])

    def test_strangers_print_nothing(self):
        request = self.packed()
        self.denied(self.html, "packing_list", request, user=self.other)
        self.denied(self.html, "sales_contract", self.order, user=self.other)
        self.denied(self.html, "shipment_request", request, user=self.other)
        self.assertIn(request.name, self.html("shipment_request", request))
