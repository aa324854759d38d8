from collections import defaultdict
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import split_every

from odoo.addons.crm_review.models.res_company import DEFAULT_TIMEZONE
from odoo.addons.crm_review.tools.working_time import is_chinese_workday

# what the author writes; all else is drawn from his day or set by the actions
TEXTS = {"summary", "tomorrow_plan"}
KEYS = {"user_id", "date", "company_id"}
BATCH = 1000


class CrmDailyReport(models.Model):
    """What somebody did on a day and plans for the next. A draft of everybody waits from the morning on."""

    _name = "crm.daily.report"
    _description = "Daily Report"
    _inherit = ["mail.thread", "crm.scope.mixin"]
    _order = "date desc, user_id"
    _mail_post_access = "read"  # who sees it comments it

    # FIELDS
    user_id = fields.Many2one(
        "res.users", string="Reported By", required=True, default=lambda self: self.env.user, ondelete="restrict"
    )
    department_id = fields.Many2one(
        "hr.department", compute="_compute_department_id", store=True, index="btree_not_null", precompute=True
    )
    date = fields.Date(string="Day", required=True, default=fields.Date.context_today)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "Not Handed in"), ("submitted", "Handed in"), ("excused", "Excused")],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    submitted_date = fields.Datetime(string="Handed in on", readonly=True, copy=False)
    is_late = fields.Boolean(string="Late", readonly=True, copy=False)
    followup_count = fields.Integer(string="Follow-ups", readonly=True)
    visit_count = fields.Integer(string="Visits", readonly=True)
    quotation_count = fields.Integer(string="Quotations", readonly=True)
    quotation_amount = fields.Monetary(string="Amount of Quotations", readonly=True)
    order_count = fields.Integer(string="Orders", readonly=True)
    order_amount = fields.Monetary(string="Amount of Orders", readonly=True)
    receipt_amount = fields.Monetary(
        string="Receipts", readonly=True, help="Paid on this day by the customers of whom the author is salesperson."
    )
    summary = fields.Text()
    tomorrow_plan = fields.Text(string="Tomorrow's Plan")
    followup_ids = fields.Many2many("crm.followup", string="The Day's Follow-ups", compute="_compute_documents")
    order_ids = fields.Many2many("sale.order", string="The Day's Quotations and Orders", compute="_compute_documents")
    is_mine = fields.Boolean(compute="_compute_is_mine")

    _one_a_day = models.Constraint(
        "UNIQUE(user_id, date)", "There is a report of this colleague for this day already. Open it instead."
    )
    _by_date = models.Index("(date, state)")

    # COMPUTE
    @api.depends("user_id", "date")
    def _compute_display_name(self):
        for report in self:
            report.display_name = f"{report.date} {report.user_id.name}"

    @api.depends("user_id")
    def _compute_department_id(self):
        for report in self:
            # sudo: which department a colleague works in is no secret
            report.department_id = report.user_id.sudo().employee_id.department_id

    @api.depends("user_id", "date")
    def _compute_documents(self):
        may_read_orders = self.env["sale.order"].has_access("read")
        for report in self:
            report.followup_ids = self.env["crm.followup"].search(report._crm_day_domain("date"))
            report.order_ids = self.env["sale.order"].search(report._crm_order_domain()) if may_read_orders else False

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_is_mine(self):
        for report in self:
            report.is_mine = report.user_id == self.env.user

    # CONSTRAINTS
    @api.constrains("date")
    def _check_date(self):
        for report in self:
            if report.date > report._crm_today():
                raise ValidationError(
                    self.env._("%(date)s is yet to come. Write the report of a day when it is there.", date=report.date)
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._crm_check_written(vals, TEXTS | KEYS)
        if not self.env.su:
            hidden = {f"default_{fname}" for fname in self._fields.keys() - TEXTS - KEYS}
            context = {key: value for key, value in self.env.context.items() if key not in hidden}
            self = self.with_context(context)  # pylint: disable=context-overridden
        return super().create(vals_list)

    def write(self, vals):
        self._crm_check_written(vals, TEXTS)
        return super().write(vals)

    @api.model
    def _crm_check_written(self, vals, allowed):
        drawn = [self._fields[fname] for fname in vals if fname in self._fields and fname not in allowed]
        if drawn and not self.env.su:
            names = ", ".join(field._description_string(self.env) for field in drawn)
            raise AccessError(
                self.env._("%(fields)s of a daily report are not entered, they come from its day.", fields=names)
            )

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or operation not in ("write", "unlink"):
            return result
        forbidden, make_error = result or (self.browse(), None)
        # sudo: only whether it is handed in is told
        closed = (self - forbidden).filtered(lambda report: report.id and report.sudo().state != "draft")
        if not closed:
            return result
        return forbidden | closed, make_error or partial(self._crm_make_closed_error)

    @api.model
    def _crm_make_closed_error(self):
        return AccessError(
            self.env._("This report has been handed in. Ask your manager to return it, or write a comment.")
        )

    # ACTION
    @api.model
    def action_open_today(self):
        """The user's report of today, begun if there is none yet."""
        today = self.new({"user_id": self.env.uid})._crm_today()
        report = self.search([("user_id", "=", self.env.uid), ("date", "=", today)])
        report = report or self.create({"date": today})
        if report.state == "draft":
            report._crm_draw()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.crm_daily_report_action")
        form = self.env.ref("crm_customer.crm_daily_report_view_form").id
        return {**action, "res_id": report.id, "views": [(form, "form")], "view_mode": "form"}

    def action_draw(self):
        """Draw the day's figures again."""
        self.check_access("write")
        self._crm_draw()

    def action_submit(self):
        for report in self:
            report.check_access("write")
            if report.user_id != self.env.user:
                raise AccessError(self.env._("Only %(author)s hands in this report.", author=report.user_id.name))
            if report.state != "draft":
                raise UserError(self.env._("This report has been handed in already."))
            if not (report.summary or "").strip():
                raise UserError(self.env._("Write the day's Summary before you hand the report in."))
            report._crm_draw()
            # sudo: the status is changed by the actions only
            report.sudo().write({
                "state": "submitted",
                "submitted_date": fields.Datetime.now(),
                "is_late": report._crm_today() > report.date,
            })  # fmt: skip

    def action_return(self):
        """A manager gives a report back to be changed, or wants it after all."""
        self._crm_check_manager()
        # sudo: the status is changed by the actions only
        self.sudo().filtered(lambda report: report.state != "draft").write({"state": "draft", "submitted_date": False})

    def action_excuse(self):
        """A manager does without a report, such as of somebody who was ill."""
        self._crm_check_manager()
        if any(report.state != "draft" for report in self):
            raise UserError(self.env._("Only reports that were not handed in are excused."))
        self.sudo().state = "excused"  # sudo: the status is changed by the actions only

    def _crm_check_manager(self):
        self.check_access("read")
        if self.env.su:
            return
        if not self.env.user.has_group("crm_base.group_sales_manager") or self.env.user in self.user_id:
            raise AccessError(self.env._("Managers return and excuse reports of their people, not their own."))

    # BUSINESS
    def _crm_day_domain(self, fname):
        """What the author did on the report's day, by a time of the model's records."""
        self.ensure_one()
        begin, end = self._crm_day()
        return [("user_id", "=", self.user_id.id), (fname, ">=", begin), (fname, "<", end)]

    def _crm_order_domain(self):
        begin, end = self._crm_day()
        return [
            ("user_id", "=", self.user_id.id),
            ("crm_is_history", "=", False),
            "|",
            *("&", "&", ("state", "=", "sale"), ("date_order", ">=", begin), ("date_order", "<", end)),
            *("&", "&", ("state", "in", ("draft", "sent")), ("create_date", ">=", begin), ("create_date", "<", end)),
        ]

    def _crm_day(self):
        """:return: naive UTC datetimes of the day's begin and end where the author is"""
        return self._crm_where()._crm_day_bounds(self.date)

    def _crm_today(self):
        """:return: today's date where the author is"""
        return fields.Date.context_today(self._crm_where())

    def _crm_where(self):
        """:return: an empty ``res.partner`` in the author's time zone"""
        return self.env["res.partner"].with_context(tz=self.user_id.tz or DEFAULT_TIMEZONE)

    def _crm_draw(self):
        """Draw what the author did on the day; propose tomorrow's plan if there is none yet."""
        for report in self:
            # sudo: sums of the author's own work, and of what his customers paid, which no salesperson may read
            office = report.sudo()
            followups = office.env["crm.followup"].search(report._crm_day_domain("date"))
            orders = office.env["sale.order"].search(report._crm_order_domain())
            confirmed = orders.filtered(lambda order: order.state == "sale")
            [[received]] = office.env["account.payment"]._read_group(
                [
                    ("payment_type", "=", "inbound"),
                    ("partner_type", "=", "customer"),
                    ("state", "in", ("in_process", "paid")),
                    ("date", "=", report.date),
                    ("company_id", "=", report.company_id.id),
                    ("partner_id.crm_customer_id.user_id", "=", report.user_id.id),
                ],
                aggregates=["amount_company_currency_signed:sum"],
            )
            office.write({
                "followup_count": len(followups),
                "visit_count": len(followups.filtered(lambda one: one.method in ("visit", "cold_visit"))),
                "quotation_count": len(orders - confirmed),
                "quotation_amount": self._crm_amount(orders - confirmed),
                "order_count": len(confirmed),
                "order_amount": self._crm_amount(confirmed),
                "receipt_amount": received or 0.0,
                "tomorrow_plan": report.tomorrow_plan or report._crm_propose_plan() or False,
            })  # fmt: skip

    @api.model
    def _crm_amount(self, orders):
        """The orders' net amount in their company's currency."""
        return sum(order.amount_untaxed / (order.currency_rate or 1.0) for order in orders)

    def _crm_propose_plan(self):
        """The visits planned and the customers to contact on the next working day, a line each."""
        self.ensure_one()
        day = self.date + timedelta(days=1)
        while not self._crm_at_work(self.user_id, day) and day < self.date + timedelta(days=15):
            day += timedelta(days=1)
        where = self._crm_where()
        begin, end = where._crm_day_bounds(day)
        mine = [("user_id", "=", self.user_id.id)]
        visits = self.env["crm.visit.plan"].search(
            [*mine, ("state", "=", "planned"), ("date", ">=", begin), ("date", "<", end)]
        )
        customers = self.env["res.partner"].search(
            [
                *mine,
                ("is_crm_customer", "=", True),
                ("next_contact_date", ">=", begin),
                ("next_contact_date", "<", end),
            ],
            order="next_contact_date",
        )
        planned = [(visit.date, visit.partner_id.name, visit.purpose) for visit in visits]
        planned += [(one.next_contact_date, one.name, one.next_contact_need) for one in customers - visits.partner_id]
        return "\n".join(
            f"{fields.Datetime.context_timestamp(where, moment):%m-%d %H:%M} {' · '.join(filter(None, what))}"
            for moment, *what in sorted(planned, key=lambda row: row[0])
        )

    @api.model
    def _cron_open_reports(self):
        """In the morning, begin the report of everybody who works today and hands in daily reports."""
        users = self.env["res.users"].search([("crm_daily_report", "=", True), ("share", "=", False)])
        today = fields.Date.context_today(self.with_context(tz=DEFAULT_TIMEZONE))
        reported = self.search([("date", "=", today), ("user_id", "in", users.ids)]).user_id
        missing = self._crm_at_work(users - reported, today)
        quiet = self.with_context(
            mail_auto_subscribe_no_notify=True, mail_create_nosubscribe=True, tracking_disable=True
        )
        left = len(missing)
        for batch in split_every(BATCH, missing.ids):
            quiet.create([
                {"user_id": user.id, "date": today, "company_id": user.company_id.id}
                for user in self.env["res.users"].browse(batch)
            ])  # fmt: skip
            left -= len(batch)
            self.env["ir.cron"]._commit_progress(len(batch), remaining=left)

    @api.model
    def _crm_at_work(self, users, day):
        """Those of the users who work on a day, by their calendars, their absences, and China's holidays.

        :param users: ``res.users``
        :return: ``res.users``
        """
        # sudo: when colleagues work is told, nothing else of them
        employees = self.env["hr.employee"].sudo().search([("user_id", "in", users.ids)])
        calendars = {employee.user_id.id: employee.resource_calendar_id for employee in employees}
        resources = {employee.user_id.id: employee.resource_id.id for employee in employees}
        noon, _end = self.env["res.partner"].with_context(tz=DEFAULT_TIMEZONE)._crm_day_bounds(day)
        noon += timedelta(hours=12)
        leaves = defaultdict(set)
        for leave in (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search([("date_from", "<=", noon), ("date_to", ">=", noon), ("time_type", "=", "leave")])
        ):
            leaves[leave.resource_id.id].add((leave.calendar_id.id, leave.company_id.id))

        def works(user):
            company = user.company_id
            calendar = calendars.get(user.id) or company.resource_calendar_id
            absent = leaves[False] | (leaves[resources[user.id]] if resources.get(user.id) else set())
            if any(one in (False, calendar.id) and other in (False, company.id) for one, other in absent):
                return False
            worked = is_chinese_workday(day) if (company.country_id.code or "CN") == "CN" else None
            weekdays = {int(line.dayofweek) for line in calendar.attendance_ids if line.day_period != "lunch"}
            # a day made up for a bridge holiday has a free weekday and is worked all the same
            return worked is not False and (day.weekday() in weekdays or bool(worked and day.weekday() > 4))

        return users.sudo().filtered(works).sudo(self.env.su)
