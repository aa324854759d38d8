from odoo import models


class CrmContract(models.Model):
    _name = "crm.contract"
    _inherit = ["crm.contract", "crm.file.mixin"]


class CrmContractChange(models.Model):
    _name = "crm.contract.change"
    _inherit = ["crm.contract.change", "crm.file.mixin"]
