from odoo import models


class CrmOrderRevision(models.Model):
    """A change of a contract's order stays within the contract; what goes beyond it is a change of the contract."""

    _inherit = "crm.order.revision"

    def _problems(self):
        yield from super()._problems()
        contract = self.order_id.sudo().crm_contract_id  # sudo: what the contract says
        if not contract:
            return
        planned = {}
        for number, line in enumerate(self.line_ids, start=1):
            own = line.order_line_id.sudo().crm_contract_line_id
            if own:
                quantity = line.product_uom_id._compute_quantity(line.product_uom_qty, own.product_uom_id, round=False)
                planned[own] = planned.get(own, 0) + quantity
                for problem in line._contract_problems(own):
                    yield self.env._("Line %(number)s: %(problem)s", number=number, problem=problem)
            elif line.change == "added" and contract._is_limited():
                yield self.env._(
                    "Line %(number)s: %(product)s is not in contract %(contract)s. Order it apart, or change the "
                    "contract.",
                    number=number,
                    product=line.product_id.display_name,
                    contract=contract.display_name,
                )
        for own, quantity in planned.items():
            others = own.order_line_ids.filtered(
                lambda line: line.order_id != self.order_id and line.order_id.state != "cancel"
            )
            ordered = quantity + sum(
                line.product_uom_id._compute_quantity(line.product_uom_qty, own.product_uom_id, round=False)
                for line in others
            )
            if contract._is_limited() and own._compare(ordered, own.quantity) > 0:
                yield self.env._(
                    "%(product)s: %(ordered)s would be ordered of contract %(contract)s, which says %(quantity)s. "
                    "Change the contract first.",
                    product=own.product_id.display_name,
                    ordered=f"{ordered:g}",
                    contract=contract.display_name,
                    quantity=f"{own.quantity:g}",
                )


class CrmOrderRevisionLine(models.Model):
    _inherit = "crm.order.revision.line"

    def _contract_problems(self, own):
        """
        :param own: ``crm.contract.line`` that this line of the order is of
        :return: generator of sentences
        """
        if not own._is_price_of(self):
            yield self.env._(
                "the contract says %(price)s with a discount of %(discount)s %%. Take its price, or change the "
                "contract.",
                price=own.currency_id.format(own._price_in(self.product_uom_id)),
                discount=f"{own.discount:g}",
            )
