from odoo import api, fields, models
from odoo.exceptions import AccessError


class SaleOrder(models.Model):
    """The order of charged samples: what was reviewed is their request, so it needs no review and does not change."""

    _inherit = "sale.order"

    crm_sample_request_ids = fields.One2many("crm.sample.request", "order_id", string="Sample Request", readonly=True)

    @api.depends("crm_sample_request_ids.review_state")
    def _compute_crm_needs_review(self):
        samples = self._crm_of_samples()
        samples.crm_needs_review = False
        return super(SaleOrder, self - samples)._compute_crm_needs_review()

    @api.depends("crm_sample_request_ids.review_state")
    def _compute_crm_is_frozen(self):
        samples = self._crm_of_samples().filtered(lambda order: order.state == "sale")
        samples.crm_is_frozen = True
        return super(SaleOrder, self - samples)._compute_crm_is_frozen()

    def _crm_check_gate(self, state):
        return super(SaleOrder, self - self._crm_of_samples())._crm_check_gate(state)

    def _crm_of_samples(self):
        # sudo: that an order is of reviewed samples is no secret to who may read it
        return self.filtered(lambda order: "approved" in order.sudo().crm_sample_request_ids.mapped("review_state"))


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    crm_sample_line_id = fields.Many2one(
        "crm.sample.line", string="Sample", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_sample(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_sample(vals)
        return super().write(vals)

    @api.model
    def _check_sample(self, vals):
        if vals.get("crm_sample_line_id") and not self.env.su:
            raise AccessError(self.env._("What delivers a sample is written by the sample request."))

    def _prepare_procurement_values(self):
        return super()._prepare_procurement_values() | {"crm_sample_line_id": self.crm_sample_line_id.id}
