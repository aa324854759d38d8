from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import CustomerCase

# a Monday; in China, 5 October is in the holidays and 10 October a Saturday that is worked
MONDAY, HOLIDAY, WORKED_SATURDAY, SUNDAY = date(2026, 9, 21), date(2026, 10, 5), date(2026, 10, 10), date(2026, 10, 11)


@tagged("post_install", "-at_install")
class TestCrmDailyReport(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users"].search([]).crm_daily_report = False
        people = cls.seller | cls.other | cls.manager
        people.write({"crm_daily_report": True, "tz": "Asia/Shanghai"})
        cls.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.customer = cls.new_customer("湖州丝绸有限公司")
        cls.Report = cls.env["crm.daily.report"]
        cls.classPatch(cls.registry["ir.cron"], "_commit_progress", lambda self, *args, **kwargs: None)

    def today(self, user):
        Report = self.Report.with_user(user).with_context(tz="Asia/Shanghai")
        return Report.browse(Report.action_open_today()["res_id"])

    def test_who_reports(self):
        users = self.env["res.users"].browse()
        for role in ("salesperson", "sales_assistant", "sales_manager", "general_manager", "cashier"):
            users |= self.new_user(role, f"new_{role}")
        self.assertEqual(users.mapped("crm_daily_report"), [True, True, True, False, False])

    @freeze_time("2026-09-21 10:00:00")
    def test_the_report_is_drawn_from_the_day(self):
        followups = self.env["crm.followup"].with_user(self.seller)
        followups.create({"partner_id": self.customer.id, "content": "called", "date": datetime(2026, 9, 21, 3)})
        followups.create(
            {"partner_id": self.customer.id, "content": "seen", "method": "visit", "date": datetime(2026, 9, 20, 17)}
        )
        followups.create({"partner_id": self.customer.id, "content": "x", "date": datetime(2026, 9, 20, 15)})
        product = self.env["product.product"].create({"name": "Silk", "list_price": 100, "taxes_id": False})
        order = (
            self.env["sale.order"]
            .with_user(self.seller)
            .create({"partner_id": self.customer.id, "order_line": [(0, 0, {"product_id": product.id})]})
        )
        order.action_confirm()
        payment = self.env["account.payment"].create({
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.customer.id,
            "amount": 60,
            "date": MONDAY,
        })  # fmt: skip
        payment.action_post()
        self.env["crm.visit.plan"].with_user(self.seller).create(
            {"partner_id": self.customer.id, "date": datetime(2026, 9, 22, 2), "purpose": "contract"}
        )
        report = self.today(self.seller)
        self.assertEqual((report.date, report.followup_count, report.visit_count), (MONDAY, 2, 1))
        self.assertEqual((report.order_count, report.order_amount), (1, 100))
        self.assertEqual(report.receipt_amount, 60)
        self.assertEqual(report.tomorrow_plan, "09-22 10:00 湖州丝绸有限公司 · contract")
        self.assertEqual(len(report.followup_ids), 2)
        self.assertEqual(report.order_ids, order)
        self.assertEqual(self.today(self.seller), report)

    @freeze_time("2026-09-21 10:00:00")
    def test_handed_in_and_returned(self):
        report = self.today(self.seller)
        with self.assertRaises(UserError):
            report.action_submit()
        report.summary = "a good day"
        report.action_submit()
        self.assertEqual((report.state, report.is_late), ("submitted", False))
        with self.assertRaises(AccessError):
            report.summary = "a bad day"
        report.with_user(self.manager).message_post(body="well done")
        with self.assertRaises(AccessError):
            report.with_user(self.other).read(["summary"])
        with self.assertRaises(AccessError):
            report.with_user(self.seller).action_return()
        with self.assertRaises(AccessError):
            report.with_user(self.other).action_return()
        report.with_user(self.manager).action_return()
        report.summary = "a bad day"
        with freeze_time("2026-09-21 17:00:00"):  # after midnight in China
            report.action_submit()
        self.assertTrue(report.is_late)

    @freeze_time("2026-09-21 10:00:00")
    def test_figures_are_not_entered(self):
        report = self.today(self.seller)
        early = self.Report.with_user(self.seller).with_context(default_state="submitted", default_order_amount=9e9)
        early = early.create({"date": date(2026, 9, 18)})
        self.assertEqual((early.state, early.order_amount), ("draft", 0))
        for vals in ({"order_amount": 9e9}, {"state": "submitted"}, {"date": date(2026, 9, 1)}, {"is_late": False}):
            with self.subTest(vals), self.assertRaises(AccessError):
                report.write(vals)
        with self.assertRaises(AccessError):
            self.Report.with_user(self.seller).create({"date": date(2026, 9, 1), "state": "submitted"})
        with self.assertRaises(AccessError):
            self.Report.with_user(self.seller).create({"date": MONDAY, "user_id": self.other.id})
        with self.assertRaises(AccessError):
            report.unlink()
        with self.assertRaises(AccessError):
            report.with_user(self.manager).write({"summary": "x"})
        with self.assertRaises(ValidationError):
            self.Report.with_user(self.seller).create({"date": date(2026, 9, 22)})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.Report.with_user(self.seller).create({"date": MONDAY})

    def test_working_days(self):
        people = self.seller | self.other
        for day, worked in ((MONDAY, True), (HOLIDAY, False), (WORKED_SATURDAY, True), (SUNDAY, False)):
            self.assertEqual(self.Report._crm_at_work(people, day), people if worked else people.browse(), day)
        self.env["resource.calendar.leaves"].create({
            "name": "ill",
            "resource_id": self.seller.employee_id.resource_id.id,
            "calendar_id": self.seller.employee_id.resource_calendar_id.id,
            "date_from": datetime(2026, 9, 20, 16),
            "date_to": datetime(2026, 9, 21, 15),
        })  # fmt: skip
        self.assertEqual(self.Report._crm_at_work(people, MONDAY), self.other)

    @freeze_time("2026-09-20 22:00:00")  # Monday 6:00 in China
    def test_managers_see_who_has_not_handed_in(self):
        notified = self.env["mail.message"].search_count([("message_type", "=", "user_notification")])
        self.Report._cron_open_reports()
        self.Report._cron_open_reports()
        self.assertEqual(self.Report.search([("date", "=", MONDAY)]).user_id, self.seller | self.other | self.manager)
        self.assertEqual(self.env["mail.message"].search_count([("message_type", "=", "user_notification")]), notified)
        missing = [("state", "=", "draft"), ("date", "=", MONDAY), ("user_id", "!=", self.manager.id)]
        found = self.Report.with_user(self.manager).search(missing)
        self.assertEqual(found.user_id, self.seller)  # the other works in another department
        found.action_excuse()
        self.assertFalse(self.Report.with_user(self.manager).search(missing))
        self.assertEqual(self.today(self.seller).state, "excused")

    @freeze_time("2026-10-04 22:00:00")  # a holiday
    def test_nobody_reports_on_holidays(self):
        self.Report._cron_open_reports()
        self.assertFalse(self.Report.search([("date", "=", HOLIDAY)]))

    def test_opening_many_takes_few_queries(self):
        for number in range(20):
            user = self.new_user("salesperson", f"many{number}", self.north)
            user.crm_daily_report = True
        with freeze_time("2026-09-20 22:00:00"):
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.Report._cron_open_reports()
            self.env.flush_all()
            self.assertLess(self.cr.sql_log_count - before, 40)
        self.assertEqual(len(self.Report.search([("date", "=", MONDAY)])), 23)
