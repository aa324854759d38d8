from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_base.tools.xlsx import Money, SheetColumn


class CrmCustomerAnalysis(models.Model):
    """The lower part of the page: what the customers' buying rhythms tell. It is read after the upper part is shown."""

    _inherit = "crm.customer.analysis"

    @api.model
    @api.readonly
    def get_details(self, year):
        """RFM cells, new and lost customers, average interval, and sources of the customers that the reader may see.

        All but the sources are as of last night, when the scores of the customers were computed.

        :param year: of the new and lost customers
        :return: dict; `computed_on` is False if there are no scores yet
        :raise AccessError: the reader may not see analyses
        """
        self.check_access("read")
        Score = self.env["crm.churn.score"]
        [[computed_on, scored]] = Score._read_group([], [], ["computed_on:max", "__count"])
        [[interval, repeat_buyers]] = Score._read_group(
            [("average_interval", ">", 0)], [], ["average_interval:avg", "__count"]
        )
        return {
            "computed_on": computed_on,
            "currency_id": Score._churn_company().currency_id.id,
            "customers": scored,
            "interval": interval,
            "repeat_buyers": repeat_buyers,
            "lost_after": self.env["res.config.settings"]._crm_setting("activity_window"),
            "rfm": self._details_rfm(),
            "months": self._details_months(year),
            "sources": self._details_sources(),
        }

    @api.model
    def _details_rfm(self):
        """The customers of each RFM cell, in the order of the cells; cells without customers as well."""
        Score = self.env["crm.churn.score"]
        groups = Score._read_group([], ["rfm_cell"], ["__count", "amount_total:sum"])
        found = {cell: (count, amount) for cell, count, amount in groups}
        round_amount = Score._churn_company().currency_id.round
        cells = []
        for cell, name in Score._fields["rfm_cell"]._description_selection(self.env):
            customers, amount = found.get(cell, (0, 0))
            cells.append({"id": cell, "name": name, "customers": customers, "amount": round_amount(amount)})
        return cells

    @api.model
    def _details_months(self, year):
        """For each month how many customers ordered for the first time, and how many became lost.

        A customer is lost as soon as his last order is older than the window of the activity grade, whose grade is then
        E; whoever orders again is not lost any more.
        """
        window = self.env["res.config.settings"]._crm_setting("activity_window")
        start, end = date(year, 1, 1), date(year + 1, 1, 1)
        new = self._details_by_month("first_order_date", start, end, 0)
        lost = self._details_by_month("last_order_date", start, end, window)
        rows = []
        for month in range(1, 13):
            first = date(year, month, 1)
            after = first + relativedelta(months=1)
            gone = [fields.Date.to_string(day - timedelta(window)) for day in (first, after)]
            rows.append(
                {
                    "month": month,
                    "new": new.get(month, 0),
                    "lost": lost.get(month, 0),
                    "period": [fields.Date.to_string(first), fields.Date.to_string(after)],
                    "lost_period": gone,
                }
            )
        return rows

    @api.model
    def _details_by_month(self, fname, start, end, days):
        """:return: {month: number of customers whose date lies in that month if `days` are added}"""
        Score = self.env["crm.churn.score"]
        shift = timedelta(days)
        # what lies in the future has not happened
        end = min(end, Score._churn_today() + timedelta(1))
        query = Score._search([(fname, ">=", start - shift), (fname, "<", end - shift)])
        column = Score._field_to_sql(query.table, fname, query)
        query.groupby = month = SQL("CAST(EXTRACT(MONTH FROM %s + %s) AS integer)", column, days)
        return dict(self.env.execute_query(query.select(month, SQL("COUNT(*)"))))

    @api.model
    def _details_sources(self):
        """How many customers came from each source, and how many of them ordered; the largest first."""
        groups = self.env["res.partner"]._read_group(
            [("is_crm_customer", "=", True)], ["crm_source_id"], ["__count", "first_order_date:count"]
        )
        rows = [
            {
                "id": source.id,
                # sudo: like in every list view, who reads a customer sees the name of its source
                "name": source.sudo().display_name or self.env._("Not set"),
                "customers": customers,
                "won": won,
            }
            for source, customers, won in groups
        ]
        return sorted(rows, key=lambda row: (-row["customers"], row["name"]))

    # EXPORT
    @api.model
    def _page_sheets(self, page):
        yield from super()._page_sheets(page)
        if not page["years"] or page["partner"]:
            return
        details = self.get_details(page["year"])
        currency = self.env["crm.churn.score"]._churn_company().currency_id
        customers = SheetColumn(self.env._("Number of Customers"), "integer", 12)
        yield (
            self.env._("RFM cells"),
            [SheetColumn(self.env._("RFM Cell"), width=24), customers, SheetColumn(self.env._("Amount"), "money", 18)],
            [
                (row["name"], row["customers"], Money(row["amount"], currency.symbol or "", currency.decimal_places))
                for row in details["rfm"]
            ],
        )
        yield (
            self.env._("New and lost customers %(year)s", year=page["year"]),
            [
                SheetColumn(self.env._("Month"), "integer"),
                SheetColumn(self.env._("New customers"), "integer"),
                SheetColumn(self.env._("Lost customers"), "integer"),
            ],
            [(row["month"], row["new"], row["lost"]) for row in details["months"]],
        )
        yield (
            self.env._("Source conversion"),
            [SheetColumn(self.env._("Source"), width=24), customers, SheetColumn(self.env._("Ordered"), "integer", 12)],
            [(row["name"], row["customers"], row["won"]) for row in details["sources"]],
        )
