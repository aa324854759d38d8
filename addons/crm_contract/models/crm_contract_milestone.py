from datetime import timedelta

from odoo import api, fields, models


class CrmContractMilestone(models.Model):
    _name = "crm.contract.milestone"
    _description = "Payment Milestone"
    _inherit = ["crm.contract.milestone.mixin"]
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one("crm.contract", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id", store=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    date_due = fields.Date(
        string="Due On", compute="_compute_date_due", store=True, help="Known once what it follows has happened."
    )

    @api.depends(
        "amount_type",
        "percent",
        "fixed_amount",
        "sequence",
        "contract_id.amount_total",
        "contract_id.currency_id",
        "contract_id.milestone_ids.percent",
        "contract_id.milestone_ids.fixed_amount",
        "contract_id.milestone_ids.amount_type",
        "contract_id.milestone_ids.sequence",
    )
    def _compute_amount(self):
        for contract in self.contract_id:
            contract._split_plan()
        for milestone in self.filtered(lambda milestone: not milestone.contract_id):
            milestone.amount = milestone.fixed_amount

    @api.depends("due_event", "due_days", "contract_id.date_signed", "contract_id.date_accepted")
    def _compute_date_due(self):
        for milestone in self:
            event = milestone._event_date()
            milestone.date_due = event + timedelta(days=milestone.due_days) if event else False

    def _remove(self):
        # drafts of payments that are there no more; what is posted has kept the change from being applied
        self.move_ids.filtered(lambda move: move.state == "draft").unlink()
        return super()._remove()

    def _event_date(self):
        """When that has happened after which this payment is due.

        :return: date, or False as long as it has not happened
        """
        self.ensure_one()
        match self.due_event:
            case "signing":
                return self.contract_id.date_signed
            case "acceptance":
                return self.contract_id.date_accepted
        return False
