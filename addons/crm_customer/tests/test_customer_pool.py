import doctest
import unittest

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, Form, tagged
from odoo.tools import mute_logger

from ..tools import assignment
from .common import CustomerCase


class PoolCase(CustomerCase):
    """A pool of North (the seller) and of the other salesperson, managed by the sales manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.china = cls.env.ref("base.cn")
        cls.state = cls.env["res.country.state"].create({"name": "Tset", "code": "TS", "country_id": cls.china.id})
        cls.pool = cls.new_pool("East")
        cls.Board = cls.env["crm.customer.pool.customer"]
        cls.claims = cls.env["crm.customer.claim"]

    @classmethod
    def new_pool(cls, name, **values):
        return cls.env["crm.customer.pool"].create(
            {
                "name": name,
                "sequence": -1,
                "department_ids": [Command.set(cls.north.ids)],
                "user_ids": [Command.set(cls.other.ids)],
                "manager_ids": [Command.set(cls.manager.ids)],
                **values,
            }
        )

    @classmethod
    def new_pooled(cls, name, pool=None, **values):
        """A customer that its salesperson, the seller by default, has just lost to a pool."""
        customer = cls.new_customer(name, **values)
        customer._crm_change_owner("reclaimed", pool=pool or cls.pool, reason="untouched")
        return customer

    def board(self, user, customers=None):
        """Pool customers as a user sees them."""
        domain = [("id", "in", customers.ids)] if customers is not None else []
        return self.Board.with_user(user).search(domain)

    def claim(self, user, customers):
        return self.board(user, customers).action_claim()


@tagged("post_install", "-at_install")
class TestCustomerPool(PoolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_pooled(
            "苏州园区阀门有限公司",
            phone="13812341234",
            email="zhou@example.com",
            street="星湖街 1 号",
            state_id=cls.state.id,
            child_ids=[Command.create({"name": "许小姐", "phone": "13999998888"})],
        )
        cls.outsider = cls.new_user("salesperson", "outsider", cls.south)

    def test_board_tells_what_a_member_may_know(self):
        row = self.board(self.other, self.customer)
        self.assertEqual((row.id, row.name, row.pool_id), (self.customer.id, self.customer.name, self.pool))
        self.assertEqual((row.masked_phone, row.masked_email), ("138****1234", "z***"))
        self.assertEqual((row.former_user_id, row.reason, row.state_id), (self.seller, "untouched", self.state))
        told = str(self.board(self.other, self.customer).read())
        for secret in ("13812341234", "zhou@", "星湖街", "许小姐", "13999998888"):
            self.assertNotIn(secret, told)

    def test_who_sees_the_board(self):
        for user, sees in (
            (self.seller, True),
            (self.other, True),
            (self.manager, True),
            (self.boss, True),
            (self.admin, True),
            (self.outsider, False),
        ):
            self.assertEqual(bool(self.board(user, self.customer)), sees, user.name)
            self.assertEqual(bool(self.pool.with_user(user).search([("id", "=", self.pool.id)])), sees, user.name)
        with self.assertRaises(AccessError):
            self.board(self.new_user("engineer"))
        with self.assertRaises(AccessError):
            self.Board.with_user(self.outsider).browse(self.customer.id).read(["name"])

    def test_pools_of_other_companies_are_closed(self):
        self.pool.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        for user in (self.other, self.manager, self.boss):
            self.assertFalse(self.board(user, self.customer), user.name)

    def test_search_by_name_finds_and_tells_no_phone(self):
        self.env.flush_all()
        for text, found in (
            ("园区", True),
            ("yqfm", True),
            ("suzhou", True),
            ("园区 阀门", True),
            ("上海", False),
            ("1381", False),
            ("1234", False),
            ("zhou@example", False),
            ("许小姐", False),
        ):
            rows = self.Board.with_user(self.other).search([("crm_search", "ilike", text)])
            self.assertEqual(self.customer.id in rows.ids, found, text)
        # it is the customers' own search that finds by phone
        partners = self.env["res.partner"].with_user(self.admin).search([("crm_search", "ilike", "1381234")])
        self.assertIn(self.customer, partners)
        self.assertTrue(self.Board.with_user(self.other).name_search("园区"))

    def test_members_have_no_way_to_the_customer(self):
        customer, contact = self.customer.with_user(self.other), self.customer.child_ids.with_user(self.other)
        Partner = customer.browse()
        attachment = self.env["ir.attachment"].create(
            {"name": "secret", "raw": b"x", "res_model": "res.partner", "res_id": customer.id}
        )
        message = self.customer.message_post(body="secret")
        followup = self.env["crm.followup"].create(
            {"partner_id": customer.id, "user_id": self.seller.id, "content": "secret"}
        )
        for user in (self.other, self.seller, self.manager):
            both = customer | contact
            self.assertFalse(Partner.with_user(user).search([("id", "in", both.ids)]))
            self.assertFalse(Partner.with_user(user).name_search("园区"))
            self.assertFalse(Partner.with_user(user)._read_group([("id", "in", both.ids)], ["phone"]))
            for call in (
                lambda one: one.read(["name"]),
                lambda one: one.write({"user_id": one.env.uid}),
                lambda one: one.write({"crm_pool_id": False}),
                lambda one: one.message_post(body="mine"),
            ):
                for record in both:
                    with self.assertRaises(AccessError):
                        call(record.with_user(user))
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["raw"])
            if user == self.manager:  # the others export nothing at all
                with self.assertRaises(AccessError):
                    both.with_user(user).export_data(["phone"])
            self.assertFalse(message.with_user(user).search([("id", "=", message.id)]))
        self.assertFalse(followup.with_user(self.other).search([("id", "=", followup.id)]))

    def test_nobody_writes_the_board_or_claims(self):
        row = self.board(self.other, self.customer)
        values = {"partner_id": self.customer.id, "pool_id": self.pool.id, "user_id": self.other.id}
        for call in (
            lambda: row.write({"name": "x"}),
            lambda: row.unlink(),
            lambda: self.Board.with_user(self.other).create({"name": "x"}),
            lambda: self.claims.with_user(self.other).create({**values, "state": "claimed"}),
            lambda: self.pool.with_user(self.other).write({"daily_limit": 99}),
            lambda: self.env["crm.customer.pool"].with_user(self.manager).create({"name": "Mine"}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_managers_set_their_own_pools(self):
        second = self.new_pool("West", manager_ids=False)
        self.pool.with_user(self.manager).daily_limit = 7
        self.pool.with_user(self.manager).limit_ids = [
            Command.create({"level_id": self.env.ref("crm_customer.crm_customer_level_a").id, "number": 2})
        ]
        with self.assertRaises(AccessError):
            second.with_user(self.manager).daily_limit = 7
        with Form(self.env["crm.customer.pool"].with_user(self.admin)) as form:
            form.name = "South"
            form.user_ids.add(self.other)
        self.assertEqual(form.record.member_ids, self.other)

    def test_membership_follows_departments(self):
        self.assertEqual(self.pool.member_ids, self.seller | self.other)
        self.pool.department_ids = self.sales
        self.assertEqual(self.pool.member_ids, self.seller | self.other | self.manager | self.outsider)
        self.outsider.employee_id.department_id = self.finance
        self.pool.invalidate_recordset()
        self.assertNotIn(self.outsider, self.pool.member_ids)
        self.assertFalse(self.board(self.outsider, self.customer))

    def test_one_state_at_a_time(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint(), mute_logger("odoo.sql_db"):
            self.env["res.partner"].create(
                {
                    "name": "无锡两主有限公司",
                    "is_crm_customer": True,
                    "user_id": self.seller.id,
                    "crm_pool_id": self.pool.id,
                }
            )
        created = self.env["res.partner"].create(
            {"name": "无锡池中有限公司", "is_crm_customer": True, "crm_pool_id": self.pool.id}
        )
        self.assertFalse(created.user_id)
        self.assertTrue(self.board(self.other, created))
        self.customer.with_user(self.admin).user_id = self.other
        self.assertFalse(self.customer.crm_pool_id)
        self.assertFalse(self.board(self.other, self.customer))

    def test_pool_in_use_stays(self):
        with self.assertRaisesRegex(ValidationError, "East"):
            self.pool.active = False
        with self.assertRaises(CheckViolation), self.cr.savepoint(), mute_logger("odoo.sql_db"):
            self.pool.daily_limit = -1
            self.env.flush_all()

    def test_release(self):
        mine = self.new_customer("昆山放手有限公司")
        wizard = self.env["crm.customer.release"].with_user(self.seller).with_context(active_ids=mine.ids)
        with Form(wizard) as form:
            self.assertEqual(form.pool_id, self.pool)
            form.reason = "not my region"
        form.record.action_release()
        self.assertEqual((mine.crm_pool_id, mine.user_id), (self.pool, self.env["res.users"]))
        line = mine.owner_history_ids.sorted("id")[-1]
        self.assertEqual((line.how, line.pool_id, line.reason), ("released", self.pool, "not my region"))
        self.assertFalse(
            self.board(self.seller, mine).with_user(self.seller).env["res.partner"].search([("id", "=", mine.id)])
        )

    def test_release_refused(self):
        theirs = self.new_customer("昆山别人有限公司", self.other)
        shared = self.new_customer("昆山协助有限公司", crm_assistant_ids=[Command.set(self.outsider.ids)])
        wizard = self.env["crm.customer.release"]

        def release(user, customer, pool=self.pool):
            return (
                wizard.with_user(user)
                .create({"partner_ids": customer.ids, "pool_id": pool.id, "reason": "x"})
                .action_release()
            )

        for user, customer, pool in (
            (self.seller, theirs, self.pool),
            (self.outsider, shared, self.pool),
            (
                self.seller,
                self.new_customer("昆山他池有限公司"),
                self.new_pool("West", user_ids=False, department_ids=False),
            ),
        ):
            with self.assertRaises(AccessError):
                release(user, customer, pool)
        with self.assertRaisesRegex(UserError, self.customer.name):
            release(self.admin, self.customer)


@tagged("post_install", "-at_install")
class TestCustomerAssign(PoolCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"].browse(
            cls.new_pooled(f"第{n}分配站", duplicate_reason="test").id for n in range(4)
        )

    def assign(self, user, customers=None, **values):
        ids = (customers if customers is not None else self.customers).ids
        wizard = self.env["crm.customer.assign"].with_user(user).with_context(active_ids=ids).create(values)
        return wizard.action_assign()

    def test_evenly_with_preview_and_one_message_each(self):
        board = self.board(self.manager, self.customers)
        action = board.action_assign()
        with Form(self.env["crm.customer.assign"].with_user(self.manager).with_context(**action["context"])) as form:
            self.assertEqual((form.customer_count, form.pool_id), (4, self.pool))
            self.assertEqual(form.user_ids[:], self.seller | self.other)
            self.assertIn("Other: 2 customers, then 2", form.preview)
        before = self.env["mail.notification"].search_count([("res_partner_id", "=", self.other.partner_id.id)])
        form.record.action_assign()
        self.assertEqual(sorted(one.user_id.login for one in self.customers), ["other", "other", "seller", "seller"])
        self.assertFalse(self.customers.crm_pool_id)
        self.assertEqual({line.how for line in self.customers.owner_history_ids if not line.date_to}, {"assigned"})
        after = self.env["mail.notification"].search_count([("res_partner_id", "=", self.other.partner_id.id)])
        self.assertEqual(after, before + 1)

    def test_by_load_region_and_capacity(self):
        for n in range(2):
            self.new_customer(f"第{n}负担站", duplicate_reason="test", state_id=self.state.id)
        self.assign(self.manager, self.customers[:2], mode="load")
        self.assertEqual(self.customers[:2].user_id, self.other)
        self.customers[2].state_id = self.state
        self.assign(self.manager, self.customers[2], mode="region")
        self.assertEqual(self.customers[2].user_id, self.seller)
        self.pool.private_limit = 3
        self.assign(self.manager, self.customers[3], mode="capacity")
        self.assertEqual(self.customers[3].user_id, self.other, "the seller owns three already")

    def test_limits_hold(self):
        self.pool.private_limit = 1
        with self.assertRaisesRegex(UserError, "2 more customers, not 4"):
            self.assign(self.manager, mode="even")
        with self.assertRaisesRegex(UserError, "not 2"):
            self.assign(self.manager, self.customers[:2], mode="one", user_ids=self.other.ids)
        self.assertEqual(self.customers.crm_pool_id, self.pool)

    def test_only_by_the_managers_of_the_pool_to_its_members(self):
        rival = self.new_user("sales_manager", "rival", self.finance)
        self.pool.user_ids += rival
        with self.assertRaisesRegex(AccessError, "East"):
            self.assign(rival, mode="even")
        with self.assertRaises(AccessError):
            self.assign(self.seller, mode="even")
        with self.assertRaisesRegex(UserError, "Boss|General"):
            self.assign(self.manager, mode="one", user_ids=self.boss.ids)
        with self.assertRaisesRegex(UserError, "one receiver"):
            self.assign(self.manager, mode="one", user_ids=(self.other | self.seller).ids)
        second = self.new_pooled("第9分配站", self.new_pool("West"), duplicate_reason="test")
        with self.assertRaisesRegex(UserError, "one public pool"):
            self.assign(self.manager, self.customers | second, mode="even")
        self.assertEqual(self.customers.crm_pool_id, self.pool)


@tagged("post_install", "-at_install")
class TestAssignment(BaseCase):
    def test_examples(self):
        result = unittest.TestResult()
        doctest.DocTestSuite(assignment).run(result)
        self.assertTrue(result.testsRun)
        self.assertFalse(result.failures + result.errors)
