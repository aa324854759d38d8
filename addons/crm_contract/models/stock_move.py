from odoo import api, models


class StockMove(models.Model):
    """No more goods leave or enter the house than the contract of their order says, whatever way."""

    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._crm_check_contract()
        return moves

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"state", "sale_line_id", "purchase_line_id", "quantity", "location_dest_id"}:
            self._crm_check_contract()
        return result

    def _crm_check_contract(self):
        """Hold what has been delivered against the contract; what it makes due has its date now."""
        # sudo: what the contract says, whoever delivers or receives
        done = self.sudo().filtered(lambda move: move.state == "done")
        lines = done.sale_line_id.crm_contract_line_id | done.purchase_line_id.crm_contract_line_id
        if lines:
            lines._lock_to_order()
            lines._check_quantities()
            lines.contract_id.milestone_ids.filtered(lambda row: row.due_event == "delivery")._tell_date_due()
            lines.contract_id._advance()
