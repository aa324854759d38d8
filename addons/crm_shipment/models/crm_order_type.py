from odoo import fields, models


class CrmOrderType(models.Model):
    _inherit = "crm.order.type"

    shipment_review = fields.Boolean(
        string="Shipments Reviewed",
        default=True,
        help="Its goods leave the house by an approved shipment request only.",
    )
