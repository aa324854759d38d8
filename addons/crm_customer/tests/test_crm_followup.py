from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCrmFollowup(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("湖州丝绸有限公司", child_ids=[Command.create({"name": "甲"})])
        cls.Followup = cls.env["crm.followup"].with_user(cls.seller)

    def follow_up(self, **values):
        return self.Followup.create({"partner_id": self.customer.id, "content": "called", **values})

    def test_the_customer_knows_its_latest_followup(self):
        self.follow_up(date=datetime(2026, 2, 1), next_date=datetime(2026, 3, 1), next_step="send samples")
        old = self.follow_up(date=datetime(2026, 1, 1), next_date=datetime(2026, 1, 9))
        self.assertEqual(self.customer.last_followup_date, datetime(2026, 2, 1))
        self.assertEqual(self.customer.next_contact_date, datetime(2026, 3, 1))
        self.assertEqual(self.customer.next_contact_need, "send samples")
        old.write({"date": datetime(2026, 2, 2), "next_date": datetime(2026, 2, 9)})
        self.assertEqual(self.customer.next_contact_date, datetime(2026, 2, 9))
        old.unlink()
        self.assertEqual(self.customer.next_contact_date, datetime(2026, 3, 1))

    def test_what_was_planned_by_hand_stays_without_followups(self):
        self.customer.with_user(self.seller).next_contact_date = datetime(2026, 4, 1)
        self.assertEqual(self.customer.next_contact_date, datetime(2026, 4, 1))

    def test_next_contact_lies_ahead(self):
        with self.assertRaises(ValidationError):
            self.follow_up(date=datetime(2026, 2, 1), next_date=datetime(2026, 1, 1))

    def test_contact_of_another_customer(self):
        stranger = self.new_customer("嘉兴丝绸有限公司", child_ids=[Command.create({"name": "乙"})]).child_ids
        with self.assertRaises(ValidationError):
            self.follow_up(contact_id=stranger.id)

    def test_only_the_author_and_managers_change_it(self):
        followup = self.follow_up()
        self.customer.crm_assistant_ids = self.assistant
        followup.with_user(self.assistant).read(["content"])
        with self.assertRaises(AccessError):
            followup.with_user(self.assistant).content = "x"
        followup.with_user(self.manager).content = "corrected"
        with self.assertRaises(AccessError):
            self.env["crm.followup"].with_user(self.other).create({"partner_id": self.customer.id, "content": "x"})
