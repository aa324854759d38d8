import base64
from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

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

    # WINDOW
    def make_old(self, followups, hours=25):
        followups.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_followup SET create_date = now() AT TIME ZONE 'UTC' - %s * interval '1 hour'"
            " WHERE id = ANY(%s)",
            [hours, followups.ids],
        )
        followups.invalidate_recordset()

    def test_after_the_window_only_remarks_are_added(self):
        followup = self.follow_up()
        followup.outcome = "agreed"
        self.make_old(followup, 23)
        followup.outcome = "agreed in principle"
        self.make_old(followup)
        self.assertFalse(followup.can_edit)
        for user in (self.seller, self.manager):
            with self.assertRaises(AccessError):
                followup.with_user(user).write({"outcome": "nothing"})
        with self.assertRaises(AccessError):
            followup.write({"outcome": "nothing", "new_remark": "in passing"})
        with self.assertRaises(AccessError):
            followup.unlink()
        with self.assertRaises(AccessError):
            self.env["ir.attachment"].with_user(self.seller).create(
                {"name": "late.txt", "res_model": "crm.followup", "res_id": followup.id}
            )
        followup.new_remark = "they called back"
        followup.write({"new_remark": "and again"})
        self.assertRegex(followup.remark, r"^\[\S+ \S+\] they called back\n\[\S+ \S+\] and again$")
        followup.with_user(self.admin).outcome = "corrected"

    def test_the_window_is_a_setting(self):
        self.env["ir.config_parameter"].set_param("crm_customer.followup_edit_hours", "48")
        followup = self.follow_up()
        self.make_old(followup, 30)
        followup.outcome = "agreed"
        settings = self.env["res.config.settings"].with_user(self.admin)
        with self.assertRaises(ValidationError):
            settings.create({"followup_edit_hours": 0})

    def test_remarks_are_the_authors_and_only_appended(self):
        followup = self.follow_up(new_remark="at once")
        self.assertIn("at once", followup.remark)
        with self.assertRaises(AccessError):
            followup.with_user(self.manager).write({"new_remark": "x"})
        for vals in ({"remark": "x"}, {"liked_user_ids": [Command.link(self.seller.id)]}, {"checkin_date": False}):
            with self.assertRaises(AccessError):
                followup.write(vals)
            with self.assertRaises(AccessError):
                self.follow_up(**vals)
        defaults = {"default_remark": "x", "default_checkin_date": "2026-01-01 00:00:00"}
        followup = self.Followup.with_context(**defaults).create({"partner_id": self.customer.id, "content": "x"})
        self.assertFalse(followup.remark or followup.checkin_date)

    def test_nobody_passes_his_followup_off_as_somebody_elses(self):
        followup = self.follow_up()
        with self.assertRaises(AccessError):
            followup.user_id = self.other
        followup.with_user(self.manager).user_id = self.manager

    def test_managers_comment_and_like(self):
        followup = self.follow_up()
        self.make_old(followup)
        seen = followup.with_user(self.manager)
        seen.message_post(body="well done")
        seen.action_like()
        self.assertEqual((seen.like_count, seen.is_liked), (1, True))
        seen.action_like()
        self.assertFalse(seen.is_liked)
        with self.assertRaises(UserError):
            followup.action_like()
        with self.assertRaises(AccessError):
            followup.with_user(self.other).action_like()
        with self.assertRaises(AccessError):
            followup.with_user(self.other).message_post(body="x")

    # WHAT IS SAID
    def test_bad_input(self):
        for vals in (
            {"partner_id": False},
            {"partner_id": False, "method": "cold_visit"},
            {"content": " "},
            {"date": fields.Datetime.now() + timedelta(hours=1)},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                self.follow_up(**vals)

    def test_about_a_document_of_the_customer(self):
        order = self.env["sale.order"].with_user(self.seller).create({"partner_id": self.customer.id})
        followup = self.follow_up(document_ref=f"sale.order,{order.id}")
        self.assertEqual(followup.document_ref, order)
        stranger = self.new_customer("嘉兴茶叶有限公司")
        order = self.env["sale.order"].with_user(self.seller).create({"partner_id": stranger.id})
        with self.assertRaises(ValidationError):
            self.follow_up(document_ref=f"sale.order,{order.id}")

    def test_files_are_seen_with_the_followup(self):
        file = (
            self.env["ir.attachment"]
            .with_user(self.seller)
            .create({"name": "photo.png", "res_model": "crm.followup", "datas": base64.b64encode(b"x")})
        )
        self.follow_up(attachment_ids=[Command.link(file.id)])
        self.assertEqual(file.with_user(self.manager).raw, b"x")
        with self.assertRaises(AccessError):
            file.with_user(self.other).raw  # noqa: B018

    # CHECK-IN
    def test_check_in(self):
        self.customer.write({"partner_latitude": 31.2304, "partner_longitude": 121.4737})
        visit = self.follow_up(
            content=False,
            method="visit",
            checkin_latitude=31.2404,
            checkin_longitude=121.4737,
            checkin_accuracy=12,
        )
        self.assertAlmostEqual(visit.checkin_distance, 1112, delta=2)
        self.assertLess(abs(visit.checkin_date - fields.Datetime.now()), timedelta(minutes=1))
        self.assertIn("1,112", visit.checkin_text)
        self.assertIn("12", visit.checkin_text)
        with self.assertRaises(UserError):
            visit.checkin_latitude = 31.2304
        self.make_old(visit)
        visit.content = "written up the next day"
        with self.assertRaises(AccessError):
            visit.content = "and changed"
        visit.action_use_location()
        self.assertEqual(self.customer.partner_latitude, 31.2404)
        self.assertEqual(visit.checkin_distance, 0)

    def test_check_in_afterwards(self):
        visit = self.follow_up()
        self.assertFalse(visit.checkin_date)
        visit.write({"checkin_latitude": 30.1, "checkin_longitude": 120.1})
        self.assertTrue(visit.checkin_date)
        self.assertFalse(visit.checkin_distance)
        self.assertTrue(visit.checkin_text)

    def test_impossible_places(self):
        for latitude, longitude, accuracy in (
            (90.5, 0, 1),
            (0, 180.5, 1),
            (-91, 10, 1),
            (10, 10, -1),
            (float("nan"), 10, 1),
        ):
            with self.subTest((latitude, longitude, accuracy)), self.assertRaises(ValidationError):
                self.follow_up(
                    checkin_latitude=latitude, checkin_longitude=longitude, checkin_accuracy=accuracy
                ).flush_recordset()

    # COLD VISITS
    def test_a_cold_visit_becomes_a_customer(self):
        visit = self.Followup.create({
            "method": "cold_visit",
            "prospect_name": "绍兴纺织机械有限公司",
            "prospect_contact": "丙",
            "prospect_phone": "0575-8812345",
            "content": "left a catalogue",
        })  # fmt: skip
        with self.assertRaises(AccessError):
            visit.with_user(self.other).read(["content"])
        self.make_old(visit)
        for change in (lambda: visit.write({"content": "sold a lot"}), visit.unlink):
            with self.assertRaises(AccessError):
                change()
        action = visit.action_create_customer()
        form = Form(
            self.env["res.partner"].with_user(self.seller).with_context(**action["context"]), action["views"][0][0]
        )
        customer = form.save()
        self.assertEqual(customer.name, "绍兴纺织机械有限公司")
        self.assertEqual(visit.partner_id, customer)
        self.assertEqual(visit.contact_id.phone, "0575-8812345")
        self.assertEqual(customer.last_followup_date, visit.date)

    # NEXT CONTACT
    def activities(self):
        reminder = self.env.ref("crm_customer.mail_activity_type_next_contact")
        return self.customer.activity_ids.filtered(lambda activity: activity.activity_type_id == reminder)

    def test_the_next_step_is_an_activity_of_the_salesperson(self):
        now = fields.Datetime.now().replace(hour=4, minute=0)
        first = self.follow_up(next_step="send samples", next_date=now + timedelta(days=3))
        activity = self.activities()
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(activity.summary, "send samples")
        self.assertEqual(activity.date_deadline, (now + timedelta(days=3)).date())
        first.next_date = now + timedelta(days=4)
        self.assertEqual(activity.date_deadline, (now + timedelta(days=4)).date())
        self.follow_up(next_step="ask", next_date=now + timedelta(days=5))
        self.assertEqual(self.activities().summary, "ask")
        self.customer._crm_change_owner("assigned", user=self.manager)
        self.assertEqual(self.activities().user_id, self.manager)
        self.customer._crm_change_owner("released")
        self.assertFalse(self.activities())

    def test_the_activity_and_the_next_contact_stay_in_step(self):
        self.follow_up(next_step="ask", next_date=fields.Datetime.now() + timedelta(days=5))
        activity = self.activities().with_user(self.seller)
        time = self.customer.next_contact_date.time()
        activity.date_deadline += timedelta(days=2)
        self.assertEqual(self.customer.next_contact_date.date(), activity.date_deadline)
        self.assertEqual(self.customer.next_contact_date.time(), time)
        activity.action_feedback("done")
        self.assertFalse(self.customer.next_contact_date)
        self.customer.with_user(self.seller).next_contact_date = fields.Datetime.now() + timedelta(days=1)
        self.assertEqual(len(self.activities()), 1)
        self.follow_up()
        self.assertFalse(self.activities())

    @freeze_time("2026-09-30 12:00:00")  # the evening before a week of holidays
    def test_next_contact_is_proposed_within_working_hours(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        form = Form(self.Followup.with_context(default_partner_id=self.customer.id))
        form.next_in = "1"
        self.assertEqual(form.next_date, datetime(2026, 10, 8, 0, 0))
