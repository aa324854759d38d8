from odoo import fields, models


class PurchaseOrder(models.Model):
    """Orders of purchase contracts."""

    _name = "purchase.order"
    _inherit = ["crm.contracted.order.mixin", "purchase.order"]

    _contract_confirmed = "purchase"
    _contract_is_purchase = True

    # FIELDS
    crm_contract_id = fields.Many2one(
        domain="[('partner_id', '=', partner_id), ('kind', '=', 'purchase'),"
        " ('state', 'in', ('approved', 'signed', 'in_progress'))]",
    )

    # INVOICES
    def _prepare_invoice(self):
        self._check_not_invoiced_by_contract()
        return super()._prepare_invoice()

    # BUSINESS
    def _prepare_grouped_data(self, rfq):
        # orders of different contracts are not put together
        return (*super()._prepare_grouped_data(rfq), rfq.crm_contract_id.id)

    def _crm_cancel(self):
        self.button_cancel()
