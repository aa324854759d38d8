from odoo import models


class NumberingRule(models.Model):
    _inherit = "crm.numbering.rule"

    def _document_types(self):
        return super()._document_types() | {
            "inquiry": (self.env._("Internal Inquiry"), {}),
            "sample_request": (self.env._("Sample Request"), {}),
            "stockup_request": (self.env._("Stock-up Request"), {}),
        }
