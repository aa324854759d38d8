from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestInitialPassword(HttpCase):
    def test_the_reminder_goes_with_the_password(self):
        user = new_test_user(self.env, "newcomer", password="newcomer1")
        self.assertFalse(user.has_initial_password)
        user.has_initial_password = True
        self.authenticate("newcomer", "newcomer1")
        self.assertTrue(self.make_jsonrpc_request("/web/session/get_session_info")["crm_has_initial_password"])
        user.with_user(user).env.user._change_password("something else 1")
        self.assertFalse(user.has_initial_password)
