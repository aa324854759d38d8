from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Reviewed quotations become contracts, and contracts sales applications."""

    _inherit = "sale.order"

    crm_contract_number = fields.Char(
        compute="_compute_crm_contract_number", store=True, readonly=False, precompute=True
    )

    # COMPUTE
    @api.depends("crm_contract_id")
    def _compute_crm_contract_number(self):
        for order in self:
            # sudo: the contract's number stands on the order
            order.crm_contract_number = order.crm_contract_id.sudo().name or order.crm_contract_number

    # CRUD
    def write(self, vals):
        if "crm_contract_id" in vals:
            changed = self.filtered(lambda order: order.crm_contract_id.id != (vals["crm_contract_id"] or False))
            changed._crm_check_frozen({"crm_contract_id"})
        return super().write(vals)

    # CONTRACT FROM QUOTATIONS
    def action_crm_make_contract(self):
        action = super().action_crm_make_contract()
        self._crm_decide("won")
        return action

    def _check_contract_quotations(self):
        result = super()._check_contract_quotations()
        for order in self:
            if order.crm_order_type_id:
                raise UserError(
                    self.env._(
                        "%(order)s is a sales application. Make contracts of quotations.", order=order.display_name
                    )
                )
        self.filtered(lambda order: not order.crm_made_contract_id)._crm_check_open_quotation()
        self._crm_check_gate("sent")
        return result

    def action_crm_make_application(self):
        for order in self:
            contract = order.crm_made_contract_id.sudo()  # sudo: that there is one
            if contract and contract.state != "cancelled":
                raise UserError(
                    self.env._(
                        "%(order)s has become contract %(contract)s. Order from the contract.",
                        order=order.display_name,
                        contract=contract.display_name,
                    )
                )
        return super().action_crm_make_application()

    # READY TO BE SUBMITTED
    def _crm_problems(self):
        yield from super()._crm_problems()
        contract = self.crm_contract_id.sudo()  # sudo: whether it is in force
        if contract and contract.state not in ("approved", "signed", "in_progress"):
            yield self.env._("Contract %(contract)s is not in force.", contract=contract.display_name)
