from odoo import api, models


class QuotationReport(models.AbstractModel):
    """The quotation as the customer gets it: not before it is approved."""

    _name = "report.crm_order_review.sale_quotation_report_documents"
    _description = "Quotation to the Customer"

    @api.model
    def _get_report_values(self, docids, data=None):
        orders = self.env["sale.order"].browse(docids)
        orders._crm_check_printable()
        return {"doc_ids": docids, "doc_model": "sale.order", "docs": orders}


class OverseasOrderReport(models.AbstractModel):
    """The order as a customer abroad gets it: in English, beside Chinese where the order is printed in both."""

    _name = "report.crm_order_review.overseas_order_report_documents"
    _inherit = "report.crm_order_review.sale_quotation_report_documents"
    _description = "Overseas Order"

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        orders = values["docs"]
        return values | {
            "docs": [
                order.with_context(crm_print_language="both" if order.crm_print_language == "both" else "en")
                for order in orders
            ]
        }


class SaleReport(models.AbstractModel):
    """The sales app's own print of a quotation goes to customers, too."""

    _name = "report.sale.report_saleorder"
    _inherit = "report.crm_order_review.sale_quotation_report_documents"
    _description = "Quotation or Order"
