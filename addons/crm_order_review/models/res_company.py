from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    crm_application_required = fields.Boolean(
        string="Orders by Application Only",
        help="Orders are confirmed as sales applications with an order type, never straight from a quotation.",
    )
    crm_quotation_review = fields.Selection(
        [
            ("none", "Never"),
            ("below_floor", "Below the Floor Price"),
            ("all", "Always"),
        ],
        string="Quotations Reviewed",
        default="below_floor",
        required=True,
    )
    crm_order_top = fields.Integer(string="Top Orders and Customers", default=6)

    _crm_order_top_positive = models.Constraint(
        "CHECK (crm_order_top BETWEEN 1 AND 50)", "Show from 1 to 50 orders and customers."
    )
