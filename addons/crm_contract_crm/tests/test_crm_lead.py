from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.crm_customer.tests.common import CustomerCase


@tagged("post_install", "-at_install")
class TestCrmLead(CustomerCase):
    def test_contract_of_an_opportunity(self):
        customer = self.new_customer("Hangzhou Clock Works")
        lead = self.env["crm.lead"].with_user(self.seller).create({"name": "Clocks", "type": "opportunity"})
        with self.assertRaisesRegex(UserError, "no customer yet"):
            lead.action_crm_make_contract()
        lead.partner_id = customer
        sales = self.env["crm.contract.type"].search([], limit=1)
        clause = Command.create({"title": "Law", "body": "As agreed"})
        template = {"name": "Standard", "type_id": sales.id, "clause_ids": [clause]}
        sales.template_id = self.env["crm.contract.template"].create(template)
        action = lead.action_crm_make_contract()
        form = Form(self.env["crm.contract"].with_user(self.seller).with_context(**action["context"]))
        contract = form.save()
        self.assertEqual((contract.lead_id, contract.partner_id, contract.title), (lead, customer, "Clocks"))
        self.assertEqual(contract.clause_ids.title, "Law")
        self.assertEqual(lead.crm_contract_count, 1)
        self.assertEqual(self.env["crm.contract"].search(lead.action_crm_contracts()["domain"]), contract)
