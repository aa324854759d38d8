import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

ROUNDS = 8


@tagged("post_install", "-at_install")
class TestRaces(BaseCase):
    """Two people begin a change of one contract at once, on real connections: one change is open."""

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
            contract = env["crm.contract"].create({"partner_id": cls.partner_id})
            cls.contract_id = contract.id
            # as approved; a number of its own draws none from the rule
            cr.execute(
                "UPDATE crm_contract SET name = 'RACE-1', state = 'approved', review_state = 'approved', version = 1"
                " WHERE id = %s",
                [contract.id],
            )

    @staticmethod
    def environment(cr):
        return api.Environment(cr, SUPERUSER_ID, {"mail_notrack": True, "tracking_disable": True})

    @classmethod
    def clean_up(cls):
        with cls.registry.cursor() as cr:
            cr.execute("DELETE FROM crm_contract_change WHERE contract_id = %s", [cls.contract_id])
            cr.execute("DELETE FROM crm_contract WHERE id = %s", [cls.contract_id])
            cls.environment(cr)["res.partner"].browse(cls.partner_id).unlink()

    def begin(self, results, index, start):
        start.wait(20)
        with self.registry.cursor() as cr:
            env = self.environment(cr)

            def work():
                return env["crm.contract.change"].create({"contract_id": self.contract_id}).id

            try:
                results[index] = retrying(work, env)
            except UserError as error:
                cr.rollback()
                results[index] = error

    def test_one_change_is_open(self):
        for _round in range(ROUNDS):
            start, results = threading.Barrier(2), [None, None]
            threads = [threading.Thread(target=self.begin, args=(results, index, start)) for index in range(2)]
            with mute_logger("odoo.sql_db", "odoo.service.model"):
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(60)
            won = [result for result in results if isinstance(result, int)]
            self.assertEqual(len(won), 1, results)
            lost = next(result for result in results if not isinstance(result, int))
            self.assertIsInstance(lost, UserError)
            with self.registry.cursor() as cr:
                cr.execute("DELETE FROM crm_contract_change WHERE contract_id = %s", [self.contract_id])
