from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Orders of a contract, and the contracts that quotations become."""

    _name = "sale.order"
    _inherit = ["crm.contracted.order.mixin", "sale.order"]

    # FIELDS
    crm_contract_id = fields.Many2one(
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

    # CRUD
    def write(self, vals):
        # who made a contract of a quotation is found out by the program
        if "crm_made_contract_id" in vals and not self.env.su:
            raise UserError(self.env._("Which contract a quotation has become is not entered."))
        return super().write(vals)

    # INVOICES
    def _create_invoices(self, grouped=False, final=False, date=None):
        self._check_not_invoiced_by_contract()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _prepare_invoice(self):
        self._check_not_invoiced_by_contract()
        values = super()._prepare_invoice()
        if self.crm_contract_id:
            values["crm_contract_id"] = self.crm_contract_id.id
        return values

    # BUSINESS
    def _crm_cancel(self):
        self._action_cancel()

    # CONTRACT FROM QUOTATIONS
    def action_crm_make_contract(self):
        """Make one contract of these quotations of a customer.

        :raise UserError: they do not fit together, or one of them has become a contract already
        """
        self._check_contract_quotations()
        contract = self.env["crm.contract"].create(self._prepare_crm_contract())
        contract.template_id = contract.type_id.template_id
        contract._take_template()
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
