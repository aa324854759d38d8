from odoo import fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.customer.scope.mixin"]

    _crm_scope_partner = "partner_id"

    crm_customer_id = fields.Many2one(
        related="partner_id.crm_customer_id", string="Customer File", store=True, index=True
    )
    customer_user_id = fields.Many2one(
        related="crm_customer_id.user_id", string="Customer's Salesperson", store=True, index="btree_not_null"
    )
    crm_is_history = fields.Boolean(
        string="Order History",
        copy=False,
        readonly=True,
        help="Taken over from another system, which delivered and invoiced it.",
    )

    _history_name_unique = models.UniqueIndex(
        "(company_id, name) WHERE crm_is_history", "An order of this number has been imported already."
    )

    _crm_confirmed = models.Index(
        "(date_order, company_id, user_id, customer_user_id, crm_customer_id)"
        " INCLUDE (id, amount_untaxed, currency_rate) WHERE state = 'sale'"
    )
