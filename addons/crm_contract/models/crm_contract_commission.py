from odoo import api, fields, models


class CrmContractCommission(models.Model):
    """Who gets a commission for a contract."""

    _name = "crm.contract.commission"
    _description = "Contract Commission"
    _order = "contract_id, id"

    contract_id = fields.Many2one("crm.contract", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    user_id = fields.Many2one("res.users", string="Salesperson", domain="[('share', '=', False)]")
    partner_id = fields.Many2one("res.partner", string="Agent", ondelete="restrict")
    basis = fields.Selection([("untaxed", "Untaxed Amount"), ("total", "Total")], default="untaxed", required=True)
    percent = fields.Float(digits=(16, 4))
    amount = fields.Monetary(compute="_compute_amount", store=True)
    note = fields.Char()

    _percent_range = models.Constraint(
        "CHECK (percent >= 0 AND percent <= 100)", "A commission is from 0 to 100 percent of the contract."
    )
    _who = models.Constraint(
        "CHECK (num_nonnulls(user_id, partner_id) = 1)",
        "A commission goes either to a salesperson or to an agent: choose one.",
    )

    def _copy_values(self):
        names = ("user_id", "partner_id", "basis", "percent", "note")
        return self._convert_to_write({name: self[name] for name in names})

    @api.depends("percent", "basis", "contract_id.amount_untaxed", "contract_id.amount_total")
    def _compute_amount(self):
        for commission in self:
            contract = commission.contract_id
            base = contract.amount_total if commission.basis == "total" else contract.amount_untaxed
            amount = base * commission.percent / 100
            commission.amount = contract.currency_id.round(amount) if contract.currency_id else amount
