from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmContractedOrderMixin(models.AbstractModel):
    """An order of a contract, of sale or of purchase: its party and currency, invoiced by its payment plan.

    The lines inherit ``crm.contracted.line.mixin``.
    """

    _name = "crm.contracted.order.mixin"
    _description = "Order of a Contract"

    _contract_confirmed = "sale"  # the state of confirmed orders
    _contract_is_purchase = False  # whether these are of purchase contracts

    # FIELDS
    crm_contract_id = fields.Many2one(
        "crm.contract",
        string="Contract",
        index="btree_not_null",
        copy=False,
        tracking=True,
        ondelete="restrict",
        check_company=True,
    )

    # CONSTRAINTS
    @api.constrains("crm_contract_id", "partner_id", "currency_id", "company_id", "state")
    def _check_crm_contract(self):
        for order in self.filtered(lambda order: order.state != "cancel"):
            contract = order.crm_contract_id.sudo()  # sudo: its state and terms
            if not contract:
                order.order_line._check_crm_contract_line()
                continue
            if not self.env.su:
                order.crm_contract_id.check_access("read")
            if contract._is_purchase() != self._contract_is_purchase:
                raise ValidationError(
                    self.env._(
                        "%(order)s does not fit contract %(contract)s: what is sold is ordered of sales contracts, "
                        "what is bought of purchase contracts.",
                        order=order.display_name,
                        contract=contract.display_name,
                    )
                )
            # sudo: whose the address is, which who orders need not read
            partners = (one.partner_id.commercial_partner_id for one in (order.sudo(), contract))
            if len({*partners}) > 1 or order.currency_id != contract.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s: customer or supplier and currency are those of contract %(contract)s.",
                        order=order.display_name,
                        contract=contract.display_name,
                    )
                )
            if order.state in ("draft", "sent"):
                contract._check_orderable()
            order.order_line._check_crm_contract_line()

    # CRUD
    def write(self, vals):
        if "crm_contract_id" in vals and not self.env.su:
            contract_id = vals["crm_contract_id"] or False
            confirmed = self.filtered(lambda order: order.state == self._contract_confirmed)
            for order in confirmed.filtered(lambda order: order.crm_contract_id.id != contract_id):
                raise UserError(
                    self.env._(
                        "%(order)s is confirmed: the contract it belongs to stays. Cancel it, and order anew.",
                        order=order.display_name,
                    )
                )
        confirms = vals.get("state") == self._contract_confirmed
        confirmed = self.filtered("crm_contract_id") if confirms else self.browse()
        contracts = confirmed.sudo().crm_contract_id  # sudo: whether they are in force, and that they move on
        contracts._check_orderable()
        result = super().write(vals)
        contracts._advance()
        return result

    # INVOICES
    def _is_invoiced_by_contract(self):
        self.ensure_one()
        # sudo: how the contract is invoiced
        contract = self.crm_contract_id.sudo()
        return bool(contract) and contract._is_planned()

    def _check_not_invoiced_by_contract(self):
        for order in self:
            if order._is_invoiced_by_contract():
                raise UserError(
                    self.env._(
                        "%(order)s is invoiced by the payment plan of contract %(contract)s. Open the contract.",
                        order=order.display_name,
                        contract=order.crm_contract_id.sudo().display_name,  # sudo: its number
                    )
                )

    # BUSINESS
    def _crm_is_open(self):
        """Whether something of this order is still to be delivered."""
        self.ensure_one()
        if self.state == self._contract_confirmed:
            return any(line._crm_qty_delivered() < line._crm_qty_ordered() for line in self.order_line)
        return self.state != "cancel"

    def _crm_is_begun(self):
        """Whether something of this order has been delivered."""
        self.ensure_one()
        return any(line._crm_qty_delivered() for line in self.order_line)

    def _crm_close(self):
        """Cancel what is not delivered; with sudo, unlocked."""
        for order in self:
            if order._crm_is_begun():
                order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")).action_cancel()
            else:
                order.locked = False
                order._crm_cancel()

    def _crm_cancel(self):
        """Hook: cancel these orders."""
        raise NotImplementedError
