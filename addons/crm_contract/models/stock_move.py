from odoo import api, models


class StockMove(models.Model):
    """No more goods leave the house than the contract of their order says, whatever way."""

    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._crm_check_contract()
        return moves

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"state", "sale_line_id", "quantity", "location_dest_id"}:
            self._crm_check_contract()
        return result

    def _crm_check_contract(self):
        """Hold what has been delivered against the contract; what it makes due has its date now."""
        done = self.filtered(lambda move: move.state == "done")
        lines = done.sudo().sale_line_id.crm_contract_line_id  # sudo: what the contract says, whoever delivers
        if lines:
            lines._lock_to_order()
            lines._check_quantities()
            lines.contract_id.milestone_ids.filtered(lambda row: row.due_event == "delivery")._tell_date_due()
            lines.contract_id._advance()
