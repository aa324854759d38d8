from odoo import api, models


class ShipmentRequestReport(models.AbstractModel):
    _name = "report.crm_shipment.shipment_request"
    _description = "Shipment Request Print"

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env["crm.shipment.request"].browse(docids)
        docs.check_access("read")
        return {
            "docs": docs,
            # sudo: names and sums of the shipment's own lines
            "sheets": [(doc, doc.sudo(), self.env["sale.order"]._crm_review_rows(doc)) for doc in docs],
        }
