from odoo import api, fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.scope.mixin"]

    crm_customer_id = fields.Many2one(related="partner_id.crm_customer_id", string="Customer File", store=True, index=True)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.partner_id.check_access("read")  # nobody sells to a customer he does not see
        return orders

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self.partner_id.check_access("read")
        return result

    @api.model
    def _crm_scope_depends(self):
        return [*super()._crm_scope_depends(), "crm_customer_id.crm_assistant_ids"]

    @api.model
    def _crm_scope_grants(self):
        return [*super()._crm_scope_grants(), self.env["res.partner"]._crm_scope_by_customer("crm_customer_id")]
