from odoo import models


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _make_po_get_domain(self, company_id, values, partner):
        # what is bought for stock does not join an order of a contract, which says what is in it
        return (*super()._make_po_get_domain(company_id, values, partner), ("crm_contract_id", "=", False))
