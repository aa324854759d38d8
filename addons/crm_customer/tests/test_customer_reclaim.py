from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_customer_pool import PoolCase


@tagged("post_install", "-at_install")
class TestCustomerReclaim(PoolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.customer.pool"].search([("id", "!=", cls.pool.id)]).reclaim = False
        cls.Reclaim = cls.env["crm.customer.reclaim"]
        # nothing of a test is committed
        cls.classPatch(cls.registry["ir.cron"], "_commit_progress", lambda self, *args, **kwargs: None)

    def rules(self, warned=True, **values):
        self.pool.write({"reclaim": True, **values})
        if warned:  # these rules are old
            self.env.flush_all()
            self.cr.execute("UPDATE crm_customer_pool SET reclaim_since = '2001-01-01' WHERE id = %s", [self.pool.id])
            self.pool.invalidate_recordset()

    def owned(self, name, days, followup=None, order=None, user=None, **values):
        """A customer that its salesperson has had for some days, last followed up and ordering some days ago."""
        customer = self.new_customer(name, user, duplicate_reason="test", **values)
        self.env.flush_all()
        ago = [number is not None and fields.Datetime.now() - timedelta(number) for number in (days, followup, order)]
        self.cr.execute(
            "UPDATE crm_customer_owner_history SET date_from = %s WHERE partner_id = %s", [ago[0], customer.id]
        )
        self.cr.execute(
            "UPDATE res_partner SET last_followup_date = %s, last_order_date = %s WHERE id = %s",
            [ago[1] or None, ago[2] or None, customer.id],
        )
        self.env.invalidate_all()
        return customer

    def preview(self, customer):
        self.Reclaim.invalidate_model()
        return self.Reclaim.search([("id", "=", customer.id)])

    def days_left(self, customer):
        row = self.preview(customer)
        return round((row.date - fields.Datetime.now()) / timedelta(1)) if row else None

    def test_rules(self):
        fresh = self.owned("规则甲站", 3)
        worked = self.owned("规则乙站", 100, followup=10, order=40)
        bought = self.owned("规则丙站", 100, order=40)
        self.rules(reclaim_new_days=0, reclaim_followup_days=0, reclaim_order_days=0)
        self.assertFalse(self.Reclaim.search([("id", "in", (fresh | worked | bought).ids)]))
        for values, expected in (
            ({"reclaim_new_days": 5}, [(2, "new"), None, None]),
            ({"reclaim_followup_days": 30}, [(27, "followup"), (20, "followup"), (-70, "followup")]),
            ({"reclaim_order_days": 60}, [(57, "order"), (20, "order"), (20, "order")]),
        ):
            self.rules(**{"reclaim_new_days": 0, "reclaim_followup_days": 0, "reclaim_order_days": 0, **values})
            for customer, answer in zip((fresh, worked, bought), expected, strict=True):
                row = self.preview(customer)
                found = (self.days_left(customer), row.rule) if row else None
                self.assertEqual(found, answer, (values, customer.name))
        # the first rule to come counts
        self.rules(reclaim_new_days=5, reclaim_followup_days=30)
        self.assertEqual(self.preview(fresh).rule, "new")
        self.rules(reclaim_new_days=50)
        self.assertEqual(self.preview(fresh).rule, "followup")

    def test_former_owners_work_does_not_count(self):
        customer = self.owned("前任站", 5, followup=20, order=30)
        self.rules(reclaim_new_days=10, reclaim_followup_days=90)
        self.assertEqual((self.preview(customer).rule, self.days_left(customer)), ("new", 5))

    def test_protection_exemption_and_warning_time(self):
        customer = self.owned("保护站", 30)
        self.rules(reclaim_followup_days=7, protection_days=0)
        self.assertEqual(self.days_left(customer), -23)
        self.rules(protection_days=40)
        self.assertEqual(self.days_left(customer), 10)
        self.rules(protection_days=0, warning_days=6, warned=False)
        self.assertEqual(self.days_left(customer), 6, "rules that changed give the warning time anew")
        level = self.env.ref("crm_customer.crm_customer_level_a")
        customer.crm_level_id = level
        self.rules(exempt_level_ids=[Command.set(level.ids)])
        self.assertFalse(self.preview(customer))

    def test_pool_by_membership_region_and_sequence(self):
        second = self.new_pool("Region", sequence=-2, state_ids=[Command.set(self.state.ids)], reclaim_followup_days=9)
        self.rules(reclaim_followup_days=7)
        here = self.owned("地区站", 30, state_id=self.state.id)
        elsewhere = self.owned("异地站", 30)
        stranger = self.owned("无池站", 30, user=self.new_user("salesperson", "outsider", self.south))
        self.assertEqual(self.preview(here).pool_id, second)
        self.assertEqual(self.preview(elsewhere).pool_id, self.pool)
        self.assertFalse(self.preview(stranger))
        second.sequence = 5
        self.env.flush_all()
        self.assertEqual(self.preview(here).pool_id, self.pool)

    def test_night(self):
        lost = self.env["res.partner"].browse(self.owned(f"失去{n}站", 30).id for n in range(12))
        kept = self.owned("保住站", 30, followup=2)
        theirs = self.owned("别人站", 30, user=self.other)
        self.rules(reclaim_followup_days=7)
        kept.last_followup_date = fields.Datetime.now()
        messages = self.env["mail.message"]
        last = messages.search([], order="id desc", limit=1).id
        listed = self.Reclaim.search([("date", "<=", "now"), ("is_on", "=", True)])
        self.assertEqual(listed.partner_id & (lost | kept | theirs), lost | theirs)
        self.Reclaim._cron_reclaim()
        self.assertEqual((lost | theirs).crm_pool_id, self.pool)
        self.assertFalse((lost | theirs).user_id)
        self.assertEqual(kept.user_id, self.seller)
        line = lost[0].owner_history_ids.sorted("id")[-1]
        self.assertEqual((line.how, line.pool_id, line.date_to), ("reclaimed", self.pool, False))
        self.assertIn("7", line.reason)
        told = messages.search([("id", ">", last), ("partner_ids", "in", self.seller.partner_id.ids)])
        self.assertEqual(len(told), 1, "one message for all of them")
        self.assertIn("12", told.subject)
        self.assertEqual(len(messages.search([("id", ">", last), ("partner_ids", "in", self.other.partner_id.ids)])), 1)
        self.Reclaim._cron_reclaim()
        self.assertEqual(len(lost[0].owner_history_ids), 2, "the second night takes nothing more")
        self.assertFalse(
            messages.search([("id", ">", max(told.ids) + 1), ("partner_ids", "in", self.seller.partner_id.ids)])
        )

    def test_switched_off_pools_take_nothing(self):
        customer = self.owned("关闭站", 30)
        self.rules(reclaim_followup_days=7, reclaim=False)
        self.assertEqual(self.pool.action_dry_run()["domain"][0], ("pool_id", "=", self.pool.id))
        self.assertTrue(self.preview(customer), "but a dry run tells")
        self.assertFalse(self.preview(customer).is_on)
        self.Reclaim._cron_reclaim()
        self.assertEqual(customer.user_id, self.seller)

    def test_interrupted_goes_on(self):
        customers = [self.owned("中断甲站", 30), self.owned("中断乙站", 30, user=self.other)]
        self.rules(reclaim_followup_days=7)
        self.patch(self.registry["crm.customer.reclaim"], "_batches", lambda self, due: [[c.id] for c in customers])
        real = type(self.Reclaim)._reclaim_batch
        done = []

        def dies(self, partner_ids):
            if done:
                raise RuntimeError("power cut")
            done.append(partner_ids)
            return real(self, partner_ids)

        self.patch(self.registry["crm.customer.reclaim"], "_reclaim_batch", dies)
        with self.assertRaises(RuntimeError):
            self.Reclaim._cron_reclaim()
        self.patch(self.registry["crm.customer.reclaim"], "_reclaim_batch", real)
        self.Reclaim._cron_reclaim()
        for customer in customers:
            self.assertEqual(customer.crm_pool_id, self.pool)
            self.assertEqual(len(customer.owner_history_ids), 2)

    def test_batches_keep_an_owner_together(self):
        self.patch(type(self.Reclaim), "_batches", type(self.Reclaim)._batches)
        due = [(n, n // 6000, 1, "new") for n in range(18_000)]
        self.assertEqual([len(batch) for batch in self.Reclaim._batches(due)], [12_000, 6_000])

    def activities(self, customer, active=True):
        kind = self.env.ref("crm_customer.mail_activity_type_reclaim")
        domain = [("res_model", "=", "res.partner"), ("res_id", "=", customer.id), ("activity_type_id", "=", kind.id)]
        return self.env["mail.activity"].search([*domain, ("active", "=", active)])

    def test_reminders(self):
        soon = self.owned("将失站", 5)
        later = self.owned("还早站", 1)
        self.rules(reclaim_followup_days=7, warning_days=3)
        for _night in range(2):
            self.Reclaim._cron_reclaim()
            self.assertEqual(len(self.activities(soon)), 1, "no double reminders")
        activity = self.activities(soon)
        self.assertEqual((activity.user_id, activity.res_name), (self.seller, soon.complete_name))
        self.assertIn(self.pool.name, activity.summary)
        self.assertFalse(self.activities(later))
        domain = [("is_on", "=", True), ("warning_date", "<=", "now")]
        self.assertIn(soon.id, self.Reclaim.with_user(self.seller).search(domain).ids)
        # done without any follow-up: not told again
        activity.with_user(self.seller).action_feedback()
        self.Reclaim._cron_reclaim()
        self.assertFalse(self.activities(soon))
        self.assertEqual(len(self.activities(soon, active=False)), 1)

    def test_followup_takes_the_reminder_away(self):
        customer = self.owned("跟进站", 5)
        self.rules(reclaim_followup_days=7, warning_days=3)
        self.Reclaim._cron_reclaim()
        self.assertTrue(self.activities(customer))
        self.env["crm.followup"].with_user(self.seller).create({"partner_id": customer.id, "content": "called"})
        self.env.flush_all()
        self.assertFalse(self.Reclaim.search([("id", "=", customer.id), ("warning_date", "<=", "now")]))
        self.Reclaim._cron_reclaim()
        self.assertFalse(self.activities(customer))

    def test_who_sees_the_preview(self):
        customer = self.owned("谁见站", 30, user=self.other)
        self.rules(reclaim_followup_days=7)
        rival = self.new_user("sales_manager", "rival", self.south)
        for user, sees in (
            (self.other, True),
            (self.manager, True),  # of the pool
            (self.boss, True),
            (self.seller, False),
            (rival, False),
        ):
            action = self.Reclaim.with_user(user).action_dry_run()
            found = self.Reclaim.with_user(user).search(action["domain"])
            self.assertEqual(customer.id in found.ids, sees, user.name)
        with self.assertRaises(AccessError):
            self.Reclaim.with_user(self.new_user("engineer")).search([])
        self.assertEqual(self.preview(customer).with_user(self.other).action_open_customer()["res_id"], customer.id)
