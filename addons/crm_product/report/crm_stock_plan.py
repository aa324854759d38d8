from odoo import api, fields, models
from odoo.tools import SQL

from ..models.product_product_stock import OPEN

INCOMING = ("purchase", "production", "receipt")


class CrmStockPlan(models.Model):
    """What is expected into stock and what is taken out of it: one row for each open move across our warehouses' walls.

    Whose order it is, is told to those who see the order.
    """

    _name = "crm.stock.plan"
    _description = "Expected and Reserved Stock"
    _inherit = ["crm.excel.export.mixin"]
    _auto = False
    _rec_name = "product_id"
    _order = "date, id"

    _depends = {
        "product.product": ["default_code", "product_tmpl_id"],
        "product.template": ["crm_series_id", "uom_id"],
        "stock.location": ["usage", "warehouse_id"],
        "stock.move": [
            "company_id",
            "date",
            "location_dest_id",
            "location_id",
            "picking_id",
            "product_id",
            "product_qty",
            "product_uom",
            "production_id",
            "purchase_line_id",
            "quantity",
            "raw_material_production_id",
            "sale_line_id",
            "state",
        ],
        "uom.uom": ["factor"],
    }

    # FIELDS
    product_id = fields.Many2one("product.product", readonly=True)
    default_code = fields.Char(string="Part Number", readonly=True)
    crm_series_id = fields.Many2one("crm.product.series", string="Series", readonly=True)
    kind = fields.Selection(
        [
            ("purchase", "Purchase"),
            ("production", "Production"),
            ("receipt", "Other Receipt"),
            ("sale", "Sale"),
            ("consumption", "Consumption"),
            ("delivery", "Other Issue"),
        ],
        readonly=True,
    )
    date = fields.Datetime(string="Due On", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True, help="Above zero: expected. Below: to be taken.")
    reserved_quantity = fields.Float(string="Reserved", digits="Product Unit", readonly=True)
    move_id = fields.Many2one("stock.move", readonly=True, groups=fields.NO_ACCESS)
    document = fields.Char(compute="_compute_document", help="Order or transfer behind it.")
    customer = fields.Char(compute="_compute_document")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT move.id, move.id AS move_id, move.product_id, product.default_code, template.crm_series_id,
                   CASE WHEN destination.usage = 'internal' THEN
                            CASE WHEN move.purchase_line_id IS NOT NULL THEN 'purchase'
                                 WHEN move.production_id IS NOT NULL THEN 'production' ELSE 'receipt' END
                        WHEN move.sale_line_id IS NOT NULL THEN 'sale'
                        WHEN move.raw_material_production_id IS NOT NULL THEN 'consumption'
                        ELSE 'delivery' END AS kind,
                   move.date, COALESCE(destination.warehouse_id, source.warehouse_id) AS warehouse_id, move.company_id,
                   template.uom_id,
                   CASE WHEN destination.usage = 'internal' THEN move.product_qty ELSE -move.product_qty
                   END AS quantity,
                   CASE WHEN destination.usage = 'internal' THEN 0
                        ELSE move.quantity * move_unit.factor / unit.factor END AS reserved_quantity
              FROM stock_move AS move
              JOIN stock_location AS source ON source.id = move.location_id
              JOIN stock_location AS destination ON destination.id = move.location_dest_id
              JOIN product_product AS product ON product.id = move.product_id
              JOIN product_template AS template ON template.id = product.product_tmpl_id
              JOIN uom_uom AS unit ON unit.id = template.uom_id
              JOIN uom_uom AS move_unit ON move_unit.id = move.product_uom
             WHERE move.state IN %s AND (source.usage = 'internal') <> (destination.usage = 'internal')
            """,
            OPEN,
        )

    # COMPUTE
    @api.depends("move_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_document(self):
        # sudo: names of documents; those of orders that the reader does not see are left out below
        moves = self.sudo().move_id
        orders = moves.sale_line_id.order_id
        # whoever reads on whose behalf: what is cached is the user's
        seen = set(self.env["sale.order"].sudo(False).search([("id", "in", orders.ids)])._ids)
        for row in self:
            move = row.sudo().move_id
            order = move.sale_line_id.order_id
            if not order:
                document = (
                    move.purchase_line_id.order_id
                    or move.production_id
                    or move.raw_material_production_id
                    or move.picking_id
                )
                row.document, row.customer = document.display_name, False
            elif order.id in seen:
                row.document, row.customer = order.name, order.partner_id.commercial_partner_id.name
            else:
                row.document, row.customer = False, self.env._("Another customer")

    # EXPORT
    def _excel_columns(self):
        names = (
            "default_code",
            "product_id.name",
            "crm_series_id",
            "kind",
            "date",
            "warehouse_id",
            "uom_id",
            "quantity",
            "reserved_quantity",
            "document",
            "customer",
        )
        return [self._excel_column(name) for name in names]

    def _excel_title(self):
        return self.env._("Expected and Reserved Stock")
