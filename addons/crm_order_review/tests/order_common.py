from odoo import Command, fields
from odoo.exceptions import UserError

from odoo.addons.crm_customer.tests.common import CustomerCase


class OrderCase(CustomerCase):
    """A reviewed order type, a flow of two people, products with a floor price."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.review.flow"].search([("state", "=", "published")]).action_retire()
        cls.engineer = cls.new_user("engineer", department=cls.finance)
        cls.accountant = cls.new_user("receivables_accountant", department=cls.finance)
        Type = cls.env["crm.order.type"]
        # deliveries are reviewed where the add-on of shipments is there, which is not the subject here
        plain = {"shipment_review": False} if "shipment_review" in Type._fields else {}
        cls.type = Type.create({"name": "Department 1", "code": "D1", **plain})
        cls.free_type = Type.create({"name": "Service", "code": "SV", "needs_review": False, **plain})
        cls.overseas = Type.create({"name": "Overseas", "code": "OV", "is_overseas": True, **plain})
        cls.new_flow("sale_order", cls.engineer, cls.boss)
        cls.new_flow("order_revision", cls.engineer)
        cls.product = cls.env["product.product"].create(
            {
                "name": "Oscillator",
                "type": "consu",
                "is_storable": True,
                "list_price": 10,
                "standard_price": 4,
                "crm_floor_price": 8,
                "taxes_id": [Command.clear()],
            }
        )
        cls.crystal = cls.product.copy({"name": "Crystal", "list_price": 5, "crm_floor_price": 0})
        cls.customer = cls.new_customer("Hangzhou Clock Works")
        cls.today = fields.Date.today()

    @classmethod
    def new_flow(cls, kind, *people, **last):
        """A flow in which these people decide one after the other; ``last`` completes the last step."""
        steps = [
            {"name": user.login, "rank": rank, "who": "users", "user_ids": [Command.set(user.ids)]}
            for rank, user in enumerate(people, start=1)
        ]
        steps[-1] |= last
        flow = cls.env["crm.review.flow"].create(
            {
                "name": f"Flow of {kind}",
                "kind_id": cls.env.ref(f"crm_order_review.crm_review_kind_{kind}").id,
                "step_ids": [Command.create(step) for step in steps],
            }
        )
        flow.action_publish()
        return flow

    def new_order(self, *lines, user=None, **values):
        """An application of the seller with a line of 10 oscillators unless others are given."""
        lines = lines or ({},)
        values = {"crm_order_type_id": self.type.id} | values
        return (
            self.env["sale.order"]
            .with_user(user or self.seller)
            .create(
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create({"product_id": self.product.id, "product_uom_qty": 10, "price_unit": 10, **line})
                        for line in lines
                    ],
                    **values,
                }
            )
        )

    def new_approved(self, *lines, **values):
        order = self.new_order(*lines, **values)
        order.action_review_submit()
        self.approve(order, self.engineer, self.boss)
        return order

    def task(self, document, user):
        line = (
            self.env["crm.review.line"]
            .sudo()
            .search(
                [
                    ("res_model", "=", document._name),
                    ("res_id", "=", document.id),
                    ("user_id", "=", user.id),
                    ("state", "=", "pending"),
                ]
            )
        )
        self.assertEqual(len(line), 1, f"{user.login} has {len(line)} open tasks")
        return line.with_user(user).sudo(False)

    def approve(self, document, *users):
        for user in users:
            self.task(document, user).action_approve()

    def refused(self, call, *args, message=None, error=UserError):
        """Whether a call is refused and changes nothing.

        :param str message: part of the message, in English
        """
        with self.assertRaises(error) as raised, self.env.cr.savepoint():
            call(*args)
        if message:
            self.assertIn(message, str(raised.exception))
