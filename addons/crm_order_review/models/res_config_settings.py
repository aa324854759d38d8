from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    crm_application_required = fields.Boolean(related="company_id.crm_application_required", readonly=False)
    crm_quotation_review = fields.Selection(related="company_id.crm_quotation_review", readonly=False)
    crm_order_top = fields.Integer(related="company_id.crm_order_top", readonly=False)
    crm_english_name = fields.Char(related="company_id.partner_id.english_name", readonly=False, string="English Name")
    crm_english_address = fields.Text(related="company_id.crm_english_address", readonly=False)
