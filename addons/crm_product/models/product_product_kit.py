from collections import defaultdict
from math import floor

from odoo import models
from odoo.tools import SQL


class ProductProduct(models.Model):
    """A kit has no stock of its own: as many can be had as its parts make up, in whole kits as Odoo counts them."""

    _inherit = "product.product"

    def _crm_stock_figures(self, warehouse_ids=None):
        parts = self._crm_kit_parts()
        figures = super(ProductProduct, self._crm_and_parts(parts))._crm_stock_figures(warehouse_ids)
        for kit_id, own in parts.items():
            figures[kit_id] = {
                name: _whole_kits(own, {part_id: figures[part_id][name] for part_id in own}) for name in figures[kit_id]
            }
        return {product_id: figures[product_id] for product_id in self.ids}

    def _crm_free_qty_by_date(self, dates, warehouse_ids=None):
        parts = self._crm_kit_parts()
        promises = super(ProductProduct, self._crm_and_parts(parts))._crm_free_qty_by_date(dates, warehouse_ids)
        for kit_id, own in parts.items():
            promises[kit_id] = [
                _whole_kits(own, {part_id: promises[part_id][day] for part_id in own}) for day in range(len(dates))
            ]
        return {product_id: promises[product_id] for product_id in self.ids}

    def _crm_and_parts(self, parts):
        return self | self.browse({part_id for own in parts.values() for part_id in own})

    def _crm_kit_parts(self):
        """:return: {kit id: {id of a part in stock: how many of its unit go into one kit}} of the kits among these"""
        parts = defaultdict(dict)
        query = SQL(
            """
            WITH RECURSIVE %s
            SELECT line.root_id, line.product_id, SUM(line.quantity)::float8
              FROM exploded AS line
              JOIN product_product AS product ON product.id = line.product_id
              JOIN product_template AS template ON template.id = product.product_tmpl_id
             WHERE line.bom_id IS NULL AND template.is_storable
          GROUP BY line.root_id, line.product_id
            HAVING SUM(line.quantity) > 0
            """,
            self._crm_exploded(kits_only=True),
        )
        for kit_id, part_id, quantity in self.env.execute_query(query):
            parts[kit_id][part_id] = quantity
        return dict(parts)


def _whole_kits(parts, quantities):
    """How many kits the quantities of their parts make up; below zero so many are missing.

    >>> _whole_kits({1: 2, 2: 0.5}, {1: 9, 2: 40})
    4
    >>> _whole_kits({1: 2}, {1: -3})
    -2
    """
    return min(floor(quantities[part] / quantity + 1e-9) for part, quantity in parts.items())
