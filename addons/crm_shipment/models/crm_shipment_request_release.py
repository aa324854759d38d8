from odoo import fields, models
from odoo.exceptions import UserError


class CrmShipmentRequest(models.Model):
    """From the approved request to the delivery: split off, shipped, taken back. All called with sudo, unlocked."""

    _inherit = "crm.shipment.request"

    # RELEASE
    def _release(self):
        """Split what this request ships off the deliveries of its orders, into deliveries of its own."""
        self.ensure_one()
        waiting = self.line_ids.filtered(lambda line: not any(move.state != "cancel" for move in line.move_ids))
        moves = self.env["stock.move"].union(*(line._take_moves() for line in waiting))
        for picking, own in moves.grouped("picking_id").items():
            undone = picking.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
            if undone == own and not picking.crm_shipment_request_id:
                target = picking
            else:
                target = picking.copy({"name": "/", "move_ids": [], "move_line_ids": [], "backorder_id": False})
                own.move_line_ids.picking_id = target
                own.picking_id = target
            target.write(
                {
                    "crm_shipment_request_id": self.id,
                    "origin": f"{self.order_names} / {self.name}",
                    "scheduled_date": self.planned_date or target.scheduled_date,
                }
            )
            target.action_assign()

    def _take_back(self):
        """Block the deliveries of this request again; they stay with their orders."""
        moves = self.line_ids.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        pickings = moves.picking_id
        moves.crm_shipment_line_id = False
        pickings.crm_shipment_request_id = False

    # SHIP
    def action_ship(self):
        """Validate the deliveries of the request: the goods leave the house.

        :raise UserError: not released, packages incomplete, or goods missing in the stock
        """
        self.check_access("write")
        for request in self:
            request._record()._ship(self.env.user)
        return True

    def _ship(self, user):
        self.ensure_one()
        self._check_to_ship()
        self._release()  # what came up after the approval, by a route of several steps
        pickings = self.line_ids.move_ids.filtered(lambda move: move.state not in ("done", "cancel")).picking_id
        if not pickings:
            raise UserError(
                self.env._(
                    "%(request)s: its delivery is not there yet. Finish the transfers before it in the warehouse.",
                    request=self.display_name,
                )
            )
        pickings.action_assign()
        self._pick_as_packed(pickings)
        for move in pickings.move_ids.filtered(lambda move: move.state not in ("done", "cancel")):
            if move.product_uom.compare(move.quantity, move.product_uom_qty) < 0:
                raise UserError(
                    self.env._(
                        "Line %(number)s (%(product)s): %(there)s of %(wanted)s %(unit)s are in stock. Wait for the "
                        "rest, or let the warehouse validate a part of the delivery.",
                        number=move.crm_shipment_line_id.number,
                        product=move.product_id.display_name,
                        there=f"{move.quantity:g}",
                        wanted=f"{move.product_uom_qty:g}",
                        unit=move.product_uom.name,
                    )
                )
            move.picked = True
        pickings.with_context(cancel_backorder=False)._action_done()
        self.message_post(body=self.env._("Shipped"), author_id=user.partner_id.id)

    def _check_to_ship(self):
        """:raise UserError: the request is not released, or its packages do not hold what it ships"""
        for request in self:
            if request.state not in ("approved", "packed"):
                raise UserError(
                    self.env._(
                        "%(request)s is not released: it ships once its review has approved it.",
                        request=request.display_name,
                    )
                )
            if request.state == "approved" and (request.package_ids or request.is_overseas):
                raise UserError(
                    self.env._(
                        "%(request)s is not packed yet. Finish its packages first.", request=request.display_name
                    )
                )

    def _pick_as_packed(self, pickings):
        """Take the lots that are in the packages, where products have lots."""
        for line in self.line_ids.filtered(lambda line: line.product_id.tracking != "none"):
            lots = {}
            for packed in line.package_line_ids.filtered("lot_id"):
                lots[packed.lot_id] = lots.get(packed.lot_id, 0) + packed.total_qty
            moves = line.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
            if not lots or len(moves) != 1 or moves.product_id != line.product_id:
                continue
            moves.move_line_ids.unlink()
            unit = line.product_uom_id
            for lot, quantity in lots.items():
                wanted = unit._compute_quantity(quantity, line.product_id.uom_id, rounding_method="HALF-UP")
                moves._update_reserved_quantity(wanted, moves.location_id, lot_id=lot, strict=True)
            moves._recompute_state()

    def _mark_shipped(self):
        """The delivery has gone: called by the stock moves, with sudo."""
        for request in self.filtered(lambda request: request.state in ("approved", "packed")):
            moves = request.line_ids.move_ids.filtered(lambda move: move._is_outgoing())
            if any(move.state == "done" for move in moves) and all(move.state in ("done", "cancel") for move in moves):
                request._record().write({"state": "shipped", "shipped_on": fields.Datetime.now()})
                request._reach_milestone("loading", fields.Date.context_today(request))

    # SIGN
    def _check_signing(self):
        for request in self:
            if request.state not in ("shipped", "signed"):
                raise UserError(
                    self.env._(
                        "%(request)s has not been shipped yet: its receipt is signed afterwards.",
                        request=request.display_name,
                    )
                )
            if request.signature:
                raise UserError(
                    self.env._(
                        "The receipt of %(request)s has been signed already and stays as it is.",
                        request=request.display_name,
                    )
                )

    def action_sign(self):
        """The customer has confirmed the receipt, on paper or by the carrier."""
        self.check_access("write")
        for request in self:
            if request.state != "shipped":
                request._check_signing()
        self._mark_signed()
        return True

    def _mark_signed(self):
        for request in self.filtered(lambda request: request.state == "shipped"):
            request._record().write({"state": "signed", "signed_on": fields.Datetime.now()})


class CrmShipmentRequestLine(models.Model):
    _inherit = "crm.shipment.request.line"

    def _take_moves(self):
        """Cut the pieces of this line off the undone moves of its order line.

        For a kit each component is cut by the share that the request has of what is left to deliver.

        :return: ``stock.move``, empty where a delivery in several steps has not come to its last one yet
        """
        self.ensure_one()
        moves = self.order_line_id.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel") and move._is_outgoing() and not move.crm_shipment_line_id
        )
        taken = moves.browse()
        order_line = self.order_line_id
        for product, own in moves.grouped("product_id").items():
            total = sum(own.mapped("product_qty"))
            if product == self.product_id:
                wanted = self.product_uom_id._compute_quantity(self.quantity, product.uom_id, rounding_method="HALF-UP")
            else:
                released = sum((order_line.crm_shipment_line_ids - self).filtered("move_ids").mapped("held_qty"))
                left = order_line.product_uom_qty - order_line.qty_delivered - released
                wanted = product.uom_id.round(total * self.quantity / left) if left else 0
            taken |= self._take(own, wanted)
        taken.crm_shipment_line_id = self
        return taken

    def _take(self, moves, wanted):
        """:return: moves of together ``wanted`` in the product's unit; one is split where it must be"""
        taken = moves.browse()
        for move in moves.sorted("date"):
            unit = move.product_id.uom_id
            if unit.compare(wanted, 0) <= 0:
                break
            if unit.compare(move.product_qty, wanted) > 0:
                move._do_unreserve()
                rest = move.create(move._split(move.product_qty - wanted))
                rest._action_confirm(merge=False, create_proc=False)
            wanted -= move.product_qty
            taken |= move
        return taken
