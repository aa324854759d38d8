from odoo import api, fields, models
from odoo.exceptions import AccessError

from .crm_cost_mixin import SEE_COST


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "crm.cost.mixin"]

    price_unit = fields.Float(groups=SEE_COST)
    value = fields.Monetary(groups=SEE_COST)
    value_justification = fields.Text(groups=SEE_COST)
    value_computed_justification = fields.Text(groups=SEE_COST)
    value_manual = fields.Monetary(groups=SEE_COST)
    standard_price = fields.Float(groups=SEE_COST)
    remaining_value = fields.Monetary(groups=SEE_COST)

    @api.model
    def _has_field_access(self, field, operation):
        # orders, productions and purchases write the price of their moves, whoever confirms them
        return super()._has_field_access(field, operation) or (field.name == "price_unit" and operation == "write")

    def _merge_moves(self, merge_into=False):
        merge_into = merge_into and merge_into._crm_with_costs()
        return super(StockMove, self._crm_with_costs())._merge_moves(merge_into).with_env(self.env)

    def _prepare_move_split_vals(self, qty):
        return super(StockMove, self._crm_with_costs())._prepare_move_split_vals(qty)

    def _set_value(self, *args, **kwargs):
        return super(StockMove, self._crm_with_costs())._set_value(*args, **kwargs)

    def _create_account_move(self):
        return super(StockMove, self._crm_with_costs())._create_account_move().with_env(self.env)

    def _get_value_data(self, *args, **kwargs):
        return super(StockMove, self._crm_with_costs())._get_value_data(*args, **kwargs)

    def _get_price_unit(self):
        return super(StockMove, self._crm_with_costs())._get_price_unit()

    def _get_cogs_price_unit(self, quantity=0):
        return super(StockMove, self._crm_with_costs())._get_cogs_price_unit(quantity)

    def _get_upstream_documents_and_responsibles(self, visited):
        # sudo: only whom to tell of a change; Odoo would ask a salesperson who cancels an order for purchase rights
        return super(StockMove, self.sudo())._get_upstream_documents_and_responsibles(visited)

    def _prepare_analytic_lines(self):
        return super(StockMove, self._crm_with_costs())._prepare_analytic_lines()


class StockLot(models.Model):
    _name = "stock.lot"
    _inherit = ["stock.lot", "crm.cost.mixin"]

    standard_price = fields.Float(groups=SEE_COST)
    avg_cost = fields.Monetary(groups=SEE_COST)
    total_value = fields.Monetary(groups=SEE_COST)

    @api.model_create_multi
    def create(self, vals_list):
        self._crm_check_cost_values(vals_list)
        return super(StockLot, self._crm_with_costs()).create(vals_list).with_env(self.env)

    def _update_standard_price(self):
        return super(StockLot, self._crm_with_costs())._update_standard_price()


class StockQuant(models.Model):
    _inherit = "stock.quant"

    value = fields.Monetary(groups=SEE_COST)


class ProductValue(models.Model):
    _inherit = "product.value"

    value = fields.Monetary(groups=SEE_COST)
    current_value = fields.Monetary(groups=SEE_COST)
    current_value_details = fields.Char(groups=SEE_COST)
    current_value_description = fields.Text(groups=SEE_COST)
    computed_value_description = fields.Text(groups=SEE_COST)
    description = fields.Char(groups=SEE_COST)


class StockAvcoReport(models.AbstractModel):
    _inherit = "stock.avco.report"

    value = fields.Float(groups=SEE_COST)
    total_value = fields.Float(groups=SEE_COST)
    added_value = fields.Float(groups=SEE_COST)
    avco_value = fields.Float(groups=SEE_COST)
    justification = fields.Text(groups=SEE_COST)


class StockValuationReport(models.AbstractModel):
    _inherit = "stock_account.stock.valuation.report"

    def _get_report_data(self, *args, **kwargs):
        if not self.env.su and not self.env.user.has_group(SEE_COST):
            raise AccessError(self.env._("Only users who may see costs open the valuation of the stock."))
        return super()._get_report_data(*args, **kwargs)


class StockForecastedProduct(models.AbstractModel):
    _inherit = "stock.forecasted_product_product"

    def _get_report_header(self, *args, **kwargs):
        if self.env.user.has_group(SEE_COST):
            return super()._get_report_header(*args, **kwargs)
        # sudo: Odoo adds the stock's value for stock managers, which is taken out again
        header = super(StockForecastedProduct, self.sudo())._get_report_header(*args, **kwargs)
        header.pop("value", None)
        return header


class AccountInvoiceReport(models.Model):
    _inherit = "account.invoice.report"

    inventory_value = fields.Float(groups=SEE_COST)
    price_margin = fields.Float(groups=SEE_COST)
