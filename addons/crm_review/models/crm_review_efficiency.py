from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

MANAGERS = ("crm_base.group_sales_manager", "crm_base.group_rd_manager")


class CrmReviewEfficiency(models.AbstractModel):
    """How long reviews wait, for whom and in which steps.

    Managers and administrators see the tasks of all reviews that they may read, everybody else his own ones.
    """

    _name = "crm.review.efficiency"
    _description = "Review Efficiency"

    @api.model
    @api.readonly
    def get_page(self, period="days", kind_id=False, step=False, user_id=False):
        """The figures of the efficiency board: decisions of a period, and what is open now.

        A task waits from the moment it became its reviewer's to his decision, or until now; hours are natural ones.

        :param str period: ``month`` (this one), ``last_month``, ``days`` (the last 90) or ``year`` (this one), in the
            user's time zone
        :param int kind_id: only this kind of document
        :param str step: only steps of this name
        :param int user_id: only this reviewer
        :return: dict: ``own_only``, ``kinds`` [{id, name}] to choose from, ``total`` and the lists ``by_kind``,
            ``by_step`` and ``by_person`` of dicts, the one with most hours ``waiting`` first: ``id``, ``name``; number
            of ``decisions``, hours to a decision on ``average`` and as 90th ``percentile`` (None without one);
            ``timed`` decisions, which had a deadline, and the ``late`` of them; ``open`` tasks, those of them that are
            ``open_late``, their ``open_average`` and ``open_oldest`` age in hours. Steps have ``kind``, ``kind_id`` and
            ``is_bottleneck``, too
        """
        own_only = not any(self.env.user.has_group(group) for group in MANAGERS)
        kinds = self.env["crm.review.kind"].search([])  # pylint: disable=no-search-all
        rows = self._figures(period, kind_id, step, self.env.uid if own_only else user_id, own_only)
        users = self.env["res.users"].sudo().browse(row["user_id"] for row in rows if row["user_id"])
        # sudo: who may see a task may see its reviewer's name, and that of its kind, though it may have been archived
        names = {user.id: user.name for user in users}
        kind_names = {kind.id: kind.name for kind in kinds.sudo().with_context(active_test=False).search([])}
        page = {
            "own_only": own_only,
            "kinds": [{"id": kind.id, "name": kind.name} for kind in kinds],
            "by_kind": [],
            "by_step": [],
            "by_person": [],
        }
        for row in rows:
            grouping = row.pop("grouping")
            kind, step_name, user = (row.pop(name) for name in ("kind_id", "step_name", "user_id"))
            if grouping == 7:
                page["total"] = row
            elif grouping == 3:
                page["by_kind"].append({"id": kind, "name": kind_names.get(kind), **row})
            elif grouping == 1:
                name = step_name or ""
                page["by_step"].append(
                    {"id": f"{kind} {name}", "name": name, "kind": kind_names.get(kind), "kind_id": kind, **row}
                )
            else:
                page["by_person"].append({"id": user, "name": names[user], **row})
        for index, row in enumerate(page["by_step"]):
            row["is_bottleneck"] = not index and len(page["by_step"]) > 1 and row["waiting"] > 0
        return page

    def _figures(self, period, kind_id, step, user_id, own_only):
        """:return: a dict for each group of tasks; the bits of ``grouping`` say what it is not grouped by"""
        start, end = self._period(period)
        Line = self.env["crm.review.line"]
        Line.flush_model()
        conditions = [SQL("line.user_id = %s", self.env.uid)] if own_only else []
        if not own_only:
            # record rules: the reviews that the user may read, in the companies chosen
            reviews = self.env["crm.review"]._search([])
            conditions.append(SQL("line.review_id IN %s", reviews.subselect()))
        conditions.append(SQL("COALESCE(line.company_id = ANY(%s), TRUE)", self.env.companies.ids))
        if kind_id:
            conditions.append(SQL("line.kind_id = %s", kind_id))
        if step:
            conditions.append(SQL("line.step_name = %s", step))
        if user_id:
            conditions.append(SQL("line.user_id = %s", user_id))
        return self.env.execute_query_dict(
            SQL(
                """
                  WITH task AS (
                    SELECT line.kind_id, line.step_name, line.user_id, line.deadline,
                           line.state = 'pending' AS is_open,
                           EXTRACT(EPOCH FROM COALESCE(line.acted_on, %(now)s) - line.since)::float / 3600 AS hours,
                           COALESCE(line.acted_on, %(now)s) > line.deadline AS is_late
                      FROM crm_review_line line
                     WHERE (line.state = 'pending'
                            OR line.state IN ('approved', 'rejected')
                               AND line.acted_on >= %(start)s AND line.acted_on < %(end)s)
                       AND line.since IS NOT NULL
                       AND %(conditions)s
                  )
                SELECT GROUPING(kind_id, step_name, user_id) AS grouping, kind_id, step_name, user_id,
                       COUNT(*) FILTER (WHERE NOT is_open) AS decisions,
                       AVG(hours) FILTER (WHERE NOT is_open) AS average,
                       PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours) FILTER (WHERE NOT is_open) AS percentile,
                       COUNT(deadline) FILTER (WHERE NOT is_open) AS timed,
                       COUNT(*) FILTER (WHERE NOT is_open AND is_late) AS late,
                       COUNT(*) FILTER (WHERE is_open) AS open,
                       COUNT(*) FILTER (WHERE is_open AND is_late) AS open_late,
                       AVG(hours) FILTER (WHERE is_open) AS open_average,
                       MAX(hours) FILTER (WHERE is_open) AS open_oldest,
                       COALESCE(SUM(hours), 0) AS waiting
                  FROM task
                 GROUP BY GROUPING SETS ((), (kind_id), (kind_id, step_name), (user_id))
                 ORDER BY waiting DESC, kind_id, step_name, user_id
                """,
                now=fields.Datetime.now(),
                start=start,
                end=end,
                conditions=SQL(" AND ").join(conditions),
            )
        )

    @api.model
    def _period(self, period):
        """:return: first moment of a period and the first one after it, naive UTC"""
        today = fields.Date.context_today(self)
        tomorrow, month = today + timedelta(days=1), today.replace(day=1)
        first, after = {
            "month": (month, tomorrow),
            "last_month": (month - relativedelta(months=1), month),
            "year": (today.replace(month=1, day=1), tomorrow),
        }.get(period, (tomorrow - timedelta(days=90), tomorrow))
        return tuple(
            self.env.tz.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (first, after)
        )
