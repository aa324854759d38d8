from collections import defaultdict

from odoo import models
from odoo.tools import SQL

DEPTH = 30  # levels of a bill of materials


class ProductProduct(models.Model):
    """Costs rolled up over the bills of materials of any number of products by one recursive statement."""

    _inherit = "product.product"

    def _crm_bom_costs(self):
        """Cost of one unit, from the components' own costs and the operations of all levels.

        By-products and scrap do not count. A component that would contain itself counts at its own cost. The caller
        has made sure that the user may see costs.

        :return: {product id: float in the company's currency} of the products with a bill of materials
        """
        costs = defaultdict(float)
        operations = defaultdict(list)
        query = SQL(
            """
            WITH RECURSIVE %(exploded)s
            SELECT line.root_id, line.bom_id, SUM(line.quantity)::float8,
                   SUM(line.quantity * COALESCE((product.standard_price ->> %(company)s)::numeric, 0))
                       FILTER (WHERE line.bom_id IS NULL)::float8
              FROM exploded AS line
              -- OFFSET: by the index; the planner takes a recursion for far larger than it is
              JOIN LATERAL (SELECT * FROM product_product WHERE id = line.product_id OFFSET 0) AS product ON TRUE
          GROUP BY line.root_id, line.bom_id
            """,
            exploded=self._crm_exploded(),
            company=str(self.env.company.id),
        )
        for root_id, bom_id, quantity, cost in self.env.execute_query(query):
            costs[root_id] += cost or 0.0
            if bom_id:
                operations[bom_id].append((root_id, quantity))
        # sudo: operations and work centres are read for their costs, which the user may see
        for bom in self.env["mrp.bom"].sudo().browse(operations):
            if not bom.operation_ids:
                continue
            unit = bom.product_tmpl_id.uom_id
            made = bom.product_uom_id._compute_quantity(bom.product_qty, unit, round=False)
            cost = sum(bom.operation_ids.mapped("cost")) / made if made else 0.0
            for root_id, quantity in operations[bom.id]:
                costs[root_id] += quantity * cost
        return dict(costs)

    def _crm_exploded(self, kits_only=False):
        """SQL of the recursive table ``exploded``: the products with a bill of materials, and all that goes into them.

        :param kits_only: only kits, down to what is taken from stock

        Columns: ``root_id``, ``path`` (ids of bill of materials lines), ``products`` (from the root down), ``level``,
        ``product_id``, ``bom_id`` (of which it is made; NULL: it is bought), ``quantity`` for one unit of the root, in
        the product's own unit.
        """
        for model in ("mrp.bom", "mrp.bom.line", "product.product", "product.template", "uom.uom"):
            self.env[model].flush_model()
        return SQL(
            """
            exploded AS (
                SELECT root.id AS root_id, ARRAY[]::integer[] AS path, ARRAY[root.id] AS products, 0 AS level,
                       root.id AS product_id, bom.id AS bom_id, 1::numeric AS quantity
                  FROM product_product AS root, %(bom_of_root)s AS bom
                 WHERE root.id = ANY(%(ids)s)
             UNION ALL
                SELECT parent.root_id, parent.path || line.id, parent.products || component.id, parent.level + 1,
                       component.id, child.id,
                       parent.quantity * line.product_qty * line_unit.factor / component_unit.factor
                           / NULLIF(bom.product_qty * bom_unit.factor / product_unit.factor, 0)
                  FROM exploded AS parent
                  -- OFFSET: as above
                  JOIN LATERAL (SELECT * FROM mrp_bom WHERE id = parent.bom_id OFFSET 0) AS bom ON TRUE
                  JOIN uom_uom AS bom_unit ON bom_unit.id = bom.product_uom_id
                  JOIN product_template AS template ON template.id = bom.product_tmpl_id
                  JOIN uom_uom AS product_unit ON product_unit.id = template.uom_id
                  JOIN LATERAL (SELECT * FROM mrp_bom_line WHERE bom_id = parent.bom_id OFFSET 0) AS line ON TRUE
                  JOIN uom_uom AS line_unit ON line_unit.id = line.product_uom_id
                  JOIN product_product AS component ON component.id = line.product_id
                  JOIN product_template AS component_template ON component_template.id = component.product_tmpl_id
                  JOIN uom_uom AS component_unit ON component_unit.id = component_template.uom_id
             LEFT JOIN %(bom_of_component)s AS child ON component.id != ALL(parent.products)
                 WHERE parent.level < %(depth)s AND %(applies)s
            )
            """,
            ids=self.ids,
            depth=DEPTH,
            bom_of_root=self._crm_bom_of("root", kits_only),
            bom_of_component=self._crm_bom_of("component", kits_only),
            applies=self._crm_line_applies(),
        )

    def _crm_bom_of(self, alias, kits_only=False):
        """SQL of the bill of materials that Odoo takes for a product."""
        return SQL(
            """
            LATERAL (
                SELECT bom.id FROM mrp_bom AS bom
                 WHERE bom.active AND (bom.company_id IS NULL OR bom.company_id = %(company)s)
                   AND (bom.product_id = %(product)s OR bom.product_id IS NULL AND bom.product_tmpl_id = %(template)s)
                   AND %(kind)s
              ORDER BY bom.sequence, bom.product_id, bom.id
                 LIMIT 1
            )
            """,
            company=self.env.company.id,
            product=SQL.identifier(alias, "id"),
            template=SQL.identifier(alias, "product_tmpl_id"),
            kind=SQL("bom.type = 'phantom'") if kits_only else SQL("TRUE"),
        )

    def _crm_line_applies(self):
        """SQL of whether ``line`` goes into the variant, which has one of the named values of each attribute."""
        values = self.env["mrp.bom.line"]._fields["bom_product_template_attribute_value_ids"]
        combination = self._fields["product_template_attribute_value_ids"]
        return SQL(
            """
            NOT EXISTS (
                SELECT FROM %(values)s AS applied
                  JOIN product_template_attribute_value AS value ON value.id = applied.%(value)s
             LEFT JOIN %(combination)s AS own
                    ON own.%(own_product)s = parent.product_id AND own.%(own_value)s = value.id
                 WHERE applied.%(line)s = line.id
              GROUP BY value.attribute_id
                HAVING COUNT(own.%(own_value)s) = 0
            )
            """,
            values=SQL.identifier(values.relation),
            line=SQL.identifier(values.column1),
            value=SQL.identifier(values.column2),
            combination=SQL.identifier(combination.relation),
            own_product=SQL.identifier(combination.column1),
            own_value=SQL.identifier(combination.column2),
        )
