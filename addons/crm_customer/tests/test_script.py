from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.web.tests import test_js


@tagged("post_install", "-at_install")
class TestScript(HttpCase):
    """The add-on's JavaScript tests (static/tests)."""

    def test_hoot(self):
        suite = test_js.HOOTCommon._generate_hash(self, "@crm_customer")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )

    def test_tour(self):
        new_test_user(
            self.env,
            "tourist",
            groups="crm_base.group_salesperson",
            lang="zh_CN" if "zh_CN" in dict(self.env["res.lang"].get_installed()) else "en_US",
        )
        self.start_tour("/odoo", "crm_customer_tour", login="tourist")
