from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    _inherit = "crm.lead"

    crm_contract_ids = fields.One2many("crm.contract", "lead_id", string="Contracts")
    crm_contract_count = fields.Integer(string="Number of Contracts", compute="_compute_crm_contract_count")

    @api.depends("crm_contract_ids")
    def _compute_crm_contract_count(self):
        groups = self.env["crm.contract"]._read_group([("lead_id", "in", self.ids)], ["lead_id"], ["__count"])
        counts = {lead.id: count for lead, count in groups}
        for lead in self:
            lead.crm_contract_count = counts.get(lead._origin.id, 0)

    def action_crm_make_contract(self):
        """The form of a new contract of this opportunity.

        :raise UserError: the opportunity has no customer yet
        """
        self.ensure_one()
        if not self.partner_id:
            raise UserError(self.env._("%(lead)s has no customer yet. Choose or create one first.", lead=self.name))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Contract"),
            "res_model": "crm.contract",
            "views": [(False, "form")],
            "context": {
                "default_lead_id": self.id,
                "default_partner_id": self.partner_id.commercial_partner_id.id,
                "default_title": self.name,
                "default_company_id": (self.company_id or self.env.company).id,
            },
        }

    def action_crm_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_contract.crm_contract_action")
        return action | {"domain": [("lead_id", "=", self.id)], "context": {"default_lead_id": self.id}}
