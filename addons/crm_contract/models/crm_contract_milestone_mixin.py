from odoo import fields, models

DUE_EVENTS = [
    ("signing", "Signing"),
    ("delivery", "Delivery"),
    ("invoice", "Invoice"),
    ("acceptance", "Acceptance"),
]
MILESTONE_TERMS = ("name", "amount_type", "percent", "fixed_amount", "due_event", "due_days")


class CrmContractMilestoneMixin(models.AbstractModel):
    """A payment that is due some days after something happens: of a contract, of a change, of a template."""

    _name = "crm.contract.milestone.mixin"
    _description = "Terms of a Payment Milestone"
    _inherit = ["crm.contract.row.mixin"]

    _contract_terms = MILESTONE_TERMS
    _contract_amounts = ("amount",)

    currency_id = fields.Many2one("res.currency")
    name = fields.Char(string="Payment", required=True)
    amount_type = fields.Selection(
        [("percent", "Percent"), ("fixed", "Fixed Amount")], string="Measured In", default="percent", required=True
    )
    percent = fields.Float(digits=(16, 4))
    fixed_amount = fields.Monetary()
    due_event = fields.Selection(DUE_EVENTS, string="Due after", default="signing", required=True)
    due_days = fields.Integer(string="Days", help="So many days after the event it is due.")

    _percent_range = models.Constraint(
        "CHECK (percent >= 0 AND percent <= 100)", "A payment is from 0 to 100 percent of the contract."
    )
    _days_positive = models.Constraint("CHECK (due_days >= 0)", "The days of a payment cannot be negative.")
    _fixed_positive = models.Constraint("CHECK (fixed_amount >= 0)", "The amount of a payment cannot be negative.")

    def _plan_part(self):
        """:return: this payment for `payment_plan.split`"""
        return (self.amount_type, self.percent if self.amount_type == "percent" else self.fixed_amount)
