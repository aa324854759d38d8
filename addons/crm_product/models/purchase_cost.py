from odoo import api, fields, models

from .crm_cost_mixin import SEE_COST


class ProductSupplierinfo(models.Model):
    _name = "product.supplierinfo"
    _inherit = ["product.supplierinfo", "crm.cost.mixin"]
    # without the price: an order tells it, too
    _order = "sequence, min_qty DESC, id"

    price = fields.Float(groups=SEE_COST)
    price_discounted = fields.Float(groups=SEE_COST)
    discount = fields.Float(groups=SEE_COST)

    @api.depends_context("uid")
    def _compute_display_name(self):
        # a name is told with every record that points here, so it must not hold the price
        if self.env.user.has_group(SEE_COST):
            return super()._compute_display_name()
        for supplier in self:
            supplier.display_name = supplier.partner_id.display_name
        return None
