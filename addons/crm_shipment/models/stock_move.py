from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class StockMove(models.Model):
    """No goods of an order leave the house before their shipment request has been approved, whatever way."""

    _inherit = "stock.move"

    crm_shipment_line_id = fields.Many2one(
        "crm.shipment.request.line", string="Shipment Request Line", index="btree_not_null", ondelete="restrict"
    )
    # the warehouse moves goods of orders that it does not see
    description_picking = fields.Text(compute_sudo=True)

    @api.constrains("crm_shipment_line_id", "sale_line_id")
    def _check_crm_shipment_line(self):
        for move in self.sudo().filtered("crm_shipment_line_id"):  # sudo: whether the two belong together
            if move.crm_shipment_line_id.order_line_id != move.sale_line_id and move._is_outgoing():
                raise ValidationError(
                    self.env._(
                        "%(product)s: a delivery is released by a shipment request of its own order line only.",
                        product=move.product_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._crm_check_done()
        return moves

    def write(self, vals):
        if not vals.get("sale_line_id", True):
            self._crm_check_stays_with_order()
        result = super().write(vals)
        if vals.keys() & {"state", "sale_line_id", "crm_shipment_line_id", "location_dest_id"}:
            self._crm_check_done()
        return result

    def _crm_check_done(self):
        """A move does not become done past `_action_done` either."""
        for move in self.filtered(lambda move: move.state == "done"):
            # sudo: as in `_crm_check_released`
            state = move.sudo().crm_shipment_line_id.request_id.state
            if state not in ("approved", "packed", "shipped", "signed") and move._crm_needs_release():
                move._crm_refuse()

    def _crm_check_stays_with_order(self):
        """An undone delivery does not leave its order, and with it the shipment review."""
        for move in self:
            if move.state not in ("done", "cancel") and move._crm_needs_release():
                raise UserError(
                    self.env._(
                        "%(product)s is delivered for order %(order)s, whose shipments are reviewed: it cannot be "
                        "taken off its order. Cancel the delivery instead.",
                        product=move.product_id.display_name,
                        order=move.sudo().sale_line_id.order_id.name,  # sudo: the number of the order
                    )
                )

    def _action_done(self, cancel_backorder=False):
        self._crm_check_released()
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        # sudo: the warehouse moves goods, the request follows them
        self.env.flush_all()
        moves.sudo().crm_shipment_line_id.request_id._mark_shipped()
        return moves

    def _crm_needs_release(self):
        """Whether this move takes goods of an order to the customer whose shipments are reviewed."""
        self.ensure_one()
        # sudo: whether the order's shipments are reviewed, whoever's it is
        move = self.sudo()
        order = move.sale_line_id.order_id or move.picking_id.sale_id
        return bool(order) and move._is_outgoing() and order._crm_needs_shipment_review()

    def _crm_check_released(self):
        """:raise UserError: a move would ship what no approved request covers, or more"""
        leaving = defaultdict(float)
        for move in self:
            if move.state in ("done", "cancel") or not move.quantity or not move._crm_needs_release():
                continue
            # sudo: the state of the request, whoever's it is
            line = move.sudo().crm_shipment_line_id or move.sudo()._crm_adopt()
            if not line:
                move._crm_refuse()
            line.request_id._check_to_ship()
            leaving[line] += move._crm_shipped_quantity(line)
        for line, quantity in leaving.items():
            if line.product_uom_id.compare(line.shipped_qty + quantity, line.quantity) > 0:
                raise UserError(
                    self.env._(
                        "%(product)s: %(quantity)s would leave, %(released)s are released. Deliver what is released, "
                        "or have the rest released by another shipment request.",
                        product=line.product_id.display_name,
                        quantity=f"{line.shipped_qty + quantity:g}",
                        released=f"{line.quantity:g}",
                    )
                )

    def _crm_shipped_quantity(self, line):
        """How much of a line of a shipment request this move ships, in the line's unit.

        A component of a kit counts as nothing by itself, and as too much where it is more than was split off.
        """
        self.ensure_one()
        if self.product_id == line.product_id:
            return self.product_uom._compute_quantity(self.quantity, line.product_uom_id, rounding_method="HALF-UP")
        return line.quantity + 1 if self.product_uom.compare(self.quantity, self.product_uom_qty) > 0 else 0

    def _crm_refuse(self):
        self.ensure_one()
        move = self.sudo()  # sudo: the number of the order
        raise UserError(
            self.env._(
                "%(product)s of order %(order)s is not released for shipping. Its salesperson submits a shipment "
                "request first.",
                product=move.product_id.display_name,
                order=(move.sale_line_id.order_id or move.picking_id.sale_id).name,
            )
        )

    def _crm_adopt(self):
        """Find the approved request of a delivery that came up after the approval, by a route of several steps.

        :return: ``crm.shipment.request.line``, empty if there is none with so many pieces left
        """
        self.ensure_one()
        lines = self.sale_line_id.crm_shipment_line_ids.filtered(
            lambda line: (
                line.request_id.state in ("approved", "packed")
                and not any(move.state != "cancel" for move in line.move_ids)
            )
        )
        for line in lines.sorted("id"):
            unit = line.product_uom_id
            quantity = self.product_uom._compute_quantity(self.quantity, unit, rounding_method="HALF-UP")
            if self.product_id != line.product_id or unit.compare(quantity, line.quantity) <= 0:
                self.crm_shipment_line_id = line
                self.picking_id.crm_shipment_request_id = line.request_id
                return line
        return lines.browse()
