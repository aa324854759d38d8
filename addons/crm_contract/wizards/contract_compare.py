from odoo import api, fields, models


class CrmContractCompare(models.TransientModel):
    """Two versions of a contract side by side."""

    _name = "crm.contract.compare"
    _description = "Comparison of Contract Versions"

    contract_id = fields.Many2one("crm.contract", required=True, readonly=True, ondelete="cascade")
    old_id = fields.Many2one(
        "crm.contract.version", string="Before", required=True, domain="[('contract_id', '=', contract_id)]"
    )
    new_id = fields.Many2one(
        "crm.contract.version", string="After", required=True, domain="[('contract_id', '=', contract_id)]"
    )
    diff_html = fields.Html(string="Differences", compute="_compute_diff_html", sanitize=False)

    @api.depends("old_id", "new_id")
    @api.depends_context("lang")
    def _compute_diff_html(self):
        for wizard in self:
            versions = wizard.old_id | wizard.new_id
            # what is not of this contract, or out of scope, is not shown
            versions.check_access("read")
            contract = wizard.contract_id
            html = contract._render_diff(wizard.old_id.content or {}, wizard.new_id.content or {})
            wizard.diff_html = html or self.env._("Nothing differs.")
