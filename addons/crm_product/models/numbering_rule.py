from odoo import models


class NumberingRule(models.Model):
    _inherit = "crm.numbering.rule"

    def _document_types(self):
        return super()._document_types() | {
            "product": (self.env._("Part Number"), {"series": "XO", "package": "3225"}),
        }
