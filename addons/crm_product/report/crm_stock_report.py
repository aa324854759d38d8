from odoo import api, fields, models
from odoo.tools import SQL


class CrmStockReport(models.Model):
    """Stock on hand: one row for each product, location and lot.

    Another add-on adds the stock of an outer system in ``_crm_stock_sources``.
    """

    _name = "crm.stock.report"
    _description = "Stock Query"
    _inherit = ["crm.excel.export.mixin"]
    _auto = False
    _rec_name = "product_id"
    _order = "default_code, id"

    _depends = {
        "mrp.bom": ["active", "product_tmpl_id"],
        "mrp.bom.line": ["product_id"],
        "product.product": ["default_code", "product_tmpl_id"],
        "product.template": ["categ_id", "crm_series_id", "uom_id"],
        "stock.location": ["usage", "warehouse_id"],
        "stock.quant": [
            "company_id",
            "in_date",
            "location_id",
            "lot_id",
            "product_id",
            "quantity",
            "reserved_quantity",
        ],
    }

    # FIELDS
    source = fields.Char(readonly=True, help="The system that keeps this stock.")
    product_id = fields.Many2one("product.product", readonly=True)
    default_code = fields.Char(string="Part Number", readonly=True)
    crm_series_id = fields.Many2one("crm.product.series", string="Series", readonly=True)
    categ_id = fields.Many2one("product.category", string="Category", readonly=True)
    kind = fields.Selection(
        [
            ("finished", "Finished Goods"),
            ("semi_finished", "Semi-finished Goods"),
            ("material", "Material"),
            ("goods", "Trading Goods"),
        ],
        readonly=True,
        help="By the bills of materials: what is made, what goes into others, both or neither.",
    )
    # the filters ask these, of which the database expects many rows, and so walks along the part numbers to the first
    is_made = fields.Boolean(string="Made Here", readonly=True)
    is_component = fields.Boolean(string="Goes into Others", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    location_id = fields.Many2one("stock.location", readonly=True)
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    in_date = fields.Datetime(string="In Stock Since", readonly=True)
    quantity = fields.Float(string="On Hand", digits="Product Unit", readonly=True)
    reserved_quantity = fields.Float(string="Reserved", digits="Product Unit", readonly=True)
    free_quantity = fields.Float(string="Free", digits="Product Unit", readonly=True)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._crm_stock_sources())

    @api.model
    def _crm_stock_sources(self):
        """Hook: where stock is kept.

        :return: list of ``odoo.tools.SQL``, each a SELECT of the stored fields in the order of this model's first one;
            ids of other sources than Odoo's are negative
        """
        return [
            SQL(
                """
                SELECT quant.id, 'Odoo' AS source, quant.product_id, product.default_code, template.crm_series_id,
                       template.categ_id,
                       CASE WHEN %(made)s THEN CASE WHEN %(used)s THEN 'semi_finished' ELSE 'finished' END
                            WHEN %(used)s THEN 'material' ELSE 'goods' END AS kind,
                       %(made)s AS is_made, %(used)s AS is_component,
                       location.warehouse_id, quant.location_id, quant.lot_id, quant.company_id, template.uom_id,
                       quant.in_date, quant.quantity, quant.reserved_quantity,
                       quant.quantity - quant.reserved_quantity AS free_quantity
                  FROM stock_quant AS quant
                  JOIN stock_location AS location ON location.id = quant.location_id AND location.usage = 'internal'
                  JOIN product_product AS product ON product.id = quant.product_id
                  JOIN product_template AS template ON template.id = product.product_tmpl_id
                """,
                # LIMIT: asked row by row, not by a hash of all bills of materials
                made=SQL(
                    "((SELECT id FROM mrp_bom WHERE product_tmpl_id = template.id AND mrp_bom.active LIMIT 1)"
                    " IS NOT NULL)"
                ),
                used=SQL("((SELECT id FROM mrp_bom_line WHERE product_id = product.id LIMIT 1) IS NOT NULL)"),
            )
        ]

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
        names = (
            "source",
            "default_code",
            "product_id.name",
            "crm_series_id",
            "kind",
            "warehouse_id",
            "location_id",
            "lot_id",
            "uom_id",
            "quantity",
            "reserved_quantity",
            "free_quantity",
            "in_date",
        )
        return [self._excel_column(name) for name in names]

    def _excel_title(self):
        return self.env._("Stock")
