from odoo import fields, models

from .crm_cost_mixin import SEE_COST


class ProductSupplierinfo(models.Model):
    _name = "product.supplierinfo"
    _inherit = ["product.supplierinfo", "crm.cost.mixin"]
    # without the price: an order tells it, too
    _order = "sequence, min_qty DESC, id"

    price = fields.Float(groups=SEE_COST)
    price_discounted = fields.Float(groups=SEE_COST)
    discount = fields.Float(groups=SEE_COST)

    def _compute_display_name(self):
        # the vendor's name only: it is told with every record that points here
        return super(
            ProductSupplierinfo, self._crm_with_costs().with_context(use_simplified_supplier_name=True)
        )._compute_display_name()
