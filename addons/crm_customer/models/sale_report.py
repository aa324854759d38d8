from odoo import api, models


class SaleReport(models.Model):
    _name = "sale.report"
    _inherit = ["sale.report", "crm.scope.mixin"]

    @api.model
    def _crm_scope_grants(self):
        return [*super()._crm_scope_grants(), self.env["res.partner"]._crm_scope_by_customer("commercial_partner_id")]
