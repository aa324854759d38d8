import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

CLAIMS, CONNECTIONS = 200, 20


@tagged("post_install", "-at_install")
class TestCustomerClaimRaces(BaseCase):
    """Many claims at once, on real connections: exactly one gets the customer, and no limit is passed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's own test runner holds this lock while tests run; the threads would wait for it for ever.
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())
        cls.pauses = cls.startClassPatcher(patch("odoo.service.model.time"))  # before a call is repeated
        cls.slots = threading.BoundedSemaphore(CONNECTIONS)
        cls.addClassCleanup(cls.clean_up)
        with cls.environment(commit=True) as env:
            role = env.ref("crm_base.res_users_role_salesperson").id
            cls.user_ids = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": f"Racer {n}",
                            "login": f"racer_{n}",
                            "role_line_ids": [Command.create({"role_id": role})],
                        }
                        for n in range(10)
                    ]
                )
                .ids
            )
            pool = env["crm.customer.pool"].create({"name": "Races", "user_ids": [Command.set(cls.user_ids)]})
            cls.pool_id = pool.id
            cls.customer_ids = (
                env["res.partner"]
                .create(
                    [
                        {
                            "name": f"第{n}竞争站",
                            "is_crm_customer": True,
                            "crm_pool_id": pool.id,
                            "duplicate_reason": "test",
                        }
                        for n in range(24)
                    ]
                )
                .ids
            )

    @classmethod
    def clean_up(cls):
        with cls.environment(commit=True) as env:
            customers = env["res.partner"].browse(cls.customer_ids)
            env["crm.customer.claim"].search([("partner_id", "in", customers.ids)]).unlink()
            env.cr.execute("DELETE FROM crm_customer_owner_history WHERE partner_id = ANY(%s)", [customers.ids])
            env.cr.execute("DELETE FROM res_partner WHERE id = ANY(%s)", [customers.ids])
            env["crm.customer.pool"].browse(cls.pool_id).unlink()
            env.registry.clear_cache()
            env["res.users"].browse(cls.user_ids).unlink()

    @classmethod
    @contextmanager
    def environment(cls, uid=SUPERUSER_ID, commit=False):
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, uid, {"mail_notrack": True, "tracking_disable": True})
            if commit:
                cr.commit()  # pylint: disable=invalid-commit

    def setUp(self):
        super().setUp()
        with self.environment(commit=True) as env:
            env.cr.execute("DELETE FROM crm_customer_claim WHERE pool_id = %s", [self.pool_id])
            pool = env["crm.customer.pool"].browse(self.pool_id)
            pool.write({"daily_limit": 0, "private_limit": 0})
            env["res.partner"].browse(self.customer_ids)._crm_change_owner("released", pool=pool)

    def claim(self, uid, customer_id):
        """As the web client's call: repeated after a conflict. Its result, or its refusal in words."""
        with self.slots, self.environment(uid) as env:
            try:
                retrying(lambda: env["crm.customer.pool.customer"].browse(customer_id).action_claim(), env)
                return True
            except UserError as error:
                env.cr.rollback()
                return str(error)

    def meet(self, actors):
        """Let all (uid, customer id) claim at once.

        :return: list of what each of them got
        """
        start, results = threading.Barrier(len(actors)), [None] * len(actors)

        def act(index, actor):
            start.wait(20)
            try:
                results[index] = self.claim(*actor)
            except Exception as error:
                results[index] = AssertionError(f"not a clear message: {error!r}")

        before = threading.stack_size(1 << 20)  # 200 stacks of the usual size are more than Odoo's memory limit gives
        self.addCleanup(threading.stack_size, before)
        threads = [threading.Thread(target=act, args=(index, actor)) for index, actor in enumerate(actors)]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        for result in results:
            self.assertNotIsInstance(result, AssertionError, result)
            self.assertTrue(result)
        return results

    def owned(self):
        with self.environment() as env:
            return [customer.user_id.id for customer in env["res.partner"].browse(self.customer_ids)]

    def test_one_of_two_hundred(self):
        customer_id = self.customer_ids[0]
        with self.environment() as env:
            before = len(env["res.partner"].browse(customer_id).owner_history_ids)
        actors = [(self.user_ids[n % len(self.user_ids)], customer_id) for n in range(CLAIMS)]
        results = self.meet(actors)
        won = [uid for (uid, _customer), result in zip(actors, results, strict=True) if result is True]
        self.assertEqual(len(won), 1)
        refusals = [result for result in results if result is not True]
        self.assertEqual(len(refusals), CLAIMS - 1)
        for text in refusals:
            self.assertRegex(text, "no longer in the public pool|at this very moment")
        # some must have met the winner, else the test has shown nothing
        self.assertTrue(any("moment" in text for text in refusals) or self.pauses.sleep.called)
        with self.environment() as env:
            customer = env["res.partner"].browse(customer_id)
            self.assertEqual(customer.user_id.id, won[0])
            lines = customer.owner_history_ids
            self.assertEqual(lines.filtered(lambda line: not line.date_to).user_id.id, won[0])
            self.assertEqual(len(lines), before + 1)
            self.assertEqual(env["crm.customer.claim"].search_count([("partner_id", "=", customer_id)]), 1)

    def limited(self, values, limit):
        """Two members claim all customers at once, each customer by both."""
        with self.environment(commit=True) as env:
            env["crm.customer.pool"].browse(self.pool_id).write(values)
        rivals = self.user_ids[:2]
        most = 0
        for _round in range(3):
            results = self.meet([(uid, customer_id) for customer_id in self.customer_ids for uid in rivals])
            owned = self.owned()
            for uid in rivals:
                self.assertLessEqual(owned.count(uid), limit)
            most = max(owned.count(uid) for uid in rivals)
            refusals = " ".join(result for result in results if result is not True)
        # who was sent away by another claim of his own may come again, until the limit itself refuses him
        for customer_id, owner in zip(self.customer_ids, owned, strict=True):
            if not owner:
                refusals += str(self.claim(rivals[0], customer_id))
        self.assertEqual(self.owned().count(rivals[0]), limit)
        self.assertTrue(most)
        return refusals

    def test_daily_limit(self):
        self.assertIn("5 customers a day", self.limited({"daily_limit": 5}, 5))

    def test_private_limit(self):
        self.assertIn("may own 0 more", self.limited({"private_limit": 4}, 4))
