from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestFavourite(CustomerCase):
    def test_each_user_has_his_own(self):
        first, second = self.new_customer("Iron Gears"), self.new_customer("Silk Wires")
        Partner = self.env["res.partner"].with_user(self.seller)
        first.with_user(self.seller).crm_is_favourite = True
        followed = [("is_crm_customer", "=", True), ("crm_is_favourite", "=", True)]
        self.assertEqual(Partner.search(followed), first)
        self.assertTrue(first.with_user(self.seller).crm_is_favourite)
        self.assertFalse(first.with_user(self.manager).crm_is_favourite)
        self.assertFalse(Partner.with_user(self.manager).search(followed))
        mine = [("id", "in", (first | second).ids), ("crm_is_favourite", "=", False)]
        self.assertEqual(Partner.search(mine), second)
        first.with_user(self.seller).write({"crm_is_favourite": True})  # twice does no harm
        first.with_user(self.seller).write({"crm_is_favourite": False})
        self.assertFalse(Partner.search(followed))

    def test_who_may_only_read_follows_too(self):
        customer = self.new_customer("Iron Gears")
        self.env["crm.customer.share"].with_user(self.seller).create(
            {"partner_id": customer.id, "user_id": self.other.id, "access": "read"}
        )
        shared = customer.with_user(self.other)
        shared.write({"crm_is_favourite": True})
        self.assertTrue(shared.crm_is_favourite)
        with self.assertRaises(AccessError):
            shared.write({"crm_is_favourite": True, "short_name": "x"})

    def test_nobody_follows_what_he_does_not_see(self):
        customer = self.new_customer("Iron Gears")
        with self.assertRaises(AccessError):
            customer.with_user(self.other).write({"crm_is_favourite": True})
        with self.assertRaises(AccessError):
            customer.with_user(self.seller).read(["crm_favourite_user_ids"])

    def test_followed_as_it_is_entered(self):
        customer = self.new_customer("Iron Gears", crm_is_favourite=True)
        self.assertTrue(customer.with_user(self.seller).crm_is_favourite)
