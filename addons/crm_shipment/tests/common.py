from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.crm_customer.tests.common import CustomerCase


class ShipmentCase(CustomerCase):
    """Confirmed orders of a type whose shipments are reviewed by the boss, and goods in the stock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})  # messages are compared
        cls.env.company.write({"crm_shipment_review": False, "crm_shipment_quality": False})
        cls.engineer = cls.new_user("engineer", department=cls.north)
        cls.accountant = cls.new_user("receivables_accountant", department=cls.finance)
        cls.storeman = new_test_user(cls.env, "storeman", groups="stock.group_stock_user")
        cls.order_type = cls.env["crm.order.type"].create(
            {"name": "Domestic", "code": "T1", "needs_review": False, "shipment_review": True}
        )
        cls.overseas_type = cls.env["crm.order.type"].create(
            {"name": "Overseas", "code": "T2", "needs_review": False, "shipment_review": True, "is_overseas": True}
        )
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.env.company.id)], limit=1)
        cls.product = cls.new_product("Crystal 10 MHz", 1000)
        cls.customer = cls.new_customer("Nordic Radio AB")
        cls.flow = cls.new_flow()

    @classmethod
    def new_flow(cls):
        """The boss approves; before him the accountant where the customer is overdue."""
        kind = cls.env.ref("crm_shipment.crm_review_kind_shipment_request")
        cls.env["crm.review.flow"].search([("kind_id", "=", kind.id), ("state", "=", "published")]).action_retire()
        steps = [
            {"name": "Credit", "rank": 1, "user_ids": cls.accountant, "domain": "[('crm_credit_overdue', '=', True)]"},
            {"name": "Boss", "rank": 2, "user_ids": cls.boss},
        ]
        flow = cls.env["crm.review.flow"].create(
            {
                "name": "Shipments",
                "kind_id": kind.id,
                "step_ids": [
                    Command.create(step | {"who": "users", "user_ids": [Command.set(step["user_ids"].ids)]})
                    for step in steps
                ],
            }
        )
        flow.action_publish()
        return flow

    @classmethod
    def new_product(cls, name, stock=0, **values):
        product = cls.env["product.product"].create(
            {
                "name": name,
                "is_storable": True,
                "list_price": 2.5,
                "weight": 0.01,
                "crm_hs_code": "8541600000",
                "crm_declaration_elements": "Use: oscillator|Brand: none",
                **values,
            }
        )
        if stock and product.tracking == "none":
            cls.env["stock.quant"]._update_available_quantity(product, cls.warehouse.lot_stock_id, stock)
        return product

    @classmethod
    def new_order(cls, *lines, user=None, confirm=True, **values):
        """A confirmed order of the seller.

        :param lines: (product, quantity) or (product, quantity, price)
        """
        order = (
            cls.env["sale.order"]
            .with_user(user or cls.seller)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "crm_order_type_id": cls.order_type.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": line[0].id,
                                "product_uom_qty": line[1],
                                "price_unit": line[2] if len(line) > 2 else 2.5,
                                "tax_ids": False,
                            }
                        )
                        for line in lines or [(cls.product, 100)]
                    ],
                    **values,
                }
            )
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def new_overseas_order(cls, *lines, **values):
        return cls.new_order(
            *lines,
            crm_order_type_id=cls.overseas_type.id,
            **{
                "incoterm": cls.env.ref("account.incoterm_CIF").id,
                "crm_port_loading": "Shanghai",
                "crm_port_discharge": "Gothenburg",
                "crm_destination_country_id": cls.env.ref("base.se").id,
                "crm_marks": "NORDIC\nGOTHENBURG",
                "crm_freight": 30,
                "crm_insurance": 2,
                **values,
            },
        )

    @classmethod
    def new_request(cls, order, quantity=None, user=None):
        """A shipment request of all that an order has open, or of a quantity of its first line."""
        lines = order.order_line[:1] if quantity else order.order_line
        return (
            cls.env["crm.shipment.request"]
            .with_user(user or cls.seller)
            .create(
                {
                    "partner_id": order.partner_id.id,
                    "partner_shipping_id": order.partner_shipping_id.id,
                    "line_ids": [
                        Command.create({"order_line_id": line.id, "quantity": quantity or line.crm_open_qty})
                        for line in lines
                    ],
                }
            )
        )

    def approve(self, request, *users):
        """Submit and have a request approved, by the boss unless others are named."""
        if request.review_state != "pending":
            request.action_review_submit()
        for user in users or [self.boss]:
            self.task(request, user).action_approve()
        return request

    def task(self, request, user):
        task = self.env["crm.review.line"].search(
            [
                ("res_model", "=", request._name),
                ("res_id", "=", request.id),
                ("user_id", "=", user.id),
                ("state", "=", "pending"),
            ]
        )
        self.assertEqual(len(task), 1, f"{user.name} has {len(task)} open tasks")
        return task.with_user(user)

    def refused(self, call, *args, message=None, error=UserError, **kwargs):
        """Whether a call is refused with a clear message and changes nothing."""
        with self.assertRaises(error) as raised, self.env.cr.savepoint():
            call(*args, **kwargs)
        if message:
            self.assertIn(message, str(raised.exception))

    def denied(self, call, *args, **kwargs):
        self.refused(call, *args, error=AccessError, **kwargs)

    def pack(self, request, *cartons, user=None):
        """Put cartons of (quantity per carton, count) of the first line into a request."""
        number = 1
        for quantity, count in cartons:
            request.with_user(user or self.storeman).package_ids.create(
                {
                    "request_id": request.id,
                    "carton_from": number,
                    "carton_to": number + count - 1,
                    "carton_length": 40,
                    "carton_width": 30,
                    "carton_height": 25,
                    "gross_weight": quantity * 0.01 + 0.5,
                    "line_ids": [Command.create({"request_line_id": request.line_ids[:1].id, "quantity": quantity})],
                }
            )
            number += count

    def overdue_invoice(self, amount=500, days=40):
        """An invoice of the customer that should have been paid."""
        company = self.env.company
        if not company.chart_template:
            self.env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        date = fields.Date.subtract(fields.Date.today(), days=days)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": date,
                "invoice_date_due": date,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [Command.create({"name": "Goods", "price_unit": amount, "tax_ids": False})],
            }
        )
        invoice.action_post()
        return invoice
