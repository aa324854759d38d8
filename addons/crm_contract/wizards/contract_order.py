from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class CrmContractOrder(models.TransientModel):
    """What to order of a contract now: all that is left, or a delivery batch."""

    _name = "crm.contract.order"
    _description = "Order from a Contract"

    contract_id = fields.Many2one("crm.contract", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection(related="contract_id.kind")
    until = fields.Date(
        string="Deliveries until", help="Only lines that are to be delivered until this day. Empty: all lines."
    )
    by_delivery = fields.Boolean(string="One Order per Delivery Date")
    line_ids = fields.One2many(
        "crm.contract.order.line",
        "wizard_id",
        string="Lines",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("contract_id", "until")
    def _compute_line_ids(self):
        for wizard in self:
            limited = wizard.contract_id._is_limited()
            lines = wizard.contract_id.line_ids._in_order().filtered(
                lambda line, until=wizard.until, limited=limited: (
                    (not limited or line._compare(line.qty_to_order, 0) > 0)
                    and (not until or not line.delivery_date or line.delivery_date <= until)
                )
            )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"contract_line_id": line.id, "quantity": max(line.qty_to_order, 0)})
                    for line in lines
                ),
            ]

    def action_make_orders(self):
        """Make the orders and open them.

        :raise UserError: nothing is chosen, or somebody else has just ordered it
        """
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        contract._check_orderable()
        lines = self.line_ids.filtered(lambda line: line.contract_line_id._compare(line.quantity, 0) > 0)
        if not lines:
            raise UserError(self.env._("Nothing is chosen. Enter how much of which line is ordered."))
        for line in lines:
            if line.contract_line_id.contract_id != contract:
                raise UserError(self.env._("A line of another contract cannot be ordered here."))
        lines.contract_line_id.sudo()._lock_to_order()  # sudo: a lock changes nothing
        batches = lines.grouped("delivery_date").values() if self.by_delivery else [lines]
        if contract._is_purchase():
            orders = self.env["purchase.order"].create([self._prepare_purchase_order(batch) for batch in batches])
        else:
            orders = self.env["sale.order"].create([self._prepare_order(batch) for batch in batches])
        if len(orders) == 1:
            return orders.get_formview_action()
        return contract.action_view_orders()

    def _prepare_order(self, lines):
        """Hook: the values of the order of these lines."""
        contract = self.contract_id
        dates = [date for date in lines.mapped("delivery_date") if date]
        return {
            "partner_id": contract.partner_id.id,
            "partner_shipping_id": contract.partner_shipping_id.id or contract.partner_id.id,
            "company_id": contract.company_id.id,
            "currency_id": contract.currency_id.id,
            "user_id": contract.user_id.id,
            "crm_contract_id": contract.id,
            "origin": contract.name,
            "incoterm": contract.incoterm_id.id,
            "incoterm_location": contract.incoterm_location,
            "commitment_date": dates and fields.Datetime.to_datetime(max(dates)),
            "order_line": [Command.create(line._prepare_order_line()) for line in lines],
        }

    def _prepare_purchase_order(self, lines):
        """Hook: the values of the purchase order of these lines."""
        contract = self.contract_id
        partner = contract.partner_id.with_company(contract.company_id)
        return {
            "partner_id": partner.id,
            "company_id": contract.company_id.id,
            "currency_id": contract.currency_id.id,
            "fiscal_position_id": self.env["account.fiscal.position"]
            .with_company(contract.company_id)
            ._get_fiscal_position(partner)
            .id,
            "user_id": contract.user_id.id,
            "crm_contract_id": contract.id,
            "origin": contract.name,
            "partner_ref": contract.customer_number,
            "incoterm_id": contract.incoterm_id.id,
            "incoterm_location": contract.incoterm_location,
            "order_line": [Command.create(line._prepare_purchase_order_line()) for line in lines],
        }


class CrmContractOrderLine(models.TransientModel):
    _name = "crm.contract.order.line"
    _description = "Line to Order from a Contract"

    wizard_id = fields.Many2one("crm.contract.order", required=True, ondelete="cascade")
    contract_line_id = fields.Many2one("crm.contract.line", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one(related="contract_line_id.product_id")
    delivery_date = fields.Date(related="contract_line_id.delivery_date")
    product_uom_id = fields.Many2one(related="contract_line_id.product_uom_id")
    qty_to_order = fields.Float(related="contract_line_id.qty_to_order")
    quantity = fields.Float(string="To Order Now", digits="Product Unit")

    def _prepare_order_line(self):
        """Hook: the values of the order's line."""
        return self._agreed_values() | {"product_uom_qty": self.quantity}

    def _prepare_purchase_order_line(self):
        """Hook: the values of the purchase order's line."""
        today = fields.Date.context_today(self)
        date = max(self.contract_line_id.delivery_date or today, today)
        return self._agreed_values() | {
            "product_qty": self.quantity,
            "date_planned": fields.Datetime.to_datetime(date),
        }

    def _agreed_values(self):
        """:return: what the contract says of an order's line, of sale or of purchase"""
        self.ensure_one()
        line = self.contract_line_id
        return {
            "product_id": line.product_id.id,
            "name": line.name or line.product_id.display_name,
            "product_uom_id": line.product_uom_id.id,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            "crm_contract_line_id": line.id,
        }
