from odoo import api, fields, models

CLAUSE_TERMS = ("title", "body", "title_en", "body_en")


class CrmContractClauseMixin(models.AbstractModel):
    """A clause with its text, Chinese and English; ``{…}`` in it are filled in from the contract."""

    _name = "crm.contract.clause.mixin"
    _description = "Text of a Clause"
    _inherit = ["crm.contract.row.mixin"]

    _contract_terms = CLAUSE_TERMS

    library_id = fields.Many2one("crm.contract.clause.library", string="From the Library", ondelete="set null")
    title = fields.Char(compute="_compute_text", store=True, readonly=False, precompute=True, required=True)
    body = fields.Text(string="Text", compute="_compute_text", store=True, readonly=False, precompute=True)
    title_en = fields.Char(string="English Title", compute="_compute_text", store=True, readonly=False, precompute=True)
    body_en = fields.Text(string="English Text", compute="_compute_text", store=True, readonly=False, precompute=True)

    @api.depends("library_id")
    def _compute_text(self):
        for clause in self:
            for name in CLAUSE_TERMS:
                clause[name] = clause.library_id[name] or clause[name]

    def _copy_values(self):
        return {"library_id": self.library_id.id, **super()._copy_values()}
