from lxml import etree

from odoo import Command
from odoo.tests import Form, tagged

from .common import CustomerCase

FEW, MANY = 5, 50
CUSTOMERS = [("is_crm_customer", "=", True)]
BRANDS = "东南西北中金木水火土"
TRADES = ("电子", "茶叶", "机械", "纺织", "药材")


@tagged("post_install", "-at_install")
class TestQueryCounts(CustomerCase):
    """What a salesperson sees or sends takes no more queries for fifty records than for five."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Partner = cls.env["res.partner"].with_user(cls.seller)
        cls.customers = cls.Partner.create(cls.companies(MANY, "原"))
        for number, customer in enumerate(cls.customers):
            cls.give_history(customer, 1 + number % 3)

    @classmethod
    def companies(cls, count, prefix):
        """Values of customers, none like another."""
        level = cls.env["crm.customer.level"].search([], limit=1)
        return [
            {
                "name": f"{prefix}{BRANDS[number // 5] * 2}{TRADES[number % 5]}有限公司",
                "is_crm_customer": True,
                "is_company": True,
                "phone": f"{ord(prefix)}-{1_000_000 + number}",
                "crm_level_id": level.id,
            }
            for number in range(count)
        ]

    @classmethod
    def give_history(cls, customer, count):
        customer.child_ids = [Command.create({"name": f"{customer.id}.{number}"}) for number in range(count)]
        cls.env["crm.followup"].with_user(cls.seller).create(
            [
                {"partner_id": customer.id, "contact_id": contact.id, "content": "called"}
                for contact in customer.child_ids
            ]
        )
        cls.env["sale.order"].with_user(cls.seller).create([{"partner_id": customer.id}] * count)

    def queries(self, work, argument):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work(argument)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def assert_as_many_queries(self, work, one, few, many, each=0):
        """``work(many)`` takes as many queries as ``work(few)``, and ``each`` for every record more.

        ``work(one)`` fills what a server keeps.
        """
        work(one)
        few_queries, many_queries = self.queries(work, few), self.queries(work, many)
        self.assertGreater(few_queries, 0)
        self.assertLessEqual(many_queries, few_queries + each * (MANY - FEW))

    def test_list(self):
        view = self.env.ref("crm_customer.res_partner_view_list")
        arch = etree.fromstring(self.Partner.get_views([(view.id, "list")])["views"]["list"]["arch"])
        shown = {}
        for node in arch.xpath("/list/field"):
            field = self.Partner._fields[node.get("name")]
            shown[field.name] = {"fields": {"display_name": {}}} if field.relational else {}
        self.assertIn("user_id", shown)

        def page(limit):
            found = self.Partner.web_search_read(CUSTOMERS, shown, limit=limit)
            self.assertEqual(len(found["records"]), limit)

        self.assert_as_many_queries(page, FEW, FEW, MANY)

    def test_name_search(self):
        def search(limit):
            self.assertEqual(len(self.Partner.name_search("原", CUSTOMERS, limit=limit)), limit)

        self.assert_as_many_queries(search, FEW, FEW, MANY)

    def test_form(self):
        few, many = self.customers[0], self.customers[1]
        self.give_history(few, FEW)
        self.give_history(many, MANY)

        def show(customer):
            form = Form(customer.with_user(self.seller), "crm_customer.res_partner_view_form")
            self.assertGreaterEqual(form.followup_count, FEW)

        self.assert_as_many_queries(show, few, few, many)

    def test_duplicates(self):
        def look(customers):
            keys = [customer._crm_duplicate_key() | {"id": 0} for customer in customers]
            self.assertTrue(all(self.Partner._crm_find_duplicates(keys)))

        self.assert_as_many_queries(look, self.customers[:FEW], self.customers[:FEW], self.customers)

    def test_create(self):
        # one each: Odoo subscribes a record's user to it one by one
        self.assert_as_many_queries(self.Partner.create, *self.three_lots(), each=1)

    def test_import(self):
        def load(companies):
            rows = [f"{company['name']},{company['phone']},浙江,联系人" for company in companies]
            wizard = self.env["crm.customer.import"].with_user(self.seller)
            job = wizard._import_run("\n".join(["name,phone,state_id,contact_name", *rows]).encode(), "x.csv")
            self.assertEqual(job.created_count, len(companies), job.error_ids.mapped("message"))

        self.assert_as_many_queries(load, *self.three_lots())

    def three_lots(self):
        return [self.companies(count, prefix) for count, prefix in ((1, "新"), (FEW, "少"), (MANY, "多"))]
