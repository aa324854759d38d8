from odoo import api, models


class PurchaseOrderLine(models.Model):
    """Lines of orders of purchase contracts."""

    _name = "purchase.order.line"
    _inherit = ["purchase.order.line", "crm.contracted.line.mixin"]

    # HOOKS
    def _crm_qty_ordered(self):
        return self.product_qty

    def _crm_qty_delivered(self):
        return self.qty_received

    def _crm_delivered_on(self):
        moves = self.move_ids.filtered(lambda move: move.state == "done" and move._is_incoming())
        return self.qty_received > 0 and max(moves.mapped("date"), default=self.order_id.date_approve)

    def _crm_number(self):
        lines = self.order_id.order_line.filtered(lambda line: not line.display_type)
        return lines._ids.index(self.id) + 1 if self.id in lines._ids else len(lines)

    # CONSTRAINTS
    @api.constrains(
        "crm_contract_line_id",
        "order_id",
        "product_id",
        "product_uom_id",
        "product_qty",
        "qty_received",
        "price_unit",
        "discount",
        "tax_ids",
    )
    def _check_crm_contract_line(self):
        return super()._check_crm_contract_line()

    # COMPUTE: what the contract says
    @api.depends("crm_contract_line_id")
    def _compute_price_unit_and_date_planned_and_name(self):
        agreed = self.filtered("crm_contract_line_id")
        for line in agreed:
            price = line._crm_contract_price()
            line.price_unit = line.technical_price_unit = price["price_unit"]
            line.discount = price["discount"]
            line.name, line.date_planned = line.name, line.date_planned
        return super(PurchaseOrderLine, self - agreed)._compute_price_unit_and_date_planned_and_name()

    # INVOICES: the contract's payment plan invoices them
    @api.depends("crm_contract_line_id")
    def _compute_qty_invoiced(self):
        result = super()._compute_qty_invoiced()
        self._crm_by_contract().qty_to_invoice = 0
        return result
