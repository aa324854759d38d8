import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

ROUNDS = 5


@tagged("post_install", "-at_install")
class TestFileRaces(BaseCase):
    """Two uploads of one name at once, on real connections: both are there afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's own test runner holds this lock while tests run; the threads would wait for it for ever.
        cls.startClassPatcher(patch.object(Registry, "_lock", DummyRLock()))
        cls.registry = Registry(get_db_name())
        cls.startClassPatcher(patch("odoo.service.model.time"))  # before a call is repeated
        cls.addClassCleanup(cls.clean_up)
        with cls.registry.cursor() as cr:
            cls.partner_id = cls.environment(cr)["res.partner"].create({"name": "Race", "is_crm_customer": True}).id

    @staticmethod
    def environment(cr):
        return api.Environment(cr, SUPERUSER_ID, {"mail_notrack": True, "tracking_disable": True})

    @classmethod
    def clean_up(cls):
        with cls.registry.cursor() as cr:
            cls.environment(cr)["res.partner"].browse(cls.partner_id).unlink()

    def meet(self, *works):
        """Do works as the web client's calls are done, at the same time; their outcomes or errors."""
        start, results = threading.Barrier(len(works)), [None] * len(works)

        def act(index, work):
            with self.registry.cursor() as cr:
                env = self.environment(cr)
                env["res.partner"].search_count([])  # both look at the database as it is now
                start.wait(20)
                try:
                    results[index] = retrying(lambda: work(env), env)
                except Exception as error:
                    cr.rollback()
                    results[index] = error

        threads = [threading.Thread(target=act, args=item) for item in enumerate(works)]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return results

    def test_uploads_of_one_name(self):
        def upload(env, name, raw):
            vals = {"name": name, "raw": raw, "res_model": "res.partner", "res_id": self.partner_id}
            return env["ir.attachment"].create(vals).id

        for number in range(ROUNDS):
            name = f"race {number}.txt"
            ids = self.meet(
                lambda env, name=name: upload(env, name, b"one"), lambda env, name=name: upload(env, name, b"two")
            )
            ids += self.meet(
                lambda env, name=name: upload(env, name, b"three"), lambda env, name=name: upload(env, name, b"four")
            )
            with self.registry.cursor() as cr:
                env = self.environment(cr)
                file = env["crm.file"].search([("name", "=", name), ("res_id", "=", self.partner_id)])
                self.assertEqual(len(file), 1, ids)
                self.assertEqual(sorted(file.version_ids.mapped("number")), [1, 2, 3, 4], ids)
                contents = {version.attachment_id.raw for version in file.version_ids}
                self.assertEqual(contents, {b"one", b"two", b"three", b"four"})
                self.assertEqual(file.attachment_id, file.version_ids.sorted("number")[-1].attachment_id)

    def test_one_checks_out(self):
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            users = env["res.users"].search([("share", "=", False)], limit=1)
            users += env["res.users"].with_context(no_reset_password=True).create({"name": "R", "login": "file race"})
            vals = {"name": "lock.txt", "raw": b"x", "res_model": "res.partner", "res_id": self.partner_id}
            attachment = env["ir.attachment"].create(vals)
            file_id = env["crm.file"].search([("attachment_id", "=", attachment.id)]).id
            uids = users.ids

        def check_out(env, uid):
            file = env["crm.file"].with_user(uid).sudo().browse(file_id)
            file.action_check_out()
            return uid

        results = self.meet(*(lambda env, uid=uid: check_out(env, uid) for uid in uids))
        winners = [result for result in results if isinstance(result, int)]
        refusals = [str(result) for result in results if not isinstance(result, int)]
        self.assertEqual(len(winners), 1, results)
        self.assertIn("lock.txt", refusals[0])
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            self.assertEqual(env["crm.file"].browse(file_id).checked_out_uid.id, winners[0])
            env["crm.file"].browse(file_id).write({"checked_out_uid": False})
            env["res.users"].browse(uids[1]).unlink()
