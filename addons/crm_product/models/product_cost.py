from odoo import api, fields, models
from odoo.exceptions import AccessError

from .crm_cost_mixin import SEE_COST


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "crm.cost.mixin"]

    standard_price = fields.Float(groups=SEE_COST)

    @api.model_create_multi
    def create(self, vals_list):
        self._crm_check_cost_values(vals_list)
        return super(ProductTemplate, self._crm_with_costs()).create(vals_list).with_env(self.env)


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "crm.cost.mixin"]

    standard_price = fields.Float(groups=SEE_COST)
    avg_cost = fields.Monetary(groups=SEE_COST)
    total_value = fields.Monetary(groups=SEE_COST)
    suggest_estimated_price = fields.Float(groups=SEE_COST)

    @api.model_create_multi
    def create(self, vals_list):
        self._crm_check_cost_values(vals_list)
        return super(ProductProduct, self._crm_with_costs()).create(vals_list).with_env(self.env)

    def _change_standard_price(self, old_price):
        return super(ProductProduct, self._crm_with_costs())._change_standard_price(old_price)

    def _update_standard_price(self, *args, **kwargs):
        return super(ProductProduct, self._crm_with_costs())._update_standard_price(*args, **kwargs)

    def _select_seller(self, *args, **kwargs):
        # with its price: a purchase takes it, whoever's sale started the purchase
        return super(ProductProduct, self._crm_with_costs())._select_seller(*args, **kwargs)

    def _prepare_sellers(self, *args, **kwargs):
        return super(ProductProduct, self._crm_with_costs())._prepare_sellers(*args, **kwargs)


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items._crm_check_base()
        return items

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() - {"sequence"}:
            self._crm_check_base()
        return result

    def _crm_check_base(self):
        """Whoever could make a price from the cost would know the cost."""
        if self.env.su or self.env.user.has_group(SEE_COST):
            return
        if self.filtered(lambda item: item.base == "standard_price" and item.compute_price == "formula"):
            raise AccessError(
                self.env._("Only users who may see costs set prices that come from the cost. Choose another base.")
            )
