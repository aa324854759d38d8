from odoo import api, models
from odoo.tools import SQL


class CrmProductPageMixin(models.AbstractModel):
    """A page of figures of what is sold; the model has a many2one ``series_id`` to the product series."""

    _name = "crm.product.page.mixin"
    _description = "Analysis Page of Products"
    _inherit = ["crm.analysis.page.mixin"]

    @api.model
    def _page_sold(self, query, measure="measure", **columns):
        """Quantities by month and the shares of the product series, in the products' own units.

        :param query: of the lines sold; it is grouped here
        :param measure: what the quantity of a series is called
        :param columns: ``SQL`` of each line's ``month`` (1 to 12), ``product_id``, ``uom_id``, ``quantity`` in that
            unit, and ``amount`` in the reader's currency
        """
        groups = {name: columns[name] for name in ("month", "product_id", "uom_id")}
        query.add_where(SQL("%s IS NOT NULL", groups["product_id"]))
        query.groupby = SQL(", ").join(groups.values())
        rows = self.env.execute_query(
            SQL(
                """
                WITH sold AS MATERIALIZED (%s), product AS MATERIALIZED (
                     SELECT product.id, template.crm_series_id, uom.factor
                       -- few as a rule, so that the planner looks them up instead of reading all products
                       FROM (SELECT DISTINCT product_id FROM sold) AS one
                       JOIN product_product product ON product.id = one.product_id
                       JOIN product_template template ON template.id = product.product_tmpl_id
                       JOIN uom_uom uom ON uom.id = template.uom_id)
                SELECT GROUPING(sold.month), COALESCE(sold.month, product.crm_series_id), SUM(sold.amount),
                       SUM(sold.quantity * uom.factor / product.factor)
                  FROM sold
                  JOIN product ON product.id = sold.product_id
                  JOIN uom_uom uom ON uom.id = sold.uom_id
                 GROUP BY GROUPING SETS ((sold.month), (product.crm_series_id))
                """,
                query.select(
                    *(SQL("%s AS %s", column, SQL.identifier(name)) for name, column in groups.items()),
                    *(SQL("SUM(%s) AS %s", columns[name], SQL.identifier(name)) for name in ("amount", "quantity")),
                ),
            )
        )
        by_month = {number: quantity for is_series, number, _amount, quantity in rows if not is_series}
        series = [row[1:] for row in rows if row[0]]
        return {
            "quantities": [float(by_month.get(number) or 0) for number in range(1, 13)],
            "series": self._page_share("series_id", series, measure),
        }
