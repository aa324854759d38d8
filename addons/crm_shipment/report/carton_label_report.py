from odoo import api, models
from odoo.exceptions import UserError


class CartonLabelReport(models.AbstractModel):
    _name = "report.crm_shipment.carton_label"
    _description = "Carton Label Print"

    @api.model
    def _get_report_values(self, docids, data=None):
        """One label per carton of the shipments, on paper of the label's size."""
        docs = self.env["crm.shipment.request"].browse(docids)
        docs.check_access("read")
        if not docs.package_ids:
            raise UserError(self.env._("There are no packages yet. Enter or scan them."))
        paper = self.env.ref("crm_shipment.paperformat_carton_label").sudo()  # sudo: the size of the label
        return {
            "docs": docs,
            "labels": docs.package_ids._labels(),
            "width": paper.page_width,
            "height": paper.page_height,
        }
