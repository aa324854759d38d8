from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    review_administrator_id = fields.Many2one(related="company_id.review_administrator_id", readonly=False)
    review_urge_minutes = fields.Integer(related="company_id.review_urge_minutes", readonly=False)
