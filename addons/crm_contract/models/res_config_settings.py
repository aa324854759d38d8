from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    crm_contract_seal = fields.Image(related="company_id.crm_contract_seal", readonly=False)
