from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.constrains("purchase_line_id")
    def _check_crm_purchase_line(self):
        """What is bought by a contract is billed by its payment plan, not by its orders."""
        bills = self.filtered(lambda line: line.move_id.is_purchase_document(include_receipts=True))
        bills.purchase_line_id.order_id._check_not_invoiced_by_contract()
