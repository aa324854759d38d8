from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    crm_inquiry_id = fields.Many2one(
        "crm.inquiry", string="Internal Inquiry", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_inquiry(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_inquiry(vals)
        return super().write(vals)

    @api.model
    def _check_inquiry(self, vals):
        """A quotation is made of an inquiry that one may change."""
        if vals.get("crm_inquiry_id"):
            self.env["crm.inquiry"].browse(vals["crm_inquiry_id"]).check_access("write")
