from odoo import models


class CrmApplicationPage(models.AbstractModel):
    _inherit = "crm.application.page"

    def _application_kinds(self):
        return [
            *super()._application_kinds(),
            {
                "key": "shipment",
                "model": "crm.shipment.request",
                "name": self.env._("Shipment Request"),
                "text": self.env._("Ship the goods of confirmed orders, all or a part"),
                "icon": "fa-truck",
                "action": "crm_shipment.crm_shipment_request_action",
            },
        ]
