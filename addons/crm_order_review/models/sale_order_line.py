from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, float_is_zero
from odoo.tools.sql import column_exists, create_column

from odoo.addons.crm_review.tools.guard import is_unlocked

# what the customer has been promised and what it costs him
LINE_TERMS = frozenset(
    {
        "crm_customer_code",
        "crm_free_reason",
        "crm_promised_date",
        "crm_requested_date",
        "discount",
        "display_type",
        "is_downpayment",
        "name",
        "order_id",
        "price_unit",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "tax_ids",
        "technical_price_unit",
    }
)
LINE_FACTS = frozenset({"crm_available_qty", "crm_floor_taken", "crm_free_qty", "crm_unit_cost", "crm_facts_date"})


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # FIELDS
    crm_customer_code = fields.Char(
        string="Customer's Part No.",
        compute="_compute_crm_customer_code",
        store=True,
        readonly=False,
        precompute=True,
    )
    crm_requested_date = fields.Date(string="Requested Date", help="When the customer wants it.")
    crm_promised_date = fields.Date(string="Promised Date", help="When we have promised to deliver it.")
    crm_free_reason = fields.Char(string="Why It Is Free", help="Needed for a price of zero.")
    crm_break_ids = fields.One2many("crm.quotation.break", "line_id", string="Quantity Breaks", copy=True)
    crm_delivered_on = fields.Date(
        string="Delivered On",
        compute="_compute_crm_delivered_on",
        store=True,
        help="When the last of it was delivered.",
    )
    crm_facts_date = fields.Datetime(string="Figures Taken On", readonly=True, copy=False)
    crm_floor_taken = fields.Float(digits="Product Price", readonly=True, copy=False, export_string_translation=False)
    crm_floor_price = fields.Float(
        string="Floor Price",
        digits="Product Price",
        compute="_compute_crm_floor_price",
        help="Lowest price of the unit of this line without an extra review, in the order's currency. 0: none.",
    )
    crm_below_floor = fields.Boolean(string="Below the Floor", compute="_compute_crm_floor_price")
    crm_free_qty = fields.Float(
        string="Free Stock", digits="Product Unit", readonly=True, copy=False, help="When the order was submitted."
    )
    crm_available_qty = fields.Float(
        string="Available to Promise",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Forecast for the promised date, when the order was submitted.",
    )
    crm_unit_cost = fields.Float(
        string="Unit Cost",
        digits="Product Price",
        readonly=True,
        copy=False,
        groups="crm_product.group_see_cost",
        help="Of one unit of this line in the order's currency, when the order was submitted.",
    )
    crm_margin = fields.Monetary(
        string="Gross Margin", compute="_compute_crm_margin", groups="crm_product.group_see_cost"
    )
    crm_margin_rate = fields.Float(
        string="Margin Rate", compute="_compute_crm_margin", groups="crm_product.group_see_cost"
    )
    crm_open_qty = fields.Float(
        string="Open Quantity",
        digits="Product Unit",
        compute="_compute_crm_open_qty",
        help="Ordered and not delivered yet.",
    )

    _crm_late = models.Index(
        "(crm_promised_date, company_id) WHERE crm_delivered_on IS NULL AND state = 'sale'"
        " AND crm_promised_date IS NOT NULL"
    )
    _crm_delivered = models.Index(
        "(crm_delivered_on, company_id)"
        " INCLUDE (crm_promised_date, order_id, salesman_id, customer_user_id, crm_customer_id)"
        " WHERE crm_promised_date IS NOT NULL AND state = 'sale' AND display_type IS NULL"
    )

    def _auto_init(self):
        """New columns of old lines stay empty: the ORM would read every line there is."""
        for name, kind in (("crm_customer_code", "varchar"), ("crm_delivered_on", "date")):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    # COMPUTE
    @api.depends("order_id.crm_order_type_id")
    def _compute_tax_ids(self):
        """Goods that leave the country bear no tax of ours, unless a fiscal position says which."""
        exported = self.filtered(lambda line: line.order_id._crm_is_export() and not line.order_id.fiscal_position_id)
        exported.tax_ids = False
        return super(SaleOrderLine, self - exported)._compute_tax_ids()

    @api.depends("product_id", "order_id.partner_id")
    def _compute_crm_customer_code(self):
        for line in self:
            code = line.product_id and line.product_id._crm_customer_code(line.order_id.partner_id)
            line.crm_customer_code = code or line.crm_customer_code

    @api.depends(
        "price_unit",
        "discount",
        "product_id",
        "product_uom_qty",
        "product_uom_id",
        "order_id.currency_id",
        "order_id.review_state",
        "order_id.state",
        "crm_floor_taken",
        "crm_break_ids.price_unit",
        "crm_break_ids.quantity",
    )
    def _compute_crm_floor_price(self):
        for line in self:
            fixed = line.order_id.review_state in ("pending", "approved") or line.order_id.state in ("sale", "cancel")
            line.crm_floor_price = line.crm_floor_taken if fixed else line._crm_live_floor(line.product_uom_qty)
            price = line.price_unit * (1 - (line.discount or 0) / 100)
            line.crm_below_floor = line._crm_is_below(price, line.crm_floor_price) or any(
                line._crm_is_below(one.price_unit, line._crm_live_floor(one.quantity)) for one in line.crm_break_ids
            )

    def _crm_live_floor(self, quantity):
        """The floor price of one unit of this line for a quantity in its unit, in the order's currency; 0: none."""
        self.ensure_one()
        if not self.product_id or self.display_type or self.is_downpayment:
            return 0
        # sudo: a reviewer may not read products; the floor is no secret to who reads the order
        product, uom = self.product_id.sudo(), self.product_uom_id.sudo()
        own_quantity = uom._compute_quantity(quantity, product.uom_id) if uom else quantity
        date = fields.Date.to_date(self.order_id.date_order) or fields.Date.context_today(self)
        floor = product._crm_floor_price(own_quantity, self.order_id.currency_id, date) or 0
        return product.uom_id._compute_price(floor, uom) if uom else floor

    def _crm_is_below(self, price, floor):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return bool(floor) and float_compare(price, floor, precision_digits=digits) < 0

    @api.depends("price_subtotal", "product_uom_qty", "product_id", "crm_unit_cost", "crm_facts_date")
    def _compute_crm_margin(self):
        for line in self:
            cost = line.crm_unit_cost if line.crm_facts_date else line._crm_live_cost()
            line.crm_margin = line.price_subtotal - cost * line.product_uom_qty if line.product_id else 0
            line.crm_margin_rate = line.crm_margin / line.price_subtotal if line.price_subtotal else 0

    def _crm_live_cost(self):
        """The cost of one unit of this line now, in the order's currency. For those only who may see it."""
        self.ensure_one()
        order = self.order_id
        # sudo: read for the readers of this field's group, or to be kept when the order is submitted
        product = self.product_id.sudo().with_company(order.company_id)
        cost = product.standard_price
        if self.product_uom_id:
            cost = product.uom_id._compute_price(cost, self.product_uom_id.sudo())
        date = fields.Date.to_date(order.date_order) or fields.Date.context_today(self)
        return product.cost_currency_id._convert(cost, order.currency_id, order.company_id, date, round=False)

    @api.depends("product_uom_qty", "qty_delivered", "crm_shipped_date")
    def _compute_crm_delivered_on(self):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for line in self:
            missing = float_compare(line.qty_delivered, line.product_uom_qty, precision_digits=digits) < 0
            shipped = False if missing or line.product_uom_qty <= 0 else line.crm_shipped_date
            line.crm_delivered_on = shipped and fields.Datetime.context_timestamp(line, shipped).date()

    @api.depends("product_uom_qty", "qty_delivered", "state")
    def _compute_crm_open_qty(self):
        for line in self:
            is_open = line.state == "sale" and not line.display_type and not line.order_id.crm_is_history
            line.crm_open_qty = max(line.product_uom_qty - line.qty_delivered, 0) if is_open else 0

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._crm_check_line_facts({name for name in vals if vals[name]})
        if not is_unlocked(self.env):
            orders = self.env["sale.order"].browse({vals["order_id"] for vals in vals_list if vals.get("order_id")})
            if orders and any(self._crm_orders_something(vals) for vals in vals_list):
                orders._crm_check_frozen(LINE_TERMS)
        return super().create(vals_list)

    def write(self, vals):
        self._crm_check_line_facts(vals.keys())
        names = vals.keys() & LINE_TERMS
        if names:
            self.order_id._crm_check_seller()
        if names and not is_unlocked(self.env):
            changed = self.filtered(lambda line: any(line._crm_differs(name, vals[name]) for name in names))
            changed.order_id._crm_check_frozen(names)
            if changed and vals.get("order_id"):
                self.env["sale.order"].browse(vals["order_id"])._crm_check_frozen(names)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.order_id._crm_check_seller()
        self.order_id._crm_check_frozen(LINE_TERMS)

    @api.model
    def _crm_check_line_facts(self, names):
        # sudo: as in sale.order
        if not self.env.su and LINE_FACTS.intersection(names):
            raise UserError(
                self.env._("Stock, floor price and cost of a line are found out by the program. Leave them out.")
            )

    @api.model
    def _crm_orders_something(self, vals):
        """Whether a new line adds to what was agreed: not the down payments of invoices, nor what stock adds of
        goods that were delivered without being ordered."""
        if vals.get("product_uom_qty", 1) or vals.get("display_type"):
            return True
        return not (vals.get("is_downpayment") or (vals.get("move_ids") and self._crm_is_stock_user()))

    @api.model
    def _crm_is_stock_user(self):
        return self.env.su or self.env.user.has_group("stock.group_stock_user")

    def _crm_differs(self, name, value):
        """Whether writing a value changes anything: clients send back what they have read."""
        field = self._fields[name]
        if field.type in ("many2many", "one2many"):
            return True
        current = field.convert_to_write(self[name], self)
        if field.type in ("float", "monetary"):
            return not float_is_zero((current or 0) - (value or 0), precision_digits=9)
        if field.type == "date":
            return current != fields.Date.to_date(value or None) if current else bool(value)
        return (current or False) != (value or False)

    # ACTION
    def action_crm_breaks(self):
        """Open what this line costs for other quantities."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quantity Breaks"),
            "res_model": "sale.order.line",
            "res_id": self.id,
            "views": [[self.env.ref("crm_order_review.sale_order_line_view_form_breaks").id, "form"]],
            "target": "new",
        }

    # BUSINESS
    def _crm_problems(self, required):
        """Hook: what is wrong with this line of an order to be submitted.

        :param required: ``ir.model.fields`` that the order's type demands
        :return: generator of sentences
        """
        product = self.product_id.sudo()  # sudo: facts of the product that its reader need not see otherwise
        name = product.display_name
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if float_compare(self.product_uom_qty, 0, precision_digits=digits) <= 0:
            yield self.env._("the quantity of %(product)s must be more than zero.", product=name)
        rounding = self.currency_id.rounding or 0.01
        price = self.price_unit * (1 - (self.discount or 0) / 100)
        if price < 0:
            yield self.env._("the price of %(product)s is negative. Enter what it costs.", product=name)
        elif float_is_zero(price, precision_rounding=min(rounding, 0.0001)) and not self.crm_free_reason:
            yield self.env._("%(product)s has no price. Enter one, or say why it is free.", product=name)
        today = fields.Date.context_today(self)
        if self.crm_promised_date and self.crm_promised_date < today:
            yield self.env._("the promised date of %(product)s is over. Promise a later one.", product=name)
        if self.crm_requested_date and self.crm_requested_date < today and self.order_id.crm_order_type_id:
            yield self.env._("the requested date of %(product)s is over. Ask the customer again.", product=name)
        if product.crm_life_state == "stopped":
            yield product.product_tmpl_id._crm_stopped_message()
        # sudo: the order's type, a definition
        if self.order_id.sudo().crm_order_type_id.is_overseas and product.type == "consu" and not product.crm_hs_code:
            yield self.env._(
                "%(product)s has no HS code, which an overseas order needs. Have it filled in.", product=name
            )
        for field in required:
            if not self[field.name]:
                yield self.env._("fill in “%(field)s” of %(product)s.", field=field.field_description, product=name)

    def _crm_take_facts(self):
        """Keep floor price, cost and stock of these lines as they are now; with sudo, unlocked."""
        today = fields.Date.context_today(self)
        now = fields.Datetime.now()
        for order, lines in self.grouped("order_id").items():
            context = {"warehouse_id": order.warehouse_id.id}
            for date, own in lines.grouped(lambda line: max(line.crm_promised_date or today, today)).items():
                products = own.product_id.with_context(**context)
                free = {product.id: product.free_qty for product in products}
                until = products.with_context(to_date=fields.Datetime.to_datetime(date).replace(hour=23, minute=59))
                forecast = {product.id: product.virtual_available for product in until}
                for line in own:
                    convert = line.product_id.uom_id._compute_quantity
                    line.write(
                        {
                            "crm_facts_date": now,
                            "crm_floor_taken": line._crm_live_floor(line.product_uom_qty),
                            "crm_unit_cost": line._crm_live_cost(),
                            "crm_free_qty": convert(free[line.product_id.id], line.product_uom_id),
                            "crm_available_qty": convert(forecast[line.product_id.id], line.product_uom_id),
                        }
                    )

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        if self.crm_promised_date:
            deadline = fields.Datetime.to_datetime(self.crm_promised_date)
            values["date_deadline"] = deadline
            values["date_planned"] = deadline - timedelta(days=self.order_id.company_id.security_lead)
        return values

    @api.model
    def _crm_scope_grants(self):
        """The reviewers of an order see its lines with it."""
        reviewed = self.env["sale.order"]._reviewed_sql()
        return [*super()._crm_scope_grants(), self._crm_scope_subquery("order_id", reviewed)]

    @api.model
    def _crm_scope_read_grants(self):
        reviewed = self.env["crm.order.revision"]._reviewed_sql("order_id")
        return [*super()._crm_scope_read_grants(), self._crm_scope_subquery("order_id", reviewed)]
