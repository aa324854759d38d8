from collections import defaultdict
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_base.tools.xlsx import SheetColumn

TOP = 10
# by what the amounts of a year are shared out, and the customer's field it comes from
SHARES = {
    "state_id": "state_id",
    "level_id": "crm_level_id",
    "category_id": "crm_category_id",
    "industry_id": "industry_id",
    "country_id": "country_id",
}


class CrmCustomerAnalysis(models.Model):
    """What customers ordered, one record per line of a confirmed order.

    Lists, pivots and graphs read the records. The page (`get_page`) gives the same figures for a whole year; it adds
    them up from the orders themselves, since a page of sums must not cost the reading of every line.

    Amounts are untaxed, in the currency of the order's company at the rate of the order. They are not rounded line by
    line, so that any figure is the sum of its parts; what is shown is rounded once.
    """

    _name = "crm.customer.analysis"
    _description = "Customer Analysis"
    _inherit = ["crm.customer.scope.mixin", "crm.analysis.page.mixin"]
    _auto = False
    _rec_name = "order_id"
    _order = "date desc, id desc"

    _depends = {
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "uom_id"],
        "res.company": ["currency_id"],
        "res.partner": [
            "country_id",
            "crm_category_id",
            "crm_department_id",
            "crm_level_id",
            "first_order_date",
            "industry_id",
            "state_id",
        ],
        "sale.order": [
            "company_id",
            "crm_customer_id",
            "currency_rate",
            "customer_user_id",
            "date_order",
            "state",
            "user_id",
        ],
        "sale.order.line": [
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
    department_id = fields.Many2one("hr.department", string="Sales Department", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    level_id = fields.Many2one("crm.customer.level", string="Customer Level", readonly=True)
    category_id = fields.Many2one("crm.customer.category", string="Customer Category", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    first_order_date = fields.Datetime(string="Customer's First Order", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True, help="In the product's own unit.")
    amount = fields.Monetary(
        string="Untaxed Amount",
        readonly=True,
        help="In the company's currency, at the rate of the order.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)

    @property
    def _table_query(self):
        # outer joins by primary key cost nothing where their columns are not asked for
        return SQL(
            """
            SELECT line.id,
                   line.order_id,
                   sale.date_order AS date,
                   sale.crm_customer_id AS partner_id,
                   sale.user_id,
                   sale.customer_user_id,
                   sale.company_id,
                   partner.crm_department_id AS department_id,
                   partner.country_id,
                   partner.state_id,
                   partner.crm_level_id AS level_id,
                   partner.crm_category_id AS category_id,
                   partner.industry_id,
                   partner.first_order_date,
                   line.product_id,
                   template.categ_id AS product_categ_id,
                   template.uom_id AS product_uom_id,
                   line.product_uom_qty * line_uom.factor / product_uom.factor AS quantity,
                   %s AS amount,
                   company.currency_id
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              LEFT JOIN res_company company ON company.id = sale.company_id
              LEFT JOIN res_partner partner ON partner.id = sale.crm_customer_id
              LEFT JOIN product_product product ON product.id = line.product_id
              LEFT JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
              LEFT JOIN uom_uom product_uom ON product_uom.id = template.uom_id
             WHERE sale.state = 'sale' AND sale.crm_customer_id IS NOT NULL AND line.display_type IS NULL
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
    def get_page(self, year=False, partner_id=False):
        """The figures of the customer analysis page, from all orders that the reader may see.

        Years and months are those of the reader's time zone. Amounts are untaxed, in the currency of the current
        company; those of companies with another currency are converted at today's rate. The year that still runs is
        compared with the same days of the year before, any other year with the whole year before.

        :param year: the year to look at, by default the latest one with orders
        :param partner_id: id of the one customer to look at, by default all
        :return: dict; each `period` is [start, end[ in UTC, as text, as a domain takes it. `years` is empty and the
            figures are missing if there is no order. `customers` and `shares` are for all customers only,
            `quantity_all_time` for one customer only, `margin` for those only who may see costs.
        :raise AccessError: the reader may not see analyses, orders or this customer
        """
        self.check_access("read")
        partner = self.env["res.partner"].browse(partner_id or ())
        partner.check_access("read")
        page = {
            "partner": {"id": partner.id, "name": partner.display_name} if partner else False,
            "currency_id": self.env.company.currency_id.id,
            "years": [],
        }
        domain = Domain("state", "=", "sale") & Domain("crm_customer_id", "=" if partner else "!=", partner.id)
        first, last = self.env["sale.order"]._read_group(domain, [], ["date_order:min", "date_order:max"])[0]
        if not first:
            return page
        first_year, last_year = (fields.Datetime.context_timestamp(self, moment).year for moment in (first, last))
        years = range(first_year, last_year + 1)
        year = year if year in years else last_year
        page |= {"years": list(years), "year": year, "first_order": first, "last_order": last}
        most = not partner and self.env["res.users"].browse(self.env.uid)._crm_scope_owner_ids() is None
        page |= self._page_periods(domain, years, year, most)
        start, end = self._local_midnight(date(year, 1, 1)), self._local_midnight(date(year + 1, 1, 1))
        domain &= Domain("date_order", ">=", start) & Domain("date_order", "<", end)
        # a year's customers are added up in memory rather than in files
        self.env.cr.execute("SET LOCAL work_mem = '32MB'")
        page |= self._page_products(domain)
        if partner:
            page["quantity_all_time"] = self._page_quantity(partner)
        else:
            page |= self._page_customers(domain, start)
        if self._page_may_see_costs():
            page["margin"] = self._page_margin(domain)
        return page

    @api.model
    def _page_may_see_costs(self):
        """Hook: whether the page tells the reader margins.

        Orders know their cost where Odoo's app of margins (sale_margin) is installed.
        """
        return "margin" in self.env["sale.order"]._fields and self.env.user.has_group("crm_base.group_sales_manager")

    @api.model
    def _page_margin(self, domain):
        query = self.env["sale.order"]._search(domain)
        margin = SQL("COALESCE(SUM(%s), 0)", self._amount_sql(query, self._order_sql(query, "margin")))
        [[margin]] = self.env.execute_query(query.select(margin))
        return self.env.company.currency_id.round(margin)

    @api.model
    def _page_quantity(self, partner):
        """How much a customer ever ordered, in the products' own units."""
        [[quantity]] = self._read_group([("partner_id", "=", partner.id)], [], ["quantity:sum"])
        return quantity

    @api.model
    def _page_periods(self, domain, years, year, most):
        """Sums by year, by month of `year` and the year before, and the sums that the cards show.

        :param most: whether `domain` and the reader's scope leave most of all orders
        """
        year_start, year_end = date(year, 1, 1), date(year + 1, 1, 1)
        before_start, before_end = date(year - 1, 1, 1), year_start
        same_end = year_end
        today = fields.Date.context_today(self)
        if today.year == year:
            # the days of this year so far, and the same days of the year before
            same_end = today + timedelta(1)
            before_end = today - relativedelta(years=1) + timedelta(1)
        months = [date(y, month, 1) for y in (year - 1, year) for month in range(1, 13)]
        days = sorted(
            {*(date(y, 1, 1) for y in years), date(years.stop, 1, 1), year_end, *months, same_end, before_end}
        )
        bounds = {day: self._local_midnight(day) for day in days}

        query = self.env["sale.order"]._search(domain)
        order_date = self._order_sql(query, "date_order")
        totals = SQL("COALESCE(SUM(%s), 0)", self._amount_sql(query)), SQL("COUNT(*)")
        if most:
            # one part of the index after the other is quicker than to find out for each order which part it is in
            query.add_where(SQL("%(date)s >= part.start AND %(date)s < part.stop", date=order_date))
            sql = SQL(
                """
                SELECT part.number, total.*
                  FROM unnest(%s, %s) WITH ORDINALITY AS part (start, stop, number)
                  JOIN LATERAL (%s) AS total ON TRUE
                """,
                list(bounds.values())[:-1],
                list(bounds.values())[1:],
                query.select(*totals),
            )
        else:
            query.groupby = number = SQL("width_bucket(%s, %s)", order_date, list(bounds.values()))
            sql = query.select(number, *totals)
        rows = self.env.execute_query(sql)
        sums = {days[number - 1]: (amount, orders) for number, amount, orders in rows}
        round_amount = self.env.company.currency_id.round

        def total(start, end):
            parts = [values for day, values in sums.items() if start <= day < end]
            return round_amount(sum(amount for amount, _orders in parts)), sum(orders for _amount, orders in parts)

        def row(start, end):
            amount, orders = total(start, end)
            period = [fields.Datetime.to_string(bounds[day]) for day in (start, end)]
            return {"amount": amount, "orders": orders, "period": period}

        def month_row(start, before):
            month = relativedelta(months=1)
            return {"month": start.month, **row(start, start + month), "before": row(before, before + month)}

        same_period = row(before_start, before_end)
        so_far, _orders = total(year_start, same_end)
        return {
            "this_year": row(year_start, year_end),
            "same_period": same_period,
            "growth": same_period["amount"] > 0 and so_far / same_period["amount"] - 1,
            "all_time": row(date(years.start, 1, 1), date(years.stop, 1, 1)),
            "by_year": [{"year": y, **row(date(y, 1, 1), date(y + 1, 1, 1))} for y in years],
            "by_month": [month_row(*starts) for starts in zip(months[12:], months[:12], strict=True)],
        }

    @api.model
    def _page_products(self, domain):
        """The products and product categories with the highest amounts; quantities in the products' own units."""
        query = self.env["sale.order"]._search(domain)
        Line = self.env["sale.order.line"]
        line = query.join(query.table, "id", Line._table, "order_id", "lines")
        product = Line._field_to_sql(line, "product_id", query)
        uom = Line._field_to_sql(line, "product_uom_id", query)
        query.add_where(SQL("%s IS NOT NULL", product))
        query.groupby = SQL("%s, %s", product, uom)
        rows = self.env.execute_query(
            SQL(
                """
                WITH sold AS MATERIALIZED (%s), product AS MATERIALIZED (
                     SELECT product_id, template.categ_id, SUM(amount) AS amount,
                            SUM(quantity * line_uom.factor / product_uom.factor) AS quantity
                       FROM sold
                       JOIN uom_uom line_uom ON line_uom.id = sold.uom_id
                       JOIN product_product product ON product.id = sold.product_id
                       JOIN product_template template ON template.id = product.product_tmpl_id
                       JOIN uom_uom product_uom ON product_uom.id = template.uom_id
                      GROUP BY product_id, template.categ_id
                )
                (SELECT TRUE, product_id, amount, quantity
                   FROM product
                  ORDER BY amount DESC, product_id
                  LIMIT %s)
                UNION ALL
                SELECT FALSE, categ_id, SUM(amount), SUM(quantity)
                  FROM product
                 GROUP BY categ_id
                """,
                query.select(
                    SQL("%s AS product_id", product),
                    SQL("%s AS uom_id", uom),
                    SQL(
                        "SUM(%s) AS amount", self._amount_sql(query, Line._field_to_sql(line, "price_subtotal", query))
                    ),
                    SQL("SUM(%s) AS quantity", Line._field_to_sql(line, "product_uom_qty", query)),
                ),
                TOP,
            )
        )
        best = [row for is_product, *row in rows if is_product]
        categories = [row for is_product, *row in rows if not is_product]
        # sudo: like in every list view, who reads an order sees the names of its products
        products = self.env["product.product"].sudo().browse(row[0] for row in best)
        return {
            "quantity": sum(quantity for _id, _amount, quantity in categories),
            "categories": self._page_share("product_categ_id", categories, "quantity"),
            "products": [
                {
                    "id": product.id,
                    "name": product.display_name,
                    "amount": self.env.company.currency_id.round(amount),
                    "quantity": quantity,
                    "uom": product.uom_id.name,
                }
                for product, (_id, amount, quantity) in zip(products, best, strict=True)
            ],
        }

    @api.model
    def _page_customers(self, domain, start):
        """The customers of a year: how many, the best ones, and their shares by region, level and category.

        A customer is new if the company's very first order of it falls in the year, whoever took it.
        """
        Partner = self.env["res.partner"]
        query = self.env["sale.order"]._search(domain)
        query.groupby = customer = self._order_sql(query, "crm_customer_id")
        # who sees the orders of a customer may know its level and region; no other facts of it are told
        columns = [Partner._field_to_sql("res_partner", fname) for fname in SHARES.values()]
        rows = self.env.execute_query(
            SQL(
                """
                WITH buyer AS MATERIALIZED (%(buyers)s)
                (SELECT 0, id, amount, orders, NULL
                   FROM buyer
                  ORDER BY amount DESC, id
                  LIMIT %(limit)s)
                UNION ALL
                SELECT GROUPING(%(columns)s), COALESCE(%(columns)s),
                       SUM(amount), COUNT(*), COUNT(*) FILTER (WHERE %(first_order)s >= %(start)s)
                  FROM buyer
                  LEFT JOIN res_partner ON res_partner.id = buyer.id AND %(is_customer)s
                 GROUP BY GROUPING SETS (%(sets)s, ())
                """,
                buyers=query.select(
                    SQL("%s AS id", customer),
                    # floats: for hundreds of thousands of customers they take half the time and memory
                    SQL("SUM(CAST(%s AS double precision)) AS amount", self._amount_sql(query)),
                    SQL("COUNT(*) AS orders"),
                ),
                limit=TOP,
                columns=SQL(", ").join(columns),
                sets=SQL(", ").join(SQL("(%s)", column) for column in columns),
                is_customer=Partner._field_to_sql("res_partner", "is_crm_customer"),  # for the index of customers
                first_order=Partner._field_to_sql("res_partner", "first_order_date"),
                start=start,
            )
        )
        # GROUPING() has a bit for each column that a row is not about, the first column's bit being the highest
        every = 2 ** len(SHARES) - 1
        shares = {every - 2**bit: fname for bit, fname in enumerate(reversed(SHARES))}
        parts = defaultdict(list)
        for mask, *row in rows:
            parts[shares.get(mask, mask)].append(row)
        best, [[_id, _amount, buyers, newcomers]] = parts[0], parts[every]
        # sudo: like in every list view, who reads an order sees the name of its customer
        names = {partner.id: partner.display_name for partner in Partner.sudo().browse(row[0] for row in best)}
        round_amount = self.env.company.currency_id.round
        return {
            "buyers": buyers,
            "newcomers": newcomers,
            "customers": [
                {"id": id_, "name": names[id_], "amount": round_amount(amount), "orders": orders}
                for id_, amount, orders, _newcomers in best
            ],
            "shares": [self._page_share(fname, parts[fname], "customers") for fname in SHARES],
        }

    @api.model
    def _order_sql(self, query, fname):
        return self.env["sale.order"]._field_to_sql(query.table, fname, query)

    @api.model
    def _amount_sql(self, query, amount=None):
        """SQL of the untaxed amount of an order, or of another amount in its currency, in the reader's currency."""
        amount = self._company_amount(
            amount or self._order_sql(query, "amount_untaxed"), self._order_sql(query, "currency_rate")
        )
        return self._reader_amount(amount, self._order_sql(query, "company_id"))

    # EXPORT
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("order_id", width=14),
            column("date"),
            column("partner_id", width=30),
            column("user_id"),
            column("department_id"),
            column("state_id"),
            column("level_id"),
            column("category_id"),
            column("product_id", width=30),
            column("product_categ_id"),
            column("quantity"),
            column("product_uom_id", width=8),
            column("amount"),
        ]

    @api.model
    def _page_sheets(self, page):
        money = self._page_money
        amount = SheetColumn(self.env._("Amount"), "money", 18)
        orders = SheetColumn(self.env._("Orders"), "integer")
        year = page.get("year")
        yield (
            self.env._("Amount per year"),
            [SheetColumn(self.env._("Year"), width=10), amount, orders],
            [(str(row["year"]), money(row["amount"]), row["orders"]) for row in page.get("by_year", ())],
        )
        if not year:
            return
        yield (
            self.env._("This year and last by month"),
            [
                SheetColumn(self.env._("Month"), "integer"),
                SheetColumn(str(year), "money", 18),
                SheetColumn(str(year - 1), "money", 18),
            ],
            [(row["month"], money(row["amount"]), money(row["before"]["amount"])) for row in page["by_month"]],
        )
        yield (
            self.env._("Top products %(year)s", year=year),
            [
                SheetColumn(self.env._("Product"), width=40),
                SheetColumn(self.env._("Quantity"), "number"),
                SheetColumn(self.env._("Unit")),
                amount,
            ],
            [(row["name"], row["quantity"], row["uom"], money(row["amount"])) for row in page["products"]],
        )
        categories = page["categories"]
        yield (
            self.env._("%(dimension)s %(year)s", dimension=categories["name"], year=year),
            [SheetColumn(categories["name"], width=30), SheetColumn(self.env._("Quantity"), "number"), amount],
            [(row["name"], row["quantity"], money(row["amount"])) for row in categories["rows"]],
        )
        if page["partner"]:
            return
        yield (
            self.env._("Top customers %(year)s", year=year),
            [SheetColumn(self.env._("Customer"), width=40), orders, amount],
            [(row["name"], row["orders"], money(row["amount"])) for row in page["customers"]],
        )
        for share in page["shares"]:
            yield (
                self.env._("%(dimension)s %(year)s", dimension=share["name"], year=year),
                [
                    SheetColumn(share["name"], width=30),
                    SheetColumn(self.env._("Number of Customers"), "integer", 12),
                    amount,
                ],
                [(row["name"], row["customers"], money(row["amount"])) for row in share["rows"]],
            )
