from odoo import models


class NumberingRule(models.Model):
    _inherit = "crm.numbering.rule"

    def _document_types(self):
        return super()._document_types() | {
            "sale_application": (self.env._("Sales Application"), {"type": "XS"}),
            "quotation": (self.env._("Quotation"), {}),
        }
