from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class CrmStockupLine(models.Model):
    _name = "crm.stockup.line"
    _description = "Stock-up"
    _inherit = ["crm.excel.export.mixin"]
    _order = "request_id desc, sequence, id"

    request_id = fields.Many2one("crm.stockup.request", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(related="request_id.user_id", store=True, index=True, string="Requester")
    crm_customer_id = fields.Many2one(
        related="request_id.crm_customer_id", store=True, index="btree_not_null", string="Customer"
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    review_state = fields.Selection(related="request_id.review_state", string="Review")
    approved_on = fields.Datetime(related="request_id.approved_on")
    product_id = fields.Many2one(
        "product.product", required=True, domain="[('sale_ok', '=', True), ('type', '=', 'consu')]"
    )
    quantity = fields.Float(default=1, required=True, digits="Product Unit")
    uom_id = fields.Many2one(
        "uom.uom", string="Unit", required=True, compute="_compute_uom_id", store=True, readonly=False, precompute=True
    )
    expected_date = fields.Date(
        string="Expected Use",
        required=True,
        copy=False,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=30),
    )
    note = fields.Char()
    used_quantity = fields.Float(string="Used", digits="Product Unit", readonly=True, copy=False)
    remaining_quantity = fields.Float(
        string="Remaining", digits="Product Unit", compute="_compute_remaining_quantity", store=True
    )
    idle_date = fields.Date(string="Idle from", compute="_compute_idle_date", store=True)
    is_idle = fields.Boolean(string="Idle", compute="_compute_is_idle", search="_search_is_idle")
    production_ids = fields.One2many("mrp.production", "crm_stockup_line_id", groups="mrp.group_mrp_user")
    purchase_line_ids = fields.One2many(
        "purchase.order.line", "crm_stockup_line_id", groups="purchase.group_purchase_user"
    )
    supply = fields.Char(compute="_compute_supply", compute_sudo=True, help="What brings the stock, and how far it is.")

    _by_product = models.Index("(product_id, company_id)")
    _idle = models.Index("(idle_date) WHERE remaining_quantity > 0 AND idle_date IS NOT NULL")

    # COMPUTE
    @api.depends("product_id", "quantity")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.product_id.display_name} × {line.quantity:g}"

    @api.depends("product_id")
    def _compute_uom_id(self):
        for line in self:
            line.uom_id = line.product_id.uom_id or line.uom_id

    @api.depends("quantity", "used_quantity")
    def _compute_remaining_quantity(self):
        for line in self:
            rest = line.quantity - line.used_quantity
            line.remaining_quantity = 0 if not line.uom_id or line.uom_id.compare(rest, 0) <= 0 else rest

    @api.depends("expected_date", "request_id.bearer_days", "request_id.review_state")
    def _compute_idle_date(self):
        for line in self:
            approved = line.request_id.review_state == "approved"
            line.idle_date = line.expected_date + timedelta(days=line.request_id.bearer_days + 1) if approved else False

    @api.depends("idle_date", "remaining_quantity")
    def _compute_is_idle(self):
        today = fields.Date.context_today(self)
        for line in self:
            line.is_idle = bool(line.idle_date) and line.idle_date <= today and line.remaining_quantity > 0

    def _search_is_idle(self, operator, value):
        if operator != "in":
            return NotImplemented
        idle = Domain("idle_date", "<=", fields.Date.context_today(self)) & Domain("remaining_quantity", ">", 0)
        return idle if True in value else ~idle

    @api.depends("production_ids.state", "purchase_line_ids.order_id.state")
    def _compute_supply(self):
        for line in self:
            documents = [*line.production_ids, *line.purchase_line_ids.order_id]
            line.supply = self.env._(", ").join(
                f"{document.name} ({dict(document._fields['state']._description_selection(self.env))[document.state]})"
                for document in documents
            )

    # CONSTRAINTS
    @api.constrains("quantity", "uom_id")
    def _check_quantity(self):
        for line in self:
            if line.uom_id.compare(line.quantity, 0) <= 0:
                raise ValidationError(
                    self.env._(
                        "Line %(number)s: enter how much of %(product)s is needed, more than 0.",
                        number=line.request_id._line_number(line),
                        product=line.product_id.display_name,
                    )
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_own(vals)
        return super().write(vals)

    def _check_own(self, vals):
        if vals.get("used_quantity") and not self.env.su:
            raise AccessError(self.env._("What has been used is counted from the orders."))

    # SUPPLY; with sudo
    def _supply_values(self):
        return {
            "date_planned": fields.Datetime.to_datetime(self.expected_date),
            "date_deadline": fields.Datetime.to_datetime(self.expected_date),
            "warehouse_id": self.request_id.warehouse_id,
            "company_id": self.company_id,
            "crm_stockup_line_id": self.id,
        }

    def _check_supply(self, number):
        """:raise UserError: nothing would bring this line's product into the warehouse"""
        self.ensure_one()
        location, values = self.request_id.warehouse_id.lot_stock_id, self._supply_values()
        rule = self.env["stock.rule"]._get_rule(self.product_id, location, values)
        problem = False
        if not rule:
            problem = self.env._("there is neither a bill of materials nor a supplier for it")
        elif rule.action == "manufacture" and not rule._get_matching_bom(self.product_id, self.company_id, values):
            problem = self.env._("it is to be made, but has no bill of materials")
        elif rule.action == "buy" and not rule._get_matching_supplier(
            self.product_id, self.quantity, self.uom_id, self.company_id, values
        ):
            problem = self.env._("it is to be bought, but has no supplier")
        if problem:
            raise UserError(
                self.env._(
                    "Line %(number)s: %(product)s cannot be stocked up: %(problem)s. Have it completed first.",
                    number=number,
                    product=self.product_id.display_name,
                    problem=problem,
                )
            )

    def _procure(self):
        """Let the routes of the products make manufacturing orders and requests for quotation."""
        Rule = self.env["stock.rule"]
        # a reference of its own keeps what brings a line apart from that of others
        references = self.env["stock.reference"].create([{"name": line.request_id.name} for line in self])
        Rule.run(
            [
                Rule.Procurement(
                    line.product_id,
                    line.quantity,
                    line.uom_id,
                    line.request_id.warehouse_id.lot_stock_id,
                    line.request_id.name,
                    line.request_id.name,
                    line.company_id,
                    line._supply_values() | {"reference_ids": reference},
                )
                for line, reference in zip(self, references, strict=True)
            ]
        )

    # USE
    @api.model
    def _update_used(self, product_ids=None):
        """Count what orders have used of the stock-ups.

        Orders confirmed after a stock-up was approved use it, first come first served: of its customer's own stock-ups
        first, then of those for everybody, the oldest first. An order that finds nothing left uses nothing of later
        ones. Calls a running balance to help: with S and D the sums so far of what was stocked up and ordered,
        max(0, max(D - S)) is what orders did not find (the reflection of a queue at 0), so no row is looked at twice.

        :param product_ids: ids of the products to count, by default all
        """
        for model in ("crm.stockup.line", "crm.stockup.request", "sale.order", "sale.order.line", "uom.uom"):
            self.env[model].flush_model()
        chosen = SQL("AND line.product_id IN %s", tuple(product_ids)) if product_ids else SQL()
        self.env.cr.execute(
            SQL(
                """
WITH supply AS (
    SELECT line.id, line.product_id, line.company_id, COALESCE(line.crm_customer_id, 0) AS customer_id,
           request.approved_on AS moment, (line.quantity * unit.factor)::float8 AS quantity, unit.factor
      FROM crm_stockup_line line
      JOIN crm_stockup_request request ON request.id = line.request_id
      JOIN uom_uom unit ON unit.id = line.uom_id
     WHERE request.review_state = 'approved' %(chosen)s
), since AS (
    SELECT product_id, company_id, min(moment) AS moment FROM supply GROUP BY product_id, company_id
), demand AS (
    SELECT line.id, line.product_id, sale.company_id, COALESCE(sale.crm_customer_id, 0) AS customer_id,
           sale.date_order AS moment, (line.product_uom_qty * unit.factor)::float8 AS quantity
      FROM since
      JOIN sale_order_line line ON line.product_id = since.product_id AND line.product_uom_qty > 0
      JOIN sale_order sale ON sale.id = line.order_id AND sale.state = 'sale'
           AND sale.company_id = since.company_id AND sale.date_order >= since.moment
      JOIN uom_uom unit ON unit.id = line.product_uom_id
), own AS (%(own)s
), rest AS (
    -- a group, not a join: the planner cannot know how many rows there are, and would loop over all for each
    SELECT id, product_id, company_id, 0 AS customer_id, moment, COALESCE(max(missed), max(quantity)) AS quantity
      FROM (
          SELECT id, product_id, company_id, moment, quantity, NULL::float8 AS missed FROM demand
          UNION ALL
          SELECT id, product_id, company_id, moment, NULL, missed FROM own WHERE kind = 1
      ) wanted
     GROUP BY id, product_id, company_id, moment
), everybody AS (%(everybody)s
), used AS (
    SELECT id, used FROM own WHERE kind = 0
    UNION ALL
    SELECT id, used FROM everybody WHERE kind = 0
)
UPDATE crm_stockup_line line
   SET used_quantity = round((used.used / supply.factor)::numeric, 6)
  FROM used
  JOIN supply USING (id)
 WHERE line.id = used.id AND abs(COALESCE(line.used_quantity, 0) - used.used / supply.factor) > 0.000001
RETURNING line.id
                """,
                chosen=chosen,
                own=self._use_query(SQL("supply.customer_id > 0"), SQL("demand")),
                everybody=self._use_query(SQL("supply.customer_id = 0"), SQL("rest")),
            )
        )
        changed = self.browse(id_ for (id_,) in self.env.cr.fetchall())
        changed.invalidate_recordset(["used_quantity"])
        changed.modified(["used_quantity"])

    @api.model
    def _use_query(self, pool, demand):
        """SQL of what is used of stock-ups: their rows have kind 0, those of orders, with what they missed, kind 1.

        :param pool: ``SQL`` condition on the stock-ups of this pool
        :param demand: ``SQL`` name of the orders; those of other products and customers are left out
        """
        return SQL(
            """
    SELECT kind, id, product_id, company_id, moment,
           missed_so_far - lag(missed_so_far, 1, 0::float8) OVER course AS missed,
           LEAST(supplied, GREATEST(0,
               sum(wanted) OVER whole - max(missed_so_far) OVER whole - (supplied_so_far - supplied))) AS used
      FROM (
          SELECT *, GREATEST(0, max(gap) OVER course) AS missed_so_far
            FROM (
                SELECT *, sum(wanted - supplied) OVER course AS gap, sum(supplied) OVER course AS supplied_so_far
                  FROM (
                      SELECT 0 AS kind, id, product_id, company_id, customer_id, moment,
                             quantity AS supplied, 0::float8 AS wanted
                        FROM supply WHERE %(pool)s
                      UNION ALL
                      SELECT 1, id, product_id, company_id, customer_id, moment, 0, quantity
                        FROM %(demand)s demand
                       WHERE EXISTS (
                           SELECT 1 FROM supply
                            WHERE %(pool)s AND supply.product_id = demand.product_id
                              AND supply.company_id = demand.company_id AND supply.customer_id = demand.customer_id
                       )
                  ) event
                WINDOW course AS (
                    PARTITION BY product_id, company_id, customer_id ORDER BY moment, kind, id
                    ROWS UNBOUNDED PRECEDING
                )
            ) balance
          WINDOW course AS (
              PARTITION BY product_id, company_id, customer_id ORDER BY moment, kind, id ROWS UNBOUNDED PRECEDING
          )
      ) queue
    WINDOW course AS (PARTITION BY product_id, company_id, customer_id ORDER BY moment, kind, id),
           whole AS (PARTITION BY product_id, company_id, customer_id)
            """,
            pool=pool,
            demand=demand,
        )

    # EXCEL
    def _excel_columns(self):
        names = (
            *("request_id", "crm_customer_id", "user_id", "product_id", "quantity", "uom_id", "used_quantity"),
            *("remaining_quantity", "expected_date", "idle_date", "is_idle", "supply"),
        )
        return [self._excel_column(name) for name in names]


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _prepare_mo_vals(self, product_id, product_qty, product_uom, location_dest_id, name, origin, *args):
        values = super()._prepare_mo_vals(product_id, product_qty, product_uom, location_dest_id, name, origin, *args)
        _company, procurement_values, _bom = args
        return values | {"crm_stockup_line_id": procurement_values.get("crm_stockup_line_id")}

    @api.model
    def _get_procurements_to_merge_groupby(self, procurement):
        line_id = procurement.values.get("crm_stockup_line_id")
        return *super()._get_procurements_to_merge_groupby(procurement), line_id


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    crm_stockup_line_id = fields.Many2one(
        "crm.stockup.line", string="Stock-up", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    crm_stockup_line_id = fields.Many2one(
        "crm.stockup.line", string="Stock-up", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )

    def _find_candidate(self, product_id, product_qty, product_uom, location_id, name, origin, company_id, values):
        line_id = values.get("crm_stockup_line_id", False)
        own = self.filtered(lambda line: line.crm_stockup_line_id.id == line_id)
        return super(PurchaseOrderLine, own)._find_candidate(
            product_id, product_qty, product_uom, location_id, name, origin, company_id, values
        )

    @api.model
    def _prepare_purchase_order_line_from_procurement(self, *args):
        *_procurement, values, _po = args
        line = super()._prepare_purchase_order_line_from_procurement(*args)
        return line | {"crm_stockup_line_id": values.get("crm_stockup_line_id")}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _action_confirm(self):
        result = super()._action_confirm()
        self._use_stockups()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self._use_stockups()
        return result

    def _use_stockups(self):
        """Count anew what is used of the stock-ups of these orders' products; the night does so for changed orders."""
        # sudo: the counting is the same whoever confirms
        lines = self.env["crm.stockup.line"].sudo()
        stocked = lines._read_group(
            [("product_id", "in", self.order_line.product_id.ids), ("request_id.review_state", "=", "approved")],
            ["product_id"],
        )
        if stocked:
            lines._update_used([product.id for (product,) in stocked])
