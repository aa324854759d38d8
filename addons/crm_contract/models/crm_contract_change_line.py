from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmContractChangeRowMixin(models.AbstractModel):
    """A row of a change: a copy of a row of the contract, or a new one."""

    _name = "crm.contract.change.row.mixin"
    _description = "Row of a Contract Change"

    _contract_document = "change_id"

    change_id = fields.Many2one("crm.contract.change", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="change_id.company_id")
    currency_id = fields.Many2one(related="change_id.currency_id")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                row = self[self._contract_row].browse(vals.get(self._contract_row))
                change = self.env["crm.contract.change"].browse(vals.get("change_id"))
                if row and row.contract_id != change.contract_id:
                    raise AccessError(self.env._("This row is of another contract."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and {"change_id", self._contract_row} & vals.keys():
            raise AccessError(self.env._("Which row of the contract is changed is not entered. Add another row."))
        return super().write(vals)


class CrmContractChangeLine(models.Model):
    _name = "crm.contract.change.line"
    _description = "Line of a Contract Change"
    _inherit = ["crm.contract.change.row.mixin", "crm.contract.line.mixin"]
    _order = "change_id, sequence, id"

    _contract_row = "contract_line_id"

    contract_line_id = fields.Many2one("crm.contract.line", readonly=True, index="btree_not_null", ondelete="set null")

    _row_uniq = models.UniqueIndex(
        "(change_id, contract_line_id) WHERE contract_line_id IS NOT NULL", "A line of the contract stands here twice."
    )
    _quantity_positive = models.Constraint("CHECK (quantity >= 0)", "The quantity of a line cannot be negative.")


class CrmContractChangeMilestone(models.Model):
    _name = "crm.contract.change.milestone"
    _description = "Payment of a Contract Change"
    _inherit = ["crm.contract.change.row.mixin", "crm.contract.milestone.mixin"]
    _order = "change_id, sequence, id"

    _contract_row = "contract_milestone_id"

    contract_milestone_id = fields.Many2one(
        "crm.contract.milestone", readonly=True, index="btree_not_null", ondelete="set null"
    )
    amount = fields.Monetary(compute="_compute_amount", store=True)

    _row_uniq = models.UniqueIndex(
        "(change_id, contract_milestone_id) WHERE contract_milestone_id IS NOT NULL",
        "A payment of the contract stands here twice.",
    )

    @api.depends(
        "amount_type",
        "percent",
        "fixed_amount",
        "sequence",
        "change_id.amount_total",
        "change_id.currency_id",
        "change_id.milestone_ids.percent",
        "change_id.milestone_ids.fixed_amount",
        "change_id.milestone_ids.amount_type",
        "change_id.milestone_ids.sequence",
    )
    def _compute_amount(self):
        self.change_id._split_plan()


class CrmContractChangeClause(models.Model):
    _name = "crm.contract.change.clause"
    _description = "Clause of a Contract Change"
    _inherit = ["crm.contract.change.row.mixin", "crm.contract.clause.mixin"]
    _order = "change_id, sequence, id"

    _contract_row = "contract_clause_id"

    contract_clause_id = fields.Many2one(
        "crm.contract.clause", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _row_uniq = models.UniqueIndex(
        "(change_id, contract_clause_id) WHERE contract_clause_id IS NOT NULL",
        "A clause of the contract stands here twice.",
    )
