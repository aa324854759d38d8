from odoo import fields, models
from odoo.tools import SQL


class CrmWorkorderReport(models.Model):
    """The operations of the production orders of contracts, work centre by work centre.

    The bottleneck of a production order is the open operation at the work centre with the most work waiting, in
    expected minutes of all production orders. `_sources` are Odoo's; an add-on that knows other ones adds its own, with
    ids below zero.
    """

    _name = "crm.workorder.report"
    _description = "Work Order Progress"
    _inherit = ["crm.customer.scope.mixin", "crm.excel.export.mixin"]
    _auto = False
    _order = "date_planned, id"

    _depends = {
        "crm.contract": ["crm_customer_id", "customer_user_id", "user_id"],
        "mrp.production": [
            "company_id",
            "crm_contract_id",
            "date_start",
            "name",
            "product_id",
            "product_qty",
            "product_uom_id",
            "state",
        ],
        "mrp.workcenter": ["active"],
        "mrp.workcenter.productivity": ["date_end", "date_start", "user_id", "workorder_id"],
        "mrp.workorder": [
            "date_finished",
            "date_start",
            "duration",
            "duration_expected",
            "name",
            "production_id",
            "qty_produced",
            "sequence",
            "state",
            "workcenter_id",
        ],
    }

    # FIELDS
    name = fields.Char(string="Operation", readonly=True)
    production = fields.Char(string="Work Order", readonly=True)
    production_id = fields.Many2one("mrp.production", string="Manufacturing Order", readonly=True)
    contract_id = fields.Many2one("crm.contract", readonly=True)
    crm_customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    customer_user_id = fields.Many2one("res.users", string="Customer's Salesperson", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    workcenter_id = fields.Many2one("mrp.workcenter", string="Work Centre", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    quantity = fields.Float(string="Planned Quantity", digits="Product Unit", readonly=True)
    qty_done = fields.Float(string="Done", digits="Product Unit", readonly=True)
    qty_in_process = fields.Float(string="In Process", digits="Product Unit", readonly=True)
    qty_waiting = fields.Float(string="Waiting", digits="Product Unit", readonly=True)
    date_planned = fields.Datetime(string="Planned Start", readonly=True)
    last_report = fields.Datetime(string="Last Reported On", readonly=True)
    operator_id = fields.Many2one("res.users", readonly=True)
    state = fields.Selection(
        [
            ("blocked", "Blocked"),
            ("ready", "To Do"),
            ("progress", "In Progress"),
            ("done", "Finished"),
        ],
        readonly=True,
    )
    is_bottleneck = fields.Boolean(string="Bottleneck", readonly=True)

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
                SELECT operation.id,
                       operation.name,
                       production.name AS production,
                       production.id AS production_id,
                       production.crm_contract_id AS contract_id,
                       contract.crm_customer_id,
                       contract.customer_user_id,
                       contract.user_id,
                       production.company_id,
                       operation.workcenter_id,
                       production.product_id,
                       production.product_uom_id,
                       production.product_qty AS quantity,
                       done.quantity AS qty_done,
                       CASE WHEN operation.state = 'progress' THEN production.product_qty - done.quantity ELSE 0 END
                           AS qty_in_process,
                       CASE WHEN operation.state IN ('blocked', 'ready') THEN production.product_qty - done.quantity
                            ELSE 0 END AS qty_waiting,
                       COALESCE(operation.date_start, production.date_start) AS date_planned,
                       (SELECT COALESCE(report.date_end, report.date_start) FROM mrp_workcenter_productivity report
                         WHERE report.workorder_id = operation.id ORDER BY 1 DESC LIMIT 1) AS last_report,
                       (SELECT report.user_id FROM mrp_workcenter_productivity report
                         WHERE report.workorder_id = operation.id
                         ORDER BY COALESCE(report.date_end, report.date_start) DESC LIMIT 1) AS operator_id,
                       operation.state,
                       COALESCE(operation.id = (
                           SELECT waiting.id
                             FROM mrp_workorder waiting
                             JOIN (
                                  SELECT workcenter_id,
                                         SUM(GREATEST(duration_expected - COALESCE(duration, 0), 0)) AS load
                                    FROM mrp_workorder
                                   WHERE state IN ('blocked', 'ready', 'progress')
                                   GROUP BY workcenter_id
                                  ) queue ON queue.workcenter_id = waiting.workcenter_id
                            WHERE waiting.production_id = production.id
                              AND waiting.state IN ('blocked', 'ready', 'progress')
                            ORDER BY queue.load DESC, waiting.sequence, waiting.id
                            LIMIT 1), FALSE) AS is_bottleneck
                  FROM mrp_workorder operation
                  JOIN mrp_production production ON production.id = operation.production_id
                  LEFT JOIN crm_contract contract ON contract.id = production.crm_contract_id
                  JOIN LATERAL (
                       SELECT CASE WHEN operation.state = 'done'
                                   THEN GREATEST(operation.qty_produced, production.product_qty)
                                   ELSE LEAST(COALESCE(operation.qty_produced, 0), production.product_qty)
                                   END AS quantity
                       ) done ON TRUE
                 WHERE production.crm_contract_id IS NOT NULL AND operation.state <> 'cancel'
                   AND production.state <> 'cancel'
                """
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
            column("production", width=18),
            column("name", width=20),
            column("workcenter_id"),
            column("contract_id", width=18),
            column("crm_customer_id", width=30),
            column("product_id", width=30),
            column("quantity"),
            column("qty_done"),
            column("qty_in_process"),
            column("qty_waiting"),
            column("last_report"),
            column("operator_id"),
            column("state"),
            column("is_bottleneck"),
        ]
