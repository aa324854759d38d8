from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestSaleOrderQuotation(OrderCase):
    def new_quotation(self, *lines, **values):
        return self.new_order(*lines, **{"crm_order_type_id": False, **values})

    def latest(self, action):
        return self.env["sale.order"].with_user(self.seller).browse(action["res_id"])

    def test_below_the_floor_needs_a_review(self):
        quotation = self.new_quotation({"price_unit": 7})
        self.refused(quotation.action_quotation_send, message="approved first")
        self.refused(quotation.action_quotation_sent, message="approved first")
        self.refused(quotation.write, {"state": "sent"}, message="approved first")
        self.refused(quotation.action_crm_make_application, message="approved first")
        render = self.env["ir.actions.report"].with_user(self.seller)._render_qweb_html
        for report in ("crm_order_review.sale_quotation_report", "sale.action_report_saleorder"):
            self.refused(render, report, quotation.ids, message="approved first")
        quotation.action_review_submit()
        self.approve(quotation, self.engineer, self.boss)
        self.assertEqual((quotation.review_state, quotation.state), ("approved", "draft"))
        self.refused(quotation.order_line.write, {"price_unit": 6}, message="New Version")
        quotation.action_quotation_sent()
        self.assertEqual(quotation.state, "sent")
        html, _type = render("crm_order_review.sale_quotation_report", quotation.ids)
        self.assertIn(quotation.name, html.decode())

    def test_breaks_below_the_floor(self):
        quotation = self.new_quotation()
        self.assertFalse(quotation.crm_needs_review)
        quotation.order_line.crm_break_ids = [Command.create({"quantity": 100, "price_unit": 5})]
        self.assertTrue(quotation.crm_needs_review)

    def test_versions(self):
        quotation = self.new_quotation()
        self.refused(quotation.action_crm_new_version, message="Change it directly")
        quotation._crm_draw_number()
        quotation.action_quotation_sent()
        self.refused(quotation.order_line.write, {"price_unit": 9}, message="New Version")
        second = self.latest(quotation.action_crm_new_version())
        self.assertEqual((second.crm_version, second.name), (2, f"{quotation.crm_number}-V2"))
        self.assertEqual(quotation.crm_quotation_state, "superseded")
        second.order_line.price_unit = 9
        [line, total] = second.crm_version_diff
        self.assertEqual((line["kind"], line["line"]), ("changed", "Oscillator"))
        self.assertEqual(len(line["changes"]), 1)
        self.assertEqual(total["line"], "Total")
        self.assertEqual(quotation.order_line.price_unit, 10)
        self.assertEqual(second.crm_version_ids, quotation | second)
        self.refused(quotation.action_crm_make_application, message="no open quotation")
        self.refused(quotation.action_draft, message="New Version")

    def test_application_in_one_click(self):
        quotation = self.new_quotation({}, {"product_id": self.crystal.id, "price_unit": 5})
        quotation.order_line[0].crm_break_ids = [
            Command.create({"quantity": 100, "price_unit": 9}),
            Command.create({"quantity": 500, "price_unit": 8.5}),
        ]
        quotation.client_order_ref = "PO-77"
        quotation.order_line[0].crm_break_ids[1].action_choose()
        application = self.latest(quotation.action_crm_make_application())
        self.assertEqual(quotation.crm_quotation_state, "won")
        self.assertTrue(application.crm_order_type_id)
        self.assertEqual(application.crm_quotation_id, quotation)
        self.assertEqual(application.client_order_ref, "PO-77")
        self.assertEqual(application.order_line.mapped("product_uom_qty"), [500, 10])
        self.assertEqual(application.order_line.mapped("price_unit"), [8.5, 5])
        self.assertFalse(application.order_line.crm_break_ids)
        self.assertEqual(application.review_state, "new")
        self.refused(quotation.action_crm_make_application, message="has become")

    def test_lost(self):
        quotation = self.new_quotation()
        wizard = self.env["crm.quotation.lost"].with_user(self.seller)
        reason = self.env.ref("crm_order_review.crm_quotation_lost_reason_price")
        context = quotation.action_crm_lost()["context"]
        wizard.with_context(**context).create({"reason_id": reason.id, "note": "Ningbo"}).action_apply()
        self.assertEqual((quotation.crm_quotation_state, quotation.crm_lost_reason_id), ("lost", reason))
        won = self.new_quotation()
        won.action_crm_make_application()
        analysis = self.env["crm.quotation.analysis"].with_user(self.seller)
        self.env.flush_all()
        rows = analysis.search([("order_id", "in", (quotation | won).ids)])
        self.assertEqual(sorted(rows.mapped("win_rate")), [0, 100])
        self.assertFalse(analysis.with_user(self.other).search([("order_id", "=", won.id)]))
        quotation.action_crm_reopen()
        self.assertEqual(quotation.crm_quotation_state, "open")

    def test_attacks(self):
        quotation = self.new_quotation()
        self.refused(quotation.write, {"crm_quotation_state": "won"}, message="found out by the program")
        self.refused(quotation.with_user(self.other).action_crm_make_application, error=AccessError)
        quotation.action_review_submit() if quotation.crm_needs_review else quotation.action_quotation_sent()
        quotation._crm_draw_number()
        self.refused(
            self.env["crm.quotation.break"].with_user(self.seller).create,
            {"line_id": quotation.order_line.id, "quantity": 5, "price_unit": 1},
            message="New Version",
        )

    def test_print_languages(self):
        quotation = self.new_quotation(crm_print_language="both")
        self.assertIn("QUOTATION", quotation._crm_print_text("title"))
        self.assertIn("Oscillator", quotation._crm_print_product(quotation.order_line))

    def test_mail_carries_the_print(self):
        quotation = self.new_quotation()
        action = quotation.action_quotation_send()
        template = self.env["mail.template"].browse(action["context"]["default_template_id"])
        self.assertEqual(template.report_template_ids, self.env.ref("crm_order_review.sale_quotation_report"))
