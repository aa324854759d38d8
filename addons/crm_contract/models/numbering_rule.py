from odoo import models


class NumberingRule(models.Model):
    _inherit = "crm.numbering.rule"

    def _document_types(self):
        return super()._document_types() | {"contract": (self.env._("Contract"), {"type": "HT"})}
