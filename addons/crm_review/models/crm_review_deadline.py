import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.directory import Directory

_logger = logging.getLogger(__name__)
BATCH = 100


class CrmReviewLine(models.Model):
    _inherit = "crm.review.line"

    @api.model
    def _cron_deadlines(self):
        """Remind of tasks before their deadline, and do after it what their step says."""
        now = fields.Datetime.now()
        due = (
            Domain("state", "=", "pending")
            & Domain("deadline", "!=", False)
            & (
                (Domain("deadline", "<=", now) & Domain("overdue_handled", "=", False))
                | (
                    Domain("deadline", ">", now)
                    & Domain("reminded", "=", False)
                    & Domain("step_id.remind_hours", ">", 0)
                )
            )
        )
        lines = self.search(due, order="deadline")
        lines = lines.filtered(
            lambda line: line.deadline <= now or line.deadline - timedelta(hours=line.step_id.remind_hours) <= now
        )
        self.env["ir.cron"]._commit_progress(remaining=len(lines))
        for line in lines:
            # each on its own: a document that cannot be passed on must not hold up the others
            try:
                with self.env.cr.savepoint():
                    line._meet_deadline(now)
            except UserError as error:
                _logger.info("Deadline of review task %s: %s", line.id, error)
                line.overdue_handled = True
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _meet_deadline(self, now):
        self.ensure_one()
        self.review_id._begin()
        self.invalidate_recordset(["state"])
        if self.state != "pending":
            return
        if self.deadline > now:
            self.reminded = True
            self.review_id._notify(
                self.user_id, self.env._("Due soon: please review %(document)s", document=self.doc_name), None, self
            )
            return
        self.overdue_handled = True
        self.review_id._log("overdue", self)
        reason = self.env._("Overdue")
        match self.step_id.on_overdue:
            case "escalate":
                superior = Directory(self.env, self.company_id).superior(self.user_id)
                heir = superior if superior.active else self.company_id._review_administrator()
                if heir != self.user_id:
                    self._reassign(heir, reason)
            case "approve":
                self._decide("approved", reason, None, None)
            case "return":
                self._decide("rejected", reason, None, None, reject_rank=0, come_back=False)
            case _:
                self.review_id._notify(
                    self.user_id, self.env._("Overdue: please review %(document)s", document=self.doc_name), None, self
                )
