from odoo import api, fields, models


class CrmContractFact(models.TransientModel):
    """The signing of a contract, or the acceptance of what was delivered: when, by whom, and its papers."""

    _name = "crm.contract.fact"
    _description = "Signing or Acceptance of a Contract"

    contract_id = fields.Many2one("crm.contract", required=True, ondelete="cascade")
    step = fields.Selection([("sign", "Signing"), ("accept", "Acceptance")], required=True, default="sign")
    date = fields.Date(default=fields.Date.context_today, required=True)
    our_signatory = fields.Char(compute="_compute_signatories", store=True, readonly=False)
    partner_signatory = fields.Char(
        string="Their Signatory", compute="_compute_signatories", store=True, readonly=False
    )
    file_ids = fields.Many2many("ir.attachment", string="Files", help="The scanned papers.")

    @api.depends("contract_id")
    def _compute_signatories(self):
        for wizard in self:
            wizard.our_signatory = wizard.contract_id.our_signatory
            wizard.partner_signatory = wizard.contract_id.partner_signatory

    def action_done(self):
        """Write it into the contract."""
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        # in the user's name: files that are not his stay where they are
        self.file_ids.write({"res_model": contract._name, "res_id": contract.id})
        if self.step == "sign":
            contract._sign(self.date, self.our_signatory, self.partner_signatory, self.file_ids)
        else:
            contract._accept(self.date, self.file_ids)
        return {"type": "ir.actions.act_window_close"}
