from odoo import Command, fields
from odoo.exceptions import UserError

from odoo.addons.crm_customer.tests.common import CustomerCase


class ApplicationCase(CustomerCase):
    """A salesperson with a customer, an engineer and a buyer, products that are made and bought."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.review.flow"].search([("state", "=", "published")]).action_retire()
        cls.engineer = cls.new_user("engineer", "engineer", cls.finance)
        cls.colleague = cls.new_user("engineer", "colleague", cls.finance)
        cls.buyer = cls.new_user("buyer", "buyer", cls.finance)
        cls.customer = cls.new_customer("Shanghai Example Electronics")
        cls.product = cls.new_product("Crystal")
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.env.company.id)], limit=1)

    @classmethod
    def new_product(cls, name, **values):
        return cls.env["product.product"].create({"name": name, "type": "consu", "is_storable": True, **values})

    @classmethod
    def new_flow(cls, model, user):
        """A flow in force by which a user approves the documents of a model."""
        kind = cls.env["crm.review.kind"].search([("model", "=", model)])
        flow = cls.env["crm.review.flow"].create(
            {
                "name": "Test flow",
                "kind_id": kind.id,
                "step_ids": [
                    Command.create({"name": "Decision", "rank": 1, "who": "users", "user_ids": [Command.set(user.ids)]})
                ],
            }
        )
        flow.action_publish()
        return flow

    def approve(self, document, user):
        task = self.env["crm.review.line"].search(
            [("res_model", "=", document._name), ("res_id", "=", document.id), ("state", "=", "pending")]
        )
        self.assertEqual(task.user_id, user)
        task.with_user(user).action_approve()
        document.invalidate_recordset()

    @classmethod
    def put_in_stock(cls, product, quantity):
        cls.env["stock.quant"]._update_available_quantity(product, cls.warehouse.lot_stock_id, quantity)

    def deliver(self, pickings):
        """The warehouse delivers all of these transfers."""
        for picking in pickings.sudo():
            picking.action_assign()
            picking.move_ids.picked = True
            picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
            self.assertEqual(picking.state, "done")

    def refused(self, call, *args, message=None, **kwargs):
        """Whether a call is refused with a clear message."""
        with self.assertRaises(UserError) as raised, self.env.cr.savepoint():
            call(*args, **kwargs)
            self.env.flush_all()
        self.assertTrue(str(raised.exception).strip())
        if message:
            self.assertIn(message, str(raised.exception))

    def activities(self, document, user):
        return self.env["mail.activity"].search(
            [("res_model", "=", document._name), ("res_id", "=", document.id), ("user_id", "=", user.id)]
        )

    def today(self, days=0):
        return fields.Date.add(fields.Date.context_today(self.env.user), days=days)
