from collections import defaultdict
from zoneinfo import ZoneInfo

from odoo import fields, models

from ..tools.working_time import add_working_hours, is_chinese_workday

DEFAULT_TIMEZONE = "Asia/Shanghai"


class ResCompany(models.Model):
    _inherit = "res.company"

    review_administrator_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False)]",
        help="Reviews the steps for which nobody else is found. Empty: the first administrator of the CRM.",
    )
    review_urge_minutes = fields.Integer(string="Minutes between Urges", default=60)

    def _review_administrators(self):
        """:return: ``res.users`` who take what would otherwise wait for nobody, the first of them first"""
        self.ensure_one()
        company = self.sudo()  # sudo: only these users are told
        people = company.review_administrator_id
        for group in ("crm_base.group_crm_admin", "base.group_system"):
            members = company.env.ref(group).all_user_ids
            people |= members.filtered(lambda user: self in user.company_ids) | members
        return people.filtered(lambda user: user.active and user != self.env.ref("base.user_root"))

    def _review_working_time(self, start, hours, user):
        """The moment `hours` of work after `start` in a person's working calendar, with China's holidays.

        :param datetime start: naive, UTC
        :param float hours: working hours
        :param user: ``res.users``
        :return: naive UTC datetime
        """
        self.ensure_one()
        # sudo: working times are read for somebody else
        employee = (
            self.env["hr.employee"].sudo().search([("user_id", "=", user.id), ("company_id", "=", self.id)], limit=1)
        )
        calendar = employee.resource_calendar_id or self.sudo().resource_calendar_id
        attendances = defaultdict(list)
        for attendance in calendar.attendance_ids:
            if not attendance.display_type and attendance.day_period != "lunch":
                attendances[int(attendance.dayofweek)].append((attendance.hour_from, attendance.hour_to))
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "in", [False, *employee.resource_id.ids]),
                    ("calendar_id", "in", [False, calendar.id]),
                    ("company_id", "in", [False, self.id]),
                    ("date_to", ">", start),
                ]
            )
        )
        in_china = (self.country_id.code or "CN") == "CN"
        return add_working_hours(
            start,
            hours,
            ZoneInfo(calendar.tz or DEFAULT_TIMEZONE),
            {day: sorted(set(periods)) for day, periods in attendances.items()},
            [(leave.date_from, leave.date_to) for leave in leaves],
            is_chinese_workday if in_china else lambda day: None,
        )
