from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare


class SaleOrderLine(models.Model):
    """Lines of orders of a contract."""

    _inherit = "sale.order.line"

    crm_contract_line_id = fields.Many2one(
        "crm.contract.line", string="Contract Line", index="btree_not_null", copy=False, ondelete="restrict"
    )

    # CONSTRAINTS
    @api.constrains(
        "crm_contract_line_id",
        "order_id",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "qty_delivered",
        "price_unit",
        "discount",
        "tax_ids",
    )
    def _check_crm_contract_line(self):
        """An order of a contract has its products and prices, and no more than its quantities.

        :raise ValidationError: the line is not what the contract says
        """
        lines = self.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and (line.crm_contract_line_id or line.order_id.crm_contract_id)
            )
        ).sudo()  # sudo: what the contract says
        for line in lines:
            if line.order_id.state != "cancel" and (problem := line._crm_contract_problem()):
                raise ValidationError(problem)
        contract_lines = lines.crm_contract_line_id
        if contract_lines:
            contract_lines._lock_to_order()
            contract_lines._check_quantities()

    def _crm_contract_problem(self):
        """:return: what of this line of a contract's order is not as the contract says, False if nothing"""
        contract, own = self.order_id.crm_contract_id, self.crm_contract_line_id
        values = {"order": self.order_id.display_name, "number": self._crm_number(), "contract": contract.display_name}
        if not own:
            if not contract._is_limited() or not self.product_uom_qty:
                return False  # delivered without being ordered: stock adds a line of quantity zero
            return self.env._(
                "%(order)s, line %(number)s: %(product)s is not in contract %(contract)s. Order it apart, or change "
                "the contract.",
                product=self.product_id.display_name,
                **values,
            )
        if own.contract_id != contract or own.product_id != self.product_id:
            return self.env._(
                "%(order)s, line %(number)s is of another line or product than contract %(contract)s says. Make the "
                "order from the contract.",
                **values,
            )
        digits = self.env["decimal.precision"].precision_get("Product Price")
        price = self._crm_contract_price()["price_unit"]
        if float_compare(price, self.price_unit, precision_digits=digits) or float_compare(
            own.discount, self.discount, precision_digits=4
        ):
            return self.env._(
                "%(order)s, line %(number)s: contract %(contract)s says %(price)s with a discount of %(discount)s %%. "
                "Take its price, or change the contract.",
                price=own.currency_id.format(price),
                discount=f"{own.discount:g}",
                **values,
            )
        return False

    def _crm_contract_price(self):
        """:return: values of this line as its contract says"""
        own = self.crm_contract_line_id.sudo()  # sudo: what the contract says
        return {
            "price_unit": own.product_uom_id._compute_price(own.price_unit, self.product_uom_id),
            "discount": own.discount,
            "tax_ids": own.tax_ids,
        }

    @api.depends("crm_contract_line_id")
    def _compute_price_unit(self):
        agreed = self.filtered("crm_contract_line_id")
        for line in agreed:
            line.price_unit = line.technical_price_unit = line._crm_contract_price()["price_unit"]
        return super(SaleOrderLine, self - agreed)._compute_price_unit()

    @api.depends("crm_contract_line_id")
    def _compute_discount(self):
        agreed = self.filtered("crm_contract_line_id")
        for line in agreed:
            line.discount = line._crm_contract_price()["discount"]
        return super(SaleOrderLine, self - agreed)._compute_discount()

    @api.depends("crm_contract_line_id")
    def _compute_tax_ids(self):
        agreed = self.filtered("crm_contract_line_id")
        for line in agreed:
            line.tax_ids = line._crm_contract_price()["tax_ids"]
        return super(SaleOrderLine, self - agreed)._compute_tax_ids()

    def _prepare_crm_contract_line(self):
        """Hook: the values of the contract's line that this line of a quotation becomes."""
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "name": self.name,
            "quantity": self.product_uom_qty,
            "product_uom_id": self.product_uom_id.id,
            "price_unit": self.price_unit,
            "discount": self.discount,
            "tax_ids": self.tax_ids.ids,
        }

    # INVOICES: the contract's payment plan invoices them
    def _crm_by_contract(self):
        return self.filtered(lambda line: line.crm_contract_line_id and line.order_id._is_invoiced_by_contract())

    @api.depends("crm_contract_line_id")
    def _compute_qty_to_invoice(self):
        planned = self._crm_by_contract()
        planned.qty_to_invoice = 0
        return super(SaleOrderLine, self - planned)._compute_qty_to_invoice()

    @api.depends("crm_contract_line_id")
    def _compute_invoice_status(self):
        planned = self._crm_by_contract()
        planned.invoice_status = "no"
        return super(SaleOrderLine, self - planned)._compute_invoice_status()

    @api.depends("crm_contract_line_id")
    def _compute_untaxed_amount_to_invoice(self):
        planned = self._crm_by_contract()
        planned.untaxed_amount_to_invoice = 0
        return super(SaleOrderLine, self - planned)._compute_untaxed_amount_to_invoice()

    @api.depends("crm_contract_line_id")
    def _compute_amount_to_invoice(self):
        planned = self._crm_by_contract()
        planned.amount_to_invoice = 0
        return super(SaleOrderLine, self - planned)._compute_amount_to_invoice()
