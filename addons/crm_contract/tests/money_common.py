from odoo import Command, fields
from odoo.exceptions import UserError

from odoo.addons.crm_customer.tests.common import CustomerCase


class MoneyCase(CustomerCase):
    """Contracts of the seller that are approved at once, with taxes and a foreign currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.review.flow"].search([("state", "=", "published")]).action_retire()
        for kind in ("contract", "contract_change"):
            cls.env.ref(f"crm_contract.crm_review_kind_{kind}").without_flow = "approve"
        cls.accountant = cls.new_user("receivables_accountant", department=cls.finance)
        cls.cashier = cls.new_user("cashier", department=cls.finance)
        cls.engineer = cls.new_user("engineer", department=cls.finance)
        cls.company = cls.env.company
        cls.today = fields.Date.today()
        Tax = cls.env["account.tax"]
        cls.taxes = Tax.create(
            [
                {
                    "name": f"Output {rate} % {mode}",
                    "amount": rate,
                    "type_tax_use": "sale",
                    "price_include_override": mode,
                }
                for rate, mode in ((13, "tax_excluded"), (6, "tax_excluded"), (13, "tax_included"))
            ]
        )
        cls.foreign = cls.env.ref("base.USD" if cls.company.currency_id.name != "USD" else "base.EUR")
        cls.foreign.active = True
        cls.env["res.currency.rate"].create(
            {"currency_id": cls.foreign.id, "name": cls.today, "rate": 0.1391, "company_id": cls.company.id}
        )
        cls.yen = cls.env.ref("base.JPY")
        cls.yen.active = True
        cls.env["res.currency.rate"].create(
            {"currency_id": cls.yen.id, "name": cls.today, "rate": 21.37, "company_id": cls.company.id}
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Oscillator", "type": "consu", "is_storable": True, "taxes_id": [Command.clear()]}
        )
        cls.crystal = cls.product.copy({"name": "Crystal"})
        cls.customer = cls.new_customer("Hangzhou Clock Works")
        if "crm.order.type" in cls.env:
            Type = cls.env["crm.order.type"]
            plain = {"shipment_review": False} if "shipment_review" in Type._fields else {}
            cls.order_type = Type.create({"name": "Plain", "code": "PLAIN", "needs_review": False, **plain})

    @classmethod
    def type_of(cls, kind):
        return cls.env["crm.contract.type"].search([("kind", "=", kind)], limit=1)

    def new_contract(self, *lines, plan=(30, 70), kind="sales", user=None, **values):
        """A draft of the seller: 10 oscillators at 100, taxed 13 %, unless lines are given.

        :param plan: percents, or dicts of values of payments
        """
        lines = lines or ({},)
        plan = [row if isinstance(row, dict) else {"percent": row} for row in plan]
        return (
            self.env["crm.contract"]
            .with_user(user or self.seller)
            .create(
                {
                    "type_id": self.type_of(kind).id,
                    "partner_id": self.customer.id,
                    "line_ids": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "quantity": 10,
                                "price_unit": 100,
                                "tax_ids": [Command.set(self.taxes[0].ids)],
                                **line,
                            }
                        )
                        for line in lines
                    ],
                    "milestone_ids": [
                        Command.create({"sequence": number, "name": f"Payment {number}", **row})
                        for number, row in enumerate(plan, start=1)
                    ],
                    **values,
                }
            )
        )

    def new_approved(self, *lines, **values):
        contract = self.new_contract(*lines, **values)
        contract.action_review_submit()
        self.assertEqual(contract.state, "approved")
        return contract

    def new_signed(self, *lines, **values):
        contract = self.new_approved(*lines, **values)
        contract._sign(self.today)
        return contract

    def order(self, contract, *quantities, confirm=True, **values):
        """An order of so much of each line of a contract, as its salesperson makes it."""
        wizard = self.env["crm.contract.order"].with_user(self.seller).create({"contract_id": contract.id, **values})
        if "order_type_id" in wizard:  # where orders are applications, these need no review
            wizard.order_type_id = self.order_type
        for line, quantity in zip(wizard.line_ids, quantities, strict=False):
            line.quantity = quantity
        before = contract.order_ids
        wizard.action_make_orders()
        order = contract.order_ids - before
        if confirm:
            order.sudo().action_confirm()
        return order

    def deliver(self, order, *quantities):
        """Deliver so much of each move of an order; what is left stays open in a back order."""
        picking = order.sudo().picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        for move, quantity in zip(picking.move_ids, quantities, strict=True):
            move.write({"quantity": quantity, "picked": True})
        picking._action_done()

    def pay(self, moves, amount=None):
        """The accountant registers that invoices are paid."""
        moves = moves.with_user(self.accountant)
        wizard = (
            self.env["account.payment.register"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"payment_date": self.today, **({"amount": amount} if amount else {})})
        )
        wizard.action_create_payments()
        moves.invalidate_recordset()

    def refused(self, call, *args, message=None, error=UserError, **values):
        with self.assertRaises(error) as raised, self.env.cr.savepoint():
            call(*args, **values)
        if message:
            self.assertIn(message, str(raised.exception))

    def assertAddsUp(self, contract):
        """Plan = contract amount, invoiced + open = plan, delivered + open = quantity, taxes included."""
        contract = contract.sudo()
        contract.invalidate_recordset()
        currency = contract.currency_id
        rows = contract.milestone_ids

        def same(one, other):
            self.assertFalse(currency.compare_amounts(one, other), f"{one} is not {other} ({contract.name})")

        same(sum(rows.mapped("amount")), contract.amount_total)
        same(contract.amount_invoiced + contract.amount_to_invoice, contract.amount_total)
        same(contract.amount_received + contract.amount_open, contract.amount_total)
        same(sum(rows.mapped("amount_invoiced")), contract.amount_invoiced)
        same(sum(rows.mapped("amount_received")), contract.amount_received)
        same(sum(rows.mapped("amount_to_invoice")), contract.amount_to_invoice)
        posted = contract.move_ids.filtered(lambda move: move.state == "posted")
        same(sum(move._crm_sign() * move.amount_total for move in posted), contract.amount_invoiced)
        for row in rows:
            same(row.amount_invoiced + row.amount_to_invoice, row.amount)
            same(row.amount_received + row.amount_open, row.amount)
            drafts = row.move_ids.filtered(lambda move: move.state == "draft" and move.move_type == "out_invoice")
            if drafts:
                same(sum(drafts.mapped("amount_total")), row.amount_to_invoice)
        for line in contract.line_ids:
            self.assertAlmostEqual(line.qty_delivered + line.qty_to_deliver, line.quantity)
            self.assertAlmostEqual(line.qty_ordered + line.qty_to_order, line.quantity)
