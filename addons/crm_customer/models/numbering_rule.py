from odoo import models


class NumberingRule(models.Model):
    _inherit = "crm.numbering.rule"

    def _document_types(self):
        return super()._document_types() | {
            "customer_code": (self.env._("Customer Code"), {"region": "HZ"}),
            "code_request": (self.env._("Customer Code Request"), {}),
            "customer_transfer": (self.env._("Customer Hand-over"), {}),
        }
