from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.crm_customer.models import crm_customer_bulk

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerBulk(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller2 = cls.new_user("salesperson", "seller2", cls.north)
        cls.tag = cls.env["res.partner.category"].create({"name": "Fair"})
        cls.level = cls.env["crm.customer.level"].search([], limit=1)
        names = ("甲机械", "乙纺织", "丙电子", "丁化工", "戊食品")
        cls.customers = cls.env["res.partner"].union(*(cls.new_customer(name) for name in names))

    def bulk(self, action, user=None, customers=None, context=None, **values):
        context = context or {"active_ids": (customers or self.customers).ids}
        Bulk = self.env["crm.customer.bulk"].with_user(user or self.seller).with_context(**context)
        return Bulk.create({"action": action, **values}).with_context(active_ids=[])

    def run_cron(self):
        # the cron commits, which a test cannot
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 60):
            self.env["crm.customer.bulk"]._cron_process()

    def test_each_action(self):
        self.bulk("tag", tag_ids=self.tag.ids).action_start()
        self.assertEqual(self.customers.category_id, self.tag)
        self.bulk("untag", tag_ids=self.tag.ids).action_start()
        self.assertFalse(self.customers.category_id)
        self.bulk("level", level_id=self.level.id).action_start()
        self.assertEqual(self.customers.crm_level_id, self.level)
        self.bulk("share", sharee_id=self.other.id, access="edit").action_start()
        self.assertEqual(len(self.customers.share_ids.filtered(lambda share: share.user_id == self.other)), 5)
        self.bulk("assign", self.manager, user_id=self.seller2.id).action_start()
        self.assertEqual(self.customers.user_id, self.seller2)
        self.bulk("archive", self.seller2).action_start()
        self.assertFalse(any(self.customers.mapped("active")))

    def test_a_whole_search_larger_than_the_client_sends(self):
        self.env["ir.config_parameter"].set_param("web.active_ids_limit", "2")
        domain = [("name", "in", self.customers[:4].mapped("name"))]
        context = {"active_ids": self.customers[:2].ids, "active_domain": domain}
        bulk = self.bulk("level", context=context, level_id=self.level.id)
        self.assertEqual(bulk.customer_count, 4)
        bulk.action_start()
        self.assertEqual(self.customers.filtered("crm_level_id"), self.customers[:4])

    def test_one_that_may_not_be_changed_does_not_stop_the_others(self):
        foreign = self.new_customer("外部机械", self.other)
        self.env["crm.customer.share"].with_user(self.other).create(
            {"partner_id": foreign.id, "user_id": self.seller.id, "access": "read"}
        )
        bulk = self.bulk("level", customers=self.customers[:2] | foreign, level_id=self.level.id)
        action = bulk.action_start()
        self.assertEqual((bulk.state, bulk.processed_count, bulk.failed_count), ("done", 3, 1))
        self.assertEqual(bulk.error_ids.partner_id, foreign)
        self.assertIn(foreign.name, bulk.error_ids.message)
        self.assertEqual(action["res_model"], "crm.customer.bulk")
        self.assertFalse(foreign.crm_level_id)
        self.assertEqual(self.customers[:2].crm_level_id, self.level)

    def test_what_the_user_does_not_see_is_left_out(self):
        foreign = self.new_customer("外部机械", self.other)
        bulk = self.bulk("level", customers=self.customers[:1] | foreign, level_id=self.level.id)
        self.assertEqual(bulk.customer_count, 1)
        bulk.action_start()
        self.assertFalse(foreign.crm_level_id)

    def test_long_ones_go_on_in_the_background(self):
        with patch.object(crm_customer_bulk, "FOREGROUND_SECONDS", 0):
            bulk = self.bulk("level", level_id=self.level.id)
            bulk.action_start()
        self.assertEqual((bulk.state, bulk.processed_count), ("running", 0))
        with patch.object(crm_customer_bulk, "BATCH", 2):
            bulk._process_batch()
            self.assertEqual((bulk.state, bulk.processed_count, bulk.progress), ("running", 2, 40))
        with patch.object(crm_customer_bulk, "BATCH", 2):
            self.run_cron()
        self.assertEqual((bulk.state, bulk.processed_count), ("done", 5))
        self.assertEqual(self.customers.crm_level_id, self.level)
        self.assertEqual(self.customers.write_uid, self.seller)  # with his rights

    def test_stopped(self):
        with patch.object(crm_customer_bulk, "FOREGROUND_SECONDS", 0):
            bulk = self.bulk("level", level_id=self.level.id)
            bulk.action_start()
        bulk.action_cancel()
        self.run_cron()
        self.assertEqual((bulk.state, bulk.processed_count), ("cancelled", 0))
        with self.assertRaises(UserError):
            bulk.action_start()

    def test_missing_values_are_told(self):
        with self.assertRaisesRegex(UserError, "Customer Level"):
            self.bulk("level").with_context(lang="en_US").action_start()

    def test_nobody_touches_anothers(self):
        bulk = self.bulk("level", level_id=self.level.id)
        for user in (self.other, self.boss, self.admin):
            with self.assertRaises(AccessError):
                bulk.with_user(user).read(["state"])
            with self.assertRaises(AccessError):
                bulk.with_user(user).action_start()

    def test_the_maker_cannot_be_forged(self):
        bulk = self.env["crm.customer.bulk"].with_user(self.seller)
        bulk = bulk.create({"action": "archive", "selection": {"ids": self.customers.ids}, "create_uid": self.admin.id})
        self.assertEqual(bulk.create_uid, self.seller)
        bulk.write({"create_uid": self.admin.id})
        bulk.invalidate_recordset()
        self.assertEqual(bulk.create_uid, self.seller)
