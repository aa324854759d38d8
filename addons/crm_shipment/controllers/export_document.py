import io

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.crm_base.controllers.spreadsheet import XLSX

from ..report.export_document_report import REPORTED


class ExportDocumentController(http.Controller):
    @http.route("/crm_shipment/<string:kind>/<int:record_id>.xlsx", type="http", auth="user", readonly=True)
    def workbook(self, kind, record_id):
        """An export document as a workbook, with the figures that its print has."""
        if kind not in REPORTED:
            raise NotFound()
        record = request.env[REPORTED[kind]].search([("id", "=", record_id)])
        if not record:
            raise NotFound()
        document = record._export_document(kind)
        file = io.BytesIO()
        document.write_xlsx(file)
        name = f"{document.title.title()} {document.number}".replace("/", "-")
        return request.make_response(
            file.getvalue(),
            [
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(f"{name}.xlsx")),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
