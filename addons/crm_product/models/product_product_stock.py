from collections import defaultdict
from itertools import accumulate

from odoo import api, models
from odoo.tools import SQL

OPEN = SQL("('waiting', 'confirmed', 'partially_available', 'assigned')")


class ProductProduct(models.Model):
    """Stock of the shown products by a few statements, whatever the number of products, warehouses and past moves."""

    _inherit = "product.product"

    def _crm_stock_figures(self, warehouse_ids=None):
        """What is there and what is planned, in the companies that the user works in.

        :param warehouse_ids: only these warehouses
        :return: {product id: {"on_hand", "free" (not reserved), "incoming", "outgoing"}} in the product's unit
        """
        figures = {
            product_id: dict.fromkeys(("on_hand", "free", "incoming", "outgoing"), 0.0) for product_id in self.ids
        }
        for product_id, on_hand, free in self.env.execute_query(self._crm_on_hand_query(warehouse_ids)):
            figures[product_id] |= {"on_hand": on_hand, "free": free}
        query = SQL(
            "SELECT product_id, SUM(quantity) FILTER (WHERE quantity > 0), -SUM(quantity) FILTER (WHERE quantity < 0)"
            " FROM (%s) AS planned GROUP BY product_id",
            self._crm_planned_query(warehouse_ids),
        )
        for product_id, incoming, outgoing in self.env.execute_query(query):
            figures[product_id] |= {"incoming": incoming or 0.0, "outgoing": outgoing or 0.0}
        return figures

    def _crm_free_qty_by_date(self, dates, warehouse_ids=None):
        """Available to promise: what can be delivered on a day without taking from what is due later.

        Stock on hand and all planned receipts, productions and deliveries count on their day in the user's time zone,
        those that are late on the first day. What is left on the worst of the days to come can be promised; below zero
        it is missing.

        :param dates: list of ``date``, ascending
        :param warehouse_ids: only these warehouses
        :return: {product id: [quantity in the product's unit, for each of the dates]}
        """
        start = {
            product_id: on_hand
            for product_id, on_hand, _free in self.env.execute_query(self._crm_on_hand_query(warehouse_ids))
        }
        planned = defaultdict(list)
        query = SQL(
            "SELECT product_id, GREATEST(day, %s) AS day, SUM(quantity) FROM (%s) AS planned"
            " GROUP BY product_id, GREATEST(day, %s) ORDER BY product_id, day",
            dates[0],
            self._crm_planned_query(warehouse_ids),
            dates[0],
        )
        for product_id, day, quantity in self.env.execute_query(query):
            planned[product_id].append((day, quantity))
        return {
            product_id: _promises(start.get(product_id, 0.0), planned[product_id], dates) for product_id in self.ids
        }

    def _crm_on_hand_query(self, warehouse_ids):
        self.env["stock.quant"].flush_model()
        self.env["stock.location"].flush_model(["usage", "warehouse_id"])
        return SQL(
            """
            SELECT quant.product_id, SUM(quant.quantity)::float8,
                   SUM(quant.quantity - quant.reserved_quantity)::float8
              FROM stock_quant AS quant JOIN stock_location AS location ON location.id = quant.location_id
             WHERE quant.product_id = ANY(%s) AND quant.company_id = ANY(%s) AND %s
          GROUP BY quant.product_id
            """,
            self.ids,
            self.env.companies.ids,
            self._crm_inside("location", warehouse_ids),
        )

    def _crm_planned_query(self, warehouse_ids):
        """SQL of ``product_id``, ``day`` and signed ``quantity`` of the open moves into and out of the warehouses."""
        self.env["stock.move"].flush_model()
        return SQL(
            """
            SELECT move.product_id,
                   (move.date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day,
                   (CASE WHEN %(into)s THEN move.product_qty ELSE -move.product_qty END)::float8 AS quantity
              FROM stock_move AS move
              JOIN stock_location AS source ON source.id = move.location_id
              JOIN stock_location AS destination ON destination.id = move.location_dest_id
             WHERE move.product_id = ANY(%(ids)s) AND move.company_id = ANY(%(companies)s) AND move.state IN %(open)s
               AND %(out)s <> %(into)s
            """,
            tz=self.env.tz.zone,
            ids=self.ids,
            companies=self.env.companies.ids,
            open=OPEN,
            out=self._crm_inside("source", warehouse_ids),
            into=self._crm_inside("destination", warehouse_ids),
        )

    @api.model
    def _crm_inside(self, alias, warehouse_ids):
        """Whether a location lies in our warehouses, as SQL."""
        usage = SQL("%s = 'internal'", SQL.identifier(alias, "usage"))
        if not warehouse_ids:
            return SQL("(%s)", usage)
        return SQL("(%s AND %s = ANY(%s))", usage, SQL.identifier(alias, "warehouse_id"), list(warehouse_ids))


def _promises(start, planned, dates):
    """What can be promised on each of the dates.

    >>> _promises(10, [(1, -4), (3, 20), (5, -15)], [1, 2, 3, 5])
    [6, 6, 11, 11]
    """
    days = [day for day, _quantity in planned]
    levels = [*accumulate((quantity for _day, quantity in planned), initial=start)]
    worst = [*accumulate(reversed(levels), min)][::-1]  # worst level from a step on
    promises = []
    step = 0
    for date in dates:
        while step < len(days) and days[step] <= date:
            step += 1
        promises.append(worst[step])
    return promises


class StockMove(models.Model):
    _inherit = "stock.move"

    _crm_open = models.Index(
        "(product_id, date) WHERE state IN ('waiting', 'confirmed', 'partially_available', 'assigned')"
    )
    _crm_open_by_date = models.Index(
        "(date, id) WHERE state IN ('waiting', 'confirmed', 'partially_available', 'assigned')"
    )
