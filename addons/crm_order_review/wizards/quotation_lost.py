from odoo import fields, models


class CrmQuotationLost(models.TransientModel):
    """Asks why customers have not taken quotations."""

    _name = "crm.quotation.lost"
    _description = "Quotation Lost"

    order_ids = fields.Many2many("sale.order", string="Quotations", required=True)
    reason_id = fields.Many2one("crm.quotation.lost.reason", required=True)
    note = fields.Char(string="Lost to", help="The competitor, or the price he offered.")

    def action_apply(self):
        self.ensure_one()
        self.order_ids.check_access("write")
        self.order_ids._crm_check_open_quotation()
        self.order_ids._crm_decide("lost", crm_lost_reason_id=self.reason_id.id, crm_lost_note=self.note)
        return {"type": "ir.actions.act_window_close"}
