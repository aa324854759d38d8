from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from .crm_contract_terms_mixin import TERMS

CHANGE_KINDS = [
    ("price", "Price"),
    ("quantity", "Quantity"),
    ("delivery", "Delivery"),
    ("terms", "Terms"),
    ("party", "Party"),
    ("termination", "Termination"),
    ("renewal", "Renewal"),
]
FIXED = frozenset(
    {
        "name",
        "number",
        "contract_id",
        "base_version",
        "before",
        "amount_before",
        "applied_on",
        "effects_taken",
        "dropped",
    }
)


class CrmContractChange(models.Model):
    """A change of an approved contract: made on a copy, reviewed side by side with what holds, applied as a whole.

    A termination and a renewal are changes, too: the one ends the contract, the other makes its successor.
    """

    _name = "crm.contract.change"
    _description = "Contract Change"
    _inherit = [
        "crm.contract.terms.mixin",
        "crm.review.mixin",
        "crm.customer.scope.mixin",
        "mail.thread.main.attachment",
        "mail.activity.mixin",
        "crm.excel.export.mixin",
    ]
    _order = "id desc"

    _mail_post_access = "read"
    _review_number = "name"
    _review_amount = "amount_total"
    _review_partner = "partner_id"
    _review_lines = ("line_ids", "milestone_ids", "clause_ids")
    _review_lock_approved = True
    _review_open_fields = frozenset({"crm_customer_id", "customer_user_id"})
    _crm_scope_partner = "partner_id"

    # FIELDS
    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    number = fields.Integer(readonly=True, copy=False)
    contract_id = fields.Many2one("crm.contract", required=True, readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(CHANGE_KINDS, required=True, default="terms", index=True)
    contract_kind = fields.Selection(related="contract_id.kind", string="Kind of Contract")
    user_id = fields.Many2one(
        "res.users", string="Requester", required=True, readonly=True, default=lambda self: self.env.user, index=True
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    crm_customer_id = fields.Many2one(related="contract_id.crm_customer_id", store=True, index="btree_not_null")
    customer_user_id = fields.Many2one(related="contract_id.customer_user_id", store=True, index="btree_not_null")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    currency_rate = fields.Float(related="contract_id.currency_rate")
    date = fields.Date(default=fields.Date.context_today, required=True, readonly=True, copy=False)
    reason = fields.Text()
    line_ids = fields.One2many("crm.contract.change.line", "change_id", string="Lines")
    milestone_ids = fields.One2many("crm.contract.change.milestone", "change_id", string="Payment Plan")
    clause_ids = fields.One2many("crm.contract.change.clause", "change_id", string="Clauses")
    date_termination = fields.Date(string="Ends On", copy=False)
    settlement = fields.Text(copy=False, help="How what is delivered and paid is settled at the end.")
    base_version = fields.Integer(string="Changes Version", readonly=True, copy=False)
    before = fields.Json(readonly=True, copy=False, export_string_translation=False)
    amount_before = fields.Monetary(string="Total Before", readonly=True, copy=False)
    amount_difference = fields.Monetary(string="Difference", compute="_compute_amount_difference", store=True)
    applied_on = fields.Datetime(readonly=True, copy=False)
    effects_taken = fields.Json(readonly=True, copy=False, export_string_translation=False)
    renewal_id = fields.Many2one("crm.contract", string="New Contract", readonly=True, copy=False, ondelete="restrict")
    dropped = fields.Boolean(string="Given Up", readonly=True, copy=False)
    is_open = fields.Boolean(compute="_compute_is_open", store=True)

    _open_uniq = models.UniqueIndex(
        "(contract_id) WHERE is_open",
        "There is a change of this contract on its way already. Continue with that one, or give it up.",
    )
    _number_uniq = models.UniqueIndex(
        "(contract_id, number)", "Somebody else has just begun a change of this contract."
    )

    # COMPUTE
    @api.depends("amount_total", "amount_before", "kind")
    def _compute_amount_difference(self):
        for change in self:
            plain = change.kind not in ("termination", "renewal")
            change.amount_difference = change.amount_total - change.amount_before if plain else 0

    @api.depends("review_state", "dropped")
    def _compute_is_open(self):
        for change in self:
            change.is_open = change.review_state != "approved" and not change.dropped

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("user_id", self.env.uid) != self.env.uid for vals in vals_list):
            raise AccessError(self.env._("Everybody asks for changes in his own name only."))
        return super().create([self._from_contract(vals) for vals in vals_list])

    def write(self, vals):
        if not self.env.su and (FIXED | {"user_id", "date", "renewal_id"}) & vals.keys():
            raise AccessError(
                self.env._("The contract and the numbers of a change are not entered. Begin another change.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for change in self:
            if change.review_state != "new" or change.review_id:
                raise UserError(
                    self.env._("%(change)s has been submitted and is kept. Give it up instead.", change=change.name)
                )

    @api.model
    def _from_contract(self, vals):
        """The values of a new change: a copy of its contract, and what is changed from the start."""
        contract = self.env["crm.contract"].browse(vals.get("contract_id")).exists()
        if not contract:
            raise UserError(self.env._("Begin a change in the form of its contract."))
        contract.check_access("write")
        renews = vals.get("kind") == "renewal"
        states = ("approved", "signed", "in_progress", *(("completed", "expired") if renews else ()))
        if contract.state not in states:
            raise UserError(
                self.env._("%(contract)s is not in force, so it is not changed.", contract=contract.display_name)
            )
        # sudo: how many changes there are, whoever has asked for them
        last = self.sudo().search([("contract_id", "=", contract.id)], order="number desc", limit=1)
        number = last.number + 1
        head = contract._convert_to_write({name: contract[name] for name in TERMS})
        values = {
            **head,
            "line_ids": self._copies(contract.line_ids, "contract_line_id", renews),
            "milestone_ids": self._copies(contract.milestone_ids, "contract_milestone_id", renews),
            "clause_ids": self._copies(contract.clause_ids, "contract_clause_id", renews),
        }
        if renews:
            values |= contract._renewal_dates()
        own = {name: value for name, value in vals.items() if name not in FIXED}
        return {
            **values,
            **own,
            "contract_id": contract.id,
            "number": number,
            "name": f"{contract.name}-C{number}",
            "base_version": contract.version,
            "before": contract._contract_content(),
            "amount_before": contract.amount_total,
        }

    @api.model
    def _copies(self, rows, fname, renews):
        """Commands that create copies of a contract's rows; those of a renewal are rows of another contract."""
        return [Command.create(row._copy_values() | ({} if renews else {fname: row.id})) for row in rows._in_order()]

    # APPLICATION
    def _is_purchase(self):
        return self.contract_kind == "purchase"

    def _is_framework(self):
        return self.contract_kind == "framework"
