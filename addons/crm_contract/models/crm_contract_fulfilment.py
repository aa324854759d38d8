from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from odoo.addons.crm_review.tools.guard import unlocked

from .crm_contract import IN_FORCE

BUYERS = "purchase.group_purchase_user"  # nobody else reads purchase orders


class CrmContract(models.Model):
    """The orders of a contract and what has been delivered of it."""

    _inherit = "crm.contract"

    # FIELDS
    order_ids = fields.One2many("sale.order", "crm_contract_id", string="Orders")
    purchase_ids = fields.One2many("purchase.order", "crm_contract_id", string="Purchase Orders", groups=BUYERS)
    order_count = fields.Integer(compute="_compute_order_count", compute_sudo=True)
    date_delivered = fields.Date(
        string="Delivered On",
        compute="_compute_deliveries",
        store=True,
        compute_sudo=True,
        help="When the last of it was delivered; empty while something is open.",
    )
    next_delivery_date = fields.Date(
        string="Next Delivery", compute="_compute_deliveries", store=True, compute_sudo=True
    )
    late_since = fields.Date(
        string="Open Since",
        compute="_compute_late_since",
        store=True,
        compute_sudo=True,
        help="The earliest date of a delivery or payment that is still open.",
    )
    days_late = fields.Integer(compute="_compute_days_late")
    delivered_rate = fields.Float(string="Delivered %", compute="_compute_rates", compute_sudo=True)
    invoiced_rate = fields.Float(string="Invoiced %", compute="_compute_rates", compute_sudo=True)
    received_rate = fields.Float(string="Received %", compute="_compute_rates", compute_sudo=True)

    _crm_late = models.Index("(late_since, id) WHERE late_since IS NOT NULL")

    # COMPUTE
    @api.depends("order_ids", "purchase_ids")
    def _compute_order_count(self):
        counts = {}
        for model in ("sale.order", "purchase.order"):
            counts |= self.env[model]._read_group(
                [("crm_contract_id", "in", self.ids)], ["crm_contract_id"], ["__count"]
            )
        for contract in self:
            contract.order_count = counts.get(contract._origin, 0)

    @api.depends(
        "line_ids.quantity", "line_ids.qty_delivered", "line_ids.delivery_date", "line_ids.date_delivered", "kind"
    )
    def _compute_deliveries(self):
        for contract in self:
            lines = contract.line_ids.filtered("quantity")
            open_lines = lines.filtered(lambda line: line._is_open())
            limited = contract._is_limited()
            contract.next_delivery_date = limited and min(
                filter(None, open_lines.mapped("delivery_date")), default=False
            )
            is_done = limited and bool(lines) and not open_lines
            contract.date_delivered = is_done and max(filter(None, lines.mapped("date_delivered")), default=False)

    @api.depends("next_delivery_date", "next_payment_date", "state")
    def _compute_late_since(self):
        for contract in self:
            dates = (contract.next_delivery_date, contract.next_payment_date)
            is_open = contract.state in (*IN_FORCE, "expired")
            contract.late_since = is_open and min(filter(None, dates), default=False)

    @api.depends("late_since")
    def _compute_days_late(self):
        today = fields.Date.context_today(self)
        for contract in self:
            contract.days_late = max((today - contract.late_since).days, 0) if contract.late_since else 0

    @api.depends("line_ids.qty_delivered", "line_ids.quantity", "amount_invoiced", "amount_received", "amount_total")
    def _compute_rates(self):
        for contract in self:
            lines = contract.line_ids.filtered("quantity")
            worth = sum(lines.mapped("price_subtotal"))
            weights = {line: line.price_subtotal / worth if worth else 1 / len(lines) for line in lines}
            delivered = sum(weights[line] * min(line.qty_delivered / line.quantity, 1) for line in lines)
            contract.delivered_rate = delivered
            total = contract.amount_total
            contract.invoiced_rate = contract.amount_invoiced / total if total else 0
            contract.received_rate = contract.amount_received / total if total else 0

    def _is_limited(self):
        """Whether no more is ordered and delivered than the contract says."""
        self.ensure_one()
        return self.kind != "framework"

    def _orders(self):
        """:return: the orders of this contract: of sale, or of purchase"""
        self.ensure_one()
        return self.purchase_ids if self._is_purchase() else self.order_ids

    # ACTION
    def action_view_orders(self):
        """Open the orders of this contract."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "purchase.purchase_form_action" if self._is_purchase() else "sale.action_orders"
        )
        return action | {
            "domain": [("crm_contract_id", "=", self.id)],
            "context": {"create": False},
            "name": self.env._("Orders of %(contract)s", contract=self.display_name),
        }

    def action_make_orders(self):
        """Choose what to order of this contract now."""
        self.ensure_one()
        self._check_orderable()
        wizard = self.env["crm.contract.order"].create({"contract_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Order from the Contract"),
            "res_model": "crm.contract.order",
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # HOOKS
    def _has_progress(self):
        # sudo: whether there are any
        return super()._has_progress() or any(
            order.state == order._contract_confirmed for order in self.sudo()._orders()
        )

    def _is_fulfilled(self):
        return self._is_paid() and not any(line._is_open() for line in self.line_ids)

    def _change_problems(self, change):
        problems = super()._change_problems(change)
        if change.kind in ("termination", "renewal"):
            return problems
        rows = {row.contract_line_id: row for row in change.line_ids}
        for number, line in enumerate(self.line_ids._in_order(), start=1):
            row = rows.get(line)
            if not line.qty_ordered:
                continue
            values = {"number": number, "product": line.product_id.display_name or line.name}
            if row and (row.product_id != line.product_id or row.product_uom_id != line.product_uom_id):
                problems.append(
                    self.env._(
                        "Line %(number)s: %(product)s is ordered already. Keep its product and unit, and add another "
                        "line.",
                        **values,
                    )
                )
            elif self._is_limited() and line._compare(row.quantity if row else 0, line.qty_ordered) < 0:
                problems.append(
                    self.env._(
                        "Line %(number)s: %(quantity)s of %(product)s are ordered already. Keep at least that many, or "
                        "have the orders changed first.",
                        quantity=f"{line.qty_ordered:g}",
                        **values,
                    )
                )
        orders = self.sudo()._orders().filtered(lambda order: order.state != "cancel")  # sudo: whether there are any
        if change.partner_id.commercial_partner_id != self.partner_id.commercial_partner_id and (
            orders or self.sudo().move_ids.filtered(lambda move: move.state == "posted")
        ):
            problems.append(
                self.env._(
                    "There are orders or invoices already, so the customer or supplier stays. Terminate the contract "
                    "instead."
                )
            )
        return problems

    def _change_effects(self, change):
        effects = super()._change_effects(change)
        if change.kind == "termination":
            for order in self._open_orders():
                sentence = (
                    self.env._("Order %(order)s: what is not delivered yet is cancelled.", order=order.name)
                    if order._crm_is_begun()
                    else self.env._("Order %(order)s is cancelled.", order=order.name)
                )
                effects.append(sentence)
        elif change.kind != "renewal":
            rows = {row.contract_line_id: row for row in change.line_ids}
            repriced = self.line_ids.filtered(
                lambda line: (
                    line in rows and (rows[line].price_unit, rows[line].discount) != (line.price_unit, line.discount)
                )
            )
            # sudo: their numbers
            orders = repriced.sudo()._order_lines().order_id.filtered(lambda order: order.state != "cancel")
            effects += [self.env._("Order %(order)s gets the new prices.", order=order.name) for order in orders]
        return effects

    def _on_changed(self, change):
        result = super()._on_changed(change)
        self._sync_orders()
        return result

    def _on_terminated(self, change):
        result = super()._on_terminated(change)
        self._close_orders()
        return result

    # BUSINESS
    def _sync_orders(self):
        """Give the orders the prices that the contract has now; what is left to order follows by itself."""
        for line in self.sudo().line_ids:  # sudo: orders follow the contract, whoever changes it
            for order_line in line._order_lines().filtered(lambda one: one.state != "cancel"):
                values = order_line._crm_contract_price()
                if any(order_line[name] != value for name, value in values.items()):
                    locked = order_line.order_id.locked
                    order_line.order_id.locked = False
                    unlocked(order_line).write(values)
                    order_line.order_id.locked = locked

    def _open_orders(self):
        """:return: the orders that are still to be delivered, with sudo"""
        # sudo: a contract ends for all its orders, whoever may see them
        return self.sudo()._orders().filtered(lambda order: order._crm_is_open())

    def _close_orders(self):
        """Cancel what is not delivered."""
        unlocked(self._open_orders())._crm_close()

    def _check_orderable(self):
        """:raise UserError: nothing can be ordered of this contract now"""
        for contract in self:
            if contract.state not in IN_FORCE:
                raise UserError(
                    self.env._(
                        "%(contract)s is not in force. Nothing can be ordered of it.", contract=contract.display_name
                    )
                )


class CrmContractLine(models.Model):
    """What has been ordered and delivered of a line, in its unit."""

    _inherit = "crm.contract.line"

    order_line_ids = fields.One2many("sale.order.line", "crm_contract_line_id", string="Order Lines")
    purchase_line_ids = fields.One2many(
        "purchase.order.line", "crm_contract_line_id", string="Purchase Order Lines", groups=BUYERS
    )
    qty_ordered = fields.Float(
        string="Ordered", digits="Product Unit", compute="_compute_quantities", store=True, compute_sudo=True
    )
    qty_to_order = fields.Float(
        string="To Order", digits="Product Unit", compute="_compute_quantities", store=True, compute_sudo=True
    )
    qty_delivered = fields.Float(
        string="Delivered", digits="Product Unit", compute="_compute_quantities", store=True, compute_sudo=True
    )
    qty_to_deliver = fields.Float(
        string="To Deliver", digits="Product Unit", compute="_compute_quantities", store=True, compute_sudo=True
    )
    date_delivered = fields.Date(
        string="Last Delivered On", compute="_compute_quantities", store=True, compute_sudo=True
    )

    # COMPUTE
    @api.depends(
        "quantity",
        "product_uom_id",
        "order_line_ids.product_uom_qty",
        "order_line_ids.product_uom_id",
        "order_line_ids.qty_delivered",
        "order_line_ids.crm_shipped_date",
        "order_line_ids.state",
        "purchase_line_ids.product_qty",
        "purchase_line_ids.product_uom_id",
        "purchase_line_ids.qty_received",
        "purchase_line_ids.order_id.state",
    )
    def _compute_quantities(self):
        for line in self:
            ordered = delivered = 0
            shipped = []
            for row in line._order_lines():
                taken = row._crm_qty_delivered()
                quantity = taken if row.order_id.state == "cancel" else row._crm_qty_ordered()
                unit, own = row.product_uom_id, line.product_uom_id
                ordered += unit._compute_quantity(quantity, own, round=False)
                delivered += unit._compute_quantity(taken, own, round=False)
                if moment := row._crm_delivered_on():
                    shipped.append(fields.Datetime.context_timestamp(line, moment).date())
            line.qty_ordered = ordered
            line.qty_delivered = delivered
            line.qty_to_order = line.quantity - ordered
            line.qty_to_deliver = line.quantity - delivered
            line.date_delivered = max(shipped, default=False)

    def _order_lines(self):
        """:return: the lines of orders of these lines, which are of one contract or of contracts of one kind"""
        return self.purchase_line_ids or self.order_line_ids

    def _is_open(self):
        return self._compare(self.qty_delivered, self.quantity) < 0

    def _compare(self, one, other):
        """Compare two quantities in the unit of this line."""
        return self.product_uom_id.compare(one, other) if self.product_uom_id else (one > other) - (one < other)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        self.env["crm.contract"]._check_facts(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self.env["crm.contract"]._check_facts([vals])
        return super().write(vals)

    # BUSINESS
    def _remove(self):
        # of what was ordered and cancelled nothing is left to be held against the contract
        unlocked(self._order_lines()).crm_contract_line_id = False
        return super()._remove()

    def _price_in(self, unit):
        """:return: this line's price in another unit of measure, in the contract's currency"""
        return self.product_uom_id._compute_price(self.price_unit, unit)

    def _is_price_of(self, row):
        """Whether a line of an order, or of its change, has the price and the discount of this line."""
        digits = self.env["decimal.precision"].precision_get("Product Price")
        price = self._price_in(row.product_uom_id)
        return not (
            float_compare(price, row.price_unit, precision_digits=digits)
            or float_compare(self.discount, row.discount, precision_digits=4)
        )

    def _lock_to_order(self):
        """Whoever else orders or delivers of these lines at the same time comes after us."""
        self.flush_recordset()
        self.env.cr.execute("SELECT id FROM crm_contract_line WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [self.ids])
        self.invalidate_recordset(["qty_ordered", "qty_delivered"])

    def _check_quantities(self):
        """
        :raise UserError: more is ordered or delivered of a line than the contract says
        """
        for line in self.sudo():  # sudo: what the contract says, whoever orders or delivers
            contract = line.contract_id
            if not contract._is_limited():
                continue
            values = {
                "contract": contract.display_name,
                "number": contract.line_ids._in_order().ids.index(line.id) + 1,
                "product": line.product_id.display_name or line.name,
                "quantity": f"{line.quantity:g}",
                "unit": line.product_uom_id.name or "",
            }
            if line._compare(line.qty_ordered, line.quantity) > 0:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s, line %(number)s (%(product)s): %(ordered)s %(unit)s would be ordered, "
                        "the contract says %(quantity)s. Order less, or change the contract.",
                        ordered=f"{line.qty_ordered:g}",
                        **values,
                    )
                )
            if line._compare(line.qty_delivered, line.quantity) > 0:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s, line %(number)s (%(product)s): %(delivered)s %(unit)s would be "
                        "delivered, the contract says %(quantity)s. Deliver less, or change the contract.",
                        delivered=f"{line.qty_delivered:g}",
                        **values,
                    )
                )
