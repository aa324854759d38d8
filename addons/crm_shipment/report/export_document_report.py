from odoo import api, models

# what is printed and downloaded, of which model
REPORTED = {
    "packing_list": "crm.shipment.request",
    "commercial_invoice": "crm.shipment.request",
    "shipping_advice": "crm.shipment.request",
    "sales_contract": "sale.order",
    "customs_declaration": "crm.customs.declaration",
}


class ExportDocumentReport(models.AbstractModel):
    """The prints of export documents; one that is not right is refused before anything is printed."""

    _name = "report.crm_shipment.packing_list"
    _description = "Packing List Print"
    _document = "packing_list"

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env[REPORTED[self._document]].browse(docids)
        return {"docs": docs, "documents": [doc._export_document(self._document) for doc in docs]}


class CommercialInvoiceReport(models.AbstractModel):
    _name = "report.crm_shipment.commercial_invoice"
    _inherit = ["report.crm_shipment.packing_list"]
    _description = "Commercial Invoice Print"
    _document = "commercial_invoice"


class ShippingAdviceReport(models.AbstractModel):
    _name = "report.crm_shipment.shipping_advice"
    _inherit = ["report.crm_shipment.packing_list"]
    _description = "Shipping Advice Print"
    _document = "shipping_advice"


class SalesContractReport(models.AbstractModel):
    _name = "report.crm_shipment.sales_contract"
    _inherit = ["report.crm_shipment.packing_list"]
    _description = "Sales Contract Print"
    _document = "sales_contract"


class CustomsDeclarationReport(models.AbstractModel):
    _name = "report.crm_shipment.customs_declaration"
    _description = "Customs Declaration Print"

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env["crm.customs.declaration"].browse(docids)
        docs._check_documents()
        # the form of the Chinese customs is Chinese, whoever prints it
        return {"docs": docs.with_context(lang=docs._print_lang())}
