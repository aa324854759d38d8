import base64
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .contract_common import ContractCase

PIXEL = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
)


@tagged("post_install", "-at_install")
class TestContractPrint(ContractCase):
    def html(self, report, records, user=None):
        records = records.with_user(user or self.seller)
        content, _kind = records.env["ir.actions.report"]._render_qweb_html(f"crm_contract.{report}", records.ids)
        return content.decode()

    def test_chinese_contract(self):
        contract = self.new_contract(warranty_months=12, shipping_terms="By sea", title="Oscillators 2026")
        html = self.html("contract_report", contract)
        for text in ("Hangzhou Clock Works", "Oscillators 2026", "Oscillator", "By sea"):
            self.assertIn(text, html)
        if contract.currency_id.name == "CNY":
            self.assertIn(contract.currency_id._crm_amount_in_words(contract.amount_total, lang="zh_CN"), html)
        self.assertEqual(len(contract._print_sheet()["words"]), 1 if contract.currency_id.name == "CNY" else 2)

    def test_bilingual_contract(self):
        self.product.with_context(lang="en_US").name = "Oscillator"
        contract = self.new_contract(kind="overseas", currency_id=self.foreign.id)
        html = self.html("contract_report", contract)
        self.assertIn("Sales Contract", html)
        self.assertIn("ONE THOUSAND ONE HUNDRED AND THIRTY ONLY", html)
        self.assertEqual(len(contract._print_sheet()["words"]), 2)

    def test_seal(self):
        contract = self.new_contract()
        self.refused(contract._print_sheet, sealed=True, message="not approved")
        contract.action_review_submit()
        self.approve(contract, self.engineer, self.boss)
        self.company.crm_contract_seal = False
        self.refused(contract._print_sheet, sealed=True, message="no seal yet")
        self.company.crm_contract_seal = PIXEL
        seal = contract._print_sheet(sealed=True)["seal"]
        self.assertIn(seal, self.html("contract_sealed_report", contract))
        self.assertNotIn(seal, self.html("contract_report", contract))
        with self.assertRaises(UserError):
            self.company.with_user(self.seller).read(["crm_contract_seal"])

    def test_changes(self):
        contract = self.new_approved()
        change = self.begin(contract, reason="Because", warranty_months=9)
        self.assertIn("Because", self.html("contract_change_report", change))
        html = self.html("change_list_report", change)
        self.assertIn(change.name, html)
        change.action_review_submit()
        self.approve(change, self.boss)
        old = contract.version_ids.sorted("number")[0]
        self.assertIn(contract.name, self.html("contract_version_report", old))
        with self.assertRaises(UserError):
            self.html("contract_version_report", old, user=self.other)

    def test_due(self):
        contract = self.new_contract(plan=({"percent": 100, "due_event": "delivery", "due_days": 30},))
        word = contract._print_word(False)
        row = contract._contract_content()["milestones"][0]
        self.assertEqual(contract._print_due(row, word, "en_US"), "within 30 days after delivery")
        self.assertFalse(contract.milestone_ids.date_due)

    def test_signing_with_files(self):
        contract = self.new_approved()
        file = self.env["ir.attachment"].with_user(self.seller).create({"name": "scan.pdf", "raw": b"%PDF-1.4"})
        wizard = (
            self.env["crm.contract.fact"]
            .with_user(self.seller)
            .create({"contract_id": contract.id, "date": self.today, "file_ids": file.ids, "partner_signatory": "Li"})
        )
        wizard.action_done()
        self.assertEqual((contract.state, contract.signed_file_ids, contract.partner_signatory), ("signed", file, "Li"))
        self.assertEqual((file.res_model, file.res_id), ("crm.contract", contract.id))
        foreign = self.env["ir.attachment"].with_user(self.other).create({"name": "other.pdf", "raw": b"%PDF-1.4"})
        wizard = (
            self.env["crm.contract.fact"]
            .with_user(self.seller)
            .create({"contract_id": contract.id, "step": "accept", "date": self.today + timedelta(days=0)})
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            wizard.file_ids = foreign.ids
            wizard.action_done()
