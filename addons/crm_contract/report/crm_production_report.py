from odoo import fields, models
from odoo.tools import SQL

STATES = [
    ("draft", "Draft"),
    ("confirmed", "Confirmed"),
    ("progress", "In Progress"),
    ("to_close", "To Close"),
    ("done", "Done"),
    ("cancel", "Cancelled"),
]


class CrmProductionReport(models.Model):
    """The production orders of the lines of contracts, and of the parts that are made for them.

    `_sources` are those of Odoo; an add-on that knows other ones adds its own, with ids below zero.
    """

    _name = "crm.production.report"
    _description = "Contract Work Order"
    _inherit = ["crm.customer.scope.mixin", "crm.excel.export.mixin"]
    _auto = False
    _order = "date_start desc, id desc"

    _depends = {
        "crm.contract": ["crm_customer_id", "customer_user_id", "user_id"],
        "mrp.production": [
            "company_id",
            "crm_contract_id",
            "crm_contract_line_id",
            "date_deadline",
            "date_finished",
            "date_start",
            "name",
            "product_id",
            "product_qty",
            "product_uom_id",
            "sale_line_id",
            "state",
        ],
        "sale.order.line": ["order_id"],
        "stock.move": ["product_id", "production_id", "quantity", "state"],
        "stock.scrap": ["product_id", "production_id", "scrap_qty", "state"],
    }

    # FIELDS
    name = fields.Char(string="Work Order", readonly=True)
    contract_id = fields.Many2one("crm.contract", readonly=True)
    contract_line_id = fields.Many2one("crm.contract.line", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    production_id = fields.Many2one("mrp.production", string="Manufacturing Order", readonly=True)
    crm_customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    customer_user_id = fields.Many2one("res.users", string="Customer's Salesperson", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    quantity = fields.Float(string="Planned Quantity", digits="Product Unit", readonly=True)
    qty_done = fields.Float(string="Finished", digits="Product Unit", readonly=True)
    qty_scrapped = fields.Float(string="Scrapped", digits="Product Unit", readonly=True)
    date_start = fields.Datetime(string="Start", readonly=True)
    date_deadline = fields.Datetime(string="Deadline", readonly=True)
    date_end = fields.Datetime(string="End", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    days_late = fields.Integer(readonly=True, aggregator="max")

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._sources())

    def _sources(self):
        """Hook: queries with the columns of this model, in the order of the one below.

        :return: list of ``SQL``
        """
        return [
            SQL(
                """
                SELECT production.id,
                       production.name,
                       production.crm_contract_id AS contract_id,
                       production.crm_contract_line_id AS contract_line_id,
                       sale_line.order_id,
                       production.id AS production_id,
                       contract.crm_customer_id,
                       contract.customer_user_id,
                       contract.user_id,
                       production.company_id,
                       production.product_id,
                       production.product_uom_id,
                       production.product_qty AS quantity,
                       (SELECT COALESCE(SUM(move.quantity), 0) FROM stock_move move
                         WHERE move.production_id = production.id AND move.product_id = production.product_id
                           AND move.state = 'done') AS qty_done,
                       (SELECT COALESCE(SUM(scrap.scrap_qty), 0) FROM stock_scrap scrap
                         WHERE scrap.production_id = production.id AND scrap.product_id = production.product_id
                           AND scrap.state = 'done') AS qty_scrapped,
                       production.date_start,
                       production.date_deadline,
                       production.date_finished AS date_end,
                       production.state,
                       CASE WHEN production.state = 'cancel' THEN 0 ELSE GREATEST(
                           (CASE WHEN production.state = 'done' THEN production.date_finished::date ELSE %(today)s END)
                           - production.date_deadline::date, 0) END AS days_late
                  FROM mrp_production production
                  LEFT JOIN crm_contract contract ON contract.id = production.crm_contract_id
                  LEFT JOIN sale_order_line sale_line ON sale_line.id = production.sale_line_id
                 WHERE production.crm_contract_id IS NOT NULL
                """,
                today=fields.Date.context_today(self),
            )
        ]

    # ACTION
    def action_open_contract(self):
        """Open the contract; for who makes it without seeing contracts, its manufacturing order."""
        self.ensure_one()
        document = self.contract_id if self.contract_id.has_access("read") else self.production_id
        return document.get_formview_action()

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("name", width=18),
            column("contract_id", width=18),
            column("order_id", width=18),
            column("crm_customer_id", width=30),
            column("product_id", width=30),
            column("quantity"),
            column("qty_done"),
            column("qty_scrapped"),
            column("product_uom_id", width=8),
            column("date_start"),
            column("date_deadline"),
            column("date_end"),
            column("state"),
            column("days_late"),
        ]
