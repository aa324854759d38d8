from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .contract_common import ContractCase


@tagged("post_install", "-at_install")
class TestCrmContract(ContractCase):
    def test_way_of_a_contract(self):
        contract = self.new_contract()
        self.assertFalse(contract.name)
        contract.action_review_submit()
        self.assertEqual(contract.state, "review")
        self.assertRegex(contract.name, rf"^HT{self.today.year}-\d{{4}}$")
        self.refused(contract.write, {"title": "x"}, message="locked by its review")
        self.refused(contract.line_ids.write, {"price_unit": 1}, message="locked by its review")
        self.approve(contract, self.engineer)
        self.task(contract, self.boss).action_reject("too cheap")
        self.assertEqual(contract.state, "draft")
        number = contract.name
        contract.title = "Second round"
        contract.action_review_submit()
        self.approve(contract, self.engineer, self.boss)
        self.assertEqual((contract.state, contract.name, contract.version), ("approved", number, 1))
        self.assertEqual(contract.version_ids.content["terms"]["title"], ["Second round", "Second round"])
        # sudo: activities of others
        tasks = contract.sudo().activity_ids.filtered(lambda one: one.user_id in self.seller + self.accountant)
        self.assertEqual(tasks.user_id, self.seller + self.accountant)
        contract._sign(self.today, "Wang", "Li")
        self.assertEqual((contract.state, contract.date_signed, contract.our_signatory), ("signed", self.today, "Wang"))
        self.assertEqual(contract.milestone_ids.mapped("date_due"), [self.today, self.today])

    def test_numbers_without_gaps_by_type_and_year(self):
        overseas = self.type_of("overseas")
        with freeze_time("2031-03-01"):
            numbers = []
            for values in ({}, {"type_id": overseas.id}, {}):
                contract = self.new_contract(plan=(100,), **values)
                contract.action_review_submit()
                numbers.append(contract.name)
        with freeze_time("2032-01-02"):
            contract = self.new_contract()
            contract.action_review_submit()
            numbers.append(contract.name)
        self.assertEqual(numbers, ["HT2031-0001", "HW2031-0001", "HT2031-0002", "HT2032-0001"])

    def test_number_by_hand(self):
        self.type_of("sales").manual_number = True
        contract = self.new_contract()
        self.refused(contract.action_review_submit, message="enter it")
        contract.name = "ABC-1"
        contract.action_review_submit()
        self.assertEqual(contract.name, "ABC-1")
        other = self.new_contract(name="ABC-2")
        self.refused(other.write, {"name": "ABC-1"}, message="ABC-1 is taken")

    def test_bad_input(self):
        def complain(message, *lines, **values):
            contract = self.new_contract(*lines, **values)
            self.refused(contract.action_review_submit, message=message)

        complain("covers", plan=(30, 60))
        complain("covers", plan=())
        complain("Payment 2 has no amount", plan=(100, 0))
        complain("Line 2: its quantity is zero", {}, {"quantity": 0})
        complain("Line 1: its price is negative", {"price_unit": -1}, {})
        complain("expires before", date_start=self.today, date_end=self.today - timedelta(days=1))
        start = self.today + timedelta(days=9)
        complain("Line 1: it is to be delivered before", {"delivery_date": self.today}, date_start=start)
        complain("Line 1: it is to be delivered after", {"delivery_date": start}, date_end=self.today)
        euro = self.env.ref("base.CHF")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        complain("There is no rate of CHF", currency_id=euro.id)
        empty = self.new_contract()
        empty.line_ids.unlink()
        self.refused(empty.action_review_submit, message="There are no lines")

    def test_framework_has_prices_only(self):
        contract = self.new_contract({"quantity": 0}, kind="framework", plan=())
        contract.action_review_submit()
        self.assertEqual(contract.state, "review")

    def test_attacks(self):
        Contract = self.env["crm.contract"].with_user(self.seller)
        draft, approved = self.new_contract(), self.new_approved()
        for vals in (
            {"state": "signed"},
            {"name": "HT2020-0001"},
            {"version": 7},
            {"date_signed": self.today},
            {"date_approved": self.today},
            {"date_accepted": self.today},
            {"renewed_from_id": approved.id},
        ):
            self.refused(draft.write, vals, message="not written by hand", error=AccessError)
            self.refused(Contract.create, {"partner_id": self.customer.id, **vals}, error=AccessError)
        for vals in ({"amount_total": 1}, {"kind": "purchase"}, {"crm_customer_id": False}, {"currency_rate": 2}):
            self.refused(draft.write, vals, message="computed, not entered", error=AccessError)
            self.refused(Contract.create, {"partner_id": self.customer.id, **vals}, error=AccessError)
        self.refused(draft.line_ids.write, {"price_subtotal": 1}, error=AccessError)
        self.refused(draft.milestone_ids.write, {"amount": 1}, error=AccessError)
        self.refused(draft.with_user(self.accountant).action_cancel, error=AccessError)
        self.refused(approved.with_user(self.accountant)._sign, self.today, error=AccessError)
        past = self.today - timedelta(days=1)
        self.refused(draft.write, {"date": past}, message="dated back")
        self.refused(self.new_contract, message="dated back", date=past)
        self.refused(draft.write, {"review_state": "approved"}, message="review alone")
        self.refused(draft.write, {"user_id": self.other.id}, error=AccessError)
        for vals in (
            {"date": self.today + timedelta(days=1)},
            {"title": "x"},
            {"partner_id": self.new_customer("Other").id},
            {"line_ids": [Command.clear()]},
            {"milestone_ids": [Command.update(approved.milestone_ids[0].id, {"percent": 1})]},
            {"currency_id": self.foreign.id},
            {"type_id": self.type_of("service").id},
        ):
            self.refused(approved.write, vals, message="locked by its review")
        self.refused(approved.write, {"name": "X"}, error=AccessError)
        self.refused(approved.unlink)
        self.refused(approved.line_ids.unlink)
        self.refused(approved.milestone_ids.unlink)
        self.refused(approved.line_ids.create, {"contract_id": approved.id, "name": "x"})
        self.refused(approved.action_cancel, message="terminate it")
        self.refused(approved.version_ids.write, {"number": 9}, error=AccessError)
        self.refused(approved.version_ids.unlink, error=AccessError)
        self.refused(draft._sign, self.today, message="not approved")
        draft.action_review_submit()
        self.refused(draft.unlink)

    def test_dates_of_facts(self):
        contract = self.new_approved()
        self.refused(contract._sign, self.today + timedelta(days=1), message="today or earlier")
        self.refused(contract._sign, self.today - timedelta(days=1), message="before the approval")
        self.refused(contract._accept, self.today, message="not signed")
        contract._sign(self.today)
        self.refused(contract._sign, self.today, message="signed already")
        contract._accept(self.today)
        self.assertEqual(contract.date_accepted, self.today)

    def test_numbered_drafts_are_kept(self):
        contract = self.new_contract()
        contract.action_review_submit()
        self.task(contract, self.engineer).action_reject("no")
        self.refused(contract.unlink, message="has a number")
        contract.action_cancel()
        self.assertEqual(contract.state, "cancelled")
        contract.action_reopen()
        self.assertEqual(contract.state, "draft")
        self.new_contract().unlink()

    def test_scope(self):
        contract = self.new_contract()
        self.refused(contract.with_user(self.other).read, ["name"], error=AccessError)
        self.refused(contract.line_ids.with_user(self.other).read, ["name"], error=AccessError)
        self.assertTrue(contract.with_user(self.manager).read(["name"]))
        for money in (self.accountant, self.cashier):
            self.assertTrue(contract.with_user(money).read(["amount_total"]))
            self.refused(contract.with_user(money).write, {"title": "x"}, error=AccessError)
            self.refused(contract.line_ids.with_user(money).write, {"price_unit": 1}, error=AccessError)
        self.refused(contract.with_user(self.engineer).read, ["name"], error=AccessError)
        contract.action_review_submit()
        self.assertTrue(contract.with_user(self.engineer).read(["name"]), "a reviewer reads what he reviews")
        Contract = self.env["crm.contract"].with_user(self.other)
        self.refused(Contract.create, {"partner_id": self.customer.id}, error=AccessError)

    def test_purchase_contract_is_the_buyers(self):
        buyer = self.new_user("buyer", department=self.finance)
        supplier = self.env["res.partner"].create({"name": "Quartz Mine"})
        contract = self.new_contract(kind="purchase", user=buyer, partner_id=supplier.id)
        self.assertFalse(contract.crm_customer_id)
        contract.action_review_submit()
        self.assertRegex(contract.name, r"^CG")
        self.refused(contract.with_user(self.seller).read, ["name"], error=AccessError)

    def test_entry_with_template_and_library(self):
        clause = self.env["crm.contract.clause.library"].create(
            {"title": "Penalty", "body": "{customer} pays 1 % of {amount} {currency}"}
        )
        template = self.env["crm.contract.template"].create(
            {
                "name": "Standard",
                "type_id": self.type_of("sales").id,
                "warranty_months": 18,
                "clause_ids": [Command.create({"library_id": clause.id})],
                "milestone_ids": [
                    Command.create({"name": "Deposit", "percent": 30}),
                    Command.create({"name": "Rest", "percent": 70, "due_event": "delivery", "due_days": 30}),
                ],
            }
        )
        with Form(self.env["crm.contract"].with_user(self.seller)) as form:
            form.type_id = self.type_of("sales")
            form.partner_id = self.customer
            form.template_id = template
            with form.line_ids.new() as line:
                line.product_id = self.product
                line.quantity = 3
                line.price_unit = 0.05
        contract = form.record
        self.assertEqual((contract.warranty_months, contract.clause_ids.title), (18, "Penalty"))
        self.assertAlmostEqual(sum(contract.milestone_ids.mapped("amount")), contract.amount_total)
        self.assertEqual(contract.line_ids.name, "Oscillator")
        sheet = contract._print_sheet()
        article = sheet["articles"][-1]
        self.assertEqual(article["title"], "Penalty")
        self.assertEqual(
            article["paragraphs"],
            [f"Hangzhou Clock Works pays 1 % of {contract.amount_total:.2f} {contract.currency_id.name}"],
        )
        copy = contract.copy()
        self.assertEqual((copy.name, copy.state, copy.clause_ids.title), (False, "draft", "Penalty"))
        self.assertAlmostEqual(sum(copy.milestone_ids.mapped("amount")), copy.amount_total)
        self.refused(clause.write, {"body": "{unknown}"}, message="{unknown}", error=UserError)

    def test_another_type_brings_its_template(self):
        Template, templates = self.env["crm.contract.template"], {}
        for kind in ("sales", "overseas"):
            kind_type = self.type_of(kind)
            templates[kind] = kind_type.template_id = Template.create(
                {
                    "name": kind,
                    "type_id": kind_type.id,
                    "shipping_terms": f"Shipped as {kind}",
                    "clause_ids": [Command.create({"title": f"Law of {kind}", "body": "As agreed"})],
                    "milestone_ids": [Command.create({"name": f"Payment of {kind}", "percent": 100})],
                }
            )
        templates["sales"].warranty_months = 12
        with Form(self.env["crm.contract"].with_user(self.seller)) as form:
            form.partner_id = self.customer
            self.assertEqual((form.type_id, form.template_id), (self.type_of("sales"), templates["sales"]))
            form.type_id = self.type_of("overseas")
            with form.milestone_ids.edit(0) as payment:
                payment.name = "As the customer wishes"
        contract = form.record
        self.assertEqual(
            (contract.clause_ids.title, contract.shipping_terms), ("Law of overseas", "Shipped as overseas")
        )
        self.assertFalse(contract.warranty_months)
        # what somebody has entered stays
        with Form(contract) as form:
            form.type_id = self.type_of("sales")
        self.assertEqual(contract.clause_ids.title, "Law of sales")
        self.assertEqual(contract.milestone_ids.name, "As the customer wishes")
        with Form(contract) as form:
            form.type_id = self.type_of("service")
        self.assertFalse(contract.template_id or contract.clause_ids)
        self.assertEqual(contract.milestone_ids.name, "As the customer wishes")

    def test_expiry(self):
        contract = self.new_approved(date_end=self.today + timedelta(days=100))
        kind = self.env.ref("crm_contract.mail_activity_type_contract_expiry")

        def reminders(days):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)):
                self.env["crm.contract"]._cron_expiry()
                self.env["crm.contract"]._cron_expiry()
            return contract.sudo().activity_ids.filtered(lambda one: one.activity_type_id == kind).mapped("summary")

        self.assertEqual(reminders(5), [])
        self.assertEqual(len(reminders(10)), 1)
        self.assertEqual(len(reminders(20)), 1)
        self.assertEqual(len(reminders(45)), 2)
        self.assertEqual(len(reminders(75)), 3)
        self.assertEqual(contract.state, "approved")
        reminders(101)
        self.assertEqual(contract.state, "expired")

    def test_lists_take_few_queries(self):
        contracts = self.env["crm.contract"]
        for _index in range(6):
            contracts += self.new_contract()
        fields_shown = ["name", "partner_id", "amount_total", "amount_received", "state", "is_expiring"]
        specification = {name: {} for name in fields_shown}

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.with_user(self.seller).web_read(specification)
            return self.env.cr.sql_log_count - before

        count(contracts)
        self.assertEqual(count(contracts[:2]), count(contracts))
