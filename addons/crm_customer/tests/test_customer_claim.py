from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_customer_pool import PoolCase


@tagged("post_install", "-at_install")
class TestCustomerClaim(PoolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"].browse(
            cls.new_pooled(f"第{n}认领站", duplicate_reason="test").id for n in range(5)
        )

    def test_claim_opens_the_customer(self):
        customer = self.customers[0]
        result = self.claim(self.other, customer)
        self.assertIn(customer.name, result["params"]["message"])
        self.assertEqual((customer.user_id, customer.crm_pool_id.id), (self.other, False))
        self.assertEqual(customer.with_user(self.other).read(["name"])[0]["name"], customer.name)
        line = customer.owner_history_ids.sorted("id")[-1]
        self.assertEqual((line.how, line.user_id, line.changed_by_id), ("claimed", self.other, self.other))
        claim = self.claims.with_user(self.other).search([("partner_id", "=", customer.id)])
        self.assertEqual((claim.state, claim.pool_id, claim.user_id), ("claimed", self.pool, self.other))

    def test_second_is_told(self):
        row = self.board(self.seller, self.customers[0])
        self.claim(self.other, self.customers[0])
        with self.assertRaisesRegex(UserError, "no longer in the public pool"):
            row.action_claim()
        result = self.board(self.seller).browse(self.customers[:3].ids).with_user(self.seller).action_claim()
        self.assertIn("no longer", result["params"]["message"])
        self.assertEqual(self.customers[1:3].user_id, self.seller)

    def test_claims_of_what_is_not_there_tell_nothing(self):
        private = self.new_customer("绝密客户有限公司")
        for customer in (private, self.env.company.partner_id):
            with self.assertRaises(UserError) as refused:
                self.Board.with_user(self.other).browse(customer.id).action_claim()
            self.assertNotIn(customer.name, str(refused.exception))
        self.assertEqual(private.user_id, self.seller)

    def test_only_members_claim(self):
        for user in (self.boss, self.manager):
            with self.assertRaisesRegex(UserError, "no member"):
                self.claim(user, self.customers[0])
        self.assertEqual(self.customers[0].crm_pool_id, self.pool)

    def test_daily_limit(self):
        self.pool.daily_limit = 3
        self.claim(self.other, self.customers[:2])
        with self.assertRaisesRegex(UserError, "have claimed 2 today: choose 1 at most, not 2"):
            self.claim(self.other, self.customers[2:4])
        self.claim(self.other, self.customers[2])
        with self.assertRaisesRegex(UserError, "choose 0 at most"):
            self.claim(self.other, self.customers[3])
        self.claim(self.seller, self.customers[3])  # another's day
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.claim(self.other, self.customers[4])
        self.assertEqual(self.customers[4].user_id, self.other)

    def test_day_begins_at_midnight_of_the_company(self):
        self.env.company.partner_id.tz = "Asia/Shanghai"
        self.other.tz = "America/New_York"
        with freeze_time("2026-03-01 15:59:00"):
            self.assertEqual(str(self.pool._start_of_today()), "2026-02-28 16:00:00")
        with freeze_time("2026-03-01 16:00:00"):
            self.assertEqual(str(self.pool.with_user(self.other)._start_of_today()), "2026-03-01 16:00:00")

    def test_private_limit(self):
        self.new_customer("老客户有限公司", self.other)
        self.pool.private_limit = 3
        with self.assertRaisesRegex(UserError, "may own 2 more customers.* not 3"):
            self.claim(self.other, self.customers[:3])
        self.claim(self.other, self.customers[:2])
        with self.assertRaisesRegex(UserError, "may own 0 more"):
            self.claim(self.other, self.customers[2])

    def test_private_limit_of_a_level(self):
        level = self.env.ref("crm_customer.crm_customer_level_a")
        self.customers[:2].crm_level_id = level
        self.pool.limit_ids = [Command.create({"level_id": level.id, "number": 1})]
        with self.assertRaisesRegex(UserError, f"1 more customers of level {level.name}"):
            self.claim(self.other, self.customers)
        self.claim(self.other, self.customers[1:])
        with self.assertRaisesRegex(UserError, "0 more"):
            self.claim(self.other, self.customers[0])

    def test_cooldown_of_the_former_owner(self):
        self.pool.cooldown_days = 10
        with self.assertRaisesRegex(UserError, "was yours"):
            self.claim(self.seller, self.customers[0])
        never_his = self.new_pooled("别人用过有限公司", user=self.other)
        message = self.claim(self.seller, self.customers[0] | never_his)["params"]["message"]
        self.assertIn("was yours", message)
        self.assertEqual((never_his.user_id, self.customers[0].crm_pool_id), (self.seller, self.pool))
        with freeze_time(fields.Datetime.now() + timedelta(days=11)):
            self.claim(self.seller, self.customers[0])
        self.assertEqual(self.customers[0].user_id, self.seller)

    def test_nobody_waits_for_a_locked_customer(self):
        row = self.board(self.other, self.customers[0])
        self.patch(type(self.env["res.partner"]), "_crm_lock_pooled", lambda self: self.browse())
        with self.assertRaisesRegex(UserError, f"{row.name}.*at this very moment"):
            row.action_claim()

    def test_queries_do_not_grow_with_customers(self):
        def queries(user, customers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.claim(user, customers)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(self.other, self.customers[0])
        few = queries(self.other, self.customers[1])
        self.assertLessEqual(queries(self.other, self.customers[2:]), few + 3)


@tagged("post_install", "-at_install")
class TestCustomerClaimReview(PoolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.claim_review = True
        cls.customer = cls.new_pooled("评审认领有限公司")
        kind = cls.env.ref("crm_customer.crm_review_kind_customer_claim")
        cls.env["crm.review.flow"].search([("kind_id", "=", kind.id), ("state", "=", "published")]).action_retire()
        step = {"name": "Manager", "rank": 1, "who": "users", "user_ids": [Command.set(cls.manager.ids)]}
        cls.env["crm.review.flow"].create(
            {"name": "Claims", "kind_id": kind.id, "step_ids": [Command.create(step)]}
        ).action_publish()

    def request(self, user=None):
        self.claim(user or self.other, self.customer)
        return self.claims.search([("partner_id", "=", self.customer.id)], limit=1)

    def task(self, claim):
        domain = [("res_model", "=", claim._name), ("res_id", "=", claim.id), ("state", "=", "pending")]
        return self.env["crm.review.line"].with_user(self.manager).search(domain)

    def test_approved(self):
        claim = self.request()
        self.assertEqual((claim.state, claim.review_id.requester_id), ("requested", self.other))
        self.assertEqual(self.customer.crm_pool_id, self.pool, "it stays there until it is approved")
        with self.assertRaises(AccessError):
            self.customer.with_user(self.other).read(["name"])
        with self.assertRaisesRegex(UserError, "the claim of Other is under review"):
            self.claim(self.seller, self.customer)
        self.task(claim).action_approve()
        self.assertEqual((claim.state, self.customer.user_id), ("claimed", self.other))
        self.assertEqual(self.customer.owner_history_ids.sorted("id")[-1].how, "claimed")

    def test_rejected(self):
        claim = self.request()
        self.task(claim).action_reject("no")
        self.assertEqual((claim.state, self.customer.crm_pool_id), ("refused", self.pool))
        self.request(self.seller)  # free again

    def test_lapsed(self):
        claim = self.request()
        self.customer._crm_change_owner("assigned", user=self.seller)
        self.task(claim).action_approve()
        self.assertEqual((claim.state, self.customer.user_id), ("lapsed", self.seller))
        messages = self.env["mail.message"].search([("partner_ids", "in", self.other.partner_id.ids)])
        self.assertIn(self.customer.name, " ".join(messages.mapped("body")))

    def test_lapsed_over_the_limit(self):
        claim = self.request()
        self.pool.private_limit = 1
        self.new_customer("满额有限公司", self.other)
        self.task(claim).action_approve()
        self.assertEqual((claim.state, self.customer.crm_pool_id), ("lapsed", self.pool))

    def test_who_sees_claims(self):
        claim = self.request()
        for user, sees in ((self.other, True), (self.manager, True), (self.admin, True), (self.seller, False)):
            self.assertEqual(bool(self.claims.with_user(user).search([("id", "=", claim.id)])), sees, user.name)
        self.task(claim).action_reject("no")
        for user in (self.other, self.admin):
            with self.assertRaises(AccessError):
                claim.with_user(user).write({"user_id": self.seller.id})
