from odoo import fields, models
from odoo.tools import SQL

STAGES = [
    ("confirmed", "Confirmed"),
    ("production", "In Production"),
    ("requested", "Shipment Requested"),
    ("released", "Released"),
    ("packed", "Packed"),
    ("shipped", "Shipped"),
    ("signed", "Signed"),
]


class CrmShipmentProgress(models.Model):
    """How far the goods of each confirmed order have come, and how late they are.

    A promise is that of the order's earliest line that is not delivered, else of the whole order. Days late count up
    to today while something is open, then to the last shipment. Dates of the promise are in the company's own zone;
    times in UTC, as everywhere.
    """

    _name = "crm.shipment.progress"
    _description = "Shipment Progress"
    _inherit = ["crm.customer.scope.mixin", "crm.excel.export.mixin"]
    _auto = False
    _rec_name = "order_id"
    _order = "promised_date, id desc"  # the most delayed first

    _depends = {
        "crm.review": ["date_end", "date_submit", "state"],
        "crm.shipment.request": ["approved_on", "packed_on", "shipped_on", "signed_on", "state"],
        "crm.shipment.request.line": ["order_id", "request_id"],
        "mrp.production": ["date_finished", "sale_line_id", "state"],
        "sale.order": [
            "amount_untaxed",
            "company_id",
            "crm_customer_id",
            "crm_due_date",
            "crm_is_history",
            "crm_order_type_id",
            "currency_id",
            "customer_user_id",
            "date_order",
            "delivery_status",
            "partner_id",
            "review_id",
            "state",
            "user_id",
        ],
        "sale.order.line": ["order_id"],
    }

    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    crm_customer_id = fields.Many2one("res.partner", string="Customer File", readonly=True)
    customer_user_id = fields.Many2one("res.users", string="Customer's Salesperson", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    crm_order_type_id = fields.Many2one("crm.order.type", string="Order Type", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Untaxed Amount", readonly=True)
    date_order = fields.Datetime(string="Order Date", readonly=True)
    submitted_on = fields.Datetime(string="Applied On", readonly=True)
    reviewed_on = fields.Datetime(string="Review Ended On", readonly=True)
    produced_on = fields.Datetime(readonly=True)
    released_on = fields.Datetime(readonly=True)
    packed_on = fields.Datetime(readonly=True)
    shipped_on = fields.Datetime(readonly=True)
    signed_on = fields.Datetime(readonly=True)
    promised_date = fields.Date(string="Promised", readonly=True)
    days_late = fields.Integer(readonly=True, aggregator="max")
    delivery_status = fields.Selection(
        [
            ("pending", "Not Delivered"),
            ("started", "Started"),
            ("partial", "Partially Delivered"),
            ("full", "Delivered"),
        ],
        readonly=True,
    )
    stage = fields.Selection(STAGES, readonly=True)

    @property
    def _table_query(self):
        # what is open is found by a partial index; the parts beside it cost one index look-up per order shown or sorted
        return SQL(
            """
            SELECT sale.id,
                   sale.id AS order_id,
                   sale.partner_id,
                   sale.crm_customer_id,
                   sale.customer_user_id,
                   sale.user_id,
                   sale.company_id,
                   sale.crm_order_type_id,
                   sale.currency_id,
                   sale.amount_untaxed AS amount,
                   sale.date_order,
                   sale.delivery_status,
                   review.date_submit AS submitted_on,
                   review.date_end AS reviewed_on,
                   CASE WHEN production.unfinished = 0 THEN production.finished END AS produced_on,
                   shipment.released_on,
                   shipment.packed_on,
                   shipment.shipped_on,
                   CASE WHEN shipment.unsigned = 0 AND sale.delivery_status = 'full' THEN shipment.signed_on END
                       AS signed_on,
                   sale.crm_due_date AS promised_date,
                   GREATEST(
                       CASE WHEN sale.delivery_status = 'full' THEN shipment.shipped_on::date ELSE %(today)s END
                       - sale.crm_due_date, 0
                   ) AS days_late,
                   CASE WHEN shipment.unsigned = 0 AND sale.delivery_status = 'full' THEN 'signed'
                        WHEN sale.delivery_status = 'full' OR shipment.in_house = 0 THEN 'shipped'
                        WHEN shipment.unpacked = 0 THEN 'packed'
                        WHEN shipment.unreleased = 0 THEN 'released'
                        WHEN shipment.in_house > 0 THEN 'requested'
                        WHEN production.unfinished > 0 THEN 'production'
                        ELSE 'confirmed' END AS stage
              FROM sale_order sale
              LEFT JOIN crm_review review ON review.id = sale.review_id
              LEFT JOIN LATERAL (
                   SELECT max(production.date_finished) AS finished,
                          count(*) FILTER (WHERE production.state != 'done') AS unfinished
                     FROM sale_order_line line
                     JOIN mrp_production production ON production.sale_line_id = line.id
                    WHERE line.order_id = sale.id AND production.state != 'cancel'
                   ) production ON TRUE
              LEFT JOIN LATERAL (
                   SELECT min(request.approved_on) AS released_on,
                          max(request.packed_on) AS packed_on,
                          max(request.shipped_on) AS shipped_on,
                          max(request.signed_on) AS signed_on,
                          NULLIF(count(*), 0) - count(*) FILTER (WHERE request.state IN ('shipped', 'signed'))
                              AS in_house,
                          NULLIF(count(*), 0) - count(*) FILTER (WHERE request.state = 'signed') AS unsigned,
                          NULLIF(count(*), 0) - count(*) FILTER (WHERE request.state IN ('packed', 'shipped', 'signed'))
                              AS unpacked,
                          count(*) FILTER (WHERE request.state IN ('draft', 'pending'))
                              + CASE WHEN count(*) = 0 THEN 1 ELSE 0 END AS unreleased
                     FROM crm_shipment_request request
                    WHERE request.id IN (SELECT request_id FROM crm_shipment_request_line WHERE order_id = sale.id)
                      AND request.state != 'cancelled'
                   ) shipment ON TRUE
             WHERE sale.state = 'sale' AND sale.crm_is_history IS NOT TRUE
            """,
            today=fields.Date.context_today(self),
        )

    def action_open_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }

    def action_view_shipments(self):
        return self.order_id.action_crm_view_shipments()

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("order_id", width=16),
            column("partner_id", width=30),
            column("user_id"),
            column("amount"),
            column("date_order"),
            column("stage"),
            column("reviewed_on"),
            column("produced_on"),
            column("packed_on"),
            column("shipped_on"),
            column("signed_on"),
            column("promised_date"),
            column("days_late"),
        ]
