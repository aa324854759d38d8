import io

import openpyxl

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
