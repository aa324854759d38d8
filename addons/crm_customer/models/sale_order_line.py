from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "crm.customer.scope.mixin"]

    _crm_scope_owner = "salesman_id"

    salesman_id = fields.Many2one(index="btree_not_null")
    crm_customer_id = fields.Many2one(related="order_id.crm_customer_id", store=True, index=True)
    customer_user_id = fields.Many2one(related="order_id.customer_user_id", store=True, index="btree_not_null")

    _crm_products = models.Index(
        "(order_id) INCLUDE (product_id, price_subtotal, product_uom_qty, product_uom_id) WHERE product_id IS NOT NULL"
    )

    def _prepare_qty_invoiced(self):
        history = self.filtered("order_id.crm_is_history")
        quantities = super(SaleOrderLine, self - history)._prepare_qty_invoiced()
        return quantities | {line: line.product_uom_qty for line in history}

    @api.depends("order_id.crm_is_history")
    def _compute_untaxed_amount_to_invoice(self):
        history = self.filtered("order_id.crm_is_history")
        history.untaxed_amount_to_invoice = 0
        return super(SaleOrderLine, self - history)._compute_untaxed_amount_to_invoice()

    @api.depends("order_id.crm_is_history")
    def _compute_amount_to_invoice(self):
        history = self.filtered("order_id.crm_is_history")
        history.amount_to_invoice = 0
        return super(SaleOrderLine, self - history)._compute_amount_to_invoice()
