from odoo import Command

from odoo.addons.crm_customer.tests.common import CustomerCase


class ProductCase(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rd_manager = cls.new_user("rd_manager")
        cls.buyer = cls.new_user("buyer")
        cls.series = cls.env["crm.product.series"].create({"name": "Oscillators", "code": "XO"})
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.env.company.id)], limit=1)
        cls.stock = cls.warehouse.lot_stock_id
        cls.worker = (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": "Worker",
                    "login": "worker",
                    "group_ids": [
                        Command.link(cls.env.ref("stock.group_stock_user").id),
                        Command.link(cls.env.ref("mrp.group_mrp_user").id),
                    ],
                }
            )
        )

    @classmethod
    def new_product(cls, name, **values):
        return cls.env["product.product"].create({"name": name, "is_storable": True, "list_price": 100.0, **values})

    @classmethod
    def new_bom(cls, product, components, quantity=1.0, kind="normal", **values):
        """:param components: {product: quantity}"""
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_qty": quantity,
                "type": kind,
                "bom_line_ids": [
                    Command.create({"product_id": component.id, "product_qty": component_quantity})
                    for component, component_quantity in components.items()
                ],
                **values,
            }
        )

    @classmethod
    def put_in_stock(cls, product, quantity, location=None):
        cls.env["stock.quant"]._update_available_quantity(product, location or cls.stock, quantity)

    @classmethod
    def new_order(cls, customer, product, quantity=1.0, price=100.0, user=None):
        return (
            cls.env["sale.order"]
            .with_user(user or cls.seller)
            .create(
                {
                    "partner_id": customer.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": quantity,
                                "price_unit": price,
                                "tax_ids": False,
                            }
                        )
                    ],
                }
            )
        )

    def deliver(self, order, user=None):
        picking = order.sudo().picking_ids.with_user(user or self.worker)
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(set(picking.mapped("state")), {"done"})
