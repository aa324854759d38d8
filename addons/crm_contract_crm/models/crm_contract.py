from odoo import fields, models


class CrmContract(models.Model):
    _inherit = "crm.contract"

    lead_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        domain="[('type', '=', 'opportunity'), ('partner_id', 'in', (False, partner_id))]",
    )
