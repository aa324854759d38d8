from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import errors

from odoo import fields
from odoo.tests import tagged

from ..models.crm_review_line import CrmReviewLine
from ..tools import outcome, working_time
from .common import ReviewCase


@tagged("post_install", "-at_install")
class TestDeadlines(ReviewCase):
    """Deadlines in working hours, what happens after them, and tasks of people who leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.review_administrator_id = cls.admin
        cls.env.company.country_id = cls.env.ref("base.cn")
        calendar = cls.env["resource.calendar"].create(
            {
                "name": "Eight hours",
                "tz": "Asia/Shanghai",
                "attendance_ids": [(5,)]
                + [
                    (
                        0,
                        0,
                        {
                            "name": "x",
                            "dayofweek": str(day),
                            "hour_from": since,
                            "hour_to": until,
                            "day_period": period,
                        },
                    )
                    for day in range(5)
                    for since, until, period in ((8, 12, "morning"), (13, 17, "afternoon"))
                ],
            }
        )
        cls.env.company.resource_calendar_id = calendar
        cls.env["hr.employee"].search([]).resource_calendar_id = calendar
        cls.employee = cls.anna.employee_id

    def run_cron(self, hours=0, minutes=0):
        """Run the job that long after now."""
        progress = patch.object(self.registry["ir.cron"], "_commit_progress", return_value=1)
        with progress, freeze_time(fields.Datetime.now() + timedelta(hours=hours, minutes=minutes)):
            self.env["crm.review.line"]._cron_deadlines()

    def submitted(self, **step):
        self.new_flow({"users": self.anna, "deadline_type": "natural", "deadline_hours": 10, **step})
        return self.new_approval()

    # WORKING TIME

    def test_doctests(self):
        import doctest

        for module in (outcome, working_time):
            self.assertFalse(doctest.testmod(module).failed)

    def deadline(self, start, hours):
        return self.env.company._review_working_time(start, hours, self.anna)

    def test_national_day(self):
        # Tuesday 2025-09-30, 15:00 in Shanghai: two hours left, then eight free days
        self.assertEqual(self.deadline(datetime(2025, 9, 30, 7), 4), datetime(2025, 10, 9, 2))

    def test_make_up_days(self):
        # Saturday 2025-10-11 is worked for National Day; Friday 16:00 + 4 hours
        self.assertEqual(self.deadline(datetime(2025, 10, 10, 8), 4), datetime(2025, 10, 11, 3))

    def test_absences(self):
        def absent(**values):
            return self.env["resource.calendar.leaves"].create(
                {"name": "x", "date_from": "2025-10-13 00:00:00", "date_to": "2025-10-13 15:00:00", **values}
            )

        monday = datetime(2025, 10, 13, 1)
        self.assertEqual(self.deadline(monday, 1), datetime(2025, 10, 13, 2))
        leave = absent(calendar_id=self.env.company.resource_calendar_id.id)
        self.assertEqual(self.deadline(monday, 1), datetime(2025, 10, 14, 1), "a day off of the company")
        leave.unlink()
        absent(calendar_id=self.env.company.resource_calendar_id.id, resource_id=self.employee.resource_id.id)
        self.assertEqual(self.deadline(monday, 1), datetime(2025, 10, 14, 1), "his own")
        self.assertEqual(self.env.company._review_working_time(monday, 1, self.ben), datetime(2025, 10, 13, 2))

    def test_abroad_and_unknown_years(self):
        self.assertEqual(self.deadline(datetime(2098, 10, 1, 1), 1), datetime(2098, 10, 1, 2), "holidays not known yet")
        self.env.company.country_id = self.env.ref("base.de")
        self.assertEqual(self.deadline(datetime(2025, 10, 1, 1), 1), datetime(2025, 10, 1, 2))
        self.assertIsNone(working_time.is_chinese_workday(date(2099, 1, 1)))

    # AFTER THE DEADLINE

    def test_remind_once(self):
        approval = self.submitted(remind_hours=2)
        line = self.task(approval, self.anna).sudo()
        with patch.object(type(approval.review_id), "_notify") as notify:
            self.run_cron(hours=7, minutes=50)
            notify.assert_not_called()
            self.run_cron(hours=8, minutes=10)
            self.run_cron(hours=8, minutes=20)
            self.assertEqual(notify.call_count, 1)
        self.assertTrue(line.reminded)
        self.assertEqual(line.state, "pending")

    def test_overdue_is_marked(self):
        approval = self.submitted()
        self.run_cron(hours=11)
        self.run_cron(hours=12)
        self.assertEqual(len(self.history(approval, "overdue")), 1)
        with freeze_time(fields.Datetime.now() + timedelta(hours=12)):
            self.assertTrue(self.task(approval, self.anna).is_overdue)
            self.assertIn(
                approval.review_id,
                self.env["crm.review.line"].search([("is_overdue", "=", True)]).review_id,
            )

    def test_overdue_escalates(self):
        self.employee.parent_id = self.head.employee_id
        approval = self.submitted(on_overdue="escalate")
        self.run_cron(hours=11)
        self.assertEqual(self.open_for(approval), ["head"])
        self.assertTrue(self.task(approval, self.head).deadline > fields.Datetime.now())

    def test_overdue_never_escalates_to_the_requester(self):
        self.employee.parent_id = self.seller.employee_id
        approval = self.submitted(on_overdue="escalate")
        self.run_cron(hours=11)
        self.assertEqual(self.open_for(approval), ["review_admin"])

    def test_overdue_approves_or_returns(self):
        for policy, state in (("approve", "approved"), ("return", "rejected")):
            flow = self.new_flow(
                {"users": self.anna, "deadline_type": "natural", "deadline_hours": 10, "on_overdue": policy}
            )
            approval = self.new_approval()
            self.run_cron(hours=11)
            self.assertEqual(approval.review_state, state)
            line = approval.sudo().review_id.line_ids
            self.assertNotEqual(line.acted_by_id, self.anna, "it was not she")
            flow.action_retire()

    def test_one_that_cannot_be_passed_does_not_hold_up_the_others(self):
        approvals = [self.submitted(on_overdue="approve"), self.new_approval()]
        self.env.flush_all()
        decide, calls = CrmReviewLine._decide, []

        def fails_first(line, *args, **kwargs):
            calls.append(line)
            if len(calls) == 1:
                raise errors.SerializationFailure
            return decide(line, *args, **kwargs)

        with patch.object(CrmReviewLine, "_decide", fails_first):
            self.run_cron(hours=11)
            self.assertEqual(sorted(approval.review_state for approval in approvals), ["approved", "pending"])
            self.run_cron(hours=11, minutes=10)
        self.assertEqual({approval.review_state for approval in approvals}, {"approved"}, "next time")

    # LEAVERS

    def test_archived_reviewer(self):
        self.employee.parent_id = self.head.employee_id
        for active in (False, 0):
            self.anna.active = True
            flow = self.new_flow({"users": self.anna, "mode": "all"})
            approval = self.new_approval()
            self.anna.write({"active": active})
            self.assertEqual(self.open_for(approval), ["head"])
            self.assertEqual(len(self.history(approval, "reassign")), 1)
            self.approve(approval, self.head)
            self.assertEqual(approval.review_state, "approved")
            flow.action_retire()

    def test_archived_reviewer_whose_manager_is_the_requester(self):
        self.employee.parent_id = self.seller.employee_id
        approval = self.submitted()
        self.anna.active = False
        self.assertEqual(self.open_for(approval), ["review_admin"])

    def test_archived_principal_of_a_waiting_task(self):
        self.employee.parent_id = self.head.employee_id
        approval = self.submitted()
        self.task(approval, self.anna).action_add_signer(self.ben.ids, "before")
        self.anna.active = False
        self.approve(approval, self.ben)
        self.assertEqual(self.open_for(approval), ["head"])

    def test_heir_who_has_the_same_task(self):
        self.employee.parent_id = self.ben.employee_id
        self.new_flow({"users": self.anna | self.ben, "mode": "all"}, {"users": self.carl})
        approval = self.new_approval()
        self.task(approval, self.anna).action_add_signer(self.head.ids, "after")
        self.anna.active = False
        self.assertEqual(self.open_for(approval), ["ben"])
        self.approve(approval, self.ben)
        self.assertEqual(self.open_for(approval), ["head"], "what she has added hangs on him now")
        self.approve(approval, self.head)
        self.assertEqual(self.open_for(approval), ["carl"])

    def test_handover(self):
        position = self.env["crm.review.position"].create(
            {"name": "P", "member_ids": [(0, 0, {"user_id": self.anna.id}), (0, 0, {"user_id": self.carl.id})]}
        )
        self.new_flow({"users": self.anna}, {"who": "position", "position_id": position.id})
        approval, of_heir = self.new_approval(), self.new_approval(self.ben)
        values = {"user_id": self.anna.id, "heir_id": self.ben.id, "comment": "leaves"}
        Handover = self.env["crm.review.handover"]
        self.refused(Handover.with_user(self.seller).create, values)
        wizard = Handover.with_user(self.admin).create(values)
        self.assertEqual((wizard.task_count, wizard.position_ids), (2, position))
        self.refused(wizard.with_user(self.seller).action_hand_over)
        wizard.action_hand_over()
        self.assertEqual(self.open_for(approval), ["ben"])
        self.assertNotEqual(self.open_for(of_heir), ["ben"], "nobody reviews his own")
        self.assertEqual(position.member_ids.user_id, self.ben | self.carl)

    def test_reassign(self):
        self.new_flow({"users": self.anna})
        approval = self.new_approval()
        line = self.task(approval, self.anna)
        self.refused(line.action_reassign, self.ben.id, "mine", message="Only the administrator")
        as_admin = line.with_user(self.admin)
        self.refused(as_admin.action_reassign, self.ben.id, " ", message="reason")
        self.refused(as_admin.action_reassign, self.seller.id, "x", message="own")
        self.refused(as_admin.action_reassign, self.anna.id, "x", message="already")
        as_admin.action_reassign(self.ben.id, "Anna travels")
        self.refused(as_admin.action_reassign, self.carl.id, "x", message="not waiting")
        event = approval.sudo().review_id.event_ids.filtered(lambda event: event.action == "reassign")
        self.assertEqual((event.user_id, event.comment, event.after), (self.admin, "Anna travels", {"user": "Ben"}))
