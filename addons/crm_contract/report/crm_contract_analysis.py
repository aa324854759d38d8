from collections import defaultdict
from datetime import date
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_base.tools.xlsx import SheetColumn

TOP = 6
OVERDUE_SHOWN = 10
# a contract counts from its signing on, whatever becomes of it; what is bought is not sold
SIGNED = Domain("date_signed", "!=", False) & Domain("kind", "!=", "purchase")


class CrmContract(models.Model):
    _inherit = "crm.contract"

    _crm_analysis = models.Index(
        "(date_signed, company_id, user_id, customer_user_id, crm_customer_id)"
        " INCLUDE (id, amount_untaxed, currency_rate, type_id, date, kind)"
        " WHERE date_signed IS NOT NULL AND kind <> 'purchase'"
    )


class CrmContractLine(models.Model):
    _inherit = "crm.contract.line"

    _crm_analysis = models.Index("(contract_id) INCLUDE (product_id, product_uom_id, quantity, price_subtotal)")


class CrmContractMilestone(models.Model):
    _inherit = "crm.contract.milestone"

    _crm_overdue = models.Index("(date_due, contract_id) INCLUDE (amount_open) WHERE amount_open > 0")


class CrmContractAnalysis(models.Model):
    """What has been signed, one record per line of a contract with a customer; and the page of the contract analysis.

    Amounts are untaxed, in the currency of the contract's company at the rate of the contract.
    """

    _name = "crm.contract.analysis"
    _description = "Contract Analysis"
    _inherit = ["crm.customer.scope.mixin", "crm.product.page.mixin"]
    _auto = False
    _rec_name = "contract_id"
    _order = "date desc, id desc"

    _depends = {
        "crm.contract": [
            "amount_untaxed",
            "company_id",
            "crm_customer_id",
            "currency_rate",
            "customer_user_id",
            "date_signed",
            "department_id",
            "kind",
            "state",
            "type_id",
            "user_id",
        ],
        "crm.contract.line": ["contract_id", "price_subtotal", "product_id", "product_uom_id", "quantity"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["crm_series_id", "uom_id"],
        "res.company": ["currency_id"],
        "res.partner": ["country_id", "state_id"],
        "uom.uom": ["factor"],
    }
    _crm_scope_customer = "partner_id"

    # FIELDS
    contract_id = fields.Many2one("crm.contract", readonly=True)
    date = fields.Date(string="Signed On", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    customer_user_id = fields.Many2one("res.users", string="Customer's Salesperson", readonly=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    type_id = fields.Many2one("crm.contract.type", string="Contract Type", readonly=True)
    state = fields.Selection(lambda self: self.env["crm.contract"]._fields["state"].selection, readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    series_id = fields.Many2one("crm.product.series", string="Product Series", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True, help="In the product's own unit.")
    amount = fields.Monetary(string="Untaxed Amount", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id,
                   line.contract_id,
                   contract.date_signed AS date,
                   contract.crm_customer_id AS partner_id,
                   contract.user_id,
                   contract.customer_user_id,
                   contract.department_id,
                   contract.company_id,
                   contract.type_id,
                   contract.state,
                   partner.country_id,
                   partner.state_id,
                   line.product_id,
                   template.crm_series_id AS series_id,
                   COALESCE(template.uom_id, line.product_uom_id) AS product_uom_id,
                   line.quantity * COALESCE(line_uom.factor / product_uom.factor, 1) AS quantity,
                   %s AS amount,
                   company.currency_id
              FROM crm_contract_line line
              JOIN crm_contract contract ON contract.id = line.contract_id
              LEFT JOIN res_company company ON company.id = contract.company_id
              LEFT JOIN res_partner partner ON partner.id = contract.crm_customer_id
              LEFT JOIN product_product product ON product.id = line.product_id
              LEFT JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
              LEFT JOIN uom_uom product_uom ON product_uom.id = template.uom_id
             WHERE contract.date_signed IS NOT NULL AND contract.kind <> 'purchase'
            """,
            self._company_amount(SQL("line.price_subtotal"), SQL("contract.currency_rate")),
        )

    # ACTION
    @api.readonly
    def action_open_contract(self):
        self.ensure_one()
        return self.contract_id.get_formview_action()

    # PAGE
    @api.model
    @api.readonly
    def get_page(self, year=False, month=False):
        """The figures of the contract analysis page, from all signed contracts with customers that the reader may see.

        Amounts are untaxed, in the currency of the current company; those of the year before are of its whole year.

        :param year: by default the latest one with contracts
        :param month: of that year, by default the latest one with contracts
        :return: dict; each `period` is [start, end[ as a domain takes it. `years` is empty and the figures are missing
            if there is no contract.
        """
        self.check_access("read")
        page = {"currency_id": self.env.company.currency_id.id, "years": [], "top": TOP}
        first, last = self.env["crm.contract"]._read_group(SIGNED, [], ["date_signed:min", "date_signed:max"])[0]
        if not first:
            return page
        years = range(first.year, last.year + 1)
        year = year if year in years else last.year
        starts = [date(year - 1, 1, 1), *(date(year, number, 1) for number in range(1, 13)), date(year + 1, 1, 1)]
        in_years = SIGNED & Domain("date_signed", ">=", starts[0]) & Domain("date_signed", "<", starts[-1])
        in_year = SIGNED & Domain("date_signed", ">=", starts[1]) & Domain("date_signed", "<", starts[-1])
        # a year's contracts are added up in memory rather than in files
        self.env.cr.execute("SET LOCAL work_mem = '32MB'")
        page |= {"years": list(years), "year": year}
        page |= self._page_contracts(in_years, year)
        page |= self._page_lines(in_year, starts[1:])
        with_contracts = [row["month"] for row in page["by_month"] if row["contracts"]]
        month = month if month in range(1, 13) else (with_contracts or [12])[-1]
        page["month"] = month
        page["month_period"] = page["by_month"][month - 1]["period"]
        in_month = SIGNED & Domain("date_signed", ">=", starts[month]) & Domain("date_signed", "<", starts[month + 1])
        page |= self._page_top(in_month)
        page |= self._page_overdue()
        return page

    @api.model
    def _page_contracts(self, domain, year):
        """Amount and number of contracts by month of two years, the shares of the later one, and its average cycle."""
        query = self.env["crm.contract"]._search(domain)
        signed = self._contract_sql(query, "date_signed")
        columns = {
            "month": SQL("CAST(date_trunc('month', %s) AS date)", signed),
            "type_id": self._contract_sql(query, "type_id"),
            "user_id": self._contract_sql(query, "user_id"),
            "partner_id": self._contract_sql(query, "crm_customer_id"),
        }
        query.groupby = SQL(", ").join(columns.values())
        rows = self.env.execute_query(
            SQL(
                """
                WITH part AS MATERIALIZED (%(parts)s), region AS (
                     SELECT part.month, part.type_id, part.user_id, customer.state_id, customer.country_id,
                            SUM(part.amount) AS amount, SUM(part.contracts) AS contracts, SUM(part.days) AS days,
                            part.month < %(year)s AS is_before
                       FROM part
                       LEFT JOIN res_partner customer ON customer.id = part.partner_id
                      GROUP BY part.month, part.type_id, part.user_id, customer.state_id, customer.country_id)
                SELECT GROUPING(month, type_id, user_id, state_id, country_id), is_before,
                       EXTRACT(MONTH FROM month)::int, COALESCE(type_id, user_id, state_id, country_id),
                       SUM(amount), SUM(contracts), SUM(days)
                  FROM region
                 GROUP BY GROUPING SETS (
                       (is_before, month), (is_before, type_id), (is_before, user_id), (is_before, state_id),
                       (is_before, country_id))
                """,
                year=date(year, 1, 1),
                parts=query.select(
                    *(SQL("%s AS %s", column, SQL.identifier(name)) for name, column in columns.items()),
                    SQL("SUM(CAST(%s AS double precision)) AS amount", self._amount_sql(query)),
                    SQL("COUNT(*) AS contracts"),
                    SQL("SUM(GREATEST(%s - %s, 0)) AS days", signed, self._contract_sql(query, "date")),
                ),
            )
        )
        parts = defaultdict(list)
        months = {}
        for mask, is_before, number, id_, amount, contracts, days in rows:
            if mask == 15:
                months[is_before, number] = (amount or 0, int(contracts), int(days or 0))
            elif not is_before:
                parts[mask].append((id_, amount, contracts))
        round_amount = self.env.company.currency_id.round
        totals = {
            is_before: [
                sum(row[index] for (before, _number), row in months.items() if before is is_before)
                for index in (0, 1, 2)
            ]
            for is_before in (True, False)
        }
        amount, contracts, days = totals[False]
        return {
            "total": {"amount": round_amount(amount), "contracts": contracts},
            "before": {"amount": round_amount(totals[True][0]), "contracts": totals[True][1]},
            "cycle_days": days / contracts if contracts else False,
            "by_month": [
                {
                    "month": number,
                    "amount": round_amount(months.get((False, number), (0, 0))[0]),
                    "before": round_amount(months.get((True, number), (0, 0))[0]),
                    "contracts": months.get((False, number), (0, 0))[1],
                    "contracts_before": months.get((True, number), (0, 0))[1],
                    "period": self._period(date(year, number, 1), months=1),
                }
                for number in range(1, 13)
            ],
            "period": self._period(date(year, 1, 1), years=1),
            "shares": [
                self._page_share("type_id", parts[23], "contracts"),
                self._page_share("user_id", parts[27], "contracts"),
                self._page_share("state_id", parts[29], "contracts"),
                self._page_share("country_id", parts[30], "contracts"),
            ],
        }

    @api.model
    def _period(self, start, **length):
        return [fields.Date.to_string(start), fields.Date.to_string(fields.Date.add(start, **length))]

    @api.model
    def _page_lines(self, domain, starts):
        """What contracts sell, by month and product series."""
        query = self.env["crm.contract"]._search(domain)
        Line = self.env["crm.contract.line"]
        line = query.join(query.table, "id", Line._table, "contract_id", "lines")
        column = partial(Line._field_to_sql, line, query=query)
        return self._page_sold(
            query,
            "quantity",
            month=SQL("width_bucket(%s, %s)", self._contract_sql(query, "date_signed"), starts),
            product_id=column("product_id"),
            uom_id=column("product_uom_id"),
            quantity=column("quantity"),
            amount=self._amount_sql(query, column("price_subtotal")),
        )

    @api.model
    def _page_top(self, domain):
        """The customers with the largest contracts of a month."""
        query = self.env["crm.contract"]._search(domain)
        customer = self._contract_sql(query, "crm_customer_id")
        query.add_where(SQL("%s IS NOT NULL", customer))
        query.groupby = customer
        amount = SQL("SUM(CAST(%s AS double precision))", self._amount_sql(query))
        query.order = SQL("%s DESC, %s", amount, customer)
        query.limit = TOP
        rows = self.env.execute_query(query.select(customer, amount, SQL("COUNT(*)")))
        # sudo: like in every list view, who reads a contract sees the name of its customer
        partners = self.env["res.partner"].sudo().browse(row[0] for row in rows)
        round_amount = self.env.company.currency_id.round
        return {
            "top_customers": [
                {"id": partner.id, "name": partner.display_name, "amount": round_amount(amount), "contracts": count}
                for partner, (_id, amount, count) in zip(partners, rows, strict=True)
            ]
        }

    @api.model
    def _page_overdue(self):
        """What customers owe by their contracts and have not paid in time, the oldest first; not of one year only."""
        today = fields.Date.context_today(self)
        contracts = Domain("kind", "!=", "purchase") & Domain("state", "not in", ("draft", "review", "cancelled"))
        query = self.env["crm.contract"]._search(contracts)
        Milestone = self.env["crm.contract.milestone"]
        row = query.join(query.table, "id", Milestone._table, "contract_id", "payments")
        amount, due = (Milestone._field_to_sql(row, fname, query) for fname in ("amount_open", "date_due"))
        query.add_where(SQL("%s > 0 AND %s < %s", amount, due, today))
        total = SQL("SUM(CAST(%s AS double precision))", self._amount_sql(query, amount))
        [[overdue, count]] = self.env.execute_query(query.select(total, SQL("COUNT(*)")))
        domain = (
            Domain("amount_open", ">", 0) & Domain("date_due", "<", today) & Domain("contract_id", "any", contracts)
        )
        late = Milestone.search(domain, order="date_due, id", limit=OVERDUE_SHOWN)
        return {
            "overdue": self.env.company.currency_id.round(overdue or 0),
            "overdue_count": count,
            "late": [
                {
                    "id": milestone.id,
                    "contract_id": milestone.contract_id.id,
                    "contract": milestone.contract_id.name,
                    "customer": milestone.contract_id.partner_id.sudo().display_name,  # sudo: as above
                    "payment": milestone.name,
                    "amount": milestone.amount_open,
                    "currency_id": milestone.currency_id.id,
                    "date_due": fields.Date.to_string(milestone.date_due),
                    "days": (today - milestone.date_due).days,
                }
                for milestone in late
            ],
        }

    @api.model
    def _contract_sql(self, query, fname):
        return self.env["crm.contract"]._field_to_sql(query.table, fname, query)

    @api.model
    def _amount_sql(self, query, amount=None):
        """SQL of the untaxed amount of a contract, or of another amount in its currency, in the reader's currency."""
        amount = amount or self._contract_sql(query, "amount_untaxed")
        amount = self._company_amount(amount, self._contract_sql(query, "currency_rate"))
        return self._reader_amount(amount, self._contract_sql(query, "company_id"))

    # SCOPE
    @api.model
    def _crm_scope_read_grants(self):
        """Who keeps or takes the money reads all of it, as with the contracts."""
        return [*super()._crm_scope_read_grants(), *self.env["crm.contract"]._finance_grants()]

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("contract_id", width=18),
            column("date"),
            column("type_id"),
            column("partner_id", width=30),
            column("user_id"),
            column("department_id"),
            column("state_id"),
            column("product_id", width=30),
            column("series_id"),
            column("quantity"),
            column("product_uom_id", width=8),
            column("amount"),
            column("state"),
        ]

    @api.model
    def _page_sheets(self, page):
        money = self._page_money
        amount = SheetColumn(self.env._("Amount"), "money", 18)
        contracts = SheetColumn(self.env._("Contracts"), "integer")
        quantity = SheetColumn(self.env._("Quantity"), "number")
        months = zip(page.get("by_month", ()), page.get("quantities", ()), strict=True)
        yield (
            self.env._("By month"),
            [
                SheetColumn(self.env._("Month"), width=10),
                amount,
                contracts,
                quantity,
                SheetColumn(self.env._("Amount, Year Before"), "money", 18),
                SheetColumn(self.env._("Contracts, Year Before"), "integer"),
            ],
            [
                (
                    f"{page['year']}-{row['month']:02}",
                    money(row["amount"]),
                    row["contracts"],
                    total,
                    money(row["before"]),
                    row["contracts_before"],
                )
                for row, total in months
            ],
        )
        if not page["years"]:
            return
        month = f"{page['year']}-{page['month']:02}"
        yield (
            self.env._("Top customers %(month)s", month=month),
            [SheetColumn(self.env._("Customer"), width=40), contracts, amount],
            [(row["name"], row["contracts"], money(row["amount"])) for row in page["top_customers"]],
        )
        for share in (page["series"], *page["shares"]):
            is_series = share["field"] == "series_id"
            yield (
                share["name"],
                [SheetColumn(share["name"], width=30), quantity if is_series else contracts, amount],
                [
                    (
                        row["name"],
                        row["quantity"] if is_series else int(row["contracts"]),
                        money(row["amount"]),
                    )
                    for row in share["rows"]
                ],
            )
        yield (
            self.env._("Overdue payments"),
            [
                SheetColumn(self.env._("Contract"), width=18),
                SheetColumn(self.env._("Customer"), width=40),
                SheetColumn(self.env._("Payment"), width=24),
                SheetColumn(self.env._("Overdue"), "number"),
                SheetColumn(self.env._("Currency"), width=10),
                SheetColumn(self.env._("Due On"), "date"),
                SheetColumn(self.env._("Days Late"), "integer"),
            ],
            [
                (
                    row["contract"],
                    row["customer"],
                    row["payment"],
                    row["amount"],
                    self.env["res.currency"].browse(row["currency_id"]).name,
                    fields.Date.to_date(row["date_due"]),
                    row["days"],
                )
                for row in page["late"]
            ],
        )
