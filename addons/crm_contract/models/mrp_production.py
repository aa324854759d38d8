from odoo import api, fields, models


class MrpProduction(models.Model):
    """Production orders of contracts: of what their orders sell, and of the parts that are made for it."""

    _inherit = "mrp.production"

    sale_line_id = fields.Many2one(index="btree_not_null")  # a line's contract is told to its production orders
    crm_contract_line_id = fields.Many2one(
        "crm.contract.line",
        string="Contract Line",
        compute="_compute_crm_contract_line_id",
        store=True,
        recursive=True,
        compute_sudo=True,
        index="btree_not_null",
        help="What of a contract this is made for, by itself or as a part.",
    )
    crm_contract_id = fields.Many2one(
        related="crm_contract_line_id.contract_id", string="Contract", store=True, index="btree_not_null"
    )

    @api.depends(
        "sale_line_id.crm_contract_line_id", "production_group_id.parent_ids.production_ids.crm_contract_line_id"
    )
    def _compute_crm_contract_line_id(self):
        for production in self:
            own = production.sale_line_id.crm_contract_line_id
            # Odoo knows of parts which production orders they go into, and not what is sold
            wholes = production.production_group_id.parent_ids.production_ids
            production.crm_contract_line_id = own or wholes.crm_contract_line_id[:1]
