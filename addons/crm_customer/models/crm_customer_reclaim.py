import logging
import random
import time

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, groupby

from .crm_customer_pool import DEFAULT_TIMEZONE

_logger = logging.getLogger(__name__)

BATCH = 10_000  # customers a transaction
MAX_TRIES = 5
MESSAGE_NAMES = 10


class CrmCustomerReclaim(models.Model):
    """When each private customer goes back into its pool, and by which rule; its id is the customer's own.

    Nothing is stored: a follow-up or an order of this minute counts at once, and a dry run shows exactly what
    `_cron_reclaim` would do.
    """

    _name = "crm.customer.reclaim"
    _description = "Customer to Be Reclaimed"
    _inherit = ["crm.scope.mixin"]
    _auto = False
    _rec_name = "partner_id"
    _order = "date, id"
    _depends = {
        "res.partner": [
            "active",
            "create_date",
            "crm_department_id",
            "crm_level_id",
            "is_crm_customer",
            "last_followup_date",
            "last_order_date",
            "state_id",
            "user_id",
        ],
        "crm.customer.owner.history": ["date_from", "date_to", "partner_id"],
        "crm.customer.pool": [
            "active",
            "company_id",
            "protection_days",
            "reclaim",
            "reclaim_followup_days",
            "reclaim_new_days",
            "reclaim_order_days",
            "reclaim_since",
            "sequence",
            "warning_days",
        ],
    }

    # FIELDS
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    department_id = fields.Many2one("hr.department", string="Sales Department", readonly=True)
    pool_id = fields.Many2one("crm.customer.pool", string="Public Pool", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    state_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    level_id = fields.Many2one("crm.customer.level", string="Customer Level", readonly=True)
    owned_since = fields.Datetime(string="Salesperson's Since", readonly=True)
    last_followup_date = fields.Datetime(string="Last Follow-up", readonly=True)
    last_order_date = fields.Datetime(string="Last Order", readonly=True)
    date = fields.Datetime(string="Reclaimed From", readonly=True, help="The first night after this moment.")
    warning_date = fields.Datetime(string="Reminder From", readonly=True)
    rule = fields.Selection(
        [
            ("new", "New and untouched"),
            ("followup", "No follow-up"),
            ("order", "No order"),
        ],
        string="Why",
        readonly=True,
    )
    is_on = fields.Boolean(string="Reclaimed Every Night", readonly=True)

    @property
    def _table_query(self):
        for model, fnames in self._depends.items():
            self.env[model].flush_model(fnames)
        # where a rule does not apply its moment is NULL, which LEAST and GREATEST pass over
        return SQL(
            """
            WITH member AS (%(members)s),
                 region AS (SELECT DISTINCT state_id FROM crm_customer_pool_state_rel),
                 -- to which pool a salesperson's customers of a region go; region 0: all that no pool names
                 route AS (
                    SELECT DISTINCT ON (member.user_id, place.state_id)
                           member.user_id, place.state_id, pool.*,
                           ARRAY(SELECT level_id FROM crm_customer_pool_exempt_level_rel WHERE pool_id = pool.id)
                               AS exempt_levels
                      FROM member
                      JOIN crm_customer_pool AS pool ON pool.id = member.pool_id AND pool.active
                      JOIN (SELECT state_id FROM region UNION ALL SELECT 0) AS place
                        ON NOT EXISTS (SELECT FROM crm_customer_pool_state_rel WHERE pool_id = pool.id)
                        OR EXISTS (SELECT FROM crm_customer_pool_state_rel AS rel
                                    WHERE rel.pool_id = pool.id AND rel.state_id = place.state_id)
                     ORDER BY member.user_id, place.state_id, pool.sequence, pool.id
                 )
            SELECT customer.id, customer.id AS partner_id, customer.user_id,
                   customer.crm_department_id AS department_id, route.id AS pool_id, route.company_id,
                   customer.state_id, customer.crm_level_id AS level_id, owned.since AS owned_since,
                   customer.last_followup_date, customer.last_order_date, moment.date,
                   moment.date - route.warning_days * interval '1 day' AS warning_date,
                   CASE rule.date WHEN due.untouched THEN 'new' WHEN due.followup THEN 'followup' ELSE 'order' END
                       AS rule,
                   COALESCE(route.reclaim, FALSE) AS is_on
              FROM res_partner AS customer
              LEFT JOIN region ON region.state_id = customer.state_id
              JOIN route ON route.user_id = customer.user_id AND route.state_id = COALESCE(region.state_id, 0)
              LEFT JOIN crm_customer_owner_history AS history
                ON history.partner_id = customer.id AND history.date_to IS NULL
              CROSS JOIN LATERAL (SELECT COALESCE(history.date_from, customer.create_date) AS since) AS owned
              CROSS JOIN LATERAL (
                    SELECT GREATEST(owned.since, customer.last_followup_date)
                               + NULLIF(route.reclaim_followup_days, 0) * interval '1 day' AS followup,
                           GREATEST(owned.since, customer.last_order_date)
                               + NULLIF(route.reclaim_order_days, 0) * interval '1 day' AS "order",
                           CASE WHEN GREATEST(owned.since, customer.last_followup_date, customer.last_order_date)
                                     = owned.since
                                THEN owned.since + NULLIF(route.reclaim_new_days, 0) * interval '1 day'
                           END AS untouched
                   ) AS due
              CROSS JOIN LATERAL (SELECT LEAST(due.followup, due."order", due.untouched) AS date) AS rule
              CROSS JOIN LATERAL (
                    SELECT GREATEST(rule.date, owned.since + route.protection_days * interval '1 day',
                                    route.reclaim_since + route.warning_days * interval '1 day') AS date
                   ) AS moment
             WHERE customer.is_crm_customer IS TRUE AND customer.active IS TRUE AND customer.user_id IS NOT NULL
               AND rule.date IS NOT NULL
               AND (customer.crm_level_id IS NULL OR customer.crm_level_id != ALL (route.exempt_levels))
            """,
            members=self.env["crm.customer.pool"]._member_sql(),
        )

    # ACTION
    @api.model
    @api.readonly
    def action_dry_run(self):
        """Who would lose what tonight, and why."""
        return self._dry_run([("is_on", "=", True)])

    @api.model
    def _dry_run(self, domain):
        # sudo: when the job runs next is no secret
        tonight = self.env.ref("crm_customer.ir_cron_pool_reclaim").sudo().nextcall
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.crm_customer_reclaim_action_dry_run")
        return {**action, "domain": [*domain, ("date", "<=", fields.Datetime.to_string(tonight))]}

    @api.readonly
    def action_open_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    # BUSINESS
    @api.model
    def _cron_reclaim(self):
        """Put what is due back into the pools, tell the owners once, and remind those whose time is near."""
        count = self._reclaim()
        _logger.info("Public pools: %s customers reclaimed", count)
        self._remind()

    @api.model
    def _reclaim(self):
        """Reclaim all that is due, in transactions of some thousand customers, each with all customers of its owners.

        What is done is done: when it is interrupted, the next run goes on with the rest.

        :return: number of customers
        """
        due = self._due_customers(SQL("TRUE"))
        count = 0
        for partner_ids in self._batches(due):
            count += self._commit_batch(partner_ids)
        return count

    @api.model
    def _due_customers(self, condition):
        """:return: list of (customer id, user id, pool id, rule) of what is due now, by user"""
        return self.env.execute_query(
            SQL(
                "SELECT id, user_id, pool_id, rule FROM (%s) AS reclaim WHERE is_on AND date <= %s AND %s"
                " ORDER BY user_id, pool_id, rule, id",
                self._table_query,
                fields.Datetime.now(),
                condition,
            )
        )

    @api.model
    def _batches(self, due):
        """Ids of customers, cut between their owners."""
        batch = []
        for _user_id, rows in groupby(due, lambda row: row[1]):
            batch += [row[0] for row in rows]
            if len(batch) >= BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    @api.model
    def _commit_batch(self, partner_ids):
        """Reclaim and commit some customers, again if somebody else was in the way.

        :return: how many of them were still due
        """
        for attempt in range(1, MAX_TRIES + 1):
            try:
                count = self._reclaim_batch(partner_ids)
                self.env["ir.cron"]._commit_progress(count)
                return count
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                if attempt == MAX_TRIES:
                    raise
                time.sleep(random.uniform(0, 0.2 * 2**attempt))

    @api.model
    def _reclaim_batch(self, partner_ids):
        # what has been followed up since they were listed stays
        due = self._due_customers(SQL("id = ANY(%s)", partner_ids))
        Partner, Pool = self.env["res.partner"], self.env["crm.customer.pool"]
        groups = {}
        for partner_id, _user_id, pool_id, rule in due:
            groups.setdefault((pool_id, rule), []).append(partner_id)
        for (pool_id, rule), ids in groups.items():
            pool = Pool.browse(pool_id)
            Partner.browse(ids)._crm_change_owner("reclaimed", pool=pool, reason=self._reason(pool, rule))
        for user_id, rows in groupby(due, lambda row: row[1]):
            self._tell_owner(self.env["res.users"].browse(user_id), [row[0] for row in rows])
        return len(due)

    @api.model
    def _company_language(self):
        """What is written for everybody is written in the company's language."""
        return self.with_context(lang=self.env.company.partner_id.lang or self.env.lang)

    @api.model
    def _reason(self, pool, rule):
        env = self._company_language().env
        if rule == "new":
            return env._("New and untouched for %(days)s days", days=pool.reclaim_new_days)
        if rule == "followup":
            return env._("No follow-up for %(days)s days", days=pool.reclaim_followup_days)
        return env._("No order for %(days)s days", days=pool.reclaim_order_days)

    @api.model
    def _tell_owner(self, user, partner_ids):
        """One message for all that a salesperson has lost."""
        if not user.active:
            return
        lang = self.with_context(lang=user.lang).env
        names = lang._(", ").join(self.env["res.partner"].browse(partner_ids[:MESSAGE_NAMES]).mapped("name"))
        if len(partner_ids) > MESSAGE_NAMES:
            names += "…"
        self.env["mail.thread"].with_context(mail_notify_force_send=False).message_notify(
            partner_ids=user.partner_id.ids,
            subject=lang._("%(count)s of your customers went back to the public pool", count=len(partner_ids)),
            body=names,
        )

    @api.model
    def _remind(self):
        """Let the open activities be those of the customers whose time is near, one for each and for each date.

        One statement, so all of it or nothing. Who has done his activity without any follow-up is not told again.
        """
        self.env["mail.activity"].flush_model()
        zone = self.env.company.partner_id.tz or DEFAULT_TIMEZONE
        activity_type = self.env.ref("crm_customer.mail_activity_type_reclaim")
        self.env.cr.execute(
            SQL(
                """
                WITH warned AS MATERIALIZED (
                    SELECT reclaim.id, reclaim.user_id,
                           (reclaim.date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS deadline,
                           pool.name AS pool_name
                      FROM (%(query)s) AS reclaim
                      JOIN crm_customer_pool AS pool ON pool.id = reclaim.pool_id
                     WHERE reclaim.is_on AND reclaim.warning_date <= %(now)s
                ), passed AS (
                    DELETE FROM mail_activity AS activity
                     WHERE activity.activity_type_id = %(type)s AND activity.active
                       AND NOT EXISTS (SELECT FROM warned WHERE warned.id = activity.res_id
                                          AND warned.user_id = activity.user_id
                                          AND warned.deadline = activity.date_deadline)
                )
                INSERT INTO mail_activity (
                    res_model_id, res_model, res_id, res_name, activity_type_id, summary, date_deadline, user_id,
                    user_tz, automated, active, create_uid, create_date, write_uid, write_date)
                SELECT %(model)s, 'res.partner', customer.id, customer.complete_name, %(type)s,
                       replace(%(summary)s, '{pool}', warned.pool_name), warned.deadline, warned.user_id,
                       owner.tz, TRUE, TRUE, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM warned
                  JOIN res_partner AS customer ON customer.id = warned.id
                  JOIN res_users AS u ON u.id = warned.user_id AND u.active
                  JOIN res_partner AS owner ON owner.id = u.partner_id
                 WHERE NOT EXISTS (SELECT FROM mail_activity AS activity
                                    WHERE activity.res_model = 'res.partner' AND activity.res_id = warned.id
                                      AND activity.activity_type_id = %(type)s
                                      AND activity.user_id = warned.user_id
                                      AND activity.date_deadline = warned.deadline)
                """,
                query=self._table_query,
                zone=zone,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                type=activity_type.id,
                model=self.env["ir.model"]._get_id("res.partner"),
                summary=self._company_language().env._("Follow up, or it goes back to {pool}"),
            )
        )
        self.env["mail.activity"].invalidate_model()
        self.env["ir.cron"]._commit_progress()

    # SCOPE
    @api.model
    def _crm_scope_grants(self):
        pool_ids = self.env["crm.customer.pool"]._ids_of_manager(self.env.uid)
        return [*super()._crm_scope_grants(), Domain("pool_id", "in", pool_ids)]
