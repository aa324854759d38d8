from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.crm_review.tools.guard import unlocked

OPEN_STATES = ("draft", "pending", "approved", "packed")  # in which a request holds pieces of its order lines


class CrmShipmentRequestLine(models.Model):
    """Pieces of one order line that a request ships, in the unit of the order line."""

    _name = "crm.shipment.request.line"
    _description = "Line of a Shipment Request"
    _order = "request_id, sequence, id"

    request_id = fields.Many2one("crm.shipment.request", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    number = fields.Integer(string="No.", compute="_compute_number")
    order_line_id = fields.Many2one(
        "sale.order.line",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('state', '=', 'sale'), ('display_type', '=', False), ('is_downpayment', '=', False)]",
    )
    order_id = fields.Many2one(related="order_line_id.order_id", string="Sales Order", store=True, index=True)
    product_id = fields.Many2one(related="order_line_id.product_id", store=True, index=True)
    product_uom_id = fields.Many2one(related="order_line_id.product_uom_id", string="Unit")
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    ordered_qty = fields.Float(related="order_line_id.product_uom_qty", string="Ordered")
    quantity = fields.Float(digits="Product Unit", required=True, default=0.0)
    open_qty = fields.Float(
        string="Open",
        digits="Product Unit",
        compute="_compute_open_qty",
        compute_sudo=True,
        help="Ordered and neither delivered nor in another shipment request.",
    )
    shipped_qty = fields.Float(string="Shipped", digits="Product Unit", compute="_compute_shipped_qty", store=True)
    held_qty = fields.Float(
        string="Held",
        digits="Product Unit",
        compute="_compute_held_qty",
        store=True,
        help="What this line takes off the open quantity of its order line.",
    )
    move_ids = fields.One2many("stock.move", "crm_shipment_line_id", string="Stock Moves", readonly=True)
    package_line_ids = fields.One2many("crm.shipment.package.line", "request_line_id", string="In Packages")
    packed_qty = fields.Float(string="Packed", digits="Product Unit", compute="_compute_packed_qty", store=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount = fields.Monetary(string="Untaxed Amount", compute="_compute_amount", store=True)
    quality_released = fields.Boolean(readonly=True, copy=False)
    quality_user_id = fields.Many2one("res.users", string="Released By", readonly=True, copy=False)
    quality_date = fields.Datetime(string="Quality Released On", readonly=True, copy=False)

    _order_line_uniq = models.UniqueIndex(
        "(request_id, order_line_id)", "An order line stands in a shipment request once. Change its quantity instead."
    )
    _holding = models.Index("(order_line_id) INCLUDE (held_qty) WHERE held_qty > 0")
    _never_more = models.Constraint(
        "CHECK (shipped_qty <= GREATEST(quantity, 0) + 0.000001)",
        "More would leave the house than the shipment request has released. Deliver its quantity only.",
    )

    # COMPUTE
    @api.depends("request_id.line_ids.sequence")
    def _compute_number(self):
        numbers = {line: number for request in self.request_id for number, line in enumerate(request.line_ids, start=1)}
        for line in self:
            line.number = numbers.get(line, 0)

    @api.depends("order_line_id", "product_id", "number")
    def _compute_display_name(self):
        for line in self:
            # sudo: the product's name, as lists show it
            line.display_name = f"{line.number}. {line.sudo().product_id.display_name or ''}"

    @api.depends("order_line_id.crm_open_qty", "held_qty")
    def _compute_open_qty(self):
        held = self.order_line_id._crm_held_quantities()
        for line in self:
            order_line = line.order_line_id
            others = held.get(order_line._origin.id, 0) - line._origin.held_qty
            line.open_qty = max(order_line.product_uom_qty - order_line.qty_delivered - others, 0)

    @api.depends("move_ids.state", "move_ids.quantity", "move_ids.product_uom", "move_ids.location_dest_id")
    def _compute_shipped_qty(self):
        for line in self:
            moves = line.move_ids.filtered(lambda move: move.state != "cancel" and move._is_outgoing())
            own = moves.filtered(lambda move, line=line: move.product_id == line.product_id)
            done = own.filtered(lambda move: move.state == "done")
            unit = line.order_line_id.product_uom_id
            if own:
                line.shipped_qty = sum(
                    move.product_uom._compute_quantity(move.quantity, unit, rounding_method="HALF-UP") for move in done
                )
            else:  # the components of a kit
                is_done = bool(moves) and all(move.state == "done" for move in moves)
                line.shipped_qty = line.quantity if is_done else 0

    @api.depends("quantity", "shipped_qty", "request_id.state")
    def _compute_held_qty(self):
        for line in self:
            holds = line.request_id.state in OPEN_STATES
            line.held_qty = max(line.quantity - line.shipped_qty, 0) if holds else 0

    @api.depends("package_line_ids.total_qty")
    def _compute_packed_qty(self):
        for line in self:
            line.packed_qty = sum(line.package_line_ids.mapped("total_qty"))

    @api.depends("quantity", "order_line_id.price_unit", "order_line_id.discount", "order_line_id.tax_ids")
    def _compute_amount(self):
        """To the cent what an invoice of this quantity will say."""
        taxes = self.env["account.tax"]
        for line in self:
            order_line, company = line.order_line_id, line.order_id.company_id
            if not order_line:
                line.amount = 0
                continue
            base_line = order_line._prepare_base_line_for_taxes_computation(quantity=line.quantity)
            taxes._add_tax_details_in_base_line(base_line, company)
            taxes._round_base_lines_tax_details([base_line], company)
            line.amount = base_line["tax_details"]["total_excluded_currency"]

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own(vals)
        lines = super().create(vals_list)
        lines._check_order()
        lines._lock_order_lines()
        lines._check_quantity()
        return lines

    def write(self, vals):
        self._check_own(vals)
        result = super().write(vals)
        if vals.keys() & {"order_line_id", "quantity", "request_id"}:
            self._check_order()
            self._lock_order_lines()
            self._check_quantity()
            # sudo: what has been released was of the quantity before
            self.sudo().write({"quality_released": False, "quality_user_id": False, "quality_date": False})
        return result

    def _check_own(self, vals):
        if vals.keys() & {"quality_released", "quality_user_id", "quality_date"} and not self.env.su:
            raise AccessError(self.env._("Quality is released by engineers with the button of the request."))

    # CHECKS
    def _check_order(self):
        """One request ships orders of one customer, address, currency and company, which its author sees."""
        if not self.env.su:
            orders = self.order_line_id.order_id
            orders.check_access("read")
            # not check_access("write"): what may be shipped does not hang on who may write a confirmed order
            if locked := orders.sudo().filtered(lambda order: not order.crm_in_write_scope):
                raise orders._crm_make_read_only_error(locked[:1])
        for line in self:
            order_line, order, request = line.order_line_id, line.order_line_id.order_id, line.request_id
            if order.state != "sale":
                problem = self.env._("order %(order)s is not confirmed.", order=order.name)
            elif order_line.display_type or order_line.product_id.type == "service" or order_line.is_downpayment:
                problem = self.env._("%(line)s is nothing that is shipped.", line=order_line.name)
            elif order.partner_id != request.partner_id:
                problem = self.env._("order %(order)s is of another customer.", order=order.name)
            elif order.partner_shipping_id != request.partner_shipping_id:
                problem = self.env._("order %(order)s goes to another delivery address.", order=order.name)
            elif order.company_id != request.company_id:
                problem = self.env._("order %(order)s is of another company.", order=order.name)
            elif order.currency_id != request.line_ids.order_line_id.order_id[:1].currency_id:
                problem = self.env._("order %(order)s is in another currency.", order=order.name)
            else:
                continue
            raise ValidationError(
                self.env._(
                    "Line %(number)s: %(problem)s Put it into a request of its own or take it out.",
                    number=line.number,
                    problem=problem,
                )
            )

    def _lock_order_lines(self):
        """Two requests for the same pieces meet here: the later one is run again on what the first has left."""
        ids = tuple(sorted(self.order_line_id.ids))
        if ids:
            self.env.flush_all()
            self.env.cr.execute(SQL("UPDATE sale_order_line SET id = id WHERE id IN %s", ids), log_exceptions=False)

    def _check_quantity(self):
        """:raise UserError: a line asks for more than its order line has open"""
        # sudo: what other requests hold, whoever's they are
        lines = self.sudo()
        lines.invalidate_recordset(["open_qty"])
        for line in lines:
            unit = line.product_uom_id
            if unit.compare(line.quantity, 0) <= 0:
                raise UserError(
                    self.env._(
                        "Line %(number)s (%(product)s): the quantity must be above zero. Enter how many to ship.",
                        number=line.number,
                        product=line.product_id.display_name,
                    )
                )
            if line.request_id.state in OPEN_STATES and unit.compare(line.held_qty, line.open_qty) > 0:
                raise UserError(
                    self.env._(
                        "Line %(number)s (%(product)s): %(quantity)s %(unit)s asked for, but only %(open)s of order "
                        "%(order)s are open.%(others)s Lower the quantity.",
                        number=line.number,
                        product=line.product_id.display_name,
                        quantity=f"{line.quantity:g}",
                        unit=unit.name,
                        open=f"{line.open_qty:g}",
                        order=line.order_id.name,
                        others=line._other_requests(),
                    )
                )

    def _other_requests(self):
        others = self.search(
            [("order_line_id", "=", self.order_line_id.id), ("held_qty", ">", 0), ("id", "!=", self.id)], limit=3
        )
        if not others:
            return ""
        return " " + self.env._(
            "Others hold some: %(requests)s.",
            requests=", ".join(f"{one.request_id.display_name} ({one.request_id.user_id.name})" for one in others),
        )

    # ACTION
    def action_release_quality(self):
        """Say that the goods of these lines have passed their inspection; engineers and R&D managers only.

        :raise UserError: the request is not open any more
        """
        if not self.env.user.has_group("crm_base.group_engineer"):
            raise AccessError(self.env._("Engineers and R&D managers release the quality of shipments. Ask one."))
        self.check_access("read")
        for line in self:
            if line.request_id.state not in ("draft", "pending"):
                raise UserError(
                    self.env._(
                        "%(request)s has been decided already. Its quality is released before.",
                        request=line.request_id.display_name,
                    )
                )
        # sudo: engineers do not write requests but by this button; the lock is not for it
        own = unlocked(self.sudo()).filtered(lambda line: not line.quality_released)
        own.write({"quality_released": True, "quality_user_id": self.env.uid, "quality_date": fields.Datetime.now()})
        for request in own.request_id:
            request.message_post(
                body=self.env._(
                    "Quality released: line %(lines)s",
                    lines=", ".join(str(line.number) for line in own if line.request_id == request),
                ),
                author_id=self.env.user.partner_id.id,
            )
        return True
