from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    crm_shipment_review = fields.Boolean(related="company_id.crm_shipment_review", readonly=False)
    crm_shipment_quality = fields.Boolean(related="company_id.crm_shipment_quality", readonly=False)
    carton_label_width = fields.Integer(
        string="Width of Carton Labels (mm)", compute="_compute_carton_label", inverse="_inverse_carton_label"
    )
    carton_label_height = fields.Integer(
        string="Height of Carton Labels (mm)", compute="_compute_carton_label", inverse="_inverse_carton_label"
    )

    def _carton_label_paper(self):
        return self.env.ref("crm_shipment.paperformat_carton_label")

    @api.depends("company_id")
    def _compute_carton_label(self):
        paper = self._carton_label_paper()
        for settings in self:
            settings.carton_label_width = paper.page_width
            settings.carton_label_height = paper.page_height

    def _inverse_carton_label(self):
        for settings in self:
            sizes = (settings.carton_label_width, settings.carton_label_height)
            if not all(40 <= size <= 300 for size in sizes):
                raise ValidationError(self.env._("Carton labels measure from 40 to 300 mm each way."))
            if sizes != (self._carton_label_paper().page_width, self._carton_label_paper().page_height):
                self._carton_label_paper().write({"page_width": sizes[0], "page_height": sizes[1]})
