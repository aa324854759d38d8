from collections import defaultdict
from datetime import date
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_base.tools.xlsx import SheetColumn

LATE_SHOWN = 10
# by what the amounts of a year are shared out, and the order's field it comes from
SHARES = {
    "order_type_id": "crm_order_type_id",
    "user_id": "user_id",
    "state_id": "crm_customer_state_id",
    "country_id": "crm_customer_country_id",
}


class CrmOrderAnalysis(models.Model):
    """What has been ordered, one record per line of a confirmed order; and the page of the order analysis.

    Amounts are untaxed, in the currency of the order's company at the rate of the order.
    """

    _name = "crm.order.analysis"
    _description = "Order Analysis"
    _inherit = ["crm.customer.scope.mixin", "crm.product.page.mixin"]
    _auto = False
    _rec_name = "order_id"
    _order = "date desc, id desc"

    _depends = {
        "product.product": ["product_tmpl_id"],
        "product.template": ["crm_series_id", "uom_id"],
        "res.company": ["currency_id"],
        "sale.order": [
            "company_id",
            "crm_customer_country_id",
            "crm_customer_id",
            "crm_customer_state_id",
            "crm_order_type_id",
            "currency_rate",
            "customer_user_id",
            "date_order",
            "state",
            "user_id",
        ],
        "sale.order.line": [
            "crm_delivered_on",
            "crm_promised_date",
            "display_type",
            "order_id",
            "price_subtotal",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
        ],
        "uom.uom": ["factor"],
    }
    _crm_scope_customer = "partner_id"

    # FIELDS
    order_id = fields.Many2one("sale.order", readonly=True)
    date = fields.Datetime(string="Order Date", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    customer_user_id = fields.Many2one("res.users", string="Customer's Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    order_type_id = fields.Many2one("crm.order.type", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    series_id = fields.Many2one("crm.product.series", string="Product Series", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True, help="In the product's own unit.")
    amount = fields.Monetary(string="Untaxed Amount", readonly=True)
    promised_date = fields.Date(readonly=True)
    delivered_on = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id,
                   line.order_id,
                   sale.date_order AS date,
                   sale.crm_customer_id AS partner_id,
                   sale.user_id,
                   sale.customer_user_id,
                   sale.company_id,
                   sale.crm_order_type_id AS order_type_id,
                   sale.crm_customer_country_id AS country_id,
                   sale.crm_customer_state_id AS state_id,
                   line.product_id,
                   template.crm_series_id AS series_id,
                   template.uom_id AS product_uom_id,
                   line.product_uom_qty * line_uom.factor / product_uom.factor AS quantity,
                   %s AS amount,
                   line.crm_promised_date AS promised_date,
                   line.crm_delivered_on AS delivered_on,
                   company.currency_id
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              LEFT JOIN res_company company ON company.id = sale.company_id
              LEFT JOIN product_product product ON product.id = line.product_id
              LEFT JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
              LEFT JOIN uom_uom product_uom ON product_uom.id = template.uom_id
             WHERE sale.state = 'sale' AND line.display_type IS NULL
            """,
            self._company_amount(SQL("line.price_subtotal"), SQL("sale.currency_rate")),
        )

    # ACTION
    @api.readonly
    def action_open_order(self):
        self.ensure_one()
        return self.order_id.get_formview_action()

    # PAGE
    @api.model
    @api.readonly
    def get_page(self, year=False, month=False):
        """The figures of the order analysis page, from all confirmed orders that the reader may see.

        Years and months are those of the reader's time zone. Amounts are untaxed, in the currency of the current
        company.

        :param year: by default the latest one with orders
        :param month: of that year, by default the latest one with orders
        :return: dict; each `period` is [start, end[ in UTC, as a domain takes it. `years` is empty and the figures are
            missing if there is no order.
        """
        self.check_access("read")
        page = {"currency_id": self.env.company.currency_id.id, "years": [], "top": self.env.company.crm_order_top}
        domain = Domain("state", "=", "sale")
        Order = self.env["sale.order"]
        first, last = Order._read_group(domain, [], ["date_order:min", "date_order:max"])[0]
        if not first:
            return page
        first, last = (fields.Datetime.context_timestamp(self, moment) for moment in (first, last))
        years = range(first.year, last.year + 1)
        year = year if year in years else last.year
        starts = [self._local_midnight(date(year, number, 1)) for number in range(1, 13)]
        starts.append(self._local_midnight(date(year + 1, 1, 1)))
        in_year = domain & Domain("date_order", ">=", starts[0]) & Domain("date_order", "<", starts[-1])
        # a year's lines are added up in memory rather than in files
        self.env.cr.execute("SET LOCAL work_mem = '32MB'")
        page |= {"years": list(years), "year": year}
        page |= self._page_orders(in_year, starts)
        page |= self._page_lines(in_year, starts, *page.pop("ids"))
        with_orders = [row["month"] for row in page["by_month"] if row["orders"]]
        month = month if month in range(1, 13) else (with_orders or [12])[-1]
        page["month"] = month
        page["month_period"] = page["by_month"][month - 1]["period"]
        in_month = domain & Domain("date_order", ">=", starts[month - 1]) & Domain("date_order", "<", starts[month])
        page |= self._page_top(in_month)
        page |= self._page_delivery(date(year, 1, 1), date(year + 1, 1, 1))
        page["steps"] = self._page_steps(starts[0], starts[-1])
        return page

    @api.model
    def _page_orders(self, domain, starts):
        """Amount and number of orders by month, and the shares by type, salesperson and region."""
        customers = self.env["crm.customer.analysis"]
        query = self.env["sale.order"]._search(domain)
        order = partial(customers._order_sql, query)
        columns = SQL(", ").join(
            [SQL("width_bucket(%s, %s)", order("date_order"), starts), *(order(name) for name in SHARES.values())]
        )
        query.groupby = SQL("GROUPING SETS (%s)", columns)
        rows = self.env.execute_query(
            query.select(
                SQL("GROUPING(%s)", columns),
                SQL("COALESCE(%s)", columns),
                SQL("COALESCE(SUM(%s), 0)", customers._amount_sql(query)),
                SQL("COUNT(*)"),
                SQL("MIN(%s)", order("id")),
                SQL("MAX(%s)", order("id")),
            )
        )
        # GROUPING() has a bit for each column that a row is not about, the first column's bit being the highest
        every = 2 ** (len(SHARES) + 1) - 1
        names = {every - 2**bit: name for bit, name in enumerate(reversed(["month", *SHARES]))}
        parts = defaultdict(list)
        for mask, *row in rows:
            parts[names[mask]].append(row)
        round_amount = self.env.company.currency_id.round
        by_month = {number: (amount, orders) for number, amount, orders, *_ids in parts["month"]}
        return {
            "total": {
                "amount": round_amount(sum(row[1] for row in parts["month"])),
                "orders": sum(row[2] for row in parts["month"]),
            },
            "ids": [
                min((row[3] for row in parts["month"]), default=None),
                max((row[4] for row in parts["month"]), default=None),
            ],
            "by_month": [
                {
                    "month": number,
                    "amount": round_amount(by_month.get(number, (0, 0))[0]),
                    "orders": by_month.get(number, (0, 0))[1],
                    "period": [fields.Datetime.to_string(moment) for moment in starts[number - 1 : number + 1]],
                }
                for number in range(1, 13)
            ],
            "period": [fields.Datetime.to_string(starts[0]), fields.Datetime.to_string(starts[-1])],
            "shares": [self._page_share(name, parts[name]) for name in SHARES],
        }

    @api.model
    def _page_lines(self, domain, starts, first_id, last_id):
        """What has been ordered, by month and product series.

        :param first_id: the lowest id of the orders, so that not every line of older ones is read
        """
        customers = self.env["crm.customer.analysis"]
        query = self.env["sale.order"]._search(domain)
        Line = self.env["sale.order.line"]
        line = query.join(query.table, "id", Line._table, "order_id", "lines")
        column = partial(Line._field_to_sql, line, query=query)
        query.add_where(SQL("%s BETWEEN %s AND %s", column("order_id"), first_id, last_id))
        return self._page_sold(
            query,
            month=SQL("width_bucket(%s, %s)", customers._order_sql(query, "date_order"), starts),
            product_id=column("product_id"),
            uom_id=column("product_uom_id"),
            quantity=column("product_uom_qty"),
            amount=customers._amount_sql(query, column("price_subtotal")),
        )

    @api.model
    def _page_top(self, domain):
        """The largest orders and customers of a month."""
        customers = self.env["crm.customer.analysis"]
        limit = self.env.company.crm_order_top
        query = self.env["sale.order"]._search(domain)
        amount = customers._amount_sql(query)
        rows = self.env.execute_query(
            SQL(
                """
                WITH sale AS MATERIALIZED (%s)
                (SELECT TRUE, id, amount, 1 FROM sale ORDER BY amount DESC, id LIMIT %s)
                UNION ALL
                (SELECT FALSE, partner_id, SUM(amount), COUNT(*) FROM sale WHERE partner_id IS NOT NULL
                  GROUP BY partner_id ORDER BY SUM(amount) DESC, partner_id LIMIT %s)
                """,
                query.select(
                    SQL("%s AS id", customers._order_sql(query, "id")),
                    SQL("%s AS partner_id", customers._order_sql(query, "crm_customer_id")),
                    SQL("%s AS amount", amount),
                ),
                limit,
                limit,
            )
        )
        orders = self.env["sale.order"].browse(row[1] for row in rows if row[0])
        # sudo: like in every list view, who reads an order sees the name of its customer
        partners = self.env["res.partner"].sudo().browse(row[1] for row in rows if not row[0])
        names = {partner.id: partner.display_name for partner in partners}
        numbers = {order.id: (order.name, order.partner_id.sudo().display_name) for order in orders}
        round_amount = self.env.company.currency_id.round
        return {
            "top_orders": [
                {"id": id_, "name": numbers[id_][0], "note": numbers[id_][1], "amount": round_amount(amount)}
                for is_order, id_, amount, _orders in rows
                if is_order
            ],
            "top_customers": [
                {"id": id_, "name": names[id_], "amount": round_amount(amount), "orders": orders}
                for is_order, id_, amount, orders in rows
                if not is_order
            ],
        }

    @api.model
    def _page_delivery(self, start, end):
        """How many promised lines of a year were delivered in time, and what is late now."""
        Line = self.env["sale.order.line"]
        promised = (
            Domain("state", "=", "sale") & Domain("crm_promised_date", "!=", False) & Domain("display_type", "=", False)
        )
        today = fields.Date.context_today(self)
        in_year = promised & Domain("crm_delivered_on", ">=", start) & Domain("crm_delivered_on", "<", end)
        query = Line._search(in_year)
        on_time = SQL(
            "%s <= %s",
            Line._field_to_sql(query.table, "crm_delivered_on", query),
            Line._field_to_sql(query.table, "crm_promised_date", query),
        )
        [[delivered, in_time]] = self.env.execute_query(
            query.select(SQL("COUNT(*)"), SQL("COUNT(*) FILTER (WHERE %s)", on_time))
        )
        late_domain = promised & Domain("crm_delivered_on", "=", False) & Domain("crm_promised_date", "<", today)
        late = Line.search(late_domain, order="crm_promised_date, id", limit=LATE_SHOWN)
        return {
            "delivered": delivered,
            "on_time": in_time,
            "on_time_rate": in_time / delivered if delivered else False,
            "late_count": Line.search_count(late_domain),
            "late": [
                {
                    "id": line.id,
                    "order_id": line.order_id.id,
                    "order": line.order_id.name,
                    "customer": line.order_id.partner_id.sudo().display_name,  # sudo: as above
                    "product": line.product_id.sudo().display_name,  # sudo: as above
                    "quantity": line.product_uom_qty - line.qty_delivered,
                    "uom": line.product_uom_id.name or "",
                    "promised_date": fields.Date.to_string(line.crm_promised_date),
                    "days": (today - line.crm_promised_date).days,
                }
                for line in late
            ],
        }

    @api.model
    def _page_steps(self, start, end):
        """Average hours to a decision by step of the orders' reviews, among the reviews that the reader may see."""
        reviews = self.env["crm.review"]._search([("res_model", "in", ("sale.order", "crm.order.revision"))])
        self.env["crm.review.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.step_name, COUNT(*),
                       AVG(EXTRACT(EPOCH FROM line.acted_on - line.since) / 3600)::float AS hours
                  FROM crm_review_line line
                 WHERE line.res_model IN ('sale.order', 'crm.order.revision')
                   AND line.state IN ('approved', 'rejected') AND line.since IS NOT NULL
                   AND line.acted_on >= %s AND line.acted_on < %s
                   AND line.review_id IN %s
                 GROUP BY line.step_name
                 ORDER BY hours DESC NULLS LAST, line.step_name
                """,
                start,
                end,
                reviews.subselect(),
            )
        )
        return [{"name": name or "", "decisions": count, "hours": hours or 0} for name, count, hours in rows]

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("order_id", width=18),
            column("date"),
            column("order_type_id"),
            column("partner_id", width=30),
            column("user_id"),
            column("state_id"),
            column("product_id", width=30),
            column("series_id"),
            column("quantity"),
            column("product_uom_id", width=8),
            column("amount"),
            column("promised_date"),
            column("delivered_on"),
        ]

    @api.model
    def _page_sheets(self, page):
        money = self._page_money
        amount = SheetColumn(self.env._("Amount"), "money", 18)
        orders = SheetColumn(self.env._("Orders"), "integer")
        quantity = SheetColumn(self.env._("Quantity"), "number")
        months = zip(page.get("by_month", ()), page.get("quantities", ()), strict=True)
        yield (
            self.env._("By month"),
            [SheetColumn(self.env._("Month"), width=10), amount, orders, quantity],
            [
                (f"{page['year']}-{row['month']:02}", money(row["amount"]), row["orders"], total)
                for row, total in months
            ],
        )
        if not page["years"]:
            return
        month = f"{page['year']}-{page['month']:02}"
        yield (
            self.env._("Top orders %(month)s", month=month),
            [SheetColumn(self.env._("Order"), width=18), SheetColumn(self.env._("Customer"), width=40), amount],
            [(row["name"], row["note"], money(row["amount"])) for row in page["top_orders"]],
        )
        yield (
            self.env._("Top customers %(month)s", month=month),
            [SheetColumn(self.env._("Customer"), width=40), orders, amount],
            [(row["name"], row["orders"], money(row["amount"])) for row in page["top_customers"]],
        )
        for share in (page["series"], *page["shares"]):
            measure = quantity if share["field"] == "series_id" else orders
            yield (
                share["name"],
                [SheetColumn(share["name"], width=30), measure, amount],
                [
                    (
                        row["name"],
                        row["measure"] if measure is quantity else int(row["measure"]),
                        money(row["amount"]),
                    )
                    for row in share["rows"]
                ],
            )
        yield (
            self.env._("Late deliveries"),
            [
                SheetColumn(self.env._("Order"), width=18),
                SheetColumn(self.env._("Customer"), width=40),
                SheetColumn(self.env._("Product"), width=40),
                quantity,
                SheetColumn(self.env._("Promised Date"), "date"),
                SheetColumn(self.env._("Days Late"), "integer"),
            ],
            [
                (
                    row["order"],
                    row["customer"],
                    row["product"],
                    row["quantity"],
                    fields.Date.to_date(row["promised_date"]),
                    row["days"],
                )
                for row in page["late"]
            ],
        )
        yield (
            self.env._("Hours per review step"),
            [
                SheetColumn(self.env._("Step"), width=24),
                SheetColumn(self.env._("Decisions"), "integer"),
                SheetColumn(self.env._("Hours on Average"), "number"),
            ],
            [(row["name"], row["decisions"], row["hours"]) for row in page["steps"]],
        )
