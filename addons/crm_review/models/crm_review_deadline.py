import logging
from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)


class CrmReviewLine(models.Model):
    _inherit = "crm.review.line"

    @api.model
    def _cron_deadlines(self):
        """Remind of tasks before their deadline, and do after it what their step says."""
        now = fields.Datetime.now()
        longest = max(self.env["crm.review.step"]._read_group([], [], ["remind_hours:max"])[0][0] or 0, 0)
        open_ones = Domain("state", "=", "pending")
        late = Domain("deadline", "<=", now) & Domain("overdue_handled", "=", False)
        soon = Domain("deadline", ">", now) & Domain("deadline", "<=", now + timedelta(hours=longest))
        lines = self.search(open_ones & (late | soon & Domain("reminded", "=", False)), order="deadline")
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
            except errors.SerializationFailure:
                _logger.info("Deadline of review task %s: somebody acts on it just now; next time", line.id)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _meet_deadline(self, now):
        self.ensure_one()
        self.review_id._begin()
        self.env.invalidate_all()  # what was read for the tasks before is older than their commits
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
                self._hand_over(reason)
            case "approve":
                self._decide("approved", reason, None, None)
            case "return":
                self._decide("rejected", reason, None, None, reject_rank=0, come_back=False)
            case _:
                self.review_id._notify(
                    self.user_id, self.env._("Overdue: please review %(document)s", document=self.doc_name), None, self
                )
