from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import CustomerCase

TODAY = "2026-06-01 04:00:00"


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestCrmChurn(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Score = cls.env["crm.churn.score"]
        cls.Warning = cls.env["crm.churn.warning"]
        cls.product = cls.env["product.product"].create({"name": "轴承"})
        with freeze_time(TODAY):
            cls.today = cls.Score._churn_today()
            # every 10 days, the last 60 days ago; every 10 days until 5 days ago; once
            cls.silent = cls.new_customer("嵊州领带有限公司")
            cls.steady = cls.new_customer("新昌轴承有限公司")
            cls.single = cls.new_customer("诸暨袜业有限公司")
            cls.order_days(cls.silent, 90, 80, 70, 60)
            cls.order_days(cls.steady, 35, 25, 15, 5)
            cls.order_days(cls.single, 40)

    @classmethod
    def order_days(cls, customer, *days_ago, amount=100):
        return cls.env["sale.order"].create(
            [
                {
                    "partner_id": customer.id,
                    "user_id": customer.user_id.id,
                    "date_order": f"{cls.today - timedelta(days)} 04:00:00",
                    "state": "sale",
                    "order_line": [
                        Command.create({"product_id": cls.product.id, "price_unit": amount, "tax_ids": False})
                    ],
                }
                for days in days_ago
            ]
        )

    def night(self):
        self.Score._cron_score()
        self.env.flush_all()

    def score(self, customer):
        return self.Score.search([("partner_id", "=", customer.id)])

    def warning(self, customer=None):
        return self.Warning.search([("partner_id", "=", (customer or self.silent).id)])

    # SCORES

    def test_scores(self):
        self.order_days(self.silent, 60)  # a second one on the same day is no further day
        self.night()
        silent = self.score(self.silent)
        self.assertEqual((silent.order_count, silent.average_interval, silent.days_overdue), (4, 10, 49))
        self.assertEqual(silent.last_order_date, self.today - timedelta(60))
        self.assertEqual(silent.amount_total, 500)
        self.assertEqual((silent.level, silent.method), ("3", "rules"))
        self.assertEqual(silent.customer_user_id, self.seller)
        steady = self.score(self.steady)
        self.assertEqual((steady.level, steady.days_overdue), ("0", 0))
        self.assertGreater(steady.expected_orders, silent.expected_orders)
        single = self.score(self.single)
        self.assertEqual((single.level, single.average_interval, single.order_count), ("0", 0, 1))
        self.assertEqual(silent.rfm_cell, "011")

    def test_reason_in_words(self):
        self.night()
        reason = self.score(self.silent).reason
        for part in ("4 days", "every 10 days", "49 days over", "rule of thumb"):
            self.assertIn(part, reason)
        self.assertIn("one day only", self.score(self.single).reason)
        self.assertIn("within the own rhythm", self.score(self.steady).reason)

    def test_a_day_is_the_company_s(self):
        order = self.order_days(self.single, 10)
        order.date_order = f"{self.today - timedelta(11)} 17:00:00"  # one o'clock of the next day in Shanghai
        self.night()
        self.assertEqual(self.score(self.single).last_order_date, self.today - timedelta(10))

    def test_today_s_orders_count_tomorrow(self):
        self.order_days(self.silent, 0)
        self.night()
        self.assertEqual(self.score(self.silent).last_order_date, self.today - timedelta(60))

    def test_what_is_gone_has_no_score(self):
        self.night()
        self.single.active = False
        self.env["sale.order"].search([("partner_id", "=", self.steady.id)]).state = "cancel"
        self.night()
        self.assertFalse(self.score(self.single) | self.score(self.steady))
        self.assertTrue(self.score(self.silent))
        self.env["sale.order"].search([]).state = "cancel"
        self.night()
        self.assertFalse(self.Score.search([]))

    def test_model_takes_over_when_there_is_history(self):
        customers = [
            self.new_customer(f"客户{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'东南西北中前'[n // 10]}厂", duplicate_reason="x")
            for n in range(60)
        ]
        for number, customer in enumerate(customers):
            self.order_days(customer, 700 - number, *(number * 7 % 300 + 20 * turn for turn in range(1 + number % 5)))
        self.night()
        score = self.score(customers[4])
        self.assertEqual(score.method, "model")
        self.assertTrue(0 < score.order_chance < 1)
        self.assertNotIn("rule of thumb", score.reason)

    def test_scope(self):
        self.night()
        for user, seen in ((self.seller, 3), (self.manager, 3), (self.boss, 3), (self.other, 0), (self.assistant, 0)):
            with self.subTest(user.login):
                self.assertEqual(self.Score.with_user(user).search_count([]), seen)
                self.assertEqual(self.Warning.with_user(user).search_count([]), min(seen, 1))
        self.silent.crm_assistant_ids = self.assistant
        self.assertEqual(self.Score.with_user(self.assistant).search([]).partner_id, self.silent)
        self.silent.user_id = self.other
        self.assertEqual(self.Score.with_user(self.other).search([]).partner_id, self.silent)
        self.assertNotIn(self.silent, self.Score.with_user(self.seller).search([]).partner_id)
        with self.assertRaises(AccessError):
            self.score(self.silent).with_user(self.seller).read(["level"])
        with self.assertRaises(AccessError):
            self.Score.with_user(self.new_user("engineer")).search([])

    def test_nobody_writes_scores(self):
        self.night()
        with self.assertRaises(AccessError):
            self.score(self.silent).with_user(self.admin).write({"level": "0"})
        with self.assertRaises(AccessError):
            self.Score.with_user(self.boss).action_compute_now()
        self.silent.user_id = self.other
        self.Score.with_user(self.admin).action_compute_now()

    def test_queries_do_not_grow(self):
        self.night()
        self.env["ir.config_parameter"].set_param("crm_customer.churn_min_orders", 1000)  # no new warnings
        self.night()

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.Score._cron_score()
            return self.cr.sql_log_count - before

        few = queries()
        for number in range(8):
            self.order_days(self.new_customer(f"客户{'甲乙丙丁戊己庚辛'[number]}厂", duplicate_reason="x"), 50, 40, 30)
        self.assertLessEqual(queries(), few)

    # WARNINGS

    def test_warning_and_task(self):
        self.seller.lang = "en_US"
        self.night()
        warning = self.warning()
        self.assertEqual(warning.mapped("state"), ["open"])
        self.assertEqual((warning.level, warning.date), ("3", self.today))
        activity = warning.activity_id
        self.assertEqual((activity.user_id, activity.res_id), (self.seller, self.silent.id))
        self.assertIn("49 days over", activity.note)
        self.assertFalse(self.warning(self.steady) | self.warning(self.single))
        self.night()
        self.assertEqual(len(self.warning()), 1)

    def test_ordered_again_without_help(self):
        self.night()
        self.order_days(self.silent, -1)
        with freeze_time("2026-06-05 04:00:00"):
            self.night()
        warning = self.warning()
        self.assertEqual((warning.state, str(warning.closed_on)), ("false_alarm", "2026-06-05"))
        self.assertFalse(warning.closed_by_id)
        self.assertFalse(warning.activity_id.active)

    def test_won_back_by_a_follow_up(self):
        self.night()
        self.order_days(self.silent, -2)
        with freeze_time("2026-06-05 04:00:00"):
            self.env["crm.followup"].with_user(self.seller).create(
                {"partner_id": self.silent.id, "content": "called", "date": "2026-06-02 04:00:00"}
            )
            self.night()
        self.assertEqual(self.warning().state, "won_back")

    def test_lost(self):
        self.night()
        with freeze_time("2026-11-27 04:00:00"):
            self.night()
            self.assertEqual(self.warning().state, "open")
        with freeze_time("2026-11-28 04:00:00"):
            self.night()
            self.assertEqual(self.warning().state, "lost")

    def test_a_new_silence_warns_anew(self):
        self.night()
        self.order_days(self.silent, -1)
        with freeze_time("2026-09-05 04:00:00"):
            self.night()
        warnings = self.warning().sorted("id")
        self.assertEqual(warnings.mapped("state"), ["false_alarm", "open"])
        self.assertEqual(warnings[1].last_order_date, self.today + timedelta(1))

    def test_level_rises(self):
        config = self.env["ir.config_parameter"]
        config.set_param("crm_customer.churn_critical", 1)
        self.night()
        self.assertEqual(self.warning().level, "2")
        with freeze_time("2026-07-05 04:00:00"):
            self.night()
        warning = self.warning()
        self.assertEqual((warning.level, warning.days_overdue, warning.date), ("3", 83, self.today))

    def test_the_most_urgent_first(self):
        more = self.new_customer("绍兴黄酒有限公司")
        self.order_days(more, 90, 80, 70, 60, amount=1000)
        self.env["ir.config_parameter"].set_param("crm_customer.churn_per_owner", 1)
        self.night()
        self.assertTrue(self.warning(more))
        self.assertFalse(self.warning())
        self.night()
        self.assertTrue(self.warning())

    def test_long_gone_customers_are_left_alone(self):
        self.env["ir.config_parameter"].set_param("crm_customer.churn_oldest_days", 59)
        self.night()
        self.assertFalse(self.warning())

    def test_task_goes_with_the_customer(self):
        self.night()
        self.silent.user_id = self.other
        self.night()
        self.assertEqual(self.warning().activity_id.user_id, self.other)

    def test_outcome_by_hand(self):
        self.night()
        warning = self.warning().with_user(self.seller)
        warning.note = "They build a plant of their own"
        with self.assertRaises(AccessError):
            warning.state = "lost"
        with self.assertRaises(AccessError):
            warning.level = "0"
        warning.action_lost()
        self.assertEqual((warning.state, warning.closed_by_id), ("lost", self.seller))
        with self.assertRaises(UserError):
            warning.action_won_back()
        warning.action_reopen()
        self.assertEqual((warning.state, warning.closed_on), ("open", False))
        warning.with_user(self.manager).action_false_alarm()
        self.night()
        self.assertEqual(self.warning().state, "false_alarm")
        with self.assertRaises(AccessError):
            self.warning().with_user(self.other).action_reopen()

    def test_an_assistant_reads_but_does_not_decide(self):
        self.night()
        self.silent.crm_assistant_ids = self.assistant
        warning = self.warning().with_user(self.assistant)
        self.assertEqual(warning.level, "3")
        with self.assertRaises(AccessError):
            warning.action_lost()

    def test_what_orders_decided_stays(self):
        self.night()
        self.order_days(self.silent, -1)
        with freeze_time("2026-06-05 04:00:00"):
            self.night()
        with self.assertRaises(UserError):
            self.warning().with_user(self.seller).action_reopen()

    # SETTINGS

    def test_settings(self):
        Settings = self.env["res.config.settings"].with_user(self.admin)
        with Form(Settings) as form:
            form.churn_attention = 80
            form.churn_enabled = False
        Settings.browse(form.id).execute()
        self.assertEqual(self.Score._churn_setting("attention"), 80)
        self.assertFalse(self.env.ref("crm_customer.ir_cron_churn").active)
        for values in (
            {"churn_high": 90},
            {"churn_min_orders": 1},
            {"churn_window": 0},
            {"activity_b": 20},
            {"activity_d": 0},
            {"activity_window": 0},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                Settings.create(values)

    # BACK-TEST

    def test_backtest(self):
        Backtest = self.env["crm.churn.backtest"].with_user(self.manager)
        test = Backtest.create({"cutoff_date": self.today - timedelta(20), "holdout_weeks": 2})
        test.action_run()
        self.assertEqual(test.state, "done")
        self.assertEqual((test.customer_count, test.repeat_count, test.buyer_count), (3, 2, 1))
        self.assertEqual(set(test.line_ids.mapped("way")), {"rules", "recency"})
        self.assertEqual(sum(test.level_ids.mapped("customer_count")), 2)
        self.assertTrue(test.verdict)
        with self.assertRaises(UserError):
            test.action_run()
        with self.assertRaises(UserError):
            test.holdout_weeks = 2
        with self.assertRaises(UserError):
            test.copy().write({"state": "done"})
        with self.assertRaises(AccessError):
            Backtest.with_user(self.seller).search([])
        with self.assertRaises(AccessError):
            test.line_ids.write({"auc": 1})

    def test_backtest_of_a_wrong_period(self):
        Backtest = self.env["crm.churn.backtest"].with_user(self.manager)
        with self.assertRaises(ValidationError):
            Backtest.create({"cutoff_date": self.today - timedelta(20), "holdout_weeks": 3})
        with self.assertRaises(ValidationError):
            Backtest.create({"cutoff_date": self.today - timedelta(20), "holdout_weeks": 0})
        early = Backtest.create({"cutoff_date": self.today - timedelta(300), "holdout_weeks": 4})
        with self.assertRaisesRegex(UserError, "No customer had ordered"):
            early.action_run()

    def test_backtest_in_the_background(self):
        test = self.env["crm.churn.backtest"].create({"cutoff_date": self.today - timedelta(30), "holdout_weeks": 4})
        test.state = "waiting"
        with self.enter_registry_test_mode():
            self.env.ref("crm_customer.ir_cron_churn_backtest").method_direct_trigger()
        self.assertEqual(test.state, "done")

    # ACTIVITY GRADE

    def test_activity_grades(self):
        busy = self.new_customer("绍兴黄酒有限公司")
        self.order_days(busy, *range(1, 13))
        former = self.new_customer("上虞伞业有限公司")
        self.order_days(former, 400)
        never = self.new_customer("柯桥布业有限公司")
        customers = busy | self.silent | self.single | former | never
        Partner = self.env["res.partner"]
        self.assertEqual(Partner._cron_activity_grades(), 5)
        self.assertEqual(customers.mapped("activity_grade"), ["A", "C", "D", "E", False])
        self.assertEqual(Partner._cron_activity_grades(), 0)
        self.env["ir.config_parameter"].set_param("crm_customer.activity_d", 2)
        Partner._cron_activity_grades()
        self.assertEqual(self.single.activity_grade, "E")
        self.env["sale.order"].search([("partner_id", "=", self.single.id)]).state = "cancel"
        Partner._cron_activity_grades()
        self.assertFalse(self.single.activity_grade)
