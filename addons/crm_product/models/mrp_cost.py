from odoo import api, fields, models
from odoo.exceptions import AccessError

from .crm_cost_mixin import SEE_COST


def _without_costs(data):
    """A report's figures without its costs: what is called so is empty, at any depth."""
    if isinstance(data, dict):
        return {
            key: False
            if isinstance(key, str) and "cost" in key and not isinstance(value, (dict, list))
            else _without_costs(value)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [_without_costs(value) for value in data]
    return data


class BomStructureReport(models.AbstractModel):
    _name = "report.mrp.report_bom_structure"
    _inherit = ["report.mrp.report_bom_structure", "crm.cost.mixin"]

    @api.model
    def _get_report_data(self, *args, **kwargs):
        data = super(BomStructureReport, self._crm_with_costs())._get_report_data(*args, **kwargs)
        return data if self.env.user.has_group(SEE_COST) else _without_costs(data)

    @api.model
    def _get_pdf_line(self, *args, **kwargs):
        data = super(BomStructureReport, self._crm_with_costs())._get_pdf_line(*args, **kwargs)
        return data if self.env.user.has_group(SEE_COST) else _without_costs(data)


class MoOverviewReport(models.AbstractModel):
    _inherit = "report.mrp.report_mo_overview"

    @api.model
    def _get_report_data(self, production_id):
        # nearly every figure of it is a cost
        if not self.env.user.has_group(SEE_COST):
            raise AccessError(self.env._("Only users who may see costs open the overview of a manufacturing order."))
        return super()._get_report_data(production_id)


class MrpBom(models.Model):
    _name = "mrp.bom"
    _inherit = ["mrp.bom", "crm.cost.mixin"]

    def _get_product_price_and_data(self, product):
        if self.env.user.has_group(SEE_COST):
            return super()._get_product_price_and_data(product)
        data = super()._get_product_price_and_data(product._crm_with_costs())
        return data | {"price": 0.0}

    def _update_order_line_info(self, product_id, quantity, **kwargs):
        if self.env.user.has_group(SEE_COST):
            return super()._update_order_line_info(product_id, quantity, **kwargs)
        super(MrpBom, self._crm_with_costs())._update_order_line_info(product_id, quantity, **kwargs)
        return 0.0


class MrpProduction(models.Model):
    _name = "mrp.production"
    _inherit = ["mrp.production", "crm.cost.mixin"]

    extra_cost = fields.Float(groups=SEE_COST)

    def _cal_price(self, consumed_moves):
        return super(MrpProduction, self._crm_with_costs())._cal_price(consumed_moves._crm_with_costs())

    def _get_backorder_mo_vals(self):
        return super(MrpProduction, self._crm_with_costs())._get_backorder_mo_vals()

    def _post_labour(self):
        return super(MrpProduction, self._crm_with_costs())._post_labour()

    def _get_product_price_and_data(self, product):
        if self.env.user.has_group(SEE_COST):
            return super()._get_product_price_and_data(product)
        data = super()._get_product_price_and_data(product._crm_with_costs())
        return data | {"price": 0.0}

    def _update_order_line_info(self, product_id, quantity, **kwargs):
        if self.env.user.has_group(SEE_COST):
            return super()._update_order_line_info(product_id, quantity, **kwargs)
        super(MrpProduction, self._crm_with_costs())._update_order_line_info(product_id, quantity, **kwargs)
        return 0.0


class MrpWorkorder(models.Model):
    _name = "mrp.workorder"
    _inherit = ["mrp.workorder", "crm.cost.mixin"]

    costs_hour = fields.Float(groups=SEE_COST)

    @api.model
    def _has_field_access(self, field, operation):
        # finishing a work order keeps the rate of its work centre
        return super()._has_field_access(field, operation) or (field.name == "costs_hour" and operation == "write")

    def _cal_cost(self, date=False):
        return super(MrpWorkorder, self._crm_with_costs())._cal_cost(date)

    def _compute_expected_operation_cost(self, *args, **kwargs):
        return super(MrpWorkorder, self._crm_with_costs())._compute_expected_operation_cost(*args, **kwargs)

    def _compute_current_operation_cost(self):
        return super(MrpWorkorder, self._crm_with_costs())._compute_current_operation_cost()

    def _get_current_theorical_operation_cost(self, *args, **kwargs):
        return super(MrpWorkorder, self._crm_with_costs())._get_current_theorical_operation_cost(*args, **kwargs)


class MrpRoutingWorkcenter(models.Model):
    _name = "mrp.routing.workcenter"
    _inherit = ["mrp.routing.workcenter", "crm.cost.mixin"]

    cost = fields.Float(groups=SEE_COST)
