from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests import test_js

from .common import ReviewCase


@tagged("post_install", "-at_install")
class TestScript(ReviewCase, HttpCase):
    """The add-on's JavaScript tests (static/tests)."""

    def test_hoot(self):
        suite = test_js.HOOTCommon._generate_hash(self, "@crm_review")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )

    def test_tour(self):
        if "zh_CN" in dict(self.env["res.lang"].get_installed()):
            self.seller.lang = "zh_CN"
        self.new_flow({"users": self.anna})
        self.start_tour("/odoo/approvals", "crm_review_tour", login="seller")
        approval = self.env["crm.approval"].search([("user_id", "=", self.seller.id)])
        self.assertEqual(approval.review_state, "pending")
