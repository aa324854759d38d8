from odoo import api, fields, models

from .crm_contract_clause_library import check_variables


class CrmContractClause(models.Model):
    _name = "crm.contract.clause"
    _description = "Contract Clause"
    _inherit = ["crm.contract.clause.mixin"]
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one("crm.contract", required=True, index=True, ondelete="cascade")

    @api.constrains("title", "body", "title_en", "body_en")
    def _check_variables(self):
        for clause in self:
            check_variables(self.env, clause)
