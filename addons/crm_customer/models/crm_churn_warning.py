from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

ACTIVITY_DAYS = 3


class CrmChurnWarning(models.Model):
    """A customer fell silent against his rhythm: who was told, and what became of it.

    There is one warning for each silence, the time since a certain last order. Its facts are those of the day on which
    its level was reached. What became of it is decided by the facts each night, or before by hand.
    """

    _name = "crm.churn.warning"
    _description = "Churn Warning"
    _inherit = ["mail.thread", "crm.churn.facts", "crm.excel.export.mixin"]
    _rec_name = "partner_id"
    _order = "date desc, level desc, amount_total desc, id desc"

    date = fields.Date(string="Warned On", required=True, readonly=True)
    state = fields.Selection(
        [
            ("open", "Undecided"),
            ("won_back", "Won back"),
            ("lost", "Lost"),
            ("false_alarm", "False alarm"),
        ],
        string="Outcome",
        required=True,
        readonly=True,
        default="open",
        tracking=True,
    )
    closed_on = fields.Date(string="Outcome On", readonly=True)
    closed_by_id = fields.Many2one(
        "res.users", string="Outcome By", readonly=True, help="Empty: decided by the customer's orders."
    )
    note = fields.Text(help="What was found out, what is done to keep the customer.")
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null", index="btree_not_null")
    level = fields.Selection(tracking=True)

    _one_per_silence = models.UniqueIndex(
        "(partner_id, last_order_date)", "There is a warning of this silence already."
    )
    _open = models.Index("(date) WHERE state = 'open'")
    _in_order = models.Index("(date DESC, level DESC, amount_total DESC, id DESC)")

    # CRUD
    def write(self, vals):
        if not self.env.su and any(self._fields[fname].readonly for fname in vals if fname in self._fields):
            raise AccessError(
                self.env._(
                    "Only the note of a warning is written. Say what became of it by Won Back, Lost or False Alarm."
                )
            )
        return super().write(vals)

    # ACTION
    def action_won_back(self):
        return self._churn_close_by_hand("won_back")

    def action_lost(self):
        return self._churn_close_by_hand("lost")

    def action_false_alarm(self):
        return self._churn_close_by_hand("false_alarm")

    def action_reopen(self):
        """Take back what was decided by hand.

        :raise UserError: it was decided by the customer's orders
        """
        self._churn_check_may_decide()
        if not all(warning.closed_by_id for warning in self):
            raise UserError(self.env._("The customer's orders have decided this warning. It stays as it is."))
        # sudo: the outcome is written by these actions only
        self.sudo().write({"state": "open", "closed_on": False, "closed_by_id": False})

    @api.readonly
    def action_open_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def _churn_check_may_decide(self):
        """:raise AccessError: a warning is neither the user's own nor is he a manager in whose scope it lies"""
        self.check_access("read")
        if self.env.user.has_group("crm_base.group_sales_manager"):
            return
        if any(warning.customer_user_id != self.env.user for warning in self):
            raise AccessError(
                self.env._(
                    "Only the customer's salesperson or a manager says what became of a warning. Ask one of them."
                )
            )

    def _churn_close_by_hand(self, state):
        self._churn_check_may_decide()
        closed = self.filtered(lambda warning: warning.state != "open")
        if closed:
            raise UserError(
                self.env._(
                    "The warning of %(customer)s is closed already. Reopen it to decide otherwise.",
                    customer=closed[0].partner_id.display_name,
                )
            )
        # sudo: the outcome is written by these actions only
        self.sudo()._churn_close(state, self.env.user)

    # BUSINESS
    def _churn_close(self, state, user=None):
        """Write what became of warnings; the tasks of their salespeople are done.

        :param user: who has decided, None for the facts
        """
        user = user or self.env["res.users"]
        today = self.env["crm.churn.score"]._churn_today()
        self.write({"state": state, "closed_on": today, "closed_by_id": user.id})
        outcome = dict(self._fields["state"]._description_selection(self.env))[state]
        self.activity_id.action_feedback(self.env._("Churn warning: %(outcome)s", outcome=outcome))

    @api.model
    def _churn_update(self):
        """Each night, after the scores: close what the facts have decided, raise levels, warn anew."""
        self.env.flush_all()
        self.env.cr.execute("ANALYZE crm_churn_warning")  # thousands may have come last night
        today = self.env["crm.churn.score"]._churn_today()
        for state, warnings in self._churn_decided(today).items():
            warnings._churn_close(state)
        self._churn_raise()
        self._churn_follow_owner()
        self._churn_warn(today)

    @api.model
    def _churn_decided(self, today):
        """The open warnings that are decided by facts.

        An order after a warning: won back if somebody followed up in between, else the alarm was false.

        :return: {state: warnings}
        """
        lost_after = self.env["crm.churn.score"]._churn_setting("lost_days")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT warning.id,
                       CASE WHEN score.last_order_date <= warning.last_order_date OR score.id IS NULL THEN 'lost'
                            WHEN EXISTS (
                                 SELECT FROM crm_followup
                                  WHERE partner_id = warning.partner_id
                                    AND date >= warning.date
                                    AND date < score.last_order_date + 1
                            ) THEN 'won_back'
                            ELSE 'false_alarm'
                       END
                  FROM crm_churn_warning warning
                  LEFT JOIN crm_churn_score score ON score.partner_id = warning.partner_id
                 WHERE warning.state = 'open'
                   AND (score.id IS NULL
                        OR score.last_order_date > warning.last_order_date
                        OR warning.date <= %s)
                """,
                today - timedelta(lost_after),
            )
        )
        decided = defaultdict(self.browse)
        for warning_id, state in rows:
            decided[state] |= self.browse(warning_id)
        return decided

    @api.model
    def _churn_raise(self):
        """The open warnings whose level has risen take over the present facts."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT warning.id, score.id
                  FROM crm_churn_warning warning
                  JOIN crm_churn_score score ON score.partner_id = warning.partner_id
                 WHERE warning.state = 'open' AND score.level > warning.level
                """
            )
        )
        for warning_id, score_id in rows:
            score = self.env["crm.churn.score"].browse(score_id)
            self.browse(warning_id).write(self._churn_values(score))

    @api.model
    def _churn_follow_owner(self):
        """The task goes with the customer to another salesperson."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT activity.id, warning.customer_user_id
                  FROM crm_churn_warning warning
                  JOIN mail_activity activity ON activity.id = warning.activity_id
                 WHERE warning.state = 'open' AND activity.user_id != warning.customer_user_id
                """
            )
        )
        for activity_id, user_id in rows:
            self.env["mail.activity"].browse(activity_id).user_id = user_id

    @api.model
    def _churn_warn(self, today):
        """Warn of customers who have fallen silent, of each salesperson's most urgent ones first.

        So many a night for each salesperson that he can do something about them: others follow in the next nights.
        """
        setting = self.env["crm.churn.score"]._churn_setting
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM (SELECT score.id, row_number() OVER (
                                   PARTITION BY score.customer_user_id
                                   ORDER BY score.level DESC, score.amount_total DESC, score.id
                               ) AS place
                          FROM crm_churn_score score
                          JOIN res_users owner ON owner.id = score.customer_user_id AND owner.active
                         WHERE score.level > '0'
                           AND score.last_order_date >= %s
                           AND NOT EXISTS (
                               SELECT FROM crm_churn_warning warning
                                WHERE warning.partner_id = score.partner_id
                                  AND (warning.last_order_date = score.last_order_date OR warning.state = 'open')
                           )) AS silent
                 WHERE place <= %s
                 ORDER BY id
                """,
                today - timedelta(setting("oldest_days")),
                setting("per_owner"),
            )
        )
        scores = self.env["crm.churn.score"].browse(row[0] for row in rows)
        scores.fetch()
        warnings = self.with_context(tracking_disable=True).create(
            [{"partner_id": score.partner_id.id, "date": today, **self._churn_values(score)} for score in scores]
        )
        warnings._churn_schedule(today)

    @api.model
    def _churn_values(self, score):
        names = (
            "level",
            "method",
            "order_count",
            "first_order_date",
            "last_order_date",
            "average_interval",
            "days_overdue",
            "p_alive",
            "standing",
            "expected_orders",
            "order_chance",
            "amount_total",
        )
        return {name: score[name] for name in names}

    def _churn_schedule(self, today):
        """A task for each customer's salesperson, in his language."""
        activity_type = self.env.ref("crm_customer.mail_activity_type_churn")
        model_id = self.env["ir.model"]._get_id("res.partner")
        by_language = defaultdict(self.browse)
        for warning in self:
            by_language[warning.customer_user_id.lang] |= warning
        for lang, warnings in by_language.items():
            warnings = warnings.with_context(lang=lang)
            # without a mail for each: the list of tasks and its counter tell them
            activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
            activities = activities.create(
                [
                    {
                        "activity_type_id": activity_type.id,
                        "res_model_id": model_id,
                        "res_id": warning.partner_id.id,
                        "user_id": warning.customer_user_id.id,
                        "date_deadline": today + timedelta(ACTIVITY_DAYS),
                        "summary": warning.env._("Churn warning: call the customer"),
                        "note": warning.reason,
                    }
                    for warning in warnings
                ]
            )
            for warning, activity in zip(warnings, activities, strict=True):
                warning.activity_id = activity

    # EXPORT
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("partner_id", width=30),
            column("customer_user_id"),
            column("level"),
            column("date"),
            column("last_order_date"),
            column("days_overdue"),
            column("expected_orders"),
            column("amount_total"),
            column("reason", width=60),
            column("state"),
            column("closed_on"),
            column("closed_by_id"),
            column("note", width=40),
        ]
