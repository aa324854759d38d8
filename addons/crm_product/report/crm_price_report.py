from odoo import api, fields, models
from odoo.tools import SQL

from ..models.crm_cost_mixin import SEE_COST
from ..tools.search_context import asked_id
from .crm_product_board_mixin import CUSTOMER, PRICELIST, WAREHOUSE


class CrmPriceReport(models.Model):
    """The price board: one row for each product that is sold.

    What is stored with the product is searched and sorted; all else is computed for the rows that are shown, by a fixed
    number of statements.
    """

    _name = "crm.price.report"
    _description = "Price Board"
    _inherit = ["crm.product.board.mixin"]
    _auto = False
    _rec_name = "product_id"
    _order = "default_code, id"
    _rec_names_search = ["product_id"]

    _depends = {
        "product.product": ["active", "default_code", "product_tmpl_id"],
        "product.template": [
            "active",
            "categ_id",
            "company_id",
            "crm_floor_price",
            "crm_life_state",
            "crm_package_id",
            "crm_series_id",
            "list_price",
            "sale_ok",
            "uom_id",
        ],
    }

    # FIELDS
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", readonly=True)
    default_code = fields.Char(string="Part Number", readonly=True)
    crm_series_id = fields.Many2one("crm.product.series", string="Series", readonly=True)
    crm_package_id = fields.Many2one("crm.product.package.form", string="Package Form", readonly=True)
    categ_id = fields.Many2one("product.category", string="Category", readonly=True)
    crm_life_state = fields.Selection(
        lambda self: self.env["product.template"]._fields["crm_life_state"]._description_selection(self.env),
        string="Life Cycle",
        readonly=True,
    )
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_prices")
    list_price = fields.Float(string="Stored List Price", readonly=True, export_string_translation=False)
    crm_floor_price = fields.Monetary(string="Floor Price", readonly=True)

    # asked for in the search box
    warehouse_id = fields.Many2one(
        "stock.warehouse", string="Stock of Warehouse", compute="_compute_stock", search="_search_shown"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Prices for Customer", compute="_compute_shipped", search="_search_partner_id"
    )
    pricelist_id = fields.Many2one("product.pricelist", compute="_compute_prices", search="_search_shown")

    # prices
    pricelist_price = fields.Monetary(
        string="List Price", currency_field="pricelist_currency_id", compute="_compute_prices"
    )
    pricelist_currency_id = fields.Many2one("res.currency", compute="_compute_prices")
    last_price = fields.Monetary(
        string="Last Shipped Price", currency_field="last_currency_id", compute="_compute_shipped"
    )
    last_currency_id = fields.Many2one("res.currency", compute="_compute_shipped")
    last_date = fields.Datetime(string="Last Shipped On", compute="_compute_shipped")
    last_customer = fields.Char(string="Last Shipped to", compute="_compute_shipped")
    customer_price = fields.Monetary(
        string="Customer's Last Price", currency_field="customer_currency_id", compute="_compute_shipped"
    )
    customer_currency_id = fields.Many2one("res.currency", compute="_compute_shipped")
    customer_date = fields.Datetime(string="Shipped to Customer On", compute="_compute_shipped")
    customer_code = fields.Char(string="Customer's Part Number", compute="_compute_shipped")

    # costs
    cost_currency_id = fields.Many2one("res.currency", compute="_compute_costs", groups=SEE_COST)
    standard_price = fields.Monetary(
        string="Cost", currency_field="cost_currency_id", compute="_compute_costs", groups=SEE_COST
    )
    bom_cost = fields.Monetary(
        string="BoM Cost", currency_field="cost_currency_id", compute="_compute_costs", groups=SEE_COST
    )
    has_bom = fields.Boolean(compute="_compute_costs", groups=SEE_COST)
    margin = fields.Float(
        string="Margin of List Price",
        compute="_compute_costs",
        groups=SEE_COST,
        help="Of the list price, over the cost.",
    )
    last_margin = fields.Float(
        string="Margin of Last Price",
        compute="_compute_costs",
        groups=SEE_COST,
        help="Of the last price, over the cost.",
    )

    # stock
    qty_on_hand = fields.Float(string="On Hand", digits="Product Unit", compute="_compute_stock")
    qty_free = fields.Float(string="Free", digits="Product Unit", compute="_compute_stock")
    qty_incoming = fields.Float(string="Incoming", digits="Product Unit", compute="_compute_stock")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT product.id, product.id AS product_id, product.product_tmpl_id, product.default_code,
                   template.crm_series_id, template.crm_package_id, template.categ_id, template.crm_life_state,
                   template.uom_id, template.company_id, template.list_price, template.crm_floor_price
              FROM product_product AS product JOIN product_template AS template ON template.id = product.product_tmpl_id
             WHERE product.active AND template.active AND template.sale_ok
            """
        )

    # COMPUTE
    @api.depends("product_id")
    @api.depends_context("company", PRICELIST)
    def _compute_prices(self):
        pricelist = self.env["product.pricelist"].browse(asked_id(self.env, PRICELIST)).exists()
        prices = pricelist._get_products_price(self.product_id, 1.0) if pricelist else {}
        self.pricelist_id = pricelist
        for row in self:
            product = row.product_id
            row.currency_id = product.currency_id
            row.pricelist_currency_id = pricelist.currency_id or product.currency_id
            row.pricelist_price = prices.get(product.id, product.lst_price)

    @api.depends("product_id")
    @api.depends_context("uid", "allowed_company_ids", CUSTOMER)
    def _compute_shipped(self):
        reader = self.sudo(False)  # what is cached is the user's, also when the server asks on his behalf
        customer = reader._crm_asked_customer()
        last = self._crm_last_lines()
        of_customer = self._crm_last_lines(customer) if customer else {}
        codes = reader.product_id._crm_customer_codes(customer) if customer else {}
        names = reader._crm_customer_names({row[3] for row in last.values() if row[3]})
        # what is the same for most rows is said of all at once, which takes a fraction of the time
        self.partner_id = customer
        self.customer_price = self.customer_currency_id = self.customer_date = self.customer_code = False
        for row in self:
            product_id = row.product_id.id
            price, currency_id, date, customer_id = last.get(product_id, (False,) * 4)
            row.last_price, row.last_currency_id, row.last_date = price, currency_id, date
            row.last_customer = customer_id and names.get(customer_id, self.env._("Another customer"))
            if product_id in of_customer:
                price, currency_id, date, _customer_id = of_customer[product_id]
                row.customer_price, row.customer_currency_id, row.customer_date = price, currency_id, date
            if product_id in codes:
                row.customer_code = codes[product_id]

    @api.depends("product_id")
    @api.depends_context("company", "uid", PRICELIST)
    def _compute_costs(self):
        # these fields are told to the group that sees costs only
        bom_costs = self.product_id._crm_bom_costs()
        costs = {product.id: product.standard_price for product in self.product_id._crm_with_costs()}
        currency = self.env.company.currency_id
        today = fields.Date.context_today(self)
        self.cost_currency_id = currency
        for row in self:
            row.has_bom = row.product_id.id in bom_costs
            bom_cost = row.bom_cost = bom_costs.get(row.product_id.id, 0.0)
            standard_price = row.standard_price = costs[row.product_id.id]
            cost = standard_price or bom_cost
            for margin, price, price_currency in (
                ("margin", row.pricelist_price, row.pricelist_currency_id),
                ("last_margin", row.last_price, row.last_currency_id),
            ):
                price = price and price_currency._convert(price, currency, self.env.company, today, round=False)
                row[margin] = (price - cost) / price if price and cost else 0.0

    @api.depends("product_id")
    @api.depends_context("allowed_company_ids", WAREHOUSE)
    def _compute_stock(self):
        warehouse_id = asked_id(self.env, WAREHOUSE)
        figures = self.product_id._crm_stock_figures(warehouse_id and [warehouse_id])
        self.warehouse_id = warehouse_id
        for row in self:
            figure = figures[row.product_id.id]
            row.qty_on_hand, row.qty_free, row.qty_incoming = figure["on_hand"], figure["free"], figure["incoming"]

    # SEARCH
    def _search_partner_id(self, operator, value):
        """The products that a customer bought or has part numbers for."""
        if operator not in ("in", "any") or operator == "in" and not all(isinstance(item, int) for item in value):
            return NotImplemented
        customers = self.env["res.partner"].search([("id", operator, value)] if operator == "in" else value)
        bought = self.env["sale.order.line"]._search(
            [("crm_customer_id", "in", customers.ids), ("crm_shipped_date", "!=", False)]
        )
        coded = self.env["crm.product.customer.code"]._search([("crm_customer_id", "in", customers.ids)])
        return [
            "|",
            ("product_id", "in", bought.subselect("product_id")),
            ("product_id", "in", coded.subselect("product_id")),
        ]

    def _search_shown(self, operator, value):
        # says which price or stock is shown, not which products
        return [(1, "=", 1)]

    # ACTION
    def action_open_costs(self):
        """What the cost of the product is made of."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_product.crm_product_cost_line_action")
        return action | {
            "name": self.env._("Costs of %(product)s", product=self.product_id.display_name),
            "context": {"crm_cost_product": self.product_id.id},
        }

    def action_open_product(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.product",
            "res_id": self.product_id.id,
            "view_mode": "form",
        }

    # BUSINESS
    def _crm_asked_customer(self):
        customer_id = asked_id(self.env, CUSTOMER)
        # searched, so that nobody asks for prices of a customer he does not see
        return self.env["res.partner"].search([("id", "=", customer_id)]).crm_customer_id if customer_id else None

    def _crm_last_lines(self, customer=None):
        """The last shipment of each product, of a customer or of all.

        :return: {product id: (price per unit after discount, currency id, date, customer id)}
        """
        self.env["sale.order.line"].flush_model()
        # all orders count, also those of others: who they are is masked by the caller
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product.id, line.price, line.currency_id, line.crm_shipped_date, line.crm_customer_id
                  FROM unnest(%(ids)s) AS product (id), LATERAL (
                       SELECT price_unit * (1 - COALESCE(discount, 0) / 100) AS price, currency_id, crm_shipped_date,
                              crm_customer_id
                         FROM sale_order_line
                        WHERE product_id = product.id AND crm_shipped_date IS NOT NULL
                          AND company_id = ANY(%(companies)s) AND %(of_customer)s
                     ORDER BY crm_shipped_date DESC LIMIT 1) AS line
                """,
                ids=self.product_id.ids,
                companies=self.env.companies.ids,
                of_customer=SQL("crm_customer_id = %s", customer.id) if customer else SQL("TRUE"),
            )
        )
        return {product_id: (float(price), *rest) for product_id, price, *rest in rows}

    @api.model
    def _crm_customer_names(self, customer_ids):
        """Names of those customers that the reader may see."""
        customers = self.env["res.partner"].search([("id", "in", list(customer_ids))])
        return {customer.id: customer.display_name for customer in customers}

    # EXPORT
    def _excel_columns(self):
        names = (
            "default_code",
            "product_id.name",
            "crm_series_id",
            "crm_package_id",
            "crm_life_state",
            "uom_id",
            "pricelist_price",
            "crm_floor_price",
            "last_price",
            "last_date",
            "last_customer",
            "customer_code",
            "customer_price",
            "customer_date",
            "standard_price",
            "bom_cost",
            "margin",
            "last_margin",
            "qty_on_hand",
            "qty_free",
            "qty_incoming",
        )
        return [self._excel_column(name) for name in names]

    def _excel_title(self):
        return self.env._("Price Board")
