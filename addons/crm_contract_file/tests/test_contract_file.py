from odoo.tests import tagged

from odoo.addons.crm_customer.tests.common import CustomerCase


@tagged("post_install", "-at_install")
class TestContractFile(CustomerCase):
    def test_files_follow_the_contract(self):
        customer = self.new_customer("Hangzhou Clock Works")
        contract = self.env["crm.contract"].with_user(self.seller).create({"partner_id": customer.id})
        self.env["ir.attachment"].with_user(self.seller).create(
            {"name": "scan.txt", "raw": b"scan", "res_model": "crm.contract", "res_id": contract.id}
        )
        self.assertEqual(contract.crm_file_count, 1)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_contract_file.crm_file_action_contract")
        domain = [("res_model", "in", ("crm.contract", "crm.contract.change")), ("res_id", "=", contract.id)]
        self.assertIn("crm.contract.change", action["domain"])
        self.assertEqual(self.env["crm.file"].with_user(self.seller).search_count(domain), 1)
        self.assertFalse(self.env["crm.file"].with_user(self.other).search_count(domain))
