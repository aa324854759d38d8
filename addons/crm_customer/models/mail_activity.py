from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import models


class MailActivity(models.Model):
    """The activity of a customer's next contact: moving it moves the next contact, doing it fulfils it."""

    _inherit = "mail.activity"

    def write(self, vals):
        result = super().write(vals)
        if "date_deadline" in vals:
            for activity, customer in self._crm_next_contacts():
                planned = customer.next_contact_date
                zone = ZoneInfo(activity.user_id.tz or "UTC")
                local = planned and planned.replace(tzinfo=UTC).astimezone(zone)
                if local and local.date() != activity.date_deadline:
                    moved = local.replace(
                        year=activity.date_deadline.year,
                        month=activity.date_deadline.month,
                        day=activity.date_deadline.day,
                    )
                    customer.next_contact_date = moved.astimezone(UTC).replace(tzinfo=None)
        return result

    def _action_done(self, feedback=False, attachment_ids=None):
        done = self._crm_next_contacts()
        result = super()._action_done(feedback, attachment_ids)
        for _activity, customer in done:
            customer.write({"next_contact_date": False, "next_contact_need": False})
        return result

    def _crm_next_contacts(self):
        """:return: list of (activity, customer) of those activities here that stand for a customer's next contact"""
        reminder = self.env.ref("crm_customer.mail_activity_type_next_contact", raise_if_not_found=False)
        # sudo: who may move or do the activity may do so with what it stands for
        ours = self.sudo().filtered(lambda activity: activity.activity_type_id == reminder) if reminder else []
        return [(activity, activity.env["res.partner"].browse(activity.res_id)) for activity in ours if activity.res_id]
