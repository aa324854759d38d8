import random
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_review.tools.guard import unlocked

from .money_common import MoneyCase


@tagged("post_install", "-at_install")
class TestContractReceivable(MoneyCase):
    def test_drafts_on_approval(self):
        contract = self.new_approved(plan=(30, 70))
        moves = contract.sudo().move_ids.sorted("amount_total")
        self.assertEqual(moves.mapped("state"), ["draft", "draft"])
        self.assertEqual(moves.mapped("amount_total"), [339, 791])
        self.assertEqual(moves.mapped("amount_tax"), [39, 91])
        self.assertEqual(moves.crm_milestone_id, contract.milestone_ids.sudo())
        self.assertEqual(moves.mapped("partner_id"), self.customer)
        self.assertEqual((contract.amount_invoiced, contract.amount_to_invoice), (0, 1130))
        self.assertAddsUp(contract)

    def test_posted_if_the_type_says_so(self):
        self.type_of("sales").receivable_mode = "posted"
        contract = self.new_approved()
        self.assertEqual({*contract.sudo().move_ids.mapped("state")}, {"posted"})
        self.assertEqual((contract.amount_invoiced, contract.amount_to_invoice), (1130, 0))
        self.assertAddsUp(contract)

    def test_none_then_by_the_accountant(self):
        self.type_of("sales").receivable_mode = "none"
        contract = self.new_approved()
        self.assertFalse(contract.sudo().move_ids)
        contract.with_user(self.accountant).action_make_invoices()
        self.assertEqual(len(contract.sudo().move_ids), 2)
        with self.assertRaises(AccessError):
            contract.action_make_invoices()

    def test_invoice_pay_credit(self):
        contract = self.new_signed(plan=(30, 70))
        first, second = contract.milestone_ids
        move = first.sudo().move_ids.with_user(self.accountant)
        move.action_post()
        self.assertEqual((first.amount_invoiced, contract.amount_invoiced, contract.state), (339, 339, "in_progress"))
        self.pay(move, 100)
        self.assertEqual((first.amount_received, contract.amount_received, contract.amount_open), (100, 100, 1030))
        self.assertAddsUp(contract)
        # a credit note opens the payment again
        reverse = move._reverse_moves()
        reverse.action_post()
        self.assertEqual((first.amount_invoiced, first.amount_to_invoice), (0, 339))
        self.assertAddsUp(contract)
        contract.with_user(self.accountant).action_make_invoices()
        drafts = first.sudo().move_ids.filtered(lambda one: one.state == "draft")
        self.assertEqual(drafts.amount_total, 339)
        self.assertEqual(len(second.sudo().move_ids), 1)
        self.assertAddsUp(contract)

    def test_never_more_than_the_payment(self):
        contract = self.new_approved()
        move = contract.milestone_ids[0].sudo().move_ids.with_user(self.accountant)
        move.invoice_line_ids.price_unit = 1000
        self.refused(move.action_post, message="the payment is")
        self.refused(move.write, {"crm_contract_id": False}, message="is not entered")
        self.refused(move.write, {"crm_milestone_id": contract.milestone_ids[1].id}, message="is not entered")
        other = self.new_customer("Somebody Else")
        self.refused(move.sudo().write, {"partner_id": other.id}, error=ValidationError, message="are those of the")
        self.refused(
            self.env["account.move"].with_user(self.accountant).create,
            {"move_type": "out_invoice", "partner_id": self.customer.id, "crm_contract_id": contract.id},
            message="is not entered",
        )

    def test_due_dates_follow_facts(self):
        plan = [
            {"percent": 30, "due_event": "signing", "due_days": 7},
            {"percent": 40, "due_event": "delivery", "due_days": 30},
            {"percent": 20, "due_event": "invoice", "due_days": 10},
            {"percent": 10, "due_event": "acceptance", "due_days": 90},
        ]
        contract = self.new_approved(plan=plan)
        rows = contract.milestone_ids
        self.assertEqual(rows.mapped("date_due"), [False] * 4)
        contract._sign(self.today)
        self.assertEqual(rows[0].date_due, self.today + timedelta(7))
        self.assertEqual(rows[0].sudo().move_ids.invoice_date_due, self.today + timedelta(7))
        self.assertEqual(contract.next_payment_date, self.today + timedelta(7))
        rows[2].sudo().move_ids.action_post()
        self.assertEqual(rows[2].date_due, self.today + timedelta(10))
        self.assertEqual(rows[2].sudo().move_ids.invoice_date_due, self.today + timedelta(10))
        order = self.order(contract, 10)
        self.deliver(order, 10)
        self.assertEqual(contract.date_delivered, self.today)
        self.assertEqual(rows[1].date_due, self.today + timedelta(30))
        contract._accept(self.today)
        self.assertEqual(rows[3].date_due, self.today + timedelta(90))

    def test_overdue(self):
        contract = self.new_signed()
        contract.sudo().move_ids.action_post()
        self.assertEqual((contract.amount_overdue, contract.days_late), (0, 0))
        unlocked(contract.sudo()).write({"date_signed": self.today - timedelta(20)})
        contract.invalidate_recordset()
        self.assertEqual((contract.amount_overdue, contract.days_late), (1130, 20))
        self.pay(contract.milestone_ids[0].sudo().move_ids)
        self.assertEqual(contract.amount_overdue, 791)

    def test_completed_when_delivered_and_paid(self):
        contract = self.new_signed()
        moves = contract.sudo().move_ids
        moves.action_post()
        self.deliver(self.order(contract, 10), 10)
        self.assertEqual(contract.state, "in_progress")
        self.pay(moves)
        self.assertEqual((contract.amount_received, contract.state), (1130, "completed"))

    def test_taxes_are_exact(self):
        """Three payments of a contract whose cents do not divide: each tax adds up to the contract's."""
        lines = [{"price_unit": 33.33, "quantity": 1, "tax_ids": [Command.set(tax.ids)]} for tax in self.taxes]
        contract = self.new_approved(*lines, plan=(33.33, 33.33, 33.34))
        moves = contract.sudo().move_ids
        self.assertEqual(round(sum(moves.mapped("amount_tax")), 2), contract.amount_tax)
        self.assertEqual(round(sum(moves.mapped("amount_untaxed")), 2), contract.amount_untaxed)
        moves.action_post()
        self.assertEqual(round(sum(moves.mapped("amount_tax")), 2), contract.amount_tax)
        self.assertAddsUp(contract)

    def test_property_random_plans(self):
        """Whatever the plan, the currency and the order of events: the sums add up at every point."""
        rng = random.Random(20261122)
        for number in range(12):
            currency = (self.company.currency_id, self.foreign, self.yen)[number % 3]
            contract = self.random_contract(rng, currency)
            with self.subTest(number=number, currency=currency.name, plan=contract.milestone_ids.mapped("amount")):
                self.assertAddsUp(contract)
                self.live(rng, contract)

    def random_contract(self, rng, currency):
        count = rng.randint(1, 5)
        lines = [
            {
                "product_id": rng.choice((self.product, self.crystal)).id,
                "quantity": rng.choice((1, 3, 7, 12.5, 1000)),
                "price_unit": round(rng.uniform(0.05, 999), rng.choice((0, 1, 2))) or 1,
                "discount": rng.choice((0, 0, 5, 33.33)),
                "tax_ids": [Command.set(rng.choice((self.taxes[0], self.taxes[1], self.taxes[2], self.taxes[:0])).ids)],
            }
            for _line in range(rng.randint(1, 4))
        ]
        cuts = sorted(rng.uniform(1, 99) for _cut in range(count - 1))
        percents = [round(b - a, 2) for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
        percents[-1] = round(100 - sum(percents[:-1]), 4)
        plan = [row for row in ({"percent": percent} for percent in percents) if row["percent"] > 0]
        return self.new_signed(*lines, plan=plan, currency_id=currency.id)

    def live(self, rng, contract):
        """Invoices are posted in any order, some paid in part, some credited and made anew, until all is invoiced."""
        total_tax = contract.amount_tax
        moves = contract.sudo().move_ids
        for _step in range(20):
            drafts = moves.filtered(lambda move: move.state == "draft")
            if not drafts:
                break
            move = rng.choice(list(drafts))
            move.action_post()
            self.assertAddsUp(contract)
            if rng.random() < 0.4 and (part := contract.currency_id.round(move.amount_total / 3)):
                self.pay(move, part)
                self.assertAddsUp(contract)
            if rng.random() < 0.3:
                move._reverse_moves().action_post()
                self.assertAddsUp(contract)
                contract._sync_receivables()
                self.assertAddsUp(contract)
            moves = contract.sudo().move_ids
        contract._sync_receivables()
        contract.sudo().move_ids.filtered(lambda move: move.state == "draft").action_post()
        self.assertAddsUp(contract)
        tax = sum(move._crm_sign() * move.amount_tax for move in contract.sudo().move_ids)
        self.assertFalse(contract.currency_id.compare_amounts(tax, total_tax), f"{tax} is not {total_tax}")
        self.assertFalse(contract.currency_id.compare_amounts(contract.amount_to_invoice, 0))

    def test_change_keeps_what_is_invoiced(self):
        contract = self.new_signed(plan=(30, 70))
        first, second = contract.milestone_ids
        first.sudo().move_ids.action_post()
        change = (
            self.env["crm.contract.change"]
            .with_user(self.seller)
            .create({"contract_id": contract.id, "kind": "price", "reason": "Copper"})
        )
        change.line_ids.price_unit = 50
        change.milestone_ids[0].percent = 10
        change.milestone_ids[1].percent = 90
        self.refused(change.action_review_submit, message="are invoiced already")
        change.line_ids.price_unit = 200
        change.milestone_ids[0].percent = 30
        change.milestone_ids[1].percent = 70
        change.action_review_submit()
        self.assertEqual(contract.amount_total, 2260)
        self.assertEqual(sum(first.sudo().move_ids.mapped("amount_total")), 678)
        self.assertEqual(second.sudo().move_ids.amount_total, 1582)
        self.assertAddsUp(contract)

    def test_salesperson_reads_sums_not_invoices_of_others(self):
        contract = self.new_approved()
        self.assertEqual(contract.with_user(self.seller).amount_to_invoice, 1130)
        self.assertEqual(contract.with_user(self.cashier).amount_to_invoice, 1130)
        with self.assertRaises(AccessError):
            contract.with_user(self.other).read(["amount_to_invoice"])
        draft = self.new_contract()
        for record, fname in (
            (contract, "amount_invoiced"),
            (draft, "amount_to_invoice"),
            (draft.milestone_ids, "amount_to_invoice"),
            (draft.line_ids, "qty_delivered"),
        ):
            self.refused(record.with_user(self.seller).write, {fname: 5}, message="found out")
