from datetime import timedelta

from odoo import Command, fields, models

from ..tools.northwind import read_csv

MADE = "P003"
BATCHES = (0.6, 0.4)  # of what is ordered


class CrmDemoCompany(models.AbstractModel):
    """What the demo company makes for its contracts: in batches, with a part of its own, operation by operation."""

    _inherit = "crm.demo.company"

    def _create_work_preparation(self):
        """The part that the made product needs, made to order, and the operations of both at their work centres."""
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)
        to_order = warehouse.mto_pull_id.route_id
        to_order.sudo().active = True  # sudo: a setting of the company
        products = {MADE: self._demo_product(MADE)}
        stock = {}
        for row in read_csv("company", "parts"):
            part = products[row["code"]] = self.env["product.product"].create(
                {
                    "name": row["name"],
                    "default_code": row["code"],
                    "is_storable": True,
                    "sale_ok": False,
                    "standard_price": float(row["cost"]),
                }
            )
            if float(row["stock"]):
                stock[part] = float(row["stock"])
            else:
                part.route_ids = to_order | warehouse.manufacture_pull_id.route_id
            whole = products[row["part_of"]]
            line = {"product_id": part.id, "product_qty": float(row["quantity"])}
            if whole.bom_ids:
                whole.bom_ids.bom_line_ids = [Command.create(line)]
            else:
                whole.bom_ids.create(
                    {"product_tmpl_id": whole.product_tmpl_id.id, "bom_line_ids": [Command.create(line)]}
                )
        self._put_in_stock(stock)
        Centre = self.env["mrp.workcenter"]
        for place, row in enumerate(read_csv("company", "operations")):
            centre = Centre.search([("name", "=", row["centre"])]) or Centre.create({"name": row["centre"]})
            operation = {
                "name": row["name"],
                "workcenter_id": centre.id,
                "sequence": place,
                "time_mode": "manual",
                "time_cycle_manual": float(row["minutes"]),
            }
            products[row["product"]].bom_ids.operation_ids = [Command.create(operation)]

    def _make_for_order(self, order, engineer):
        """Production orders of a contract's order: the first batch at its operations, the second waits for its part."""
        now = fields.Datetime.now()
        for line in order.order_line.filtered(lambda line: line.product_id.default_code == MADE):
            batches = self.env["mrp.production"].create(
                [
                    {
                        "product_id": line.product_id.id,
                        "bom_id": line.product_id.bom_ids.id,
                        "product_qty": line.product_uom_qty * share,
                        "sale_line_id": line.id,
                        "origin": order.name,
                        "date_start": now + timedelta(days=place),
                        "date_deadline": now + timedelta(days=10 + 3 * place),
                    }
                    for place, share in enumerate(BATCHES)
                ]
            )
            for batch in batches:  # one after the other, so that each has a part of its own
                batch.action_confirm()
                batch.production_group_id.child_ids.production_ids.action_start()
            parts = batches.production_group_id.child_ids.production_ids.sorted("id")
            parts[0].qty_producing = parts[0].product_qty
            parts[0].set_qty_producing()
            parts[0].with_context(skip_consumption=True).button_mark_done()
            for operation in (parts[1].workorder_ids[0], batches[0].workorder_ids[0]):
                operation.with_user(engineer).button_start()
                operation.with_user(engineer).button_finish()
            for operation in (parts[1].workorder_ids[1], batches[0].workorder_ids[1]):
                operation.with_user(engineer).button_start()
