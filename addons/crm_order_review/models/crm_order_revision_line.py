from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare, float_is_zero, format_amount


class CrmOrderRevisionLine(models.Model):
    """A line of an order beside what it is to become."""

    _name = "crm.order.revision.line"
    _description = "Line of an Order Change"
    _order = "revision_id, sequence, id"

    revision_id = fields.Many2one("crm.order.revision", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=1000)
    order_line_id = fields.Many2one("sale.order.line", readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="revision_id.company_id")
    currency_id = fields.Many2one(related="revision_id.currency_id")
    product_id = fields.Many2one("product.product", required=True, domain="[('sale_ok', '=', True)]")
    product_uom_id = fields.Many2one(
        "uom.uom", string="Unit", compute="_compute_product_uom_id", store=True, readonly=False, precompute=True
    )
    product_uom_qty = fields.Float(string="Quantity", digits="Product Unit", default=1)
    price_unit = fields.Float(string="Unit Price", digits="Product Price")
    discount = fields.Float(string="Discount (%)", digits="Discount")
    free_reason = fields.Char(string="Why It Is Free")
    crm_requested_date = fields.Date(string="Requested Date")
    crm_promised_date = fields.Date(string="Promised Date")
    old_qty = fields.Float(string="Quantity Before", digits="Product Unit", readonly=True)
    old_price = fields.Float(string="Price Before", digits="Product Price", readonly=True)
    old_discount = fields.Float(string="Discount Before", digits="Discount", readonly=True)
    old_requested_date = fields.Date(string="Requested Before", readonly=True)
    old_promised_date = fields.Date(string="Promised Before", readonly=True)
    qty_delivered = fields.Float(related="order_line_id.qty_delivered", string="Delivered", related_sudo=True)
    qty_invoiced = fields.Float(related="order_line_id.qty_invoiced", string="Invoiced", related_sudo=True)
    price_subtotal = fields.Monetary(string="Untaxed Amount", compute="_compute_price_subtotal", store=True)
    is_below_floor = fields.Boolean(string="Below the Floor", compute="_compute_is_below_floor")
    change = fields.Selection(
        [("same", "Unchanged"), ("changed", "Changed"), ("added", "Added"), ("removed", "Removed")],
        compute="_compute_change",
    )

    _order_line_uniq = models.UniqueIndex(
        "(revision_id, order_line_id) WHERE order_line_id IS NOT NULL", "A line of the order stands here twice."
    )

    # COMPUTE
    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_uom_id or line.product_id.uom_id

    @api.depends("product_uom_qty", "price_unit", "discount")
    def _compute_price_subtotal(self):
        for line in self:
            subtotal = line.product_uom_qty * line.price_unit * (1 - (line.discount or 0) / 100)
            line.price_subtotal = line.currency_id.round(subtotal) if line.currency_id else subtotal

    @api.depends("product_id", "product_uom_qty", "price_unit", "discount")
    def _compute_is_below_floor(self):
        for line in self:
            line.is_below_floor = False
            if line.change not in ("changed", "added") or not line.product_id:
                continue
            # sudo: the floor is no secret to who reads the order
            product, uom = line.product_id.sudo(), line.product_uom_id.sudo()
            quantity = uom._compute_quantity(line.product_uom_qty, product.uom_id)
            currency = line.currency_id
            floor = product._crm_floor_price(quantity, currency, fields.Date.context_today(line)) or 0
            floor = product.uom_id._compute_price(floor, uom)
            price = line.price_unit * (1 - (line.discount or 0) / 100)
            line.is_below_floor = self.env["sale.order.line"]._crm_is_below(price, floor)

    @api.depends("product_uom_qty", "price_unit", "discount", "crm_requested_date", "crm_promised_date")
    def _compute_change(self):
        for line in self:
            qty_digits = self.env["decimal.precision"].precision_get("Product Unit")
            price_digits = self.env["decimal.precision"].precision_get("Product Price")
            same_qty = not float_compare(line.product_uom_qty, line.old_qty, precision_digits=qty_digits)
            same_price = not float_compare(line.price_unit, line.old_price, precision_digits=price_digits)
            same_price = same_price and not float_compare(line.discount, line.old_discount, precision_digits=4)
            same_dates = (line.crm_requested_date, line.crm_promised_date) == (
                line.old_requested_date,
                line.old_promised_date,
            )
            if not line.order_line_id:
                line.change = "added"
            elif float_is_zero(line.product_uom_qty, precision_digits=qty_digits) and not same_qty:
                line.change = "removed"
            else:
                line.change = "same" if same_qty and same_price and same_dates else "changed"

    @api.onchange("product_id")
    def _onchange_product_id(self):
        if self.product_id and not self.order_line_id:
            self.price_unit = self.product_id.lst_price

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                own = vals.get("order_line_id")
                revision = self.env["crm.order.revision"].browse(vals.get("revision_id"))
                order_line = self.env["sale.order.line"].browse(own)
                if own and order_line.order_id != revision.order_id:
                    raise AccessError(self.env._("This line is of another order."))
                if own:
                    vals |= {
                        name: value for name, value in self._from_order_line(order_line).items() if name[:4] == "old_"
                    }
                elif any(vals.get(name) for name in self._fields if name[:4] == "old_"):
                    raise AccessError(self.env._("What held before is not entered."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            fixed = {"revision_id", "order_line_id", *(name for name in self._fields if name[:4] == "old_")}
            if fixed & vals.keys():
                raise AccessError(self.env._("What held before is not entered."))
            if "product_id" in vals and any(
                line.order_line_id and line.product_id.id != vals["product_id"] for line in self
            ):
                raise UserError(
                    self.env._("Another product is another line: set the quantity of this one to 0 and add a line.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_order_line(self):
        if self.order_line_id:
            raise UserError(self.env._("A line of the order is taken out by the quantity 0."))

    @api.model
    def _from_order_line(self, line):
        """The values of a revision's line that changes nothing yet."""
        return {
            "order_line_id": line.id,
            "sequence": line.sequence,
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "product_uom_qty": line.product_uom_qty,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "free_reason": line.crm_free_reason,
            "crm_requested_date": line.crm_requested_date,
            "crm_promised_date": line.crm_promised_date,
            "old_qty": line.product_uom_qty,
            "old_price": line.price_unit,
            "old_discount": line.discount,
            "old_requested_date": line.crm_requested_date,
            "old_promised_date": line.crm_promised_date,
        }

    # BUSINESS
    def _problems(self, today=True):
        """What is wrong with this line.

        :param today: whether dates are held against today, as when the change is submitted
        :return: generator of sentences
        """
        product = self.product_id.sudo()  # sudo: facts of the product
        name = product.display_name
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        order_line = self.order_line_id.sudo()  # sudo: how much has been delivered and invoiced

        def less(quantity):
            return float_compare(self.product_uom_qty, quantity, precision_digits=digits) < 0

        if less(0) or (
            not order_line and not less(1e-9) and float_is_zero(self.product_uom_qty, precision_digits=digits)
        ):
            yield self.env._("the quantity of %(product)s must be more than zero.", product=name)
        if order_line and less(order_line.qty_delivered):
            yield self.env._(
                "%(quantity)g of %(product)s are delivered already. Order at least that many, or have goods returned.",
                quantity=order_line.qty_delivered,
                product=name,
            )
        elif order_line and less(order_line.qty_invoiced):
            yield self.env._(
                "%(quantity)g of %(product)s are invoiced already. Have a credit note made first.",
                quantity=order_line.qty_invoiced,
                product=name,
            )
        if self.change in ("same", "removed"):
            return
        price = self.price_unit * (1 - (self.discount or 0) / 100)
        if price < 0 or (float_is_zero(price, precision_digits=6) and not self.free_reason):
            yield self.env._("%(product)s has no price. Enter one, or say why it is free.", product=name)
        price_changed = (
            float_compare(self.price_unit, self.old_price, precision_digits=6) or self.discount != self.old_discount
        )
        if order_line and order_line.qty_invoiced and price_changed:
            yield self.env._(
                "%(product)s is invoiced in part. Keep its price, and add a line for the rest.", product=name
            )
        if today and self.crm_promised_date != self.old_promised_date and self.crm_promised_date:
            if self.crm_promised_date < fields.Date.context_today(self):
                yield self.env._("the promised date of %(product)s is over. Promise a later one.", product=name)
        if not order_line and product.crm_life_state == "stopped":
            yield product.product_tmpl_id._crm_stopped_message()
        # sudo: the order's type, a definition
        overseas = self.revision_id.order_id.sudo().crm_order_type_id.is_overseas
        if not order_line and overseas and product.type == "consu" and not product.crm_hs_code:
            yield self.env._(
                "%(product)s has no HS code, which an overseas order needs. Have it filled in.", product=name
            )

    def _apply(self, order):
        """Change or add this line of the order."""
        values = {
            name: self[name]
            for name in ("product_uom_qty", "price_unit", "discount", "crm_requested_date", "crm_promised_date")
        }
        values["crm_free_reason"] = self.free_reason
        if self.order_line_id:
            line = order.order_line.filtered(lambda line: line.id == self.order_line_id.id)
            changed = {
                name: value
                for name, value in values.items()
                if name not in ("product_uom_qty", "price_unit", "discount") or line._crm_differs(name, value)
            }
            line.write(changed)
        else:
            line = order.order_line.create(
                {
                    "order_id": order.id,
                    "product_id": self.product_id.id,
                    "product_uom_id": self.product_uom_id.id,
                    **values,
                }
            )
            self.order_line_id = line
        line._crm_take_facts()

    def _change_texts(self):
        """What the print and the reviewers compare: [[label, before, after]]."""
        currency = self.currency_id
        pairs = [
            (self.env._("Quantity"), f"{self.old_qty:g}", f"{self.product_uom_qty:g}"),
            (
                self.env._("Unit Price"),
                format_amount(self.env, self.old_price, currency),
                format_amount(self.env, self.price_unit, currency),
            ),
            (self.env._("Discount"), f"{self.old_discount:g} %", f"{self.discount:g} %"),
            (self.env._("Requested Date"), str(self.old_requested_date or ""), str(self.crm_requested_date or "")),
            (self.env._("Promised Date"), str(self.old_promised_date or ""), str(self.crm_promised_date or "")),
        ]
        return [[label, before, after] for label, before, after in pairs if before != after]
