from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_review.tools.guard import is_unlocked


class CrmQuotationBreak(models.Model):
    """What a line of a quotation costs for another quantity; the customer chooses one."""

    _name = "crm.quotation.break"
    _description = "Quantity Break of a Quotation"
    _order = "line_id, quantity, id"

    line_id = fields.Many2one("sale.order.line", required=True, index=True, ondelete="cascade")
    order_id = fields.Many2one(related="line_id.order_id", store=True, index=True)
    product_uom_id = fields.Many2one(related="line_id.product_uom_id", string="Unit")
    currency_id = fields.Many2one(related="line_id.currency_id")
    quantity = fields.Float(string="Quantity From", digits="Product Unit", required=True)
    price_unit = fields.Float(string="Unit Price", digits="Product Price", required=True)
    lead_days = fields.Integer(string="Lead Time (Days)")
    is_chosen = fields.Boolean(string="Chosen by the Customer", copy=False, readonly=True)

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "The quantity of a break must be more than zero.")
    _price_positive = models.Constraint("CHECK (price_unit >= 0)", "The price of a break cannot be negative.")
    _line_quantity_uniq = models.UniqueIndex(
        "(line_id, quantity)", "There are two breaks of one line for the same quantity. Keep one of them."
    )

    @api.model_create_multi
    def create(self, vals_list):
        breaks = super().create(vals_list)
        breaks._check_open()
        return breaks

    def write(self, vals):
        if vals.keys() - {"is_chosen"} or not self.env.su:
            self._check_open()
        result = super().write(vals)
        if "line_id" in vals:
            self._check_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed(self):
        self._check_open()

    def _check_open(self):
        """Prices of a quotation under review, approved or with the customer do not change."""
        if is_unlocked(self.env):
            return
        orders = self.order_id
        # sudo: where the review stands is no secret to who may change the lines
        if pending := orders.sudo().filtered(lambda order: order.review_state == "pending"):
            raise UserError(
                self.env._("%(order)s is under review. Have it rejected or recalled first.", order=pending[0].name)
            )
        orders._crm_check_frozen({"order_line"})

    def action_choose(self):
        """The customer takes this quantity, or again the one of the line."""
        self.ensure_one()
        self.order_id.check_access("write")
        if self.order_id.crm_quotation_state != "open":
            raise UserError(self.env._("%(order)s is not open any more.", order=self.order_id.display_name))
        chosen = not self.is_chosen
        # sudo: a choice changes no price, so it is noted also when the quotation is fixed
        (self.line_id.crm_break_ids - self).sudo().is_chosen = False
        self.sudo().is_chosen = chosen
        return True
