from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_base.models import crm_search_mixin

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestResPartnerSearch(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer(
            "重庆长安试验设备有限公司",
            short_name="长设",
            english_name="Changan Test Equipment",
            phone="023-6789 4321",
            child_ids=[Command.create({"name": "单雄信", "phone": "13912340077", "email": "sxx@changan-test.com"})],
        )
        cls.customer.sudo().customer_code = "CQ2026-0009"
        cls.Customers = cls.env["res.partner"].with_user(cls.seller)
        cls.env.flush_all()

    def found(self, typed):
        domain = [("crm_search", "ilike", typed), ("is_crm_customer", "=", True)]
        return self.customer in self.Customers.search(domain)

    def test_found_by_what_people_type(self):
        for typed in (
            "试验", "长安试验", "cqca", "CASY", "chongqing", "changan", "cq2026", "0009", "4321", "023-67894321",
            "0077", "13912340077", "单雄", "长设", "equip", "changan-test", "重庆 sysb", "重庆sysb", "試驗", "sy",
        ):  # fmt: skip
            self.assertTrue(self.found(typed), typed)
        for typed in ("验试", "zqca", "9999", "广州", "重庆 广州"):
            self.assertFalse(self.found(typed), typed)

    def test_signs_alone_find_nothing(self):
        for typed in ("%", "_", "。。", "' OR 1=1 --%"):
            self.assertFalse(self.found(typed), typed)

    def test_boxes_find_the_same_way(self):
        for typed in ("试验", "cqca", "cq2026", "0077"):
            names = self.Customers.name_search(typed, [("is_crm_customer", "=", True)])
            self.assertIn(self.customer.id, [id_ for id_, _name in names], typed)
        self.assertNotIn(self.customer, self.Customers.search([("display_name", "not ilike", "cqca")]))

    def test_contacts_that_change_are_found_at_once(self):
        self.customer.child_ids.with_user(self.seller).name = "秦叔宝"
        self.assertTrue(self.found("qsb"))
        self.assertFalse(self.found("单雄"))
        self.customer.child_ids.with_user(self.seller).active = False
        self.assertFalse(self.found("qsb"))

    def test_in_python_as_in_the_database(self):
        for typed in ("试验", "cqca", "4321", "9999"):
            domain = [("crm_search", "ilike", typed)]
            self.assertEqual(bool(self.customer.filtered_domain(domain)), self.found(typed), typed)

    def test_the_index_is_used(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        query = self.env["res.partner"].sudo()._search([("crm_search", "ilike", "试验")], order="name")
        self.env.cr.execute("EXPLAIN " + query.select().code, query.select().params)
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("crm_search_grams_index", plan)

    def test_page_and_number_as_in_the_web_client(self):
        names = [f"重庆试验{number}" for number in range(6)]
        for name in reversed(names):
            self.new_customer(name, duplicate_reason="Another one")

        def page(offset=0, limit=2, count_limit=None, typed="重庆试验"):
            domain = [("crm_search", "ilike", typed), ("is_crm_customer", "=", True)]
            result = self.Customers.web_search_read(domain, {"name": {}}, offset, limit, count_limit=count_limit)
            return [record["name"] for record in result["records"]], result["length"]

        for count_limit, lengths in ((None, (6, 6, 6)), (5, (5, 5, 6)), (100, (6, 6, 6))):
            for number, length in enumerate(lengths):
                expected = (names[2 * number : 2 * number + 2], length)
                self.assertEqual(page(2 * number, count_limit=count_limit), expected, (number, count_limit))
        self.assertEqual(page(offset=8, count_limit=100), ([], 0))
        self.assertEqual(page(count_limit=100, typed="广州"), ([], 0))
        self.assertEqual(page(limit=None, count_limit=100), (names, 6))

    def test_finds_of_a_rare_word_are_put_in_order_up_to_a_number(self):
        names = [f"重庆试验{number}" for number in range(6)]
        for name in reversed(names):
            self.new_customer(name, duplicate_reason="Another one")

        def page(limit, offset=0, order=None):
            return self.Customers.search([("crm_search", "ilike", "重庆试验")], offset, limit, order).mapped("name")

        self.assertEqual(page(4), names[:4])
        with patch.object(crm_search_mixin, "CANDIDATES", 4):
            few = page(3)
            self.assertEqual(few, sorted(few), "in order")
            self.assertNotEqual(few, names[:3], "and of the first four found only")
            self.assertEqual(few[1:], page(2, offset=1), "the same on the next page")
            for others in (page(3, order="name"), page(3, 3), page(None)[:3]):
                self.assertIn(others, (names[:3], names[3:]), "asked for otherwise, of all of them")
