from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    crm_shipment_line_ids = fields.One2many(
        "crm.shipment.request.line", "order_line_id", string="Shipment Request Lines", readonly=True
    )
    crm_open_qty = fields.Float(help="Ordered, not delivered yet, and in no shipment request that is under way.")

    @api.depends("crm_shipment_line_ids.held_qty")
    def _compute_crm_open_qty(self):
        result = super()._compute_crm_open_qty()
        held = self._crm_held_quantities()
        for line in self:
            line.crm_open_qty = max(line.crm_open_qty - held.get(line._origin.id, 0), 0)
        return result

    def _crm_held_quantities(self):
        """:return: {id of a line: what shipment requests hold of it, in its unit}, of those that have any"""
        groups = (
            self.env["crm.shipment.request.line"]
            .sudo()  # sudo: what requests hold, whoever's they are
            ._read_group(
                [("order_line_id", "in", self._origin.ids), ("held_qty", ">", 0)],
                ["order_line_id"],
                ["held_qty:sum"],
            )
        )
        return {line.id: held for line, held in groups}

    def _crm_shippable(self):
        """:return: the lines of confirmed orders whose goods have still to be requested for shipment"""
        return self.filtered(
            lambda line: (
                line.state == "sale"
                and not line.display_type
                and not line.is_downpayment
                and line.product_id.type != "service"
                and line.product_uom_id.compare(line.crm_open_qty, 0) > 0
            )
        )

    @api.constrains("product_uom_qty")
    def _check_crm_requested(self):
        """An order is not lowered below what is on its way to the customer."""
        held = self._crm_held_quantities()
        for line in self:
            left = line.product_uom_qty - line.qty_delivered
            if line.id in held and line.product_uom_id.compare(left, held[line.id]) < 0:
                raise ValidationError(
                    self.env._(
                        "%(product)s of order %(order)s: shipment requests hold %(held)s %(unit)s of it. Change or "
                        "cancel them first.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                        held=f"{held[line.id]:g}",
                        unit=line.product_uom_id.name,
                    )
                )
