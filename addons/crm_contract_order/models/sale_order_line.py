from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_crm_contract_line(self):
        """The contract takes the quantity break that the customer has chosen, his part number and the date."""
        values = super()._prepare_crm_contract_line()
        values |= {
            "customer_code": self.crm_customer_code,
            "delivery_date": self.crm_promised_date or self.crm_requested_date,
        }
        if chosen := self.crm_break_ids.filtered("is_chosen"):
            values |= {"quantity": chosen.quantity, "price_unit": chosen.price_unit, "discount": 0}
        return values
