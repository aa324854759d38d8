from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.search_context import asked_id
from .crm_product_board_mixin import WAREHOUSE

WEEKS = 9  # today and eight weeks from it


class CrmStockPromise(models.Model):
    """Available to promise: one row for each storable product or kit, one column for each week."""

    _name = "crm.stock.promise"
    _description = "Available to Promise"
    _inherit = ["crm.product.board.mixin"]
    _auto = False
    _rec_name = "product_id"
    _order = "default_code, id"

    _depends = {
        "mrp.bom": ["active", "product_tmpl_id", "type"],
        "product.product": ["active", "default_code", "product_tmpl_id"],
        "product.template": ["active", "categ_id", "company_id", "crm_series_id", "is_storable", "uom_id"],
    }

    # FIELDS
    product_id = fields.Many2one("product.product", readonly=True)
    default_code = fields.Char(string="Part Number", readonly=True)
    crm_series_id = fields.Many2one("crm.product.series", string="Series", readonly=True)
    categ_id = fields.Many2one("product.category", string="Category", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", compute="_compute_weeks", search="_search_warehouse_id")
    qty_on_hand = fields.Float(string="On Hand", digits="Product Unit", compute="_compute_weeks")
    week_0 = fields.Float(string="Today", digits="Product Unit", compute="_compute_weeks")
    week_1 = fields.Float(string="In 1 Week", digits="Product Unit", compute="_compute_weeks")
    week_2 = fields.Float(string="In 2 Weeks", digits="Product Unit", compute="_compute_weeks")
    week_3 = fields.Float(string="In 3 Weeks", digits="Product Unit", compute="_compute_weeks")
    week_4 = fields.Float(string="In 4 Weeks", digits="Product Unit", compute="_compute_weeks")
    week_5 = fields.Float(string="In 5 Weeks", digits="Product Unit", compute="_compute_weeks")
    week_6 = fields.Float(string="In 6 Weeks", digits="Product Unit", compute="_compute_weeks")
    week_7 = fields.Float(string="In 7 Weeks", digits="Product Unit", compute="_compute_weeks")
    week_8 = fields.Float(string="In 8 Weeks", digits="Product Unit", compute="_compute_weeks")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT product.id, product.id AS product_id, product.default_code, template.crm_series_id,
                   template.categ_id, template.company_id, template.uom_id
              FROM product_product AS product JOIN product_template AS template ON template.id = product.product_tmpl_id
             WHERE product.active AND template.active AND (template.is_storable OR EXISTS (
                   SELECT FROM mrp_bom AS bom
                    WHERE bom.product_tmpl_id = template.id AND bom.type = 'phantom' AND bom.active))
            """
        )

    # COMPUTE
    @api.depends("product_id")
    @api.depends_context("allowed_company_ids", "tz", WAREHOUSE)
    def _compute_weeks(self):
        warehouse_id = asked_id(self.env, WAREHOUSE)
        warehouse_ids = warehouse_id and [warehouse_id]
        today = fields.Date.context_today(self)
        dates = [fields.Date.add(today, weeks=week) for week in range(WEEKS)]
        figures = self.product_id._crm_stock_figures(warehouse_ids)
        promises = self.product_id._crm_free_qty_by_date(dates, warehouse_ids)
        for row in self:
            row.warehouse_id = warehouse_id
            row.qty_on_hand = figures[row.product_id.id]["on_hand"]
            for week, quantity in enumerate(promises[row.product_id.id]):
                row[f"week_{week}"] = quantity

    def _search_warehouse_id(self, operator, value):
        # the warehouse says which stock counts, not which products
        return [(1, "=", 1)]

    # ACTION
    def action_open_plan(self):
        """What is expected of the product, and who has it reserved."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_product.crm_stock_plan_action")
        return action | {
            "name": self.env._("Expected and Reserved: %(product)s", product=self.product_id.display_name),
            "domain": [("product_id", "=", self.product_id.id)],
            "context": {},
        }

    # EXPORT
    def _excel_columns(self):
        weeks = [f"week_{week}" for week in range(WEEKS)]
        names = ("default_code", "product_id.name", "crm_series_id", "uom_id", "qty_on_hand", *weeks)
        return [self._excel_column(name) for name in names]

    def _excel_title(self):
        return self.env._("Available to Promise")
