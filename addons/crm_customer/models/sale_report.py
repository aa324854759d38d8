from odoo import fields, models


class SaleReport(models.Model):
    _name = "sale.report"
    _inherit = ["sale.report", "crm.customer.scope.mixin"]

    crm_customer_id = fields.Many2one("res.partner", string="Customer File", readonly=True)
    customer_user_id = fields.Many2one("res.users", string="Customer's Salesperson", readonly=True)

    def _select_additional_fields(self):
        return super()._select_additional_fields() | {
            "crm_customer_id": "s.crm_customer_id",
            "customer_user_id": "s.customer_user_id",
        }

    def _group_by_sale(self):
        return f"{super()._group_by_sale()}, s.crm_customer_id, s.customer_user_id"
