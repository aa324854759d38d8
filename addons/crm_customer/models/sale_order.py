from odoo import api, fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.scope.mixin"]

    crm_customer_id = fields.Many2one(related="partner_id.crm_customer_id", string="Customer File", store=True, index=True)

    @api.model
    def _crm_scope_depends(self):
        return [*super()._crm_scope_depends(), "crm_customer_id"]

    @api.model
    def _crm_scope_grants(self):
        return [*super()._crm_scope_grants(), self.env["res.partner"]._crm_scope_by_customer("crm_customer_id")]
