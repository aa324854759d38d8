from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.crm_customer.models import crm_customer_share

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCrmCustomerShare(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("宁波北仑轴承有限公司", child_ids=[Command.create({"name": "罗工"})])
        cls.contact = cls.customer.child_ids
        cls.account = cls.env["res.partner.bank"].create(
            {"partner_id": cls.customer.id, "acc_number": "6222 0000 1111 3333"}
        )
        product = cls.env["product.product"].create({"name": "x"})
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "user_id": cls.seller.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        cls.followup = cls.env["crm.followup"].create(
            {"partner_id": cls.customer.id, "user_id": cls.seller.id, "content": "first call"}
        )
        cls.Share = cls.env["crm.customer.share"]

    def share(self, user=None, to=None, **values):
        share = self.Share.with_user(user or self.seller).create(
            {"partner_id": self.customer.id, "user_id": (to or self.other).id} | values
        )
        return share.with_env(self.env)

    def hanging(self):
        return self.customer, self.contact, self.account, self.order, self.order.order_line, self.followup

    def can(self, user, operation):
        """Whether the user may do this with the customer and all that hangs on it, or with none of it."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.cache.clear()  # as in the next request
        # follow-ups are written by their author, bank accounts by the accountants
        apart = () if operation == "read" else ("crm.followup", "res.partner.bank")
        found = {
            record: record.with_user(user).has_access(operation)
            for record in self.hanging()
            if record._name not in apart
        }
        self.assertEqual(len(set(found.values())), 1, found)
        return any(found.values())

    def test_reading(self):
        self.assertFalse(self.can(self.other, "read"))
        self.share()
        self.assertTrue(self.can(self.other, "read"))
        self.assertFalse(self.can(self.other, "write"))
        for record in self.hanging():
            self.assertTrue(record.with_user(self.other).search([("id", "=", record.id)]), record)
        with self.assertRaisesRegex(AccessError, self.customer.name):
            self.customer.with_user(self.other).street = "x"
        with self.assertRaisesRegex(AccessError, self.customer.name):
            self.env["crm.followup"].with_user(self.other).create({"partner_id": self.customer.id, "content": "x"})
        with self.assertRaisesRegex(AccessError, self.customer.name):
            self.env["sale.order"].with_user(self.other).create({"partner_id": self.customer.id})
        with self.assertRaises(AccessError):
            self.customer.with_user(self.other).message_post(body="x")
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.other).create({"name": "x", "parent_id": self.customer.id})
        with self.assertRaises(AccessError):
            self.env["ir.attachment"].with_user(self.other).create(
                {"name": "x", "raw": b"x", "res_model": "res.partner", "res_id": self.customer.id}
            )
        self.other.group_ids |= self.env.ref("base.group_partner_manager")
        self.assertTrue(self.account.with_user(self.other).has_access("read"))
        self.assertFalse(self.account.with_user(self.other).has_access("write"))
        self.assertFalse(self.can(self.assistant, "read"))

    def test_editing(self):
        self.share(access="edit")
        self.assertTrue(self.can(self.other, "write"))
        self.customer.with_user(self.other).street = "1 Example Road"
        self.env["crm.followup"].with_user(self.other).create({"partner_id": self.customer.id, "content": "x"})
        self.customer.with_user(self.other).message_post(body="x")
        with self.assertRaises(AccessError):  # what the customer is remains with its owner
            self.customer.with_user(self.other).user_id = self.other

    def test_many_shares(self):
        """Like the few, only looked up differently."""
        with patch.object(crm_customer_share, "FEW", 1):
            self.share()
            second = self.new_customer("宁波江北滤清器厂")
            self.share(partner_id=second.id, access="edit")
            self.assertIsNone(self.Share.with_user(self.other)._few_in_force())
            self.assertTrue(self.can(self.other, "read"))
            self.assertFalse(self.can(self.other, "write"))
            self.assertTrue(second.with_user(self.other).has_access("write"))
            Partner = self.env["res.partner"].with_user(self.other)
            self.assertEqual(Partner.search([("crm_shared_with_me", "=", True)]), self.customer | second)
            self.assertFalse(Partner.search([("id", "in", self.new_customer("无关厂").ids)]))

    def test_department_and_below(self):
        southerner = self.new_user("salesperson", "southerner", self.south)
        head = self.new_user("salesperson", "head", self.finance)
        self.south.manager_id = head.employee_id
        self.Share.with_user(self.seller).create({"partner_id": self.customer.id, "department_id": self.sales.id})
        for user in (southerner, head):
            self.assertTrue(self.can(user, "read"), user.login)
            self.assertFalse(self.can(user, "write"), user.login)
        self.assertFalse(self.can(self.other, "read"))
        southerner.employee_id.department_id = self.finance
        self.assertFalse(self.can(southerner, "read"))

    def test_ends_by_itself(self):
        today = fields.Date.context_today(self.Share)
        share = self.share(access="edit", date_to=today)
        self.assertTrue(self.can(self.other, "write"))
        self.env.cr.execute("UPDATE crm_customer_share SET date_to = %s", [today - timedelta(days=1)])
        self.assertFalse(self.can(self.other, "read"))
        self.assertEqual(share.state, "expired")

    def test_revoked(self):
        share = self.share(access="edit")
        for user in (self.other, self.assistant):
            with self.assertRaises(AccessError):
                share.with_user(user).action_revoke()
        for revoker in (self.seller, self.manager, self.admin):
            share = self.share(access="edit")
            self.assertTrue(self.can(self.other, "read"))
            share.with_user(revoker).action_revoke()
            self.assertFalse(self.can(self.other, "read"))
            self.assertEqual(share.state, "revoked")

    def test_sharees_do_not_share(self):
        self.share(access="edit")
        for user, to in ((self.other, self.assistant), (self.assistant, self.other)):
            with self.assertRaises(AccessError):
                self.share(user, to=to)
        self.customer.crm_assistant_ids = self.assistant
        with self.assertRaises(AccessError):
            self.share(self.assistant, to=self.other)

    def test_sharees_do_not_widen_their_share(self):
        share = self.share()
        for values in ({"access": "edit"}, {"date_to": False}, {"active": False}):
            with self.assertRaises(AccessError):
                share.with_user(self.other).write(values)
        with self.assertRaises(UserError):
            share.with_user(self.seller).user_id = self.assistant

    def test_refused(self):
        yesterday = fields.Date.context_today(self.Share) - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "himself"):
            self.share(to=self.seller)
        with self.assertRaisesRegex(UserError, "himself"):
            self.share(self.manager, to=self.manager)
        with self.assertRaisesRegex(UserError, self.seller.name):
            self.share(self.manager, to=self.seller)
        with self.assertRaisesRegex(UserError, str(yesterday)):
            self.share(date_to=yesterday)
        with self.assertRaisesRegex(UserError, self.contact.name):
            self.Share.with_user(self.seller).create({"partner_id": self.contact.id, "user_id": self.other.id})
        self.other.active = False
        with self.assertRaisesRegex(UserError, self.other.name):
            self.share()

    def test_newest_share_takes_the_place_of_the_earlier(self):
        first = self.share()
        second = self.share(access="edit")
        self.assertFalse(first.active)
        self.assertTrue(second.active)
        to_department = {"partner_id": self.customer.id, "department_id": self.north.id}
        self.Share.with_user(self.seller).create(to_department)
        self.assertTrue(second.active)

    def test_change_of_owner(self):
        own = self.share(access="edit")
        readers = self.share(to=self.assistant)
        self.customer.crm_assistant_ids = self.assistant
        self.customer._crm_change_owner("transferred", user=self.other)
        self.assertFalse(own.active)
        self.assertTrue(readers.active)
        self.assertTrue(self.can(self.assistant, "write"))
        self.customer._crm_change_owner("reclaimed")
        self.assertFalse(readers.active)
        self.assertFalse(self.can(self.assistant, "read"))

    def test_wizard(self):
        second = self.new_customer("宁波镇海阀门厂")
        before = self.env["mail.notification"].search_count([("res_partner_id", "=", self.other.partner_id.id)])
        wizard = Form(
            self.env["crm.customer.share.wizard"]
            .with_user(self.seller)
            .with_context(active_ids=(self.customer | second).ids)
        )
        record = wizard.save()
        with self.assertRaises(UserError):
            record.action_share()
        wizard.user_ids.add(self.other)
        wizard.department_ids.add(self.south)
        wizard.access = "edit"
        wizard.save().action_share()
        self.assertEqual(self.Share.search_count([("partner_id", "in", (self.customer | second).ids)]), 4)
        self.assertTrue(self.can(self.other, "write"))
        after = self.env["mail.notification"].search_count([("res_partner_id", "=", self.other.partner_id.id)])
        self.assertEqual(after, before + 1)
        Partner = self.env["res.partner"].with_user(self.other)
        self.assertEqual(Partner.search([("crm_shared_with_me", "=", True)]), self.customer | second)
        self.assertEqual(
            (self.customer | self.contact).with_user(self.other).mapped("crm_shared_with_me"), [True, False]
        )
