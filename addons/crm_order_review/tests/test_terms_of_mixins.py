from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestTermsOfMixins(TransactionCase):
    def test_a_document_is_translated_with_its_add_on(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        review_state = self.env["ir.model.fields"]._get("crm.inquiry", "review_state")
        terms = ((review_state, "field_description"), (review_state.selection_ids[0], "name"))
        for record, name in terms:
            record.update_field_translations(name, {"zh_CN": False})
        self.env.ref("base.module_crm_order_review")._update_translations(["zh_CN"])
        for record, name in terms:
            english, chinese = (record.with_context(lang=lang)[name] for lang in ("en_US", "zh_CN"))
            self.assertNotEqual(english, chinese)
