from odoo import fields, models
from odoo.exceptions import ValidationError


class CrmContractedLineMixin(models.AbstractModel):
    """A line of an order of a contract: its product and price, and no more than its quantity.

    A model joins with `_crm_qty_ordered`, `_crm_qty_delivered`, `_crm_delivered_on` and `_crm_number`, and calls
    `_check_crm_contract_line` in a constraint of its own.
    """

    _name = "crm.contracted.line.mixin"
    _description = "Order Line of a Contract"

    # FIELDS
    crm_contract_line_id = fields.Many2one(
        "crm.contract.line", string="Contract Line", index="btree_not_null", copy=False, ondelete="restrict"
    )

    # HOOKS
    def _crm_qty_ordered(self):
        """Hook.

        :return: the quantity that is ordered, in the unit of this line
        """
        raise NotImplementedError

    def _crm_qty_delivered(self):
        """Hook.

        :return: the quantity that has been delivered or received, in the unit of this line
        """
        raise NotImplementedError

    def _crm_delivered_on(self):
        """Hook.

        :return: the moment when the last of it was delivered or received, or False
        """
        raise NotImplementedError

    def _crm_number(self):
        """Hook.

        :return: the number of this line as users count
        """
        raise NotImplementedError

    # CONSTRAINTS
    def _check_crm_contract_line(self):
        """An order of a contract has its products and prices, and no more than its quantities.

        :raise ValidationError: the line is not what the contract says
        """
        lines = self.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and (line.crm_contract_line_id or line.order_id.crm_contract_id)
            )
        ).sudo()  # sudo: what the contract says
        for line in lines:
            if line.order_id.state != "cancel" and (problem := line._crm_contract_problem()):
                raise ValidationError(problem)
        contract_lines = lines.crm_contract_line_id
        if contract_lines:
            contract_lines._lock_to_order()
            contract_lines._check_quantities()

    def _crm_contract_problem(self):
        """:return: what of this line of a contract's order is not as the contract says, False if nothing"""
        contract, own = self.order_id.crm_contract_id, self.crm_contract_line_id
        values = {"order": self.order_id.display_name, "number": self._crm_number(), "contract": contract.display_name}
        if not own:
            if not contract._is_limited() or not self._crm_qty_ordered():
                return False  # delivered without being ordered: stock adds a line of quantity zero
            return self.env._(
                "%(order)s, line %(number)s: %(product)s is not in contract %(contract)s. Order it apart, or change "
                "the contract.",
                product=self.product_id.display_name,
                **values,
            )
        if own.contract_id != contract or own.product_id != self.product_id:
            return self.env._(
                "%(order)s, line %(number)s is of another line or product than contract %(contract)s says. Make the "
                "order from the contract.",
                **values,
            )
        if not own._is_price_of(self):
            return self.env._(
                "%(order)s, line %(number)s: contract %(contract)s says %(price)s with a discount of %(discount)s %%. "
                "Take its price, or change the contract.",
                price=own.currency_id.format(own._price_in(self.product_uom_id)),
                discount=f"{own.discount:g}",
                **values,
            )
        return False

    def _crm_contract_price(self):
        """:return: values of this line as its contract says"""
        own = self.crm_contract_line_id.sudo()  # sudo: what the contract says
        return {
            "price_unit": own._price_in(self.product_uom_id),
            "discount": own.discount,
            "tax_ids": own.tax_ids,
        }

    # INVOICES
    def _crm_by_contract(self):
        """:return: those of these lines that the contract's payment plan invoices"""
        return self.filtered(lambda line: line.crm_contract_line_id and line.order_id._is_invoiced_by_contract())
