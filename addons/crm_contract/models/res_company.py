from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # only who sets it reads it: whoever has the image can seal what he likes
    crm_contract_seal = fields.Image(
        string="Contract Seal", max_width=800, max_height=800, groups="crm_base.group_crm_admin"
    )
