from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

BUCKETS = [
    ("untouched", "New and Untouched"),
    ("new_overdue", "New and Overdue"),
    ("today", "Due Today"),
    ("overdue", "Overdue"),
    ("ahead", "Ahead of Time"),
]


class ResPartner(models.Model):
    """When a customer is to be contacted next: the worklist, and the activity that reminds its salesperson."""

    _inherit = "res.partner"

    followup_bucket = fields.Selection(
        BUCKETS,
        string="To Follow Up",
        compute="_compute_followup_bucket",
        search="_search_followup_bucket",
        help="By the next contact and, for customers never contacted, by when they were entered.",
    )

    # what the buckets are told by stands in it, so that those of all salespeople are counted without the customers
    _customers_to_follow_up = models.Index(
        "(user_id, next_contact_date) INCLUDE (last_followup_date, create_date, crm_customer_id, company_id,"
        " partner_share) WHERE is_crm_customer IS TRUE AND active IS TRUE AND user_id IS NOT NULL"
    )

    # COMPUTE
    @api.depends("is_crm_customer", "user_id", "last_followup_date", "next_contact_date", "create_date")
    @api.depends_context("tz")
    def _compute_followup_bucket(self):
        self.followup_bucket = False
        for bucket, domain in self._crm_bucket_domains().items():
            self.filtered_domain(domain).followup_bucket = bucket

    @api.model
    def _search_followup_bucket(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._crm_bucket_domains()
        found = Domain.OR(domains[bucket] for bucket in value if bucket)
        return found | ~Domain.OR(domains.values()) if False in value else found

    @api.model
    def _crm_bucket_domains(self):
        """What each bucket holds today, in the user's time zone; a customer is in one at most.

        :return: {bucket: ``odoo.fields.Domain``}
        """
        today, tomorrow = self._crm_day_bounds(fields.Date.context_today(self))
        known_since = today - timedelta(days=self.env["res.config.settings"]._crm_setting("followup_new_days"))
        customer = Domain("is_crm_customer", "=", True) & Domain("user_id", "!=", False)  # a pool's are nobody's work
        untouched = Domain("last_followup_date", "=", False)
        unplanned = untouched & Domain("next_contact_date", "=", False)
        past = Domain("next_contact_date", "<", today)
        domains = {
            "untouched": unplanned & Domain("create_date", ">=", known_since),
            "new_overdue": unplanned & Domain("create_date", "<", known_since) | untouched & past,
            "today": Domain("next_contact_date", ">=", today) & Domain("next_contact_date", "<", tomorrow),
            "overdue": Domain("last_followup_date", "!=", False) & past,
            "ahead": Domain("next_contact_date", ">=", tomorrow),
        }
        return {bucket: customer & domain for bucket, domain in domains.items()}

    @api.model
    def _crm_day_bounds(self, day):
        """:return: naive UTC datetimes of a day's begin and end in the user's time zone"""
        zone = ZoneInfo(str(self.env.tz))
        return tuple(
            datetime.combine(one, time(), zone).astimezone(UTC).replace(tzinfo=None)
            for one in (day, day + timedelta(days=1))
        )

    @api.model
    def search_panel_select_range(self, field_name, **kwargs):
        if field_name != "followup_bucket":
            return super().search_panel_select_range(field_name, **kwargs)
        domains = [kwargs.get(key) or [] for key in ("search_domain", "category_domain", "filter_domain")]
        counts = self._crm_bucket_counts(Domain.AND(map(Domain, domains)))
        labels = dict(self._fields["followup_bucket"]._description_selection(self.env))
        return {
            "parent_field": False,
            "values": [{"id": key, "display_name": labels[key], "__count": count} for key, count in counts.items()],
        }

    @api.model
    def _crm_bucket_counts(self, domain):
        """How many customers of a domain each bucket holds, by one query.

        :return: {bucket: count}
        """
        query = self._search(domain)
        columns = [
            SQL("count(*) FILTER (WHERE %s)", bucket.optimize_full(self)._to_sql(self, query.table, query))
            for bucket in self._crm_bucket_domains().values()
        ]
        [counts] = self.env.execute_query(query.select(*columns))
        return dict(zip(self._crm_bucket_domains(), counts, strict=True))

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        visit = self.env["crm.followup"].browse(self.env.context.get("crm_cold_visit_id") or ())
        partners = super(ResPartner, self.with_context(crm_cold_visit_id=False) if visit else self).create(vals_list)
        if any(vals.get("next_contact_date") for vals in vals_list):
            partners._crm_sync_next_contact()
        if visit.exists() and not visit.partner_id and (customer := partners.filtered("is_crm_customer")[:1]):
            visit.write({"partner_id": customer.id, "contact_id": customer.child_ids[:1].id})
        return partners

    def write(self, vals):
        result = super().write(vals)
        if {"next_contact_date", "next_contact_need", "active"} & vals.keys():
            self._crm_sync_next_contact()
        return result

    def _crm_change_owner(self, how, user=None, pool=None, reason=None):
        result = super()._crm_change_owner(how, user, pool, reason)
        self._crm_sync_next_contact()
        return result

    # BUSINESS
    def _crm_sync_next_contact(self):
        """Keep one activity of the salesperson for each customer's next contact, or none where there is none."""
        reminder = self.env.ref("crm_customer.mail_activity_type_next_contact")
        # sudo: the activity says nothing but what the customer's own fields say
        customers = self.sudo().filtered("is_crm_customer")
        if not customers:
            return
        Activity = customers.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities = Activity.search([
            ("res_model", "=", "res.partner"),
            ("res_id", "in", customers.ids),
            ("activity_type_id", "=", reminder.id),
        ])  # fmt: skip
        known = {activity.res_id: activity for activity in activities}
        gone, moved, missing = Activity, {}, []
        for customer in customers:
            activity = known.get(customer.id, Activity)
            wanted = customer._crm_next_contact_values()
            if not wanted:
                gone |= activity
            elif not activity:
                missing.append({
                    **wanted,
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": customer.id,
                    "activity_type_id": reminder.id,
                    "automated": True,
                })  # fmt: skip
            else:
                for fname, value in wanted.items():
                    if (activity[fname].id if fname == "user_id" else activity[fname]) != value:
                        moved.setdefault((fname, value), []).append(activity.id)
        gone.unlink()
        for (fname, value), ids in moved.items():
            Activity.browse(ids)[fname] = value
        Activity.create(missing)

    def _crm_next_contact_values(self):
        """What the activity for the next contact of this customer says; nothing if there is to be none."""
        if not (self.next_contact_date and self.user_id and self.active):
            return {}
        moment = self.next_contact_date.replace(tzinfo=UTC).astimezone(ZoneInfo(self.user_id.tz or "UTC"))
        return {
            "user_id": self.user_id.id,
            "date_deadline": moment.date(),
            "summary": self.next_contact_need or False,
        }
