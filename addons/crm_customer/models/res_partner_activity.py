from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

GRADES = ("A", "B", "C", "D", "E")


class ResPartner(models.Model):
    """How active a customer is, by the number of orders in a window of days; graded each night."""

    _inherit = "res.partner"

    activity_grade = fields.Selection(
        [(grade, grade) for grade in GRADES],
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="A to D by the confirmed orders of the last days, as the settings say; E: ordered before, but not since. "
        "Empty: has never ordered.",
    )

    @api.model
    def _cron_activity_grades(self):
        """Grade all customers anew in one statement; only those whose grade changes are written.

        :return: number of customers whose grade has changed
        """
        setting = self.env["res.config.settings"]._crm_setting
        Score = self.env["crm.churn.score"]
        start = Score._churn_midnight(Score._churn_number(Score._churn_today() - timedelta(setting("activity_window"))))
        self.env["sale.order"].flush_model(["crm_customer_id", "state", "date_order"])
        self.flush_model(["is_crm_customer", "first_order_date", "activity_grade"])
        bounds = [(grade, setting(f"activity_{grade.lower()}")) for grade in GRADES[:-1]]
        self.env.cr.execute(
            SQL(
                """
                WITH ordered AS MATERIALIZED (
                     SELECT crm_customer_id AS id, COUNT(*) AS orders
                       FROM sale_order
                      WHERE state = 'sale' AND date_order >= %(start)s AND crm_customer_id IS NOT NULL
                      GROUP BY crm_customer_id
                ), graded AS (
                     SELECT partner.id, CASE %(grades)s WHEN partner.first_order_date IS NOT NULL THEN 'E' END AS grade
                       FROM res_partner partner
                       LEFT JOIN ordered ON ordered.id = partner.id
                      WHERE partner.is_crm_customer
                        AND (partner.first_order_date IS NOT NULL OR partner.activity_grade IS NOT NULL)
                )
                UPDATE res_partner
                   SET activity_grade = graded.grade
                  FROM graded
                 WHERE res_partner.id = graded.id AND res_partner.activity_grade IS DISTINCT FROM graded.grade
                """,
                start=start,
                grades=SQL(" ").join(SQL("WHEN ordered.orders >= %s THEN %s", bound, grade) for grade, bound in bounds),
            )
        )
        changed = self.env.cr.rowcount
        self.env["res.partner"].invalidate_model(["activity_grade"])
        return changed
