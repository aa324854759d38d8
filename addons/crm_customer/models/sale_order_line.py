from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "crm.scope.mixin"]

    _crm_scope_owner = "salesman_id"

    salesman_id = fields.Many2one(index="btree_not_null")
    crm_customer_id = fields.Many2one(related="order_id.crm_customer_id", store=True, index=True)

    @api.model
    def _crm_scope_depends(self):
        return [*super()._crm_scope_depends(), "crm_customer_id.crm_assistant_ids"]

    @api.model
    def _crm_scope_grants(self):
        return [*super()._crm_scope_grants(), self.env["res.partner"]._crm_scope_by_customer("crm_customer_id")]
