import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

ROUNDS = 8


class RaceCase(BaseCase):
    """Two people do something with one contract at once, on real connections."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's own test runner holds this lock while tests run; the threads would wait for it for ever.
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())
        cls.startClassPatcher(patch("odoo.service.model.time"))  # before a call is repeated
        cls.addClassCleanup(cls.clean_up)
        with cls.registry.cursor() as cr:
            env = cls.environment(cr)
            cls.partner_id = env["res.partner"].create({"name": "Race", "is_crm_customer": True}).id
            cls.contract_id = cls.new_contract(env).id
            # as approved; a number of its own draws none from the rule
            cr.execute(
                "UPDATE crm_contract SET name = 'RACE-1', state = 'approved', review_state = 'approved', version = 1"
                " WHERE id = %s",
                [cls.contract_id],
            )

    @classmethod
    def new_contract(cls, env):
        return env["crm.contract"].create({"partner_id": cls.partner_id})

    @staticmethod
    def environment(cr):
        return api.Environment(cr, SUPERUSER_ID, {"mail_notrack": True, "tracking_disable": True})

    @classmethod
    def clean_up(cls):
        with cls.registry.cursor() as cr:
            cls.clear(cr)
            cr.execute("DELETE FROM crm_contract WHERE id = %s", [cls.contract_id])
            cls.environment(cr)["res.partner"].browse(cls.partner_id).unlink()

    @classmethod
    def clear(cls, cr):
        """Take away what a round has left."""

    def race(self, *works):
        """Do all of it at the same time.

        :param works: functions of an environment
        :return: what each has returned, or the refusal that its user has read
        """
        start, results = threading.Barrier(len(works)), [None] * len(works)

        def run(index, work):
            start.wait(20)
            with self.registry.cursor() as cr:
                env = self.environment(cr)
                try:
                    results[index] = retrying(lambda: work(env), env)
                except UserError as error:
                    cr.rollback()
                    results[index] = error

        threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return results

    def assertOneWins(self, results):
        won = [result for result in results if not isinstance(result, Exception) and result]
        lost = [result for result in results if isinstance(result, UserError)]
        self.assertEqual((len(won), len(lost)), (1, 1), results)


@tagged("post_install", "-at_install")
class TestChangeRaces(RaceCase):
    @classmethod
    def clear(cls, cr):
        cr.execute("DELETE FROM crm_contract_change WHERE contract_id = %s", [cls.contract_id])

    def test_one_change_is_open(self):
        def begin(env):
            return env["crm.contract.change"].create({"contract_id": self.contract_id}).id

        for _round in range(ROUNDS):
            self.assertOneWins(self.race(begin, begin))
            with self.registry.cursor() as cr:
                self.clear(cr)


@tagged("post_install", "-at_install")
class TestOrderRaces(RaceCase):
    """Whatever two order or deliver of a line at once, it is never more than the contract says: ten pieces."""

    @classmethod
    def new_contract(cls, env):
        cls.product_id = env["product.product"].create({"name": "Race", "type": "consu"}).id
        cls.type_values = {}
        if "crm.order.type" in env:  # where orders are applications, these need no review
            Type = env["crm.order.type"]
            plain = {"shipment_review": False} if "shipment_review" in Type._fields else {}
            order_type = Type.create({"name": "Race", "code": "RACE", "needs_review": False, **plain})
            cls.type_values = {"order_type_id": order_type.id}
        line = {"product_id": cls.product_id, "quantity": 10, "price_unit": 1, "tax_ids": False}
        payment = {"name": "All", "percent": 100}
        contract = env["crm.contract"].create(
            {
                "partner_id": cls.partner_id,
                "line_ids": [Command.create(line)],
                "milestone_ids": [Command.create(payment)],
            }
        )
        cls.line_id = contract.line_ids.id
        return contract

    @classmethod
    def clear(cls, cr):
        orders = "SELECT id FROM sale_order WHERE crm_contract_id = %(contract)s"
        for statement in (
            "DELETE FROM stock_move_line WHERE product_id = %(product)s",
            "DELETE FROM stock_move WHERE product_id = %(product)s",
            f"DELETE FROM stock_picking WHERE sale_id IN ({orders})",
            "DELETE FROM sale_order_line WHERE product_id = %(product)s",
            "DELETE FROM sale_order WHERE crm_contract_id = %(contract)s",
        ):
            cr.execute(statement, {"product": cls.product_id, "contract": cls.contract_id})
        cr.execute(
            "UPDATE crm_contract_line SET qty_ordered = 0, qty_to_order = 10, qty_delivered = 0, qty_to_deliver = 10"
            " WHERE contract_id = %s",
            [cls.contract_id],
        )
        cr.execute("UPDATE crm_contract SET state = 'approved' WHERE id = %s", [cls.contract_id])

    @classmethod
    def clean_up(cls):
        result = super().clean_up()
        with cls.registry.cursor() as cr:
            env = cls.environment(cr)
            env["product.product"].browse(cls.product_id).unlink()
            if cls.type_values:
                env["crm.order.type"].browse(cls.type_values["order_type_id"]).unlink()
        return result

    def order(self, env, quantity):
        """:return: the new order of so much of the line, as the dialog makes it"""
        Order = env["sale.order"]
        before = Order.search([("crm_contract_id", "=", self.contract_id)])
        wizard = env["crm.contract.order"].create({"contract_id": self.contract_id, **self.type_values})
        wizard.line_ids.quantity = quantity
        wizard.action_make_orders()
        return Order.search([("crm_contract_id", "=", self.contract_id)]) - before

    def test_two_order_the_rest_at_once(self):
        def order_all(env):
            return self.order(env, 10).id

        for _round in range(ROUNDS):
            self.assertOneWins(self.race(order_all, order_all))
            with self.registry.cursor() as cr:
                line = self.environment(cr)["crm.contract.line"].browse(self.line_id)
                self.assertEqual((line.qty_ordered, sum(line.order_line_ids.mapped("product_uom_qty"))), (10, 10))
                self.clear(cr)

    def test_two_deliveries_at_once(self):
        """Of five and five that are ordered eight and eight are handed out: one of the two."""
        for _round in range(ROUNDS):
            with self.registry.cursor() as cr:
                env = self.environment(cr)
                moves = []
                for _order in range(2):
                    order = self.order(env, 5)
                    order.action_confirm()
                    moves.append(order.picking_ids.move_ids.id)

            def deliver(env, move_id):
                move = env["stock.move"].browse(move_id)
                move.write({"quantity": 8, "picked": True})
                return move.picking_id._action_done() or True

            self.assertOneWins(self.race(*(lambda env, move_id=move_id: deliver(env, move_id) for move_id in moves)))
            with self.registry.cursor() as cr:
                line = self.environment(cr)["crm.contract.line"].browse(self.line_id)
                self.assertEqual((line.qty_ordered, line.qty_delivered), (10, 8))
                self.clear(cr)
