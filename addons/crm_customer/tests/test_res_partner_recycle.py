from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestRecycle(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("Iron Gears", phone="0571-88001234")
        Partner = cls.env["res.partner"].with_user(cls.seller)
        cls.contact, cls.gone = Partner.create(
            [{"name": name, "parent_id": cls.customer.id} for name in ("Li Lei", "Han Mei")]
        )
        cls.gone.active = False

    def bin(self, user, customer=None):
        wizard = self.env["crm.customer.recycle.wizard"].with_user(user)
        wizard.create({"partner_ids": (customer or self.customer).ids, "reason": "entered twice"}).action_delete()

    def test_deleted_and_restored_with_its_contacts(self):
        self.bin(self.seller)
        self.assertFalse(self.customer.active or self.contact.active)
        self.assertEqual((self.customer.crm_binned_by_id, self.customer.crm_bin_reason), (self.seller, "entered twice"))
        found = self.env["res.partner"].with_user(self.seller).with_context(active_test=False)
        self.assertEqual(
            found.search([("crm_binned_date", "!=", False), ("is_crm_customer", "=", True)]), self.customer
        )
        self.customer.with_user(self.seller).action_crm_restore()
        self.assertTrue(self.customer.active and self.contact.active)
        self.assertFalse(self.gone.active, "it was archived before")
        self.assertFalse(self.customer.crm_binned_date or self.contact.crm_binned_date or self.customer.crm_bin_reason)

    def test_unarchived_is_out_of_the_bin(self):
        self.bin(self.seller)
        self.customer.with_user(self.seller).action_unarchive()
        self.assertFalse(self.customer.crm_binned_date)
        self.assertTrue(self.contact.active)

    def test_delete_of_the_administrator_goes_into_the_bin(self):
        self.customer.with_user(self.admin).unlink()
        self.assertTrue(self.customer.exists())
        self.assertFalse(self.customer.active)
        self.assertEqual(self.customer.crm_binned_by_id, self.admin)
        supplier = self.env["res.partner"].create({"name": "A supplier"})
        supplier.with_user(self.admin).unlink()
        self.assertFalse(supplier.exists(), "what is no customer is deleted as ever")

    def test_who_may_not(self):
        with self.assertRaises(AccessError):
            self.customer.with_user(self.seller).unlink()
        with self.assertRaises(AccessError):
            self.bin(self.other)
        self.env["crm.customer.share"].with_user(self.seller).create(
            {"partner_id": self.customer.id, "user_id": self.other.id, "access": "edit"}
        )
        with self.assertRaisesRegex(AccessError, "belongs to"):
            self.bin(self.other)
        with self.assertRaises(AccessError):
            self.customer.with_user(self.seller).write({"crm_binned_date": "2026-01-01 00:00:00"})
        self.bin(self.manager)
        with self.assertRaisesRegex(AccessError, "managers"):
            self.customer.with_user(self.seller).action_crm_purge()
        self.assertTrue(self.customer.exists())

    def test_purge(self):
        with self.assertRaisesRegex(UserError, "not in the recycle bin"):
            self.customer.with_user(self.manager).action_crm_purge()
        self.bin(self.seller)
        self.customer.with_user(self.manager).action_crm_purge()
        self.assertFalse((self.customer | self.contact | self.gone).exists())

    def test_purge_is_refused_while_documents_refer(self):
        followed, ordered = self.new_customer("Silk Wires"), self.new_customer("Rice Mills")
        self.env["crm.followup"].with_user(self.seller).create({"partner_id": followed.id, "content": "called"})
        contact = self.env["res.partner"].create({"name": "Wang", "parent_id": ordered.id})
        self.env["sale.order"].with_user(self.seller).create({"partner_id": contact.id})
        for customer, document in ((followed, "Follow-up"), (ordered, "Sales Order")):
            self.bin(self.seller, customer)
            with self.subTest(document), self.assertRaisesRegex(UserError, document):
                customer.with_user(self.manager).action_crm_purge()
            self.assertTrue(customer.exists())

    def test_restored_beside_its_second_entry(self):
        self.bin(self.seller)
        self.env.cr.execute("UPDATE res_partner SET phone_key = NULL WHERE id = %s", [self.customer.id])
        self.new_customer("Quite Another", user=self.other, phone="0571-88001234")
        self.env.cr.execute("UPDATE res_partner SET phone_key = '057188001234' WHERE id = %s", [self.customer.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(ValidationError, "entered already"):
            self.customer.with_user(self.seller).action_crm_restore()
