import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

ROUNDS = 10


@tagged("post_install", "-at_install")
class TestRaces(BaseCase):
    """Two people at once, on real connections: the last pieces of an order line go into one request only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's own test runner holds this lock while tests run; the threads would wait for it for ever.
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())
        cls.pauses = cls.startClassPatcher(patch("odoo.service.model.time"))  # before a call is repeated
        cls.addClassCleanup(cls.clean_up)
        with cls.registry.cursor() as cr:
            env = cls.environment(cr)
            cls.product_id = env["product.product"].create({"name": "Race", "is_storable": True}).id
            partner = env["res.partner"].create({"name": "Race", "is_crm_customer": True})
            cls.partner_id = partner.id
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "order_line": [
                        Command.create({"product_id": cls.product_id, "product_uom_qty": 10, "price_unit": 1})
                    ],
                }
            )
            # as confirmed, without deliveries: only the open quantity counts here
            order.with_context(skip_procurement=True).write({"state": "sale"})
            cls.order_id, cls.line_id = order.id, order.order_line.id

    @staticmethod
    def environment(cr):
        return api.Environment(cr, SUPERUSER_ID, {"mail_notrack": True, "tracking_disable": True})

    @classmethod
    def clean_up(cls):
        with cls.registry.cursor() as cr:
            env = cls.environment(cr)
            env["crm.shipment.request"].search([("partner_id", "=", cls.partner_id)]).unlink()
            order = env["sale.order"].browse(cls.order_id)
            order._action_cancel()
            order.unlink()
            env["product.product"].browse(cls.product_id).product_tmpl_id.unlink()
            env["res.partner"].browse(cls.partner_id).unlink()

    def call(self, work):
        """Do `work(env)` as the web client's calls are done: repeated after a conflict; its outcome, or its refusal."""
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            try:
                return retrying(lambda: work(env), env)
            except UserError as error:
                cr.rollback()
                return error

    def meet(self, *works):
        start, results = threading.Barrier(len(works)), [None] * len(works)

        def act(index, work):
            start.wait(20)
            try:
                results[index] = self.call(work)
            except Exception as error:
                results[index] = AssertionError(f"not a clear message: {error!r}")

        threads = [threading.Thread(target=act, args=(index, work)) for index, work in enumerate(works)]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        for result in results:
            self.assertNotIsInstance(result, AssertionError, result)
        return results

    def requesting(self, quantity):
        def work(env):
            return (
                env["crm.shipment.request"]
                .create(
                    {
                        "partner_id": self.partner_id,
                        "partner_shipping_id": self.partner_id,
                        "line_ids": [Command.create({"order_line_id": self.line_id, "quantity": quantity})],
                    }
                )
                .id
            )

        return work

    def test_two_requests_for_the_last_pieces(self):
        for _round in range(ROUNDS):
            results = self.meet(self.requesting(7), self.requesting(6))
            won = [result for result in results if isinstance(result, int)]
            self.assertEqual(len(won), 1, results)
            lost = next(result for result in results if isinstance(result, UserError))
            self.assertIn("Line 1", str(lost))
            self.call(lambda env, won=won: env["crm.shipment.request"].browse(won).unlink())
        self.assertTrue(self.pauses.sleep.called, "the threads never met: the test has shown nothing")

    def test_two_who_raise_the_quantity(self):
        first, second = self.call(self.requesting(3)), self.call(self.requesting(3))

        def raising(request_id):
            return lambda env: env["crm.shipment.request"].browse(request_id).line_ids.write({"quantity": 6})

        results = self.meet(raising(first), raising(second))
        self.assertEqual(sum(result is True for result in results), 1, results)
        self.call(lambda env: env["crm.shipment.request"].browse([first, second]).unlink())
