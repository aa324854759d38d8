from odoo import fields, models
from odoo.tools import SQL


class CrmOrderDelivery(models.Model):
    """Promised deliveries: each line of an order that has a promised date, on time or not."""

    _name = "crm.order.delivery"
    _description = "Promised Delivery"
    _inherit = ["crm.customer.scope.mixin", "crm.excel.export.mixin"]
    _auto = False
    _rec_name = "order_id"
    _order = "promised_date, id"

    _depends = {
        "product.product": ["product_tmpl_id"],
        "product.template": ["crm_series_id"],
        "sale.order": ["company_id", "crm_customer_id", "crm_order_type_id", "customer_user_id", "user_id"],
        "sale.order.line": [
            "crm_delivered_on",
            "crm_promised_date",
            "crm_requested_date",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
            "qty_delivered",
            "state",
        ],
    }
    _crm_scope_customer = "partner_id"

    # FIELDS
    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    customer_user_id = fields.Many2one("res.users", string="Customer's Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    order_type_id = fields.Many2one("crm.order.type", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    series_id = fields.Many2one("crm.product.series", string="Product Series", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    delivered = fields.Float(digits="Product Unit", readonly=True)
    requested_date = fields.Date(readonly=True)
    promised_date = fields.Date(readonly=True)
    delivered_on = fields.Date(readonly=True)
    late_days = fields.Integer(
        string="Days Late", readonly=True, aggregator="avg", help="Up to today if not delivered."
    )
    state = fields.Selection(
        [
            ("waiting", "Not Due Yet"),
            ("late", "Late"),
            ("on_time", "Delivered on Time"),
            ("delivered_late", "Delivered Late"),
        ],
        readonly=True,
    )
    on_time_rate = fields.Float(
        string="On-Time Rate (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the promised lines that were delivered in time, of those delivered or late.",
    )

    @property
    def _table_query(self):
        today = fields.Date.context_today(self)
        return SQL(
            """
            SELECT line.id,
                   line.order_id,
                   sale.crm_customer_id AS partner_id,
                   sale.user_id,
                   sale.customer_user_id,
                   line.company_id,
                   sale.crm_order_type_id AS order_type_id,
                   line.product_id,
                   template.crm_series_id AS series_id,
                   line.product_uom_id,
                   line.product_uom_qty AS quantity,
                   line.qty_delivered AS delivered,
                   line.crm_requested_date AS requested_date,
                   line.crm_promised_date AS promised_date,
                   line.crm_delivered_on AS delivered_on,
                   GREATEST(COALESCE(line.crm_delivered_on, %(today)s) - line.crm_promised_date, 0) AS late_days,
                   CASE WHEN line.crm_delivered_on IS NULL
                        THEN CASE WHEN line.crm_promised_date < %(today)s THEN 'late' ELSE 'waiting' END
                        WHEN line.crm_delivered_on <= line.crm_promised_date THEN 'on_time'
                        ELSE 'delivered_late' END AS state,
                   CASE WHEN line.crm_delivered_on IS NULL
                        THEN CASE WHEN line.crm_promised_date < %(today)s THEN 0 END
                        WHEN line.crm_delivered_on <= line.crm_promised_date THEN 100
                        ELSE 0 END AS on_time_rate
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              LEFT JOIN product_product product ON product.id = line.product_id
              LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE line.state = 'sale' AND line.crm_promised_date IS NOT NULL AND line.display_type IS NULL
            """,
            today=today,
        )

    def action_open_order(self):
        self.ensure_one()
        return self.order_id.get_formview_action()

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("order_id", width=18),
            column("partner_id", width=30),
            column("product_id", width=30),
            column("quantity"),
            column("delivered"),
            column("product_uom_id", width=8),
            column("requested_date"),
            column("promised_date"),
            column("delivered_on"),
            column("late_days"),
            column("state"),
            column("user_id"),
        ]
