import functools
import logging
from datetime import date, datetime, time, timedelta
from io import StringIO

import numpy as np
import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, split_every

from ..tools import churn

_logger = logging.getLogger(__name__)

EPOCH = date(1970, 1, 1)
CHUNK = 100_000
DEFAULT_TIMEZONE = "Asia/Shanghai"
# recency, frequency and amount of all orders, each above (1) or below (0) the mean of all customers
RFM_CELLS = [
    ("111", "Important: keep"),
    ("011", "Important: hold on to"),
    ("101", "Important: develop"),
    ("001", "Important: win back"),
    ("110", "General: keep"),
    ("010", "General: hold on to"),
    ("100", "General: develop"),
    ("000", "General: win back"),
]
COMPUTED = (
    "partner_id",
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
    "rfm_cell",
)


class CrmChurnScore(models.Model):
    """The latest scores of every customer with confirmed orders; all are computed each night (`_cron_score`)."""

    _name = "crm.churn.score"
    _description = "Churn Score"
    _inherit = ["crm.churn.facts", "crm.excel.export.mixin"]
    _rec_name = "partner_id"
    _order = "level desc, amount_total desc, id"
    _log_access = False

    rfm_cell = fields.Selection(
        RFM_CELLS,
        string="RFM Cell",
        readonly=True,
        help="By the last order, the number of orders and their amount: above or below the mean of all customers.",
    )
    computed_on = fields.Date(readonly=True, aggregator=False)

    _partner_unique = models.UniqueIndex("(partner_id)", "A customer has one score.")
    _worst = models.Index("(level DESC, amount_total DESC, id)")

    # SETTINGS
    @api.model
    def _churn_company(self):
        """In whose time zone days are counted and in whose currency amounts are told, for all companies."""
        # sudo: the first company's currency and time zone are no secret
        return self.env["res.company"].sudo().search([], order="id", limit=1)

    @api.model
    def _churn_setting(self, name):
        """A number of the settings; see `res.config.settings`."""
        return self.env["res.config.settings"]._crm_setting(f"churn_{name}")

    @api.model
    def _churn_timezone(self):
        return self._churn_company().partner_id.tz or DEFAULT_TIMEZONE

    @api.model
    def _churn_today(self):
        """The day in the company's time zone."""
        return datetime.now(pytz.timezone(self._churn_timezone())).date()

    @api.model
    def _churn_levels(self, standing, count, overdue):
        """The level of each customer, as numbers; arguments are arrays."""
        limits = [self._churn_setting(name) / 100 for name in ("attention", "high", "critical")]
        level = sum((standing < limit).astype(int) for limit in limits)
        return np.where((count >= self._churn_setting("min_orders")) & (overdue > 0), level, 0)

    # ACTION
    @api.readonly
    def action_open_customer(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    @api.model
    def action_compute_now(self):
        """Compute all scores and warnings now rather than tonight.

        :raise AccessError: the user is no CRM administrator
        """
        if not self.env.user.has_group("crm_base.group_crm_admin"):
            raise AccessError(self.env._("Only a CRM administrator computes the scores at once. Ask him."))
        # sudo: the work of the night, for all customers
        self.sudo()._cron_score()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # BUSINESS
    @api.model
    def _cron_score(self):
        """Score all customers by their orders up to yesterday and bring the warnings up to date."""
        self._churn_compute()
        self.env["crm.churn.warning"]._churn_update()

    @api.model
    def _churn_compute(self):
        """Fill the table of scores anew, in the same transaction.

        :return: number of scores
        """
        today = self._churn_today()
        yesterday = self._churn_number(today - timedelta(1))
        window = self._churn_setting("window")
        purchases = self._churn_purchases(yesterday)
        if not len(purchases.day):
            self.env.cr.execute("DELETE FROM crm_churn_score")
            self.env.invalidate_all()
            return 0
        followups = self._churn_followups(yesterday - 3 * window)
        history, scores = churn.score(purchases, yesterday, window, followups)
        _logger.info("Churn: %s customers scored, by %s", len(history.customer), scores.method)
        return self._churn_store(history, scores, today)

    @api.model
    def _churn_number(self, day):
        return (day - EPOCH).days

    @api.model
    def _churn_purchases(self, last_day):
        """The days on which customers ordered, and their untaxed amounts.

        :param last_day: number of the last day
        :return: churn.CustomerDays
        """
        # sudo: the scores are made of all orders, whoever's they are
        Order = self.env["sale.order"].sudo()
        Order.flush_model()
        Analysis = (
            self.env["crm.customer.analysis"]
            .sudo()
            .with_company(self._churn_company())
            .with_context(allowed_company_ids=self._all_company_ids())
        )
        query = Order._search([("state", "=", "sale"), ("crm_customer_id", "!=", False)])
        moment = Analysis._order_sql(query, "date_order")
        query.add_where(SQL("%s < %s", moment, self._churn_midnight(last_day + 1)))
        customer = Analysis._order_sql(query, "crm_customer_id")
        day = self._churn_day_sql(moment)
        query.groupby = SQL("%s, %s", customer, day)
        amount = SQL("SUM(CAST(%s AS double precision))", Analysis._amount_sql(query))
        return self._churn_load(query.select(customer, day, amount))

    @api.model
    def _churn_followups(self, first_day):
        """The days on which customers were followed up, from a day on.

        :param first_day: number of the day
        :return: churn.CustomerDays
        """
        Followup = self.env["crm.followup"].sudo()  # sudo: as for the orders
        Followup.flush_model(["partner_id", "date"])
        query = Followup._search([("date", ">=", self._churn_midnight(first_day))])
        customer = Followup._field_to_sql(query.table, "partner_id", query)
        day = self._churn_day_sql(Followup._field_to_sql(query.table, "date", query))
        query.groupby = SQL("%s, %s", customer, day)
        return self._churn_load(query.select(customer, day))

    @api.model
    def _all_company_ids(self):
        company = self._churn_company()
        # sudo: a customer is one for all companies, so the orders of all of them count; only their ids are used
        return [company.id, *(self.env["res.company"].sudo().search([("id", "!=", company.id)])).ids]

    @api.model
    def _churn_midnight(self, day):
        """When a numbered day begins in the company's time zone, in UTC."""
        midnight = datetime.combine(EPOCH + timedelta(int(day)), time.min)
        return pytz.timezone(self._churn_timezone()).localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _churn_day_sql(self, moment):
        """SQL of a moment's day in the company's time zone, as a number."""
        return SQL("CAST(%s AT TIME ZONE 'UTC' AT TIME ZONE %s AS date) - %s", moment, self._churn_timezone(), EPOCH)

    @api.model
    def _churn_load(self, sql):
        """The rows of a query of numbers as churn.CustomerDays; a part of them at a time, as there may be millions."""
        parts = []
        self.env.cr.execute(sql)
        while rows := self.env.cr.fetchmany(CHUNK):
            parts.append(np.array(rows, dtype=float))
        return churn.CustomerDays(*np.concatenate(parts).T) if parts else churn.CustomerDays([], [])

    @api.model
    def _churn_store(self, history, scores, today):
        interval = np.nan_to_num(history.interval)
        overdue = np.where(interval > 0, np.maximum(history.idle - np.maximum(np.round(interval), 1), 0), 0)
        level = self._churn_levels(scores.standing, history.count, overdue)
        rfm = [
            history.idle <= history.idle.mean(),
            history.count > history.count.mean(),
            history.amount > history.amount.mean(),
        ]
        columns = {
            "partner_id": history.customer,
            "level": level,
            "method": np.full(len(level), scores.method),
            "order_count": history.count,
            "first_order_date": history.first.astype("datetime64[D]"),
            "last_order_date": history.last.astype("datetime64[D]"),
            "average_interval": interval.round(4),
            "days_overdue": overdue.astype(int),
            "p_alive": scores.p_alive.round(4),
            "standing": scores.standing.round(4),
            "expected_orders": scores.expected.round(4),
            "order_chance": scores.chance.round(4),
            "amount_total": history.amount.round(2),
            "rfm_cell": functools.reduce(np.strings.add, (np.where(part, "1", "0") for part in rfm)),
        }
        cr = self.env.cr
        names = SQL(", ").join(map(SQL.identifier, COMPUTED))
        cr.execute(
            SQL("CREATE TEMP TABLE crm_churn_new ON COMMIT DROP AS SELECT %s FROM crm_churn_score WITH NO DATA", names)
        )
        rows = zip(*(columns[name].tolist() for name in COMPUTED), strict=True)
        for part in split_every(CHUNK, rows, list):
            text = StringIO("\n".join("\t".join(map(str, row)) for row in part))
            cr.copy_expert("COPY crm_churn_new FROM STDIN", text)
        cr.execute("ANALYZE crm_churn_new")
        self._churn_merge(names, today)
        cr.execute("DROP TABLE crm_churn_new")
        cr.execute("ANALYZE crm_churn_score")  # what follows in the same night plans with it
        self.env.invalidate_all()
        return len(level)

    @api.model
    def _churn_merge(self, names, today):
        """Take over the new scores of customers that are there; all others go."""
        cr = self.env.cr
        self.env["res.partner"].flush_model(["user_id", "active", "is_crm_customer"])
        # the owner is brought up to date as well, whatever way it may have been written
        changed = SQL(", ").join(
            SQL("%(name)s = EXCLUDED.%(name)s", name=SQL.identifier(name)) for name in COMPUTED[1:]
        )
        cr.execute(
            SQL(
                """
                INSERT INTO crm_churn_score (%(names)s, customer_user_id, computed_on)
                SELECT %(selected)s, partner.user_id, %(today)s
                  FROM crm_churn_new new
                  JOIN res_partner partner ON partner.id = new.partner_id
                 WHERE partner.is_crm_customer AND partner.active
                    ON CONFLICT (partner_id) DO UPDATE
                   SET %(changed)s, customer_user_id = EXCLUDED.customer_user_id, computed_on = EXCLUDED.computed_on
                """,
                names=names,
                selected=SQL(", ").join(SQL.identifier("new", name) for name in COMPUTED),
                changed=changed,
                today=today,
            )
        )
        cr.execute(
            SQL(
                """
                DELETE FROM crm_churn_score score
                 WHERE NOT EXISTS (
                       SELECT FROM crm_churn_new new
                         JOIN res_partner partner ON partner.id = new.partner_id
                        WHERE new.partner_id = score.partner_id AND partner.is_crm_customer AND partner.active
                 )
                """
            )
        )

    # EXPORT
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("partner_id", width=30),
            column("customer_user_id"),
            column("level"),
            column("order_count"),
            column("first_order_date"),
            column("last_order_date"),
            column("average_interval"),
            column("days_overdue"),
            column("standing"),
            column("p_alive"),
            column("expected_orders"),
            column("order_chance"),
            column("amount_total"),
            column("rfm_cell"),
            column("reason", width=60),
        ]
