from odoo import fields, models
from odoo.tools import SQL


class CrmProductCostLine(models.Model):
    """What the cost of one product is made of, level by level: the product of the context ``crm_cost_product``.

    Only the group that sees costs has access.
    """

    _name = "crm.product.cost.line"
    _description = "Cost of a Component"
    _auto = False
    _order = "id"

    level = fields.Integer(readonly=True)
    product_id = fields.Many2one("product.product", string="Component", readonly=True)
    name = fields.Char(string="Component by Level", compute="_compute_name")
    uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True, help="For one unit of the product.")
    is_assembled = fields.Boolean(string="Assembled", readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_name")
    unit_cost = fields.Float(string="Cost per Unit", digits=(16, 4), readonly=True)
    cost = fields.Float(digits=(16, 4), readonly=True, help="For one unit of the product.")

    @property
    def _table_query(self):
        product_id = self.env.context.get("crm_cost_product")
        product = self.env["product.product"].browse(product_id if isinstance(product_id, int) else [])
        return SQL(
            """
            WITH RECURSIVE %(exploded)s, costed AS (
                SELECT line.*, template.uom_id,
                       COALESCE((product.standard_price ->> %(company)s)::numeric, 0) AS own_cost
                  FROM exploded AS line JOIN product_product AS product ON product.id = line.product_id
                  JOIN product_template AS template ON template.id = product.product_tmpl_id
            )
            SELECT (ROW_NUMBER() OVER (ORDER BY line.path))::integer AS id, line.level, line.product_id, line.uom_id,
                   line.quantity, line.bom_id IS NOT NULL AS is_assembled,
                   parts.cost / NULLIF(line.quantity, 0) AS unit_cost, parts.cost
              FROM costed AS line, LATERAL (
                   SELECT SUM(part.quantity * part.own_cost) AS cost FROM costed AS part
                    WHERE part.bom_id IS NULL AND part.path[1:line.level] = line.path) AS parts
             WHERE line.level > 0
            """,
            exploded=product._crm_exploded(),
            company=str(self.env.company.id),
        )

    def _compute_name(self):
        self.currency_id = self.env.company.currency_id
        for line in self:
            line.name = "\u2003" * (line.level - 1) + line.product_id.display_name
