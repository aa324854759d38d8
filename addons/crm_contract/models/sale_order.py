from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError


class SaleOrder(models.Model):
    """Orders of a contract: its prices, no more than its quantities, invoiced by its payment plan."""

    _inherit = "sale.order"

    # FIELDS
    crm_contract_id = fields.Many2one(
        "crm.contract",
        string="Contract",
        index="btree_not_null",
        copy=False,
        tracking=True,
        ondelete="restrict",
        check_company=True,
        domain="[('partner_id', '=', partner_id), ('kind', '!=', 'purchase'),"
        " ('state', 'in', ('approved', 'signed', 'in_progress'))]",
    )
    crm_made_contract_id = fields.Many2one(
        "crm.contract",
        string="Made Into Contract",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The contract that this quotation has become.",
    )

    # COMPUTE
    @api.depends("crm_contract_id")
    def _compute_currency_id(self):
        agreed = self.filtered("crm_contract_id")
        for order in agreed:
            order.currency_id = order.crm_contract_id.sudo().currency_id  # sudo: as the contract says
        return super(SaleOrder, self - agreed)._compute_currency_id()

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
            partners = (one.partner_id.commercial_partner_id for one in (order.sudo(), contract))
            if len({*partners}) > 1 or order.currency_id != contract.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s: customer and currency are those of contract %(contract)s.",
                        order=order.display_name,
                        contract=contract.display_name,
                    )
                )
            if order.state in ("draft", "sent"):
                contract._check_orderable()
            order.order_line._check_crm_contract_line()

    # CRUD
    def write(self, vals):
        # who made a contract of a quotation is found out by the program
        if "crm_made_contract_id" in vals and not self.env.su:
            raise UserError(self.env._("Which contract a quotation has become is not entered."))
        if "crm_contract_id" in vals and not self.env.su:
            for order in self:
                if order.state == "sale" and order.crm_contract_id.id != (vals["crm_contract_id"] or False):
                    raise UserError(
                        self.env._(
                            "%(order)s is confirmed: the contract it belongs to stays. Cancel it, and order anew.",
                            order=order.display_name,
                        )
                    )
        confirmed = self.filtered("crm_contract_id") if vals.get("state") == "sale" else self.browse()
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

    def _create_invoices(self, grouped=False, final=False, date=None):
        self._check_not_invoiced_by_contract()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _prepare_invoice(self):
        self._check_not_invoiced_by_contract()
        values = super()._prepare_invoice()
        if self.crm_contract_id:
            values["crm_contract_id"] = self.crm_contract_id.id
        return values

    # CONTRACT FROM QUOTATIONS
    def action_crm_make_contract(self):
        """Make one contract of these quotations of a customer.

        :raise UserError: they do not fit together, or one of them has become a contract already
        """
        self._check_contract_quotations()
        contract = self.env["crm.contract"].create(self._prepare_crm_contract())
        # sudo: written by methods alone
        self.sudo().write({"crm_made_contract_id": contract.id})
        return contract.get_formview_action()

    def _check_contract_quotations(self):
        """Hook: hold quotations that are to become a contract against what that takes."""
        self.check_access("write")
        if not self:
            raise UserError(self.env._("Choose quotations first."))
        if len(self.partner_id.commercial_partner_id) > 1 or len(self.currency_id) > 1 or len(self.company_id) > 1:
            raise UserError(
                self.env._("One contract is made of quotations of one customer, in one currency and of one company.")
            )
        for order in self:
            if order.state not in ("draft", "sent") or order.crm_contract_id:
                raise UserError(self.env._("%(order)s is no open quotation.", order=order.display_name))
            contract = order.crm_made_contract_id.sudo()  # sudo: that it is there, to whoever makes it again
            if contract and contract.state != "cancelled":
                raise UserError(
                    self.env._(
                        "%(order)s has become contract %(contract)s already.",
                        order=order.display_name,
                        contract=contract.display_name,
                    )
                )
        if not self.order_line.filtered(lambda line: not line.display_type):
            raise UserError(self.env._("The quotations have no lines. Add at least one product."))

    def _prepare_crm_contract(self):
        """Hook: the values of the contract that quotations become."""
        first = self[0]
        lines = self.order_line.filtered(lambda line: not line.display_type and not line.is_downpayment)
        values = {
            "partner_id": first.partner_id.id,
            "partner_shipping_id": first.partner_shipping_id.id,
            "currency_id": first.currency_id.id,
            "company_id": first.company_id.id,
            "user_id": first.user_id.id or self.env.uid,
            "incoterm_id": first.incoterm.id,
            "incoterm_location": first.incoterm_location,
            "line_ids": [
                Command.create({"sequence": number, **line._prepare_crm_contract_line()})
                for number, line in enumerate(lines, start=1)
            ],
        }
        if "opportunity_id" in self._fields and (lead := self.opportunity_id[:1]):
            values["lead_id"] = lead.id
        return values
