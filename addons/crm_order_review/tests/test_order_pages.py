from odoo.tests import HttpCase, tagged

from .order_common import OrderCase

DONE = "console.log('test successful')"


@tagged("post_install", "-at_install")
class TestOrderPages(OrderCase, HttpCase):
    """The pages open in the browser, for those who sell and for those who only review."""

    def open_page(self, url, ready, user):
        user.password = user.login  # as the browser of tests logs in
        self.browser_js(url, DONE, ready=f"!!document.querySelector({ready!r})", login=user.login, timeout=60)

    def test_lists_of_the_menus_tell_what_belongs_there(self):
        root = self.env.ref("crm_base.crm_root_menu")
        menus = self.env["ir.ui.menu"].with_context(**{"ir.ui.menu.full_list": True})
        menus = menus.search([("id", "child_of", root.id), ("action", "like", "ir.actions.act_window,")])
        own = ("crm_product.", "crm_order_review.", "crm_shipment.", "crm_review.")
        actions = menus.filtered(lambda menu: menu.get_external_id()[menu.id].startswith(own)).mapped("action")
        lists = [action for action in actions if action.view_mode.startswith(("list", "kanban"))]
        self.assertGreater(len(lists), 20)
        self.assertEqual([action.name for action in lists if not action.help], [])

    def test_analysis(self):
        self.new_approved()
        self.open_page("/odoo/order-analysis", ".o_crm_order_analysis .o_crm_analysis_cards .card", self.seller)

    def test_application_of_the_reviewer(self):
        order = self.new_order()
        order.action_review_submit()
        url = f"/odoo/sales-applications/{order.id}"
        self.open_page(url, ".o_form_view .o_field_widget[name=crm_order_type_id]", self.engineer)

    def test_orders_of_those_who_only_read_them(self):
        pending, confirmed = self.new_order(), self.new_approved()
        pending.action_review_submit()
        readers = ((self.accountant, pending), (self.new_user("cashier"), confirmed))
        for user, order in (*readers, (self.new_user("aftersales"), confirmed)):
            self.open_page(f"/odoo/sales-applications/{order.id}", ".o_form_view .o_data_row", user)

    def test_quotation_with_its_changes(self):
        quotation = self.new_order(crm_order_type_id=False)
        quotation._crm_draw_number()
        quotation.action_quotation_sent()
        second = quotation.browse(quotation.action_crm_new_version()["res_id"])
        second.order_line.price_unit = 9
        url = f"/odoo/crm-quotations/{second.id}"
        self.open_page(url, ".o_form_view button[name=action_crm_make_application]", self.seller)
