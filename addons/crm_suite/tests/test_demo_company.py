from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..tools.northwind import read_csv

CENT = Decimal("0.01")
SHIFT_YEARS = 28
# the orders of Northwind and their lines; the company has some of its own
ORDERS = {
    "sale.order": [("crm_is_history", "=", True)],
    "sale.order.line": [("order_id.crm_is_history", "=", True)],
}
IMPORTED = [("is_crm_customer", "=", True), ("customer_code", "!=", False)]  # those of Northwind; others have no code


def amount(line):
    """What a line of the sample comes to, exactly."""
    return Decimal(line["price"]) * int(line["quantity"]) * (100 - int(line["discount"])) / 100


def rounded(line):
    """The same to the cent, as every line of an order is."""
    return amount(line).quantize(CENT, ROUND_HALF_UP)


def exact(value):
    """A stored amount; it is a float only on its way through Python."""
    return Decimal(str(value)).quantize(CENT)


class DemoCompanyCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo_company = cls.env["crm.demo.company"]


@tagged("post_install", "-at_install")
class TestDemoCompany(DemoCompanyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.demo_company._is_loaded():
            raise AssertionError("The demo company is in this database already: take an empty one for the tests.")
        # by the button in the settings, as an administrator who is nothing more
        loader = new_test_user(cls.env, "loader", groups="crm_base.group_crm_admin")
        cls.env["res.config.settings"].with_user(loader).create({}).action_load_crm_demo_company()
        cls.orders = {order["number"]: order for order in read_csv("northwind", "orders")}
        cls.lines = read_csv("northwind", "order_lines")
        cls.administrator = cls.user("gaoyuan")

    @classmethod
    def user(cls, login):
        return cls.env["res.users"].search([("login", "=", login)])

    def expected(self, key):
        """{key(order, line): sum of its lines to the cent}"""
        sums = defaultdict(Decimal)
        for line in self.lines:
            sums[key(self.orders[line["order"]], line)] += rounded(line)
        return dict(sums)

    def sums(self, model, groupby, aggregate):
        """What the administrator of the demo company sees, in the time zone of Shanghai."""
        records = self.env[model].with_user(self.administrator).with_context(tz="Asia/Shanghai")
        return {key: exact(value) for key, value in records._read_group(ORDERS[model], [groupby], [aggregate])}

    # THE SAMPLE
    def test_the_known_total(self):
        """1,265,793.04 is the total that is rounded once; to the cent in each line it is 25 cents more."""
        self.assertEqual(sum(map(amount, self.lines)).quantize(CENT), Decimal("1265793.04"))
        self.assertEqual(sum(map(rounded, self.lines)), Decimal("1265793.29"))

    # FIGURES
    def test_counts(self):
        customers = self.env["res.partner"].search(IMPORTED)
        self.assertEqual(len(customers), 91)
        self.assertEqual(len(customers.child_ids.filtered("is_primary_contact")), 91)
        self.assertEqual(self.env["sale.order"].search_count(ORDERS["sale.order"]), 830)
        self.assertEqual(self.env["sale.order.line"].search_count(ORDERS["sale.order.line"]), 2155)
        codes = [f"P{int(product['id']):03}" for product in read_csv("northwind", "products")]
        self.assertEqual(self.env["product.product"].search_count([("default_code", "in", codes)]), 77)

    def test_facts_of_each_customer(self):
        found = {
            customer.customer_code: (
                customer.name,
                customer.street,
                customer.city,
                customer.zip or "",
                customer.country_id.code,
                customer.phone,
                customer.fax or "",
                customer.child_ids.name,
                customer.child_ids.function,
            )
            for customer in self.env["res.partner"].search(IMPORTED)
        }
        columns = ("name", "street", "city", "zip", "country", "phone", "fax", "contact", "contact_title")
        self.assertEqual(
            found,
            {row["code"]: tuple(row[column] for column in columns) for row in read_csv("northwind", "customers")},
        )

    def test_lines(self):
        found = Counter(
            (
                line.order_id.name,
                line.product_id.default_code,
                exact(line.product_uom_qty),
                exact(line.price_unit),
                exact(line.discount),
                exact(line.price_subtotal),
            )
            for line in self.env["sale.order.line"].search(ORDERS["sale.order.line"])
        )
        wanted = Counter(
            (
                line["order"],
                f"P{int(line['product']):03}",
                *(Decimal(line[column]).quantize(CENT) for column in ("quantity", "price", "discount")),
                rounded(line),
            )
            for line in self.lines
        )
        self.assertEqual(found, wanted)

    def test_sums_per_year(self):
        expected = self.expected(lambda order, line: int(order["date"][:4]) + SHIFT_YEARS)
        self.assertEqual(sorted(expected), [2024, 2025, 2026])
        found = self.sums("sale.order", "date_order:year", "amount_untaxed:sum")
        self.assertEqual({key.year: value for key, value in found.items()}, expected)
        total = self.env["sale.order"]._read_group(ORDERS["sale.order"], [], ["amount_total:sum"])[0][0]
        self.assertEqual(exact(total), Decimal("1265793.29"), "no tax")

    def test_sums_per_customer(self):
        expected = self.expected(lambda order, line: order["customer"])
        self.assertEqual(len(expected), 89, "two customers never ordered")
        found = self.sums("sale.order", "crm_customer_id", "amount_untaxed:sum")
        self.assertEqual({key.customer_code: value for key, value in found.items()}, expected)

    def test_sums_per_product(self):
        expected = self.expected(lambda order, line: f"P{int(line['product']):03}")
        found = self.sums("sale.order.line", "product_id", "price_subtotal:sum")
        self.assertEqual({key.default_code: value for key, value in found.items()}, expected)

    def test_sums_per_salesperson(self):
        logins = {row["employee"]: row["login"] for row in read_csv("company", "users") if row["employee"]}
        self.assertEqual(set(logins), {row["id"] for row in read_csv("northwind", "employees")})
        expected = self.expected(lambda order, line: logins[order["employee"]])
        found = self.sums("sale.order", "user_id", "amount_untaxed:sum")
        self.assertEqual({key.login: value for key, value in found.items()}, expected)

    def test_dates_keep_day_and_weekday(self):
        for order in self.env["sale.order"].search(ORDERS["sale.order"]):
            then = date.fromisoformat(self.orders[order.name]["date"])
            now = fields.Datetime.context_timestamp(order.with_context(tz="Asia/Shanghai"), order.date_order).date()
            self.assertEqual((now.year, now.month, now.day), (then.year + SHIFT_YEARS, then.month, then.day))
            self.assertEqual(now.weekday(), then.weekday())

    def test_orders_are_closed(self):
        states = self.env["sale.order"]._read_group(ORDERS["sale.order"], ["state", "locked", "invoice_status"])
        self.assertEqual(states, [("sale", True, "invoiced")])
        self.assertFalse(
            self.env["sale.order.line"].search_count(ORDERS["sale.order.line"] + [("tax_ids", "!=", False)])
        )
        # what the company invoices are the payments of its own contracts
        invoices = [("move_type", "!=", "entry"), ("crm_contract_id", "=", False)]
        self.assertFalse(self.env["account.move"].search_count(invoices))

    def test_customers_are_graded_by_their_orders(self):
        amounts = self.expected(lambda order, line: order["customer"])
        own = self.env["sale.order"].search([("crm_is_history", "=", False)]).crm_customer_id
        own |= self.env["crm.contract"].search([]).crm_customer_id
        for customer in self.env["res.partner"].search(IMPORTED):
            ordered = amounts.get(customer.customer_code, 0)
            name = next(key for key, least in (("a", 25000), ("b", 10000), ("c", 2500), ("d", 0)) if ordered >= least)
            self.assertEqual(customer.crm_level_id, self.env.ref(f"crm_customer.crm_customer_level_{name}"))
            if customer not in own:
                self.assertEqual(customer.crm_status == "prospect", not ordered)
            self.assertTrue(customer.crm_category_id and customer.user_id and customer.country_id)

    # USERS
    def test_each_role_has_a_user(self):
        roles = Counter(row["role"] for row in read_csv("company", "users"))
        self.assertEqual(len(roles), 12)
        for row in read_csv("company", "users"):
            user = self.user(row["login"])
            self.assertTrue(user.has_group(f"crm_base.group_{row['role']}"), row["login"])
            self.assertEqual(user.role_line_ids.role_id, self.env.ref(f"crm_base.res_users_role_{row['role']}"))
            self.assertEqual((user.tz, bool(user.employee_id.department_id)), ("Asia/Shanghai", True))

    def test_users_log_in_with_the_password_of_the_readme(self):
        for login in ("zhangwei", "gaoyuan"):
            user = self.user(login)
            user.with_user(user)._check_credentials({"type": "password", "password": "demo"}, {"interactive": True})

    def seen_by(self, login):
        customers = self.env["res.partner"].with_user(self.user(login))
        return customers.search(IMPORTED)

    def test_a_salesperson_sees_his_customers(self):
        mine = self.seen_by("zhangwei")
        self.assertEqual(mine.user_id, self.user("zhangwei"))
        self.assertEqual(len(mine), 22)
        other = self.env["res.partner"].search([("customer_code", "=", "ALFKI")])
        self.assertNotIn(other, self.seen_by("yangfan"))
        with self.assertRaises(AccessError):
            other.with_user(self.user("yangfan")).read(["phone"])

    def test_a_manager_sees_his_department(self):
        owners = {
            "liuyang": {"liuyang", "zhangwei", "lina"},
            "chenjing": {"chenjing", "yangfan", "zhaolei"},
            "huangmin": {"huangmin", "zhouting"},
        }
        for login, department in owners.items():
            self.assertEqual(set(self.seen_by(login).user_id.mapped("login")), department)
        self.assertEqual(len(self.seen_by("wangjianguo")), 91, "the head of sales sees the departments below his own")

    def test_the_general_manager_sees_all(self):
        self.assertEqual(len(self.seen_by("xuzhiyuan")), 91)
        orders = self.env["sale.order"].with_user(self.user("xuzhiyuan"))
        self.assertEqual(orders.search_count(ORDERS["sale.order"]), 830)

    def test_the_assistant_sees_whom_she_supports(self):
        self.assertEqual(set(self.seen_by("wuqian").user_id.mapped("login")), {"zhangwei", "lina"})

    def test_followups_are_of_the_customers_salespeople(self):
        followups = self.env["crm.followup"].search([])
        self.assertGreater(len(followups), 91)
        self.assertEqual(followups.partner_id, self.env["res.partner"].search(IMPORTED))
        for followup in followups:
            self.assertEqual(followup.user_id, followup.partner_id.user_id)
        mine = self.env["crm.followup"].with_user(self.user("zhangwei")).search([])
        self.assertTrue(mine)
        self.assertEqual(mine.partner_id.user_id, self.user("zhangwei"))
        now = fields.Datetime.now()
        self.assertTrue(followups.filtered(lambda followup: followup.next_date < now), "some are overdue")
        self.assertTrue(followups.filtered(lambda followup: followup.next_date > now), "some are to come")

    # AGAIN
    def test_again_nothing_changes(self):
        self.env.company.name = "renamed"
        self.assertFalse(self.demo_company.load_company())
        self.assertEqual(self.env.company.name, "renamed")
        self.test_counts()
        self.assertFalse(self.env["res.config.settings"].new({}).crm_demo_company_offered)


@tagged("post_install", "-at_install")
class TestDemoCompanyRefused(DemoCompanyCase):
    def test_only_administrators_load_it(self):
        boss = new_test_user(self.env, "boss", groups="crm_base.group_general_manager")
        with self.assertRaises(AccessError):
            self.demo_company.with_user(boss).load_company()

    def test_it_does_not_mix_with_real_customers(self):
        settings = self.env["res.config.settings"]
        self.assertTrue(settings.new({}).crm_demo_company_offered)
        customer = self.env["res.partner"].create({"name": "Real", "is_crm_customer": True})
        customer.active = False
        self.assertFalse(settings.new({}).crm_demo_company_offered)
        name = self.env.company.name
        with self.assertRaises(UserError):
            self.demo_company.load_company()
        self.assertEqual(self.env.company.name, name)

    def test_it_takes_no_login_from_anybody(self):
        new_test_user(self.env, "zhangwei")
        with self.assertRaisesRegex(UserError, "zhangwei"):
            self.demo_company.load_company()
