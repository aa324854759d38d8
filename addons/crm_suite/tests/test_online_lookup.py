from unittest.mock import patch

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestOnlineLookup(TransactionCase):
    def test_nothing_is_asked_unless_switched_on(self):
        Partner = self.env["res.partner"]
        api = type(self.env["iap.autocomplete.api"])
        with (
            patch.object(api, "_contact_iap", autospec=True, return_value={"data": []}) as contact,
            patch("odoo.addons.partner_autocomplete.models.res_partner.check_vies") as vies,
        ):
            Partner.autocomplete_by_name("Acme", False)
            Partner.autocomplete_by_vat("BE0477472701", False)
            Partner.enrich_by_domain("example.com")
            self.assertFalse(contact.called or vies.called)
            self.env["res.config.settings"].create({"crm_online_lookup": True}).execute()
            Partner.autocomplete_by_name("Acme", False)
            self.assertTrue(contact.called)

    def test_no_report_to_the_publisher(self):
        self.assertFalse(self.env.ref("mail.ir_cron_module_update_notification").active)
