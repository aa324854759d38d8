from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestResPartnerOwner(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("苏州园区阀门有限公司", child_ids=[(0, 0, {"name": "许小姐"})])
        cls.order = (
            cls.env["sale.order"].with_user(cls.seller).create({"partner_id": cls.customer.id}).with_env(cls.env)
        )
        cls.followup = cls.env["crm.followup"].create(
            {"partner_id": cls.customer.id, "user_id": cls.seller.id, "content": "first call"}
        )
        cls.history = cls.env["crm.customer.owner.history"]

    def lines(self):
        return [
            (line.user_id, line.how, bool(line.date_to))
            for line in self.history.search([("partner_id", "=", self.customer.id)], order="id")
        ]

    def test_created(self):
        self.assertEqual(self.lines(), [(self.seller, "created", False)])
        self.assertFalse(self.history.search([("partner_id", "=", self.customer.child_ids.id)]))

    def test_entering_the_crm_begins_the_history(self):
        partner = self.env["res.partner"].create({"name": "Plain partner"})
        self.assertFalse(partner.owner_history_ids)
        partner.write({"is_crm_customer": True, "user_id": self.seller.id})
        self.assertEqual(partner.owner_history_ids.mapped("user_id"), self.seller)

    def test_all_of_it_moves(self):
        self.customer.with_user(self.manager)._crm_change_owner("reclaimed", reason="untouched")
        self.customer._crm_change_owner("claimed", user=self.other)
        self.assertEqual(
            self.lines(),
            [
                (self.seller, "created", True),
                (self.env["res.users"], "reclaimed", True),
                (self.other, "claimed", False),
            ],
        )
        second = self.customer.owner_history_ids.sorted("id")[1]
        self.assertEqual((second.reason, second.changed_by_id), ("untouched", self.manager))
        self.assertEqual(self.customer.crm_department_id, self.finance)
        for record in (self.customer.child_ids, self.order, self.followup):
            field = "user_id" if record._name == "res.partner" else "customer_user_id"
            self.assertEqual(record[field], self.other)
        # what the ORM would have written is the same
        for record, name in (
            (self.customer, "crm_department_id"),
            (self.customer.child_ids, "user_id"),
            (self.order, "customer_user_id"),
            (self.followup, "customer_user_id"),
        ):
            written = record[name]
            self.env.add_to_compute(record._fields[name], record)
            self.assertEqual(record[name], written)

    def test_plain_write_lands_in_the_history_and_tells_the_receiver(self):
        before = self.env["mail.notification"].search_count([("res_partner_id", "=", self.other.partner_id.id)])
        with Form(self.customer.with_user(self.boss), "crm_customer.res_partner_view_form") as form:
            form.user_id = self.other
            form.short_name = "苏阀"
        self.assertEqual(self.customer.short_name, "苏阀")
        self.assertEqual(self.lines(), [(self.seller, "created", True), (self.other, "assigned", False)])
        after = self.env["mail.notification"].search_count([("res_partner_id", "=", self.other.partner_id.id)])
        self.assertEqual(after, before + 1)
        self.customer.with_user(self.admin).user_id = self.other  # nothing new
        self.assertEqual(len(self.lines()), 2)

    def test_owner_before_the_history_began(self):
        self.customer.owner_history_ids.unlink()
        self.customer._crm_change_owner("transferred", user=self.other)
        first = self.customer.owner_history_ids.sorted("id")[0]
        self.assertEqual((first.user_id, first.date_from), (self.seller, self.customer.create_date))
        self.assertEqual(len(self.lines()), 2)

    def test_former_owner_follows_no_more(self):
        self.customer.message_subscribe(self.seller.partner_id.ids)
        self.customer.child_ids.message_subscribe(self.seller.partner_id.ids)
        self.customer._crm_change_owner("transferred", user=self.other)
        followers = (self.customer | self.customer.child_ids).message_partner_ids
        self.assertNotIn(self.seller.partner_id, followers)
        self.assertIn(self.other.partner_id, followers)

    def test_assistants_give_nothing_away(self):
        self.customer.crm_assistant_ids = self.assistant
        with self.assertRaisesRegex(AccessError, self.customer.name):
            self.customer.with_user(self.assistant).user_id = self.assistant
        with self.assertRaises(AccessError):
            self.customer.with_user(self.other).user_id = self.other
        self.assertEqual(self.customer.user_id, self.seller)

    def test_assigned_within_the_data_scope_only(self):
        colleague = self.new_user("salesperson", "colleague", self.north)
        self.customer.with_user(self.manager).user_id = colleague
        self.assertEqual(self.lines()[-1], (colleague, "assigned", False))
        for user, heir in ((colleague, self.seller), (self.manager, self.other), (self.manager, False)):
            with self.assertRaisesRegex(AccessError, self.customer.name):
                self.customer.with_user(user).user_id = heir
        self.customer.with_user(self.boss).user_id = False
        self.assertEqual(self.lines()[-1], (self.env["res.users"], "corrected", False))

    def test_frozen_and_foreign_receivers(self):
        self.other.active = False
        portal = self.env["res.users"].create(
            {"name": "P", "login": "p", "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)]}
        )
        for user in (self.other, portal):
            with self.assertRaisesRegex(UserError, user.name):
                self.customer.with_user(self.admin).user_id = user
        self.assertEqual(len(self.lines()), 1)

    def test_history_is_seen_with_its_customer_and_written_by_nobody(self):
        line = self.customer.owner_history_ids
        self.assertTrue(self.history.with_user(self.seller).search([("id", "=", line.id)]))
        self.assertFalse(self.history.with_user(self.other).search([("id", "=", line.id)]))
        for user in (self.seller, self.admin):
            with self.assertRaises(AccessError):
                line.with_user(user).reason = "x"
            with self.assertRaises(AccessError):
                line.with_user(user).unlink()

    def test_statements_do_not_grow_with_customers(self):
        customers = self.env["res.partner"].browse(
            self.new_customer(f"第{n}试验站", duplicate_reason="test").id for n in range(30)
        )

        def queries(records, user):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records._crm_change_owner("transferred", user=user)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(customers[:1], self.other)
        few = queries(customers[:2], self.seller)
        self.assertLessEqual(queries(customers, self.manager), few)
