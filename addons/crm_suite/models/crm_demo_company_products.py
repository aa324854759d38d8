# Chinese data: the name of the demo company's warehouse
from odoo import Command, models

from ..tools.northwind import read_csv

FLOOR, COST = 0.85, 0.6  # of the list price


class CrmDemoCompany(models.AbstractModel):
    """What the demo company knows of its products: series, floor prices, costs, stock, bills of materials."""

    _inherit = "crm.demo.company"

    def _create_products(self):
        templates = self.env["product.template"].search([("default_code", "=like", "P%")])
        templates.write({"is_storable": True, "crm_origin_id": self.env.ref("base.cn").id})
        for row in read_csv("company", "product_series"):
            series = self.env["crm.product.series"].create({"name": row["category"], "code": row["code"]})
            templates.filtered(lambda one, row=row: one.categ_id.name == row["category"]).write(
                {"crm_series_id": series.id, "crm_hs_code": row["hs_code"] or False}
            )
        for template in templates:
            template.write(
                {
                    "crm_floor_price": round(template.list_price * FLOOR, 2),
                    "standard_price": round(template.list_price * COST, 2),
                }
            )
        stock = {product: product.id * 37 % 400 + 100 for product in templates.product_variant_id}
        self._put_in_stock(stock | self._create_materials(templates))

    def _create_materials(self, templates):
        """What three products are filled into, with their bills of materials.

        :return: {product: quantity in stock}
        """
        components, stock = {}, {}
        for row in read_csv("company", "materials"):
            material = self.env["product.product"].create(
                {
                    "name": row["name"],
                    "default_code": row["code"],
                    "is_storable": True,
                    "sale_ok": False,
                    "standard_price": float(row["cost"]),
                }
            )
            stock[material] = float(row["stock"])
            for code in row["products"].split("|"):
                components.setdefault(code, []).append(
                    Command.create({"product_id": material.id, "product_qty": float(row["quantity"])})
                )
        for code, lines in components.items():
            template = templates.filtered(lambda one, code=code: one.default_code == code)
            self.env["mrp.bom"].create({"product_tmpl_id": template.id, "bom_line_ids": lines})
        return stock

    def _put_in_stock(self, quantities):
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)
        warehouse.sudo().name = "上海总仓"  # sudo: a setting of the company
        self.env["stock.quant"].with_context(inventory_mode=True).create(
            [
                {
                    "product_id": product.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "inventory_quantity": quantity,
                }
                for product, quantity in quantities.items()
            ]
        ).action_apply_inventory()
