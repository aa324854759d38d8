from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_contract.tools.contract_diff import diff

from .contract_common import ContractCase


@tagged("post_install", "-at_install")
class TestCrmContractChange(ContractCase):
    def test_change_is_reviewed_and_applied_as_a_whole(self):
        contract = self.new_approved({}, {"product_id": self.crystal.id, "price_unit": 5})
        contract._sign(self.today)
        first, second = contract.line_ids
        change = self.begin(contract, reason="More of it")
        self.refused(change.action_review_submit, message="Nothing is changed")
        change.write(
            {
                "kind": "quantity",
                "warranty_months": 24,
                "line_ids": [
                    Command.update(change.line_ids[0].id, {"quantity": 15, "price_unit": 90}),
                    Command.delete(change.line_ids[1].id),
                    Command.create({"product_id": self.product.id, "name": "Spare", "quantity": 1, "price_unit": 7}),
                ],
            }
        )
        found = diff(change.before, change._contract_content())
        self.assertEqual([row["state"] for row in found["lines"]], ["changed", "removed", "added"])
        self.assertEqual(found["lines"][0]["changed"], {"quantity", "price_unit"})
        self.assertEqual(found["terms"], [("warranty_months", "0", "24")])
        for text in ("table-success", "Removed", "Added"):
            self.assertIn(text, change.with_user(self.boss).sudo().diff_html)
        self.assertIn("The total becomes", change.effects_html)
        before = contract.amount_total
        change.action_review_submit()
        self.assertEqual((contract.amount_total, contract.version), (before, 1), "nothing happens before the approval")
        self.refused(change.write, {"reason": "x"}, message="locked")
        self.refused(change.line_ids[0].write, {"price_unit": 1}, message="locked")
        self.assertIn("table-success", change.with_user(self.boss).diff_html, "reviewers see the two sides")
        self.approve(change, self.boss)
        self.assertEqual(first.quantity, 15)
        self.assertFalse(second.exists())
        self.assertEqual(contract.line_ids.mapped("name"), ["Oscillator", "Spare"])
        self.assertEqual((contract.version, contract.warranty_months), (2, 24))
        self.assertEqual(contract.amount_total, change.amount_total)
        self.assertTrue(change.applied_on)
        self.assertAddsUp(contract)
        old, new = contract.version_ids.sorted("number")
        self.assertEqual(new.change_id, change)
        self.assertEqual(len(old.content["lines"]), 2)
        self.assertEqual(old.content["amounts"]["amount_total"], before)
        wizard = (
            self.env["crm.contract.compare"]
            .with_user(self.seller)
            .create({"contract_id": contract.id, "old_id": old.id, "new_id": new.id})
        )
        self.assertIn("Spare", wizard.diff_html)
        sheet = contract._print_sheet(old.content, old.number)
        self.assertEqual([line["quantity"] for line in sheet["lines"]], ["10", "10"])

    def test_rejected_and_given_up(self):
        contract = self.new_approved()
        change = self.begin(contract, reason="Cheaper", warranty_months=3)
        self.assertEqual(self.begin(contract), change, "the open one goes on")
        change.action_review_submit()
        self.refused(change.action_drop, message="under review")
        self.task(change, self.boss).action_reject("no")
        self.assertEqual(contract.warranty_months, 0)
        self.refused(change.unlink, message="Give it up")
        change.action_drop()
        self.assertFalse(change.is_open)
        self.refused(change.action_review_submit, message="given up")
        self.assertEqual(self.begin(contract).number, 2)

    def test_plan_of_a_change(self):
        contract = self.new_approved(plan=(30, 70))
        change = self.begin(contract, reason="Pay later")
        rows = change.milestone_ids
        rows[0].percent = 20
        self.refused(change.action_review_submit, message="covers")
        rows[1].percent = 80
        change.action_review_submit()
        self.approve(change, self.boss)
        self.assertEqual(contract.milestone_ids.mapped("amount"), [226, 904])
        self.assertAddsUp(contract)
        change = self.begin(contract, reason="At once")
        change.write({"milestone_ids": [Command.delete(change.milestone_ids[0].id)]})
        change.milestone_ids.percent = 100
        change.action_review_submit()
        self.approve(change, self.boss)
        self.assertEqual(contract.milestone_ids.mapped("amount"), [1130])
        self.assertAddsUp(contract)

    def test_what_is_ordered_stays(self):
        contract = self.new_approved()
        contract._sign(self.today)
        change = self.begin(contract, reason="Less")
        change.line_ids.quantity = 3
        change.action_review_submit()
        self.order(contract, 4)
        self.refused(self.approve, change, self.boss, message="does not fit the contract any more")
        self.assertEqual((contract.version, contract.line_ids.quantity), (1, 10))

    def test_termination(self):
        contract = self.new_approved()
        contract._sign(self.today)
        order = self.order(contract, 4)
        change = self.begin(contract, "termination", reason="They do not pay")
        self.refused(change.action_review_submit, message="on which day")
        change.date_termination = self.today - timedelta(days=3)
        self.refused(change.action_review_submit, message="cannot end before")
        change.date_termination = self.today
        self.assertIn(order.name, change.effects_html)
        self.assertIn("draft invoices are deleted", change.effects_html)
        change.action_review_submit()
        self.assertEqual(contract.state, "in_progress")
        self.approve(change, self.boss)
        self.assertEqual((contract.state, contract.date_closed, order.state), ("terminated", self.today, "cancel"))
        self.assertFalse(contract.sudo().move_ids)
        self.assertIn(order.name, change.effects_html)
        self.refused(self.begin, contract, message="not in force")

    def test_termination_later(self):
        contract = self.new_approved()
        end = self.today + timedelta(days=10)
        change = self.begin(contract, "termination", reason="Move", date_termination=end)
        change.action_review_submit()
        self.approve(change, self.boss)
        self.assertEqual((contract.state, change.is_open), ("approved", True))
        self.env["crm.contract"]._cron_expiry()
        self.assertEqual(contract.state, "approved")
        # as if the day had come
        query = "UPDATE crm_contract_change SET date_termination = %s WHERE id = %s"
        self.env.cr.execute(query, [self.today, change.id])
        self.env.invalidate_all()
        self.env["crm.contract"]._cron_expiry()
        self.assertEqual((contract.state, change.is_open), ("terminated", False))

    def test_renewal(self):
        end = self.today + timedelta(days=30)
        contract = self.new_approved(date_start=self.today, date_end=end)
        contract._sign(self.today)
        self.assertTrue(contract.is_expiring)
        change = self.begin(contract, "renewal", reason="Another month")
        self.assertEqual(change.date_start, end + timedelta(days=1))
        self.assertEqual(change.date_end - change.date_start, end - self.today)
        change.line_ids.price_unit = 110
        change.action_review_submit()
        self.approve(change, self.boss)
        renewal = contract.renewal_ids
        self.assertEqual(renewal, change.renewal_id)
        self.assertEqual((renewal.state, renewal.review_state, renewal.version), ("approved", "approved", 1))
        self.assertNotEqual(renewal.name, contract.name)
        self.assertEqual((renewal.line_ids.price_unit, contract.line_ids.price_unit), (110, 100))
        self.assertEqual((contract.state, contract.is_expiring, contract.version), ("signed", False, 1))
        self.assertEqual(renewal.user_id, self.seller)
        self.assertAddsUp(renewal)
        self.refused(renewal.write, {"title": "x"}, message="locked by its review")

    def test_attacks(self):
        contract, other = self.new_approved(), self.new_contract()
        Change = self.env["crm.contract.change"].with_user(self.seller)
        self.refused(Change.create, {"contract_id": other.id}, message="not in force")
        self.refused(Change.with_user(self.other).create, {"contract_id": contract.id}, error=AccessError)
        self.refused(Change.with_user(self.accountant).create, {"contract_id": contract.id}, error=AccessError)
        change = self.begin(contract, reason="x")
        second = self.new_approved()
        for vals in (
            {"contract_id": second.id},
            {"applied_on": "2026-01-01 00:00:00"},
            {"before": {}},
            {"base_version": 5},
            {"dropped": True},
            {"amount_before": 1},
        ):
            self.refused(change.write, vals, error=AccessError)
        self.refused(change.line_ids.write, {"contract_line_id": second.line_ids.id}, error=AccessError)
        line = {"change_id": change.id, "contract_line_id": second.line_ids.id, "name": "x"}
        self.refused(change.line_ids.create, line, error=AccessError)
        self.refused(change.write, {"review_state": "approved"}, message="review alone")
        self.refused(change.with_user(self.other).read, ["name"], error=AccessError)
        self.refused(change.line_ids.with_user(self.other).read, ["name"], error=AccessError)
        self.refused(change.line_ids.with_user(self.accountant).write, {"price_unit": 1}, error=AccessError)
        stranger = self.new_customer("Stranger", user=self.other)
        self.refused(change.write, {"partner_id": stranger.id}, error=AccessError)
        # sudo: whoever could get past the button meets the index
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "crm_contract_change"),
            self.env.cr.savepoint(),
        ):
            Change.sudo().create({"contract_id": contract.id}).flush_recordset()

    def test_excel(self):
        contract = self.new_approved()
        change = self.begin(contract, reason="x")
        columns = [column for column in change.with_user(self.manager)._excel_columns() if column]
        self.assertEqual(columns[0].value(change), change.name)
