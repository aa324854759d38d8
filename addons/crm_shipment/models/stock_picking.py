from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    crm_shipment_request_id = fields.Many2one(
        "crm.shipment.request", string="Shipment Request", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    crm_shipment_state = fields.Selection(related="crm_shipment_request_id.state", string="Shipment", related_sudo=True)
