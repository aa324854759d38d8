from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestResPartnerScope(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer(
            "广州海珠仪表有限公司",
            phone="020-88880001",
            child_ids=[Command.create({"name": "何先生", "phone": "13800138000"})],
        )
        cls.contact = cls.customer.child_ids
        cls.order = (
            cls.env["sale.order"]
            .with_user(cls.seller)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "order_line": [Command.create({"product_id": cls.env["product.product"].create({"name": "x"}).id})],
                }
            )
            .with_env(cls.env)
        )
        cls.followup = cls.env["crm.followup"].create(
            {"partner_id": cls.customer.id, "user_id": cls.seller.id, "content": "first call"}
        )
        cls.attachment = cls.env["ir.attachment"].create(
            {"name": "licence.txt", "raw": b"x", "res_model": "res.partner", "res_id": cls.customer.id}
        )
        cls.account = cls.env["res.partner.bank"].create(
            {"partner_id": cls.customer.id, "acc_number": "6222 0000 1111 2222"}
        )
        cls.message = cls.customer.message_post(body="remark")
        cls.engineer = cls.new_user("engineer")
        cls.plain = cls.env["res.users"].create(
            {"name": "Plain", "login": "plain", "group_ids": [Command.set(cls.env.ref("base.group_user").ids)]}
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    def sees(self, user):
        """Whether every way to a customer and what hangs on it is open to the user, or closed: never a part."""
        Partner = self.env["res.partner"].with_user(user)
        found = [
            self.customer in Partner.search([("name", "ilike", "海珠")]),
            self.customer in Partner.search([("crm_search", "ilike", "hzyb")]),
            self.contact in Partner.search([("phone", "=", "13800138000")]),
            bool(Partner.name_search("海珠")),
            bool(Partner.search_count([("id", "=", self.customer.id)])),
            bool(Partner._read_group([("id", "=", self.customer.id)], ["user_id"], ["__count"])),
            bool(Partner.web_search_read([("id", "=", self.customer.id)], {"name": {}})["length"]),
            bool(self.env["crm.followup"].with_user(user).search([("partner_id", "=", self.customer.id)])),
            bool(self.env["res.partner.bank"].with_user(user).search([("acc_number", "=", self.account.acc_number)])),
        ]
        found += [
            bool(self.env[model].with_user(user).search([("crm_customer_id", "=", self.customer.id)]))
            for model in ("sale.order", "sale.order.line", "sale.report")
            if self.env[model].with_user(user).has_access("read")
        ]
        for record, fname in (
            (self.customer, "phone"),
            (self.contact, "name"),
            (self.followup, "content"),
            (self.attachment, "name"),
            (self.account, "acc_number"),
            (self.message, "body"),
        ):
            try:
                record.with_user(user).read([fname])
                found.append(True)
            except AccessError:
                found.append(False)
        if user.has_group("base.group_allow_export"):
            try:
                Partner.browse(self.customer.id).export_data(["name"])
                found.append(True)
            except AccessError:
                found.append(False)
        self.assertEqual(len(set(found)), 1, found)
        return found[0]

    def test_who_sees(self):
        for user in (self.seller, self.manager, self.boss, self.admin):
            self.assertTrue(self.sees(user), user.login)
        for user in (self.other, self.assistant, self.engineer, self.plain):
            self.assertFalse(self.sees(user), user.login)

    def test_assistant_of_the_customer(self):
        self.customer.crm_assistant_ids = self.assistant
        self.assertTrue(self.sees(self.assistant))
        self.assertFalse(self.sees(self.other))
        self.customer.with_user(self.assistant).street = "1 Example Road"
        self.customer.crm_assistant_ids = False
        self.assertFalse(self.sees(self.assistant))

    def test_changing_the_salesperson_moves_all_of_it(self):
        self.customer.with_user(self.boss).user_id = self.other
        self.assertEqual(self.contact.user_id, self.other)
        self.assertTrue(self.sees(self.other))
        # what he did himself he keeps
        self.followup.user_id = self.order.user_id = self.other
        self.assertFalse(self.sees(self.seller))

    def test_writes_from_outside_are_refused(self):
        for record, values in (
            (self.customer, {"user_id": self.other.id}),
            (self.customer, {"crm_assistant_ids": [Command.link(self.other.id)]}),
            (self.contact, {"phone": "13900139000"}),
            (self.followup, {"content": "x"}),
            (self.order, {"note": "x"}),
        ):
            with self.assertRaises(AccessError):
                record.with_user(self.other).write(values)
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.other).create({"name": "x", "parent_id": self.customer.id})
        for model, values in (
            ("sale.order", {}),
            ("crm.followup", {"content": "x"}),
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.other).create({"partner_id": self.customer.id, **values})
        with self.assertRaises(AccessError):
            self.new_customer("别人的客户", self.other, user_id=self.seller.id)
        with self.assertRaises(AccessError):
            self.customer.with_user(self.seller).unlink()

    def test_unflagging_does_not_open_a_customer(self):
        """A customer taken out of the CRM by its salesperson would be seen by everybody."""
        with self.assertRaises(AccessError):
            self.customer.with_user(self.seller).is_crm_customer = False

    def test_salespeople_write_customers_only(self):
        supplier = self.env["res.partner"].create({"name": "A supplier"})
        supplier.with_user(self.seller).read(["name"])
        with self.assertRaises(AccessError):
            supplier.with_user(self.seller).name = "x"
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.seller).create({"name": "Neither nor"})
        with self.assertRaises(AccessError):
            self.env.company.partner_id.with_user(self.seller).email = "x@example.com"

    def test_internal_keys_are_told_to_nobody(self):
        with self.assertRaises(AccessError):
            self.customer.with_user(self.seller).read(["crm_search_text"])

    def test_rules_cost_no_query_per_record(self):
        customers = self.env["res.partner"].browse(
            [self.new_customer(f"客户{i}号试验厂", duplicate_reason="test").id for i in range(40)]
        )
        Partner = self.env["res.partner"].with_user(self.seller)
        few, many = customers[:2], customers

        def queries(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Partner.web_search_read([("id", "in", records.ids)], {"name": {}, "user_id": {"fields": {}}})
            return self.env.cr.sql_log_count - before

        queries(few)
        self.assertEqual(queries(many), queries(few))
