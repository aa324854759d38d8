from odoo import api, fields, models


class CrmContractVersion(models.Model):
    """What a contract said when it was approved, and after each change."""

    _name = "crm.contract.version"
    _description = "Contract Version"
    _order = "contract_id, number desc"

    contract_id = fields.Many2one("crm.contract", required=True, index=True, ondelete="cascade", readonly=True)
    number = fields.Integer(string="Version", required=True, readonly=True)
    change_id = fields.Many2one("crm.contract.change", readonly=True, index="btree_not_null", ondelete="restrict")
    content = fields.Json(readonly=True, required=True, export_string_translation=False)
    amount_total = fields.Monetary(string="Total", readonly=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    create_date = fields.Datetime(string="In Force Since")

    _number_uniq = models.UniqueIndex("(contract_id, number)", "This version is kept already.")

    @api.depends("number", "contract_id.name")
    def _compute_display_name(self):
        for version in self:
            version.display_name = f"{version.contract_id.name} v{version.number}"

    def action_print(self):
        """Print the contract as it was."""
        self.check_access("read")
        return self.env.ref("crm_contract.contract_version_report").report_action(self)
