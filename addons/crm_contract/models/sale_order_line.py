from odoo import api, models


class SaleOrderLine(models.Model):
    """Lines of orders of a contract."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "crm.contracted.line.mixin"]

    # HOOKS
    def _crm_qty_ordered(self):
        return self.product_uom_qty

    def _crm_qty_delivered(self):
        return self.qty_delivered

    def _crm_delivered_on(self):
        return self.crm_shipped_date

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
        return super()._check_crm_contract_line()

    # COMPUTE: what the contract says
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
