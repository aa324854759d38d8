from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.crm_customer.models.res_partner_duplicate import CHECKED

from .common import CustomerCase

CODE = "91110000600037341L"


@tagged("post_install", "-at_install")
class TestCustomerMerge(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller2 = cls.new_user("salesperson", "seller2", cls.north)
        cls.product = cls.env["product.product"].create({"name": "Pump", "list_price": 100})
        tags = cls.env["res.partner.category"].create([{"name": "Fair"}, {"name": "Export"}])
        cls.first = cls.enter(
            "吴江纺织机械有限公司", cls.seller, phone="0512-63001234", email="a@wujiang.cn", category_id=tags[0].ids
        )
        cls.second = cls.enter(
            "吴江纺织机械厂", cls.seller2, phone="0512-63001234", credit_code=CODE, category_id=tags.ids
        )
        cls.first.customer_code, cls.second.customer_code = "C-1", "C-2"
        for customer, count in ((cls.first, 2), (cls.second, 3)):
            cls.equip(customer, count)
        cls.env.flush_all()

    @classmethod
    def enter(cls, name, user, **values):
        Partner = cls.env["res.partner"].with_user(user).with_context(crm_duplicates_checked=CHECKED)
        return Partner.create({"name": name, "is_crm_customer": True, "is_company": True, **values}).with_env(cls.env)

    @classmethod
    def equip(cls, customer, count):
        """Give a customer everything that can refer to it, ``count`` orders among it."""
        env = cls.env
        contact = env["res.partner"].create(
            {"name": f"Li {count}", "parent_id": customer.id, "is_primary_contact": True, "type": "contact"}
        )
        for number in range(count):
            env["sale.order"].create(
                {
                    "partner_id": customer.id,
                    "order_line": [Command.create({"product_id": cls.product.id, "product_uom_qty": number + 1})],
                }
            ).action_confirm()
            env["crm.followup"].with_user(customer.user_id).create(
                {"partner_id": customer.id, "contact_id": contact.id, "content": f"Call {number}"}
            )
        customer.message_post(body=f"note {count}")
        customer.message_subscribe(contact.ids)
        customer.activity_schedule("mail.mail_activity_data_todo", user_id=customer.user_id.id)
        env["ir.attachment"].create({"name": "a.txt", "raw": b"a", "res_model": "res.partner", "res_id": customer.id})
        env["res.partner.bank"].create({"partner_id": customer.id, "acc_number": f"6222{count}"})
        for user in (cls.other, cls.assistant)[: count - 1]:
            env["crm.customer.share"].create({"partner_id": customer.id, "user_id": user.id})

    def counts(self):
        """How much refers to either customer, over all tables."""
        ids = (self.first | self.second).exists().ids
        env = self.env(context={"active_test": False})
        reference = [("res_model", "=", "res.partner"), ("res_id", "in", ids)]
        return {
            "orders": env["sale.order"].search_count([("partner_id", "in", ids)]),
            "amount": sum(env["sale.order"].search([("partner_id", "in", ids)]).mapped("amount_total")),
            "delivered to": env["sale.order"].search_count([("partner_shipping_id", "in", ids)]),
            "follow-ups": env["crm.followup"].search_count([("partner_id", "in", ids)]),
            "contacts": env["res.partner"].search_count([("parent_id", "in", ids)]),
            "banks": env["res.partner.bank"].search_count([("partner_id", "in", ids)]),
            "files": env["ir.attachment"].search_count([*reference, ("res_field", "=", False)]),
            "activities": env["mail.activity"].search_count(reference),
            "history": env["crm.customer.owner.history"].search_count([("partner_id", "in", ids)]),
        }

    def compare(self, user=None):
        Partner = self.env["res.partner"].with_user(user or self.manager)
        action = Partner.browse((self.first | self.second).ids).action_crm_compare()
        return self.env[action["res_model"]].with_user(user or self.manager).browse(action["res_id"])

    def merge(self, keep="first", **choices):
        wizard = self.compare()
        with Form(wizard) as form:
            form.keep = keep
            form.reason = "entered twice"
        for name, choice in choices.items():
            wizard.line_ids.filtered(lambda line, name=name: line.name == name).choice = choice
        wizard.action_merge()
        self.env.invalidate_all()

    def test_all_that_refers_to_either_refers_to_the_kept_one(self):
        before = self.counts()
        messages = len(self.first.message_ids | self.second.message_ids)
        gone_id = self.second.id
        self.merge()
        self.assertFalse(self.second.exists())
        self.assertEqual(self.counts(), before)
        self.assertEqual(before["orders"], 5)
        self.assertGreaterEqual(len(self.first.message_ids), messages)
        self.assertEqual(len(self.first.category_id), 2)
        self.assertEqual(self.first.share_ids.user_id, self.other | self.assistant)
        leftover = self.env["ir.attachment"].search([("res_model", "=", "res.partner"), ("res_id", "=", gone_id)])
        self.assertFalse(leftover)

    def test_nothing_in_the_database_refers_to_the_merged_one(self):
        gone_id = self.second.id
        self.merge()
        for table, column in self.env["base.partner.merge.automatic.wizard"]._get_fk_on("res_partner"):
            self.env.cr.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}" = %s', [gone_id])
            self.assertEqual(self.env.cr.fetchone()[0], 0, f"{table}.{column}")

    def test_values_are_taken_as_chosen(self):
        lines = {line.name: line for line in self.compare().line_ids}
        self.assertEqual(lines["credit_code"].choice, "second")  # the only one
        self.assertEqual(lines["email"].choice, "first")
        self.assertNotIn("phone", lines)  # no difference
        self.merge(name="first", customer_code="second")
        self.assertEqual(self.first.name, "吴江纺织机械有限公司")
        self.assertEqual(self.first.credit_code, CODE)
        self.assertEqual(self.first.email, "a@wujiang.cn")
        self.assertEqual((self.first.customer_code, self.first.former_codes), ("C-2", "C-1"))

    def test_the_other_one_can_be_kept(self):
        before = self.counts()
        self.merge("second", name="first")
        self.assertFalse(self.first.exists())
        self.assertEqual(self.second.name, "吴江纺织机械有限公司")
        self.assertEqual(self.counts(), before)
        self.assertEqual(self.second.user_id, self.seller2)

    def test_found_by_a_former_code(self):
        self.merge(customer_code="first")
        self.assertEqual(self.first.former_codes, "C-2")
        self.assertIn(self.first, self.env["res.partner"].search([("crm_search", "ilike", "C-2")]))

    def test_facts_and_owner_follow(self):
        last = max(self.first.last_order_date, self.second.last_order_date)
        contacts = (self.first | self.second).child_ids
        self.merge()
        self.assertEqual(self.first.last_order_date, last)
        self.assertEqual(self.first.crm_order_count, 5)
        self.assertEqual(contacts.crm_customer_id, self.first)
        self.assertEqual(contacts.user_id, self.seller)
        self.assertEqual(contacts.commercial_partner_id, self.first)
        self.assertEqual(len(contacts.filtered("is_primary_contact")), 1)
        orders = self.env["sale.order"].search([("partner_id", "=", self.first.id)])
        self.assertEqual(orders.crm_customer_id, self.first)
        self.assertEqual(orders.with_user(self.seller).mapped("name"), orders.mapped("name"))
        history = self.first.owner_history_ids
        self.assertEqual(len(history.filtered(lambda line: not line.date_to)), 1)
        self.assertEqual(history.user_id, self.seller | self.seller2)

    def test_it_is_noted(self):
        gone_id = self.second.id
        self.merge()
        log = self.first.merge_log_ids.with_user(self.manager)
        self.assertEqual((log.merged_name, log.merged_code, log.merged_id), ("吴江纺织机械厂", "C-2", gone_id))
        self.assertEqual((log.user_id, log.reason), (self.manager, "entered twice"))
        self.assertEqual(log.old_values["merged"]["credit_code"], CODE)
        self.assertEqual(log.old_values["kept"]["email"], "a@wujiang.cn")
        self.assertEqual(log.moved["sale_order.partner_id"], 3)
        self.assertIn("3", log.moved_text)
        self.assertIn(CODE, log.old_values_text)
        with self.assertRaises(AccessError):
            log.unlink()

    def test_salespeople_do_not_merge(self):
        with self.assertRaises(AccessError):
            self.compare(self.seller)
        with self.assertRaises(AccessError):
            self.first.with_user(self.seller)._crm_merge(self.second.with_user(self.seller), {})

    def test_both_must_be_in_scope(self):
        foreign = self.enter("外部机械", self.other)
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.manager).browse((self.first | foreign).ids).action_crm_compare()

    def test_a_customer_and_its_branch_are_refused(self):
        self.second.parent_id = self.first
        with self.assertRaisesRegex(UserError, "branch"):
            self.compare().with_context(lang="en_US").action_merge()

    def test_a_document_under_review_is_in_the_way(self):
        order = self.env["sale.order"].search([("partner_id", "=", self.second.id)], limit=1)
        self.env["crm.review"].create(
            {"res_model": "sale.order", "res_id": order.id, "requester_id": self.seller.id, "doc_name": "REV-7"}
        )
        with self.assertRaisesRegex(UserError, "REV-7"):
            self.compare().action_merge()
        self.assertTrue(self.second.exists())

    def test_odoos_own_merge_leaves_customers_alone(self):
        with self.assertRaises(UserError):
            self.env["base.partner.merge.automatic.wizard"]._merge((self.first | self.second).ids)

    def test_merged_twice_is_told(self):
        self.merge()
        with self.assertRaises(UserError):
            self.compare()
