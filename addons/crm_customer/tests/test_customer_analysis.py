import io
from datetime import datetime

from freezegun import freeze_time
from python_calamine import load_workbook

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerAnalysis(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        (cls.manager | cls.seller | cls.other | cls.assistant | cls.boss | cls.admin).tz = "Asia/Shanghai"
        cls.zhejiang, cls.hunan = cls.env["res.country.state"].create(
            [{"name": name, "code": name, "country_id": cls.env.ref("base.cn").id} for name in ("ZheJ", "HuN")]
        )
        cls.customer = cls.new_customer("嵊州领带有限公司", state_id=cls.zhejiang.id)
        cls.tie, cls.bearing = cls.env["product.product"].create([{"name": "领带"}, {"name": "轴承"}])

    @classmethod
    def new_order(cls, date, *lines, customer=None, user=None, **values):
        """A confirmed order of the seller's customer; lines are amounts or (product, quantity, price[, unit])."""
        lines = [line if isinstance(line, tuple) else (cls.tie, 1, line) for line in lines or (100,)]
        return cls.env["sale.order"].create(
            {
                "partner_id": (customer or cls.customer).id,
                "user_id": (user or cls.seller).id,
                "date_order": date,
                "state": "sale",
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "product_uom_id": unit[0].id if unit else product.uom_id.id,
                            "tax_ids": False,
                        }
                    )
                    for product, quantity, price, *unit in lines
                ],
                **values,
            }
        )

    @classmethod
    def new_pricelist(cls, rate):
        """In a currency of which one unit of the company's is worth `rate`."""
        currency = cls.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [
                    Command.create({"name": "2020-01-01", "company_rate": rate, "company_id": cls.company.id})
                ],
            }
        )
        return cls.env["product.pricelist"].create({"name": "Foreign", "currency_id": currency.id})

    def page(self, user=None, **arguments):
        return self.env["crm.customer.analysis"].with_user(user or self.seller).get_page(**arguments)

    def lines(self, user=None):
        return self.env["crm.customer.analysis"].with_user(user or self.seller).search([])

    def amounts(self, rows, key):
        return {row[key]: row["amount"] for row in rows}

    # FIGURES

    def test_no_orders(self):
        self.new_order("2025-05-05", state="draft")
        self.new_order("2025-05-05", state="cancel")
        self.new_order("2025-05-05", customer=self.env["res.partner"].create({"name": "No customer"}))
        page = self.page()
        self.assertEqual(page["years"], [])
        self.assertFalse(self.lines())

    def test_years_and_months(self):
        self.new_order("2022-03-01 02:00:00", 10.5)
        self.new_order("2024-03-01 02:00:00", 100, 0.25)
        self.new_order("2025-03-31 02:00:00", 30)
        self.new_order("2025-12-31 02:00:00", 40.4)
        page = self.page()
        self.assertEqual(page["year"], 2025)
        self.assertEqual(page["years"], [2022, 2023, 2024, 2025])
        self.assertEqual(self.amounts(page["by_year"], "year"), {2022: 10.5, 2023: 0, 2024: 100.25, 2025: 70.4})
        self.assertEqual([row["orders"] for row in page["by_year"]], [1, 0, 1, 2])
        months = {row["month"]: (row["amount"], row["before"]["amount"]) for row in page["by_month"]}
        self.assertEqual(months, {month: (0, 0) for month in range(1, 13)} | {3: (30, 100.25), 12: (40.4, 0)})
        self.assertEqual((page["all_time"]["amount"], page["all_time"]["orders"]), (181.15, 4))
        self.assertEqual(page["this_year"]["amount"], 70.4)
        self.assertEqual(page["same_period"]["amount"], 100.25)
        self.assertAlmostEqual(page["growth"], 70.4 / 100.25 - 1)

        page = self.page(year=2023)
        self.assertEqual((page["year"], page["this_year"]["amount"], page["growth"]), (2023, 0, 0 / 10.5 - 1))
        self.assertEqual((page["buyers"], page["products"], page["customers"]), (0, [], []))
        self.assertEqual(self.page(year=1999)["year"], 2025)

    def test_year_begins_at_midnight_of_the_reader(self):
        self.new_order("2025-12-31 15:59:59", 1)
        self.new_order("2025-12-31 16:00:00", 20)
        self.new_order("2025-12-31 16:30:00", 300)
        page = self.page()
        self.assertEqual(self.amounts(page["by_year"], "year"), {2025: 1, 2026: 320})
        self.assertEqual(page["this_year"]["period"], ["2025-12-31 16:00:00", "2026-12-31 16:00:00"])
        self.assertEqual(page["products"][0]["amount"], 320)
        self.assertEqual(page["customers"][0]["amount"], 320)
        Analysis = self.env["crm.customer.analysis"].with_user(self.seller).with_context(tz="UTC")
        self.assertEqual(self.amounts(Analysis.get_page()["by_year"], "year"), {2025: 321})

    def test_running_year_is_compared_with_the_same_days(self):
        self.new_order("2025-03-10 15:59:00", 200)
        self.new_order("2025-03-10 16:00:00", 1000)  # the 11th in Shanghai
        self.new_order("2026-03-10 01:00:00", 300)
        with freeze_time("2026-03-10 02:00:00"):
            page = self.page()
        self.assertEqual((page["same_period"]["amount"], page["growth"]), (200, 0.5))
        with freeze_time("2026-03-10 16:00:00"):
            self.assertEqual(self.page()["same_period"]["amount"], 1200)
        with freeze_time("2027-01-05"):
            self.assertEqual(self.page()["same_period"]["amount"], 1200)

    def test_leap_day(self):
        self.new_order("2027-02-28 04:00:00", 10)
        self.new_order("2027-03-01 04:00:00", 100)
        self.new_order("2028-02-29 04:00:00", 50)
        with freeze_time("2028-02-29 05:00:00"):
            self.assertEqual(self.page()["same_period"]["amount"], 10)

    def test_all_orders_are_added_up_as_a_few_are(self):
        for number, date in enumerate(
            ("2024-01-31 16:00:00", "2025-12-31 15:59:59", "2025-12-31 16:00:00", "2026-03-10 15:59:59", "2026-03-31")
        ):
            self.new_order(date, 10**number)
        with freeze_time("2026-03-10 16:00:00"):
            page = self.page(self.seller)
            self.assertEqual(self.amounts(page["by_year"], "year"), {2024: 1, 2025: 10, 2026: 11100})
            self.assertEqual(self.page(self.boss), page)

    def test_foreign_currency_is_rounded_once(self):
        pricelist = self.new_pricelist(rate=0.14)
        for _number in range(3):
            self.new_order("2025-06-01", 100, pricelist_id=pricelist.id)
        self.new_order("2025-06-02", 0.01)
        total = 2142.87  # 3 × 714.2857… + 0.01, where rounded parts would give 2142.88
        page = self.page()
        self.assertEqual(page["this_year"]["amount"], total)
        self.assertEqual(page["products"][0]["amount"], total)
        self.assertEqual(page["customers"][0]["amount"], total)
        self.assertAlmostEqual(sum(self.lines().mapped("amount")), total, 2)
        self.assertEqual(self.lines().currency_id, self.company.currency_id)

    def test_companies_of_different_currencies(self):
        currency = self.new_pricelist(rate=2).currency_id
        branch = self.env["res.company"].create({"name": "Branch", "currency_id": currency.id})
        self.boss.company_ids |= branch
        # one unit of the company's currency is worth two of the branch's
        currency.rate_ids.create(
            {"name": "2020-01-01", "company_rate": 1, "company_id": branch.id, "currency_id": currency.id}
        )
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "company_rate": 0.5,
                "company_id": branch.id,
                "currency_id": self.company.currency_id.id,
            }
        )
        self.new_order("2025-06-01", 100)
        order = self.new_order("2025-06-01", 60, user=self.boss)
        values = {"company_id": branch.id}
        if "warehouse_id" in order._fields:  # where stock is installed
            values["warehouse_id"] = self.env["stock.warehouse"].search([("company_id", "=", branch.id)], limit=1).id
        order.write(values)
        order.order_line.price_unit = 60
        Analysis = self.env["crm.customer.analysis"].with_user(self.boss)
        both = Analysis.with_context(allowed_company_ids=[self.company.id, branch.id]).get_page()
        self.assertEqual((both["this_year"]["amount"], both["this_year"]["orders"]), (130, 2))
        self.assertEqual(both["products"][0]["amount"], 130)
        self.assertEqual(both["customers"][0]["amount"], 130)
        only = Analysis.with_context(allowed_company_ids=[branch.id]).get_page()
        self.assertEqual((only["this_year"]["amount"], only["currency_id"]), (60, currency.id))
        self.assertEqual(len(Analysis.with_context(allowed_company_ids=[branch.id]).search([])), 1)

    def test_products_in_their_own_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.new_order("2025-06-01", (self.tie, 2, 60, dozen), (self.bearing, 3, 10))
        self.new_order("2025-07-01", (self.tie, 5, 4))
        self.assertEqual(
            [(row["id"], row["quantity"], row["amount"]) for row in self.page()["products"]],
            [(self.tie.id, 29, 140), (self.bearing.id, 3, 30)],
        )
        self.assertEqual(sum(self.lines().filtered(lambda line: line.product_id == self.tie).mapped("quantity")), 29)

    def test_best_ten(self):
        products = self.env["product.product"].create([{"name": f"P{number}"} for number in range(12)])
        self.new_order("2025-06-01", *((product, 1, 1 + number) for number, product in enumerate(products)))
        page = self.page()
        self.assertEqual([row["id"] for row in page["products"]], products[:1:-1].ids)
        self.assertEqual(page["this_year"]["amount"], 78)

    def test_customers_and_shares(self):
        second = self.new_customer("新昌轴承有限公司", state_id=self.hunan.id)
        contact = self.env["res.partner"].create({"name": "王经理", "parent_id": second.id})
        self.new_order("2024-06-01", 5)
        self.new_order("2025-06-01", 100)
        self.new_order("2025-07-01", 50)
        self.new_order("2025-07-01", 450, customer=contact)
        page = self.page()
        self.assertEqual((page["buyers"], page["newcomers"]), (2, 1))
        self.assertEqual(
            [(row["id"], row["amount"], row["orders"]) for row in page["customers"]],
            [(second.id, 450, 1), (self.customer.id, 150, 2)],
        )
        shares = {share["field"]: share["rows"] for share in page["shares"]}
        self.assertEqual(self.amounts(shares["state_id"], "id"), {self.hunan.id: 450, self.zhejiang.id: 150})
        self.assertEqual([row["customers"] for row in shares["state_id"]], [1, 1])
        self.assertEqual(self.amounts(shares["level_id"], "id"), {False: 600})
        self.assertEqual((self.page(year=2024)["buyers"], self.page(year=2024)["newcomers"]), (1, 1))

    def test_small_shares_are_put_together(self):
        states = self.env["res.country.state"].create(
            [{"name": f"S{i}", "code": f"S{i}", "country_id": self.env.ref("base.cn").id} for i in range(12)]
        )
        for number, state in enumerate(states):
            customer = self.new_customer(f"Customer {state.name}", state_id=state.id, duplicate_reason="A test")
            self.new_order("2025-06-01", 1 + number, customer=customer)
        rows = self.page()["shares"][0]["rows"]
        self.assertEqual([row["id"] for row in rows], [*states[:1:-1].ids, None])
        self.assertEqual((rows[-1]["amount"], rows[-1]["customers"]), (3, 2))

    def test_one_customer(self):
        second = self.new_customer("新昌轴承有限公司")
        self.new_order("2025-06-01", 100)
        self.new_order("2025-06-11", 10)
        self.new_order("2026-06-01", 7, customer=second)
        page = self.page(partner_id=self.customer.id)
        self.assertEqual(page["partner"], {"id": self.customer.id, "name": self.customer.name})
        self.assertEqual((page["years"], page["this_year"]["amount"]), ([2025], 110))
        self.assertEqual(page["first_order"], datetime(2025, 6, 1))
        self.assertEqual(page["last_order"], datetime(2025, 6, 11))
        self.assertNotIn("customers", page)

    # SCOPE

    def test_scope(self):
        self.customer.crm_assistant_ids = self.assistant
        others = self.new_customer("新昌轴承有限公司", user=self.other)
        self.new_order("2025-06-01", 100)
        self.new_order("2025-06-01", 30, customer=others, user=self.other)
        seen = {self.seller: 100, self.other: 30, self.assistant: 100, self.manager: 100, self.boss: 130}
        for user, amount in seen.items():
            with self.subTest(user.login):
                page = self.page(user)
                self.assertEqual(page["all_time"]["amount"], amount)
                self.assertEqual(sum(row["amount"] for row in page["products"]), amount)
                self.assertEqual(sum(row["amount"] for row in page["customers"]), amount)
                self.assertEqual(sum(row["amount"] for row in page["shares"][0]["rows"]), amount)
                self.assertEqual(sum(self.lines(user).mapped("amount")), amount)

    def test_page_of_an_unseen_customer_is_refused(self):
        self.new_order("2025-06-01", 100)
        with self.assertRaises(AccessError):
            self.page(self.other, partner_id=self.customer.id)

    def test_other_roles_are_refused(self):
        self.new_order("2025-06-01", 100)
        for role in ("engineer", "buyer", "cashier"):
            user = self.new_user(role)
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    self.page(user)
                with self.assertRaises(AccessError):
                    self.lines(user)
                with self.assertRaises(AccessError):
                    self.env["crm.customer.analysis"].with_user(user).action_export_page()

    def test_nobody_changes_an_analysis(self):
        self.new_order("2025-06-01", 100)
        with self.assertRaises(AccessError):
            self.lines(self.admin).write({"amount": 1})

    def test_opens_the_order(self):
        order = self.new_order("2025-06-01", 100)
        action = self.lines().action_open_order()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", order.id))

    def test_queries_do_not_grow(self):
        def queries():
            self.env.invalidate_all()
            count = self.env.cr.sql_log_count
            self.page(self.boss)
            return self.env.cr.sql_log_count - count

        self.new_order("2025-06-01", 100)
        self.page(self.boss)
        few = queries()
        for number in range(8):
            customer = self.new_customer(f"Customer {number}", state_id=self.hunan.id, duplicate_reason="A test")
            self.new_order("2024-06-01", (self.bearing, 1, number), customer=customer)
            self.new_order("2025-06-01", (self.bearing, 1, number), customer=customer)
        self.env.flush_all()
        self.assertLessEqual(queries(), few)

    # EXPORT

    def workbook(self, user, selection):
        file = io.BytesIO()
        self.env["crm.customer.analysis"].with_user(user)._excel_select(selection)._excel_write(file)
        file.seek(0)
        book = load_workbook(file)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}

    def test_export_of_the_page(self):
        self.new_order("2024-06-01", 40)
        self.new_order("2025-06-01", 100.5)
        with self.assertRaises(AccessError):
            self.env["crm.customer.analysis"].with_user(self.seller).action_export_page()
        Analysis = self.env["crm.customer.analysis"].with_user(self.admin)
        action = Analysis.action_export_page(year=2024)
        export = self.env["crm.excel.export"].browse(int(action["url"].rpartition("/")[2]))
        sheets = self.workbook(self.admin, export.selection)
        self.assertEqual(len(sheets), 13)
        self.assertEqual(sheets["Amount per year"][1:], [["2024", 40, 1], ["2025", 100.5, 1]])
        self.assertEqual(sheets["This year and last by month"][6], [6, 40, 0])
        self.assertEqual(sheets["Top customers 2024"][1], [self.customer.name, 1, 40])
        self.assertEqual(sheets["Top products 2024"][1][0], self.tie.display_name)

    def test_export_of_lines(self):
        order = self.new_order(fields.Datetime.to_datetime("2025-06-01 02:00:00"), 100.5)
        Analysis = self.env["crm.customer.analysis"].with_user(self.admin)
        rows = self.workbook(self.admin, {"ids": Analysis.search([]).ids})["Customer Analysis"]
        self.assertEqual(rows[1][:3], [order.name, datetime(2025, 6, 1, 10), self.customer.name])
        self.assertEqual(rows[1][-1], 100.5)
