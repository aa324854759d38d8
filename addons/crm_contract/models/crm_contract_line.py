from odoo import fields, models


class CrmContractLine(models.Model):
    _name = "crm.contract.line"
    _description = "Contract Line"
    _inherit = ["crm.contract.line.mixin"]
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one("crm.contract", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id", store=True)

    _quantity_positive = models.Constraint("CHECK (quantity >= 0)", "The quantity of a line cannot be negative.")
