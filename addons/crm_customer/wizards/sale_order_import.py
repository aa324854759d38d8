from datetime import time
from operator import attrgetter

from odoo import Command, models
from odoo.tools import groupby

ORDER_FIELDS = ("partner_id", "date_order", "user_id", "commitment_date", "client_order_ref", "currency_id")
ACTIVE_OR_NOT = ("active", "in", (True, False))


class CrmSaleOrderImport(models.TransientModel):
    """Orders of the past, each row a line of one. Their numbers, dates and amounts are taken over as they are."""

    _name = "crm.sale.order.import"
    _inherit = ["crm.import.wizard"]
    _description = "Order History Import"
    _import_model = "sale.order"
    _import_group_column = "name"

    # HOOKS
    def _import_columns(self):
        column = self._import_column
        line = self.env["sale.order.line"].fields_get(
            ["product_id", "product_uom_qty", "price_unit", "discount"], ["string"]
        )
        return [
            column(
                "name",
                label=self.env._("Order Number"),
                required=True,
                example="SO-2024-0001",
                help=self.env._("Rows with the same number are the lines of one order. Existing orders are skipped."),
            ),
            column(
                "partner_id",
                required=True,
                example="C2024-0001",
                match=("customer_code", "name"),
                domain=[("is_crm_customer", "=", True)],
                help=self.env._("Customer code or exact name"),
            ),
            column("date_order", required=True, example="2024-07-04", help=""),
            column(
                "user_id",
                match=("login", "name"),
                domain=[("share", "=", False), ACTIVE_OR_NOT],
                help=self.env._("Login or name. Empty: the customer's salesperson."),
            ),
            column(
                "product_id",
                label=line["product_id"]["string"],
                type="many2one",
                comodel="product.product",
                required=True,
                example="P-0001",
                match=("default_code", "name"),
                domain=[ACTIVE_OR_NOT],
                help=self.env._("Internal reference or exact name"),
            ),
            column(
                "product_uom_qty", label=line["product_uom_qty"]["string"], type="float", required=True, example="12"
            ),
            column(
                "price_unit",
                label=line["price_unit"]["string"],
                type="float",
                required=True,
                example="98.5",
                help=self.env._("Without tax, in the order's currency"),
            ),
            column("discount", label=line["discount"]["string"], type="float", example="5"),
            column("commitment_date", help=""),
            column("client_order_ref", label=self.env._("Customer's Order Number")),
            column(
                "currency_id",
                label=self.env._("Currency"),
                help=self.env._("Code like USD. Empty: the company's currency."),
            ),
        ]

    def _import_parse_moment(self, cell):
        """A day without a time is noon, which is the same day in nearly all time zones."""
        moment = super()._import_parse_moment(cell)
        return moment.replace(hour=12) if moment.time() == time() else moment

    def _import_prepare_rows(self, rows):
        for order_rows in self._orders(rows):
            order = {}
            for row in order_rows:
                for name in ORDER_FIELDS:
                    value = row.values.get(name)
                    if value and order.setdefault(name, value) != value:
                        row.add_error(self.env._("Another row of this order says something else."), name)

    def _import_check_rows(self, rows):
        names = {row.values["name"] for row in rows}
        existing = self.env["sale.order"].search_fetch(
            [("name", "in", list(names)), ("company_id", "=", self.env.company.id)], ["name"]
        )
        existing_names = set(existing.mapped("name"))
        for row in rows:
            if row.values["name"] in existing_names:
                row.skip()
                continue
            if not row.values["product_uom_qty"]:
                row.add_error(self.env._("The quantity must not be 0."), "product_uom_qty")
            if row.values["price_unit"] < 0:
                row.add_error(self.env._("The price must not be negative."), "price_unit")
            if not 0 <= (row.values.get("discount") or 0) <= 100:
                row.add_error(self.env._("The discount must lie between 0 and 100."), "discount")

    def _import_rows(self, rows):
        # no log of every field; and made as quotations, so that nothing is delivered, purchased or invoiced for them
        self = self.with_context(tracking_disable=True)
        documents = self._orders(rows)
        orders = self.env["sale.order"].create([self._order_values(order_rows) for order_rows in documents])
        line_values = []
        for order, order_rows in zip(orders, documents, strict=True):
            # before there are lines to round: a new order takes its price list's currency, whatever is given
            order.currency_id = self._order_facts(order_rows).get("currency_id") or order.company_id.currency_id
            line_values += [{"order_id": order.id, **self._order_line_values(row)} for row in order_rows]
        self.env["sale.order.line"].create(line_values)
        orders.write({"state": "sale", "locked": True})
        for row in rows:
            row.outcome = "created"

    # BUSINESS
    def _orders(self, rows):
        """The rows by order."""
        return [order_rows for _number, order_rows in groupby(rows, attrgetter("group"))]

    def _order_facts(self, rows):
        """What any of the order's rows says about the order."""
        return {name: row.values[name] for row in rows for name in ORDER_FIELDS if row.values.get(name)}

    def _order_values(self, rows):
        return {
            **self._order_facts(rows),
            "name": rows[0].values["name"],
            "company_id": self.env.company.id,
            "crm_is_history": True,
            "validity_date": False,
            "note": False,
        }

    def _order_line_values(self, row):
        quantity = row.values["product_uom_qty"]
        return {
            "product_id": row.values["product_id"],
            "product_uom_qty": quantity,
            "qty_delivered": quantity,
            "price_unit": row.values["price_unit"],
            "discount": row.values.get("discount") or 0,
            "tax_ids": [Command.clear()],
            "analytic_distribution": False,
        }
