from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .contract_common import ContractCase


@tagged("post_install", "-at_install")
class TestContractScenario(ContractCase):
    """The life of a contract, each step in the name of who does it; the sums add up at every point."""

    def test_from_quotation_to_renewal(self):
        contract = self.from_quotation()
        self.reviewed_and_signed(contract)
        self.assertAddsUp(contract)
        self.two_payments_invoiced(contract)
        self.assertAddsUp(contract)
        self.deliver(self.order(contract, 6), 6)
        self.assertEqual((contract.state, contract.line_ids.qty_to_deliver), ("in_progress", 4))
        self.assertAddsUp(contract)
        self.changed(contract)
        self.assertAddsUp(contract)
        self.deliver(self.order(contract, 6), 6)
        self.assertAddsUp(contract)
        self.assertEqual(contract.state, "in_progress", "delivered, not paid")
        self.paid(contract)
        self.assertAddsUp(contract)
        self.assertEqual((contract.state, contract.amount_open, contract.amount_to_invoice), ("completed", 0, 0))
        self.renewed(contract)

    def from_quotation(self):
        line = {"product_id": self.product.id, "product_uom_qty": 10, "price_unit": 100}
        line["tax_ids"] = [Command.set(self.taxes[0].ids)]
        quotation = (
            self.env["sale.order"]
            .with_user(self.seller)
            .create({"partner_id": self.customer.id, "order_line": [Command.create(line)]})
        )
        contract = (
            self.env["crm.contract"].with_user(self.seller).browse(quotation.action_crm_make_contract()["res_id"])
        )
        contract.write(
            {
                "date_start": self.today,
                "date_end": self.today + timedelta(days=60),
                "milestone_ids": [
                    Command.clear(),
                    Command.create({"sequence": 1, "name": "Deposit", "percent": 30}),
                    Command.create(
                        {"sequence": 2, "name": "Rest", "percent": 70, "due_event": "delivery", "due_days": 30}
                    ),
                ],
            }
        )
        return contract

    def reviewed_and_signed(self, contract):
        contract.action_review_submit()
        self.approve(contract, self.engineer, self.boss)
        contract._sign(self.today)
        self.assertEqual((contract.state, contract.amount_total), ("signed", 1130))
        self.assertEqual(contract.milestone_ids[0].date_due, self.today)

    def two_payments_invoiced(self, contract):
        moves = contract.sudo().move_ids.sorted("amount_total").with_user(self.accountant)
        self.assertEqual(moves.mapped("amount_total"), [339, 791])
        moves[0].action_post()
        self.pay(moves[0])
        self.assertEqual((contract.amount_invoiced, contract.amount_received), (339, 339))

    def changed(self, contract):
        """12 instead of 10, at 110: the reviewer sees both sides; what is invoiced stays."""
        change = self.begin(contract, "quantity", reason="Two more, dearer")
        change.line_ids.write({"quantity": 12, "price_unit": 110})
        change.action_review_submit()
        seen = self.env["crm.contract.change"].with_user(self.boss).browse(change.id)
        self.assertIn("table-danger", seen.diff_html)
        self.assertTrue(seen.effects_html)
        self.approve(change, self.boss)
        total = 12 * 110 * 1.13
        self.assertAlmostEqual(contract.amount_total, total)
        self.assertEqual((contract.amount_invoiced, contract.version), (339, 2))
        self.assertAlmostEqual(contract.amount_to_invoice, total - 339)

    def paid(self, contract):
        drafts = contract.sudo().move_ids.filtered(lambda move: move.state == "draft")
        drafts.with_user(self.accountant).action_post()
        self.pay(drafts)

    def renewed(self, contract):
        change = self.begin(contract, "renewal", reason="Again")
        change.action_review_submit()
        self.approve(change, self.boss)
        renewal = contract.renewal_ids
        self.assertEqual((contract.state, renewal.state, renewal.amount_total), ("completed", "approved", 1491.6))
        self.assertEqual(renewal.date_start, contract.date_end + timedelta(days=1))
        self.assertAddsUp(renewal)
