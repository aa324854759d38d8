from datetime import datetime, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_base.tools.xlsx import Money, SheetColumn, XlsxBook

TOP = 10


class CrmCustomerAnalysis(models.Model):
    """What customers ordered, one record per line of a confirmed order.

    Lists, pivots and graphs read the records. The page (`get_page`) gives the same figures for a whole year; it adds
    them up from the orders themselves, since a page of sums must not cost the reading of every line.

    Amounts are untaxed, in the currency of the order's company at the rate of the order. They are not rounded line by
    line, so that any figure is the sum of its parts; what is shown is rounded once.
    """

    _name = "crm.customer.analysis"
    _description = "Customer Analysis"
    _inherit = ["crm.scope.mixin", "crm.excel.export.mixin"]
    _auto = False
    _rec_name = "order_id"
    _order = "date desc, id desc"

    # FIELDS
    order_id = fields.Many2one("sale.order", readonly=True)
    date = fields.Datetime(string="Order Date", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    department_id = fields.Many2one("hr.department", string="Sales Department", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    level_id = fields.Many2one("crm.customer.level", string="Customer Level", readonly=True)
    category_id = fields.Many2one("crm.customer.category", string="Customer Category", readonly=True)
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
                   sale.company_id,
                   partner.crm_department_id AS department_id,
                   partner.country_id,
                   partner.state_id,
                   partner.crm_level_id AS level_id,
                   partner.crm_category_id AS category_id,
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

    @api.model
    def _company_amount(self, amount, rate):
        """SQL of an amount in the currency of an order, turned into the one of its company.

        :param amount: ``SQL``
        :param rate: ``SQL`` of the order's ``currency_rate``
        """
        return SQL(
            "CASE WHEN %(rate)s = 1 THEN %(amount)s ELSE %(amount)s / COALESCE(NULLIF(%(rate)s, 0), 1) END",
            amount=amount,
            rate=rate,
        )

    @api.model
    def _crm_scope_grants(self):
        return [*super()._crm_scope_grants(), self.env["res.partner"]._crm_scope_by_customer("partner_id")]

    # ACTION
    @api.readonly
    def action_open_order(self):
        self.ensure_one()
        return self.order_id.get_formview_action()

    @api.model
    def action_export_page(self, year=False, partner_id=False):
        """Download the tables of the page; arguments as in `get_page`."""
        # a download knows nothing of the companies chosen in the web client
        company_ids = self.env.companies.ids
        return self._excel_export({"page": {"year": year, "partner_id": partner_id}, "company_ids": company_ids})

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
            figures are missing if there is no order. `customers` and `shares` are for all customers only.
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
        years = [self._local(date).year for date in (first, last)]
        years = range(years[0], years[1] + 1)
        year = year if year in years else years[-1]
        page |= {"year": year, "years": years[::-1], "first_order": first, "last_order": last}
        page |= self._page_periods(domain, years, year)
        domain &= Domain("date_order", ">=", _year_start) & Domain("date_order", "<", "")
        return page
