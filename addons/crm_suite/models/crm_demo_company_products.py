# Chinese data: the name of the demo company's warehouse
from datetime import timedelta

from odoo import Command, fields, models

from ..tools.northwind import read_csv

FLOOR, COST = 0.85, 0.6  # of the list price


class CrmDemoCompany(models.AbstractModel):
    """What the demo company knows of its products, from series and costs to certificates and customer part numbers."""

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
        self._create_certificates(templates)
        self._create_customer_codes(templates)

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

    def _create_certificates(self, templates):
        """Certificates of which one has expired and some are about to, so that their reminders are there."""
        Certificate, Type = self.env["crm.product.certificate"], self.env["crm.product.certificate.type"]
        today = fields.Date.context_today(self)
        for row in read_csv("company", "certificates"):
            kind = Type.search([("name", "=", row["type"])]) or Type.create({"name": row["type"]})
            codes = row["products"].split("|")
            Certificate.create(
                {
                    "type_id": kind.id,
                    "number": row["number"],
                    "product_tmpl_ids": templates.filtered(lambda one, codes=codes: one.default_code in codes).ids,
                    "issuer": row["issuer"],
                    "issue_date": today - timedelta(days=int(row["issued_days_ago"])),
                    "expiry_date": row["expires_in_days"] and today + timedelta(days=int(row["expires_in_days"])),
                    "user_id": self.env["res.users"].search([("login", "=", row["login"])]).id,
                }
            )
        Certificate.sudo()._cron_notices()  # sudo: as the scheduler does

    def _create_customer_codes(self, templates):
        products = {product.default_code: product for product in templates.product_variant_id}
        customers = self.env["res.partner"].search([("customer_code", "!=", False)]).grouped("customer_code")
        self.env["crm.product.customer.code"].create(
            [
                {
                    "crm_customer_id": customers[row["customer"]].id,
                    "product_id": products[row["product"]].id,
                    "code": row["code"],
                    "name": row["name"],
                }
                for row in read_csv("company", "customer_codes")
            ]
        )

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
