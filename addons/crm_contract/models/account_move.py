from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AccountMove(models.Model):
    """Invoices, bills and credit notes of contracts: never more than the contract says, payment by payment."""

    _inherit = "account.move"

    crm_contract_id = fields.Many2one(
        "crm.contract", string="Contract", index="btree_not_null", readonly=True, copy=False, ondelete="restrict"
    )
    crm_milestone_id = fields.Many2one(
        "crm.contract.milestone",
        string="Payment of the Contract",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._crm_check_contract_fields({name for name in vals if vals[name]})
        return super().create(vals_list)

    def write(self, vals):
        self._crm_check_contract_fields(vals.keys())
        return super().write(vals)

    @api.model
    def _crm_check_contract_fields(self, names):
        # sudo: contracts make their invoices themselves
        if not self.env.su and {"crm_contract_id", "crm_milestone_id"} & set(names):
            raise UserError(
                self.env._("Which contract an invoice belongs to is not entered. Make it from the contract.")
            )

    @api.constrains("crm_contract_id", "crm_milestone_id", "currency_id", "partner_id", "company_id")
    def _check_crm_contract(self):
        for move in self.sudo().filtered("crm_contract_id"):  # sudo: whether the two agree, whoever's contract it is
            contract = move.crm_contract_id
            partners = contract.partner_id.commercial_partner_id, move.commercial_partner_id
            same = (
                contract.currency_id == move.currency_id
                and contract.company_id == move.company_id
                and partners[0] == partners[1]
                and move.crm_milestone_id.contract_id in (contract, contract.browse())
            )
            if not same:
                raise ValidationError(
                    self.env._(
                        "%(invoice)s belongs to contract %(contract)s: company, customer and currency are those of the "
                        "contract.",
                        invoice=move.display_name,
                        contract=contract.display_name,
                    )
                )

    # BUSINESS
    def _post(self, soft=True):
        posted = super()._post(soft)
        # sudo: what else has been invoiced of the contract, whoever's it is
        contract_moves = posted.sudo().filtered("crm_contract_id")
        contract_moves.crm_milestone_id._check_invoiced()
        contract_moves.crm_milestone_id._tell_date_due()
        contract_moves.crm_contract_id._advance()
        return posted

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self.sudo().crm_contract_id._advance()  # sudo: the contract moves on whoever takes the money
        return result

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note gives back to the contract what its invoice has taken."""
        reverses = super()._reverse_moves(default_values_list, cancel)
        for move, reverse in zip(self, reverses, strict=True):
            if move.crm_contract_id:
                # sudo: see `_crm_check_contract_fields`
                reverse.sudo().write(
                    {"crm_contract_id": move.crm_contract_id.id, "crm_milestone_id": move.crm_milestone_id.id}
                )
        return reverses

    def _crm_sign(self):
        """:return: 1 for an invoice or bill, -1 for a credit note or refund"""
        self.ensure_one()
        return -1 if self.move_type in ("out_refund", "in_refund") else 1

    def _crm_money(self):
        """:return: what these have invoiced, and what of it has been received; credit notes count against both"""
        posted = self.filtered(lambda move: move.state == "posted")
        invoiced = sum(move._crm_sign() * move.amount_total for move in posted)
        received = sum(move._crm_sign() * (move.amount_total - move.amount_residual) for move in posted)
        return invoiced, received

    def action_crm_open_contract(self):
        self.ensure_one()
        return self.crm_contract_id.get_formview_action()
