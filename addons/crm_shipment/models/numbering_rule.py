from odoo import models


class NumberingRule(models.Model):
    _inherit = "crm.numbering.rule"

    def _document_types(self):
        return super()._document_types() | {
            "shipment_request": (self.env._("Shipment Request"), {}),
        }
