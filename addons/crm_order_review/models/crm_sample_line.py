from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class CrmSampleLine(models.Model):
    _name = "crm.sample.line"
    _description = "Sample"
    _order = "request_id desc, sequence, id"

    request_id = fields.Many2one("crm.sample.request", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(related="request_id.user_id", store=True, index=True, string="Requester")
    crm_customer_id = fields.Many2one(
        related="request_id.crm_customer_id", store=True, index="btree_not_null", string="Customer"
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    product_id = fields.Many2one(
        "product.product", required=True, index=True, domain="[('sale_ok', '=', True), ('type', '!=', 'service')]"
    )
    quantity = fields.Float(default=1, required=True, digits="Product Unit")
    uom_id = fields.Many2one(
        "uom.uom", string="Unit", required=True, compute="_compute_uom_id", store=True, readonly=False, precompute=True
    )
    currency_id = fields.Many2one(related="request_id.currency_id")
    price = fields.Float(digits="Product Price", help="Per unit, of charged samples.")
    note = fields.Char(string="Demands")
    return_date = fields.Date(string="Return by", copy=False, help="Empty: the customer keeps it.")
    move_ids = fields.One2many("stock.move", "crm_sample_line_id", groups="stock.group_stock_user")
    delivered_quantity = fields.Float(
        string="Delivered", digits="Product Unit", compute="_compute_delivered", store=True
    )
    returned_quantity = fields.Float(string="Returned", digits="Product Unit", compute="_compute_delivered", store=True)
    out_quantity = fields.Float(
        string="With the Customer", digits="Product Unit", compute="_compute_delivered", store=True
    )
    delivered_on = fields.Date(compute="_compute_delivered", store=True)
    is_return_overdue = fields.Boolean(
        string="Return Overdue", compute="_compute_is_return_overdue", search="_search_is_return_overdue"
    )

    _to_return = models.Index("(return_date) WHERE return_date IS NOT NULL AND out_quantity > 0")

    @api.depends("product_id", "quantity")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.product_id.display_name} × {line.quantity:g}"

    @api.depends("product_id")
    def _compute_uom_id(self):
        for line in self:
            line.uom_id = line.product_id.uom_id or line.uom_id

    @api.depends("move_ids.state", "move_ids.quantity", "quantity", "request_id.review_state")
    def _compute_delivered(self):
        for line in self:
            moves = line.move_ids.filtered(lambda move: move.state == "done")
            going = moves.filtered(lambda move: move._is_outgoing())
            coming = moves.filtered(lambda move: move._is_incoming())
            line.delivered_quantity = line._count(going)
            line.returned_quantity = line._count(coming)
            line.out_quantity = line.delivered_quantity - line.returned_quantity
            complete = line.uom_id and line.uom_id.compare(line.delivered_quantity, line.quantity) >= 0 and going
            line.delivered_on = line._local_day(max(going.mapped("date"))) if complete else False

    def _local_day(self, moment):
        line = self.with_context(tz=self.company_id.partner_id.tz or self.env.user.tz)
        return fields.Datetime.context_timestamp(line, moment).date()

    def _count(self, moves):
        """How much of the line these done moves make, in its unit; of a kit so many as its parts make complete."""
        kit = moves.bom_line_id.bom_id.filtered(lambda bom: bom.type == "phantom")[:1]
        if kit:
            filters = {"incoming_moves": lambda move: True, "outgoing_moves": lambda move: False}
            done = moves._compute_kit_quantities(self.product_id, self.quantity, kit, filters)
            return self.product_id.uom_id._compute_quantity(done, self.uom_id)
        return sum(
            move.product_uom._compute_quantity(move.quantity, self.uom_id, rounding_method="HALF-UP") for move in moves
        )

    @api.depends("return_date", "out_quantity")
    def _compute_is_return_overdue(self):
        today = fields.Date.context_today(self)
        for line in self:
            line.is_return_overdue = bool(line.return_date) and line.return_date < today and line.out_quantity > 0

    def _search_is_return_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        overdue = Domain("return_date", "<", today) & Domain("out_quantity", ">", 0)
        return overdue if True in value else ~overdue

    @api.constrains("quantity", "price", "uom_id")
    def _check_numbers(self):
        for line in self:
            number = line.request_id._line_number(line)
            if line.uom_id.compare(line.quantity, 0) <= 0:
                raise ValidationError(
                    self.env._(
                        "Line %(number)s: enter how much of %(product)s is needed, more than 0.",
                        number=number,
                        product=line.product_id.display_name,
                    )
                )
            if line.price < 0:
                raise ValidationError(
                    self.env._(
                        "Line %(number)s: the price of %(product)s cannot be negative.",
                        number=number,
                        product=line.product_id.display_name,
                    )
                )

    def action_open_request(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.sample.request",
            "res_id": self.request_id.id,
            "views": [(False, "form")],
        }


class StockMove(models.Model):
    _inherit = "stock.move"

    crm_sample_line_id = fields.Many2one("crm.sample.line", readonly=True, index="btree_not_null", ondelete="set null")
    crm_sample_request_id = fields.Many2one(related="crm_sample_line_id.request_id", string="Sample Request")


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _get_custom_move_fields(self):
        return [*super()._get_custom_move_fields(), "crm_sample_line_id"]
