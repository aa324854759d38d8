from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerCase

HEADER = (
    "name,partner_id,date_order,user_id,product_id,product_uom_qty,price_unit,discount,"
    "commitment_date,client_order_ref,currency_id\n"
)


@tagged("post_install", "-at_install")
class TestSaleOrderImport(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin.tz = "Asia/Shanghai"
        cls.customer = cls.new_customer("嵊州领带有限公司")
        cls.new_customer("新昌轴承有限公司", user=cls.admin, customer_code="XC1", user_id=cls.other.id)
        cls.env["product.product"].create(
            [{"name": "领带", "default_code": "T-1", "list_price": 1}, {"name": "轴承", "list_price": 1}]
        )

    def run_import(self, text, user=None):
        wizard = self.env["crm.sale.order.import"].with_user(user or self.admin)
        return wizard._import_run(text.encode(), "orders.csv")

    def messages(self, job):
        return {error.row_number: error.message for error in job.error_ids}

    def orders(self, *names):
        return self.env["sale.order"].search([("name", "in", names)], order="name")

    def test_orders_come_in_with_their_dates_and_amounts(self):
        job = self.run_import(
            HEADER
            + "H1,嵊州领带有限公司,2024-07-04,,T-1,12,9.99,5,2024-08-01,PO-7,\n"
            + "H1,嵊州领带有限公司,2024-07-04,,轴承,-1,3,,2024-08-01,PO-7,\n"
            + "H2,XC1,2024-01-01 08:30,seller,T-1,1,100,0,,,\n"
        )
        self.assertEqual((job.created_count, job.failed_count), (3, 0), self.messages(job))
        first, second = self.orders("H1", "H2")
        self.assertEqual((first.state, first.locked, first.invoice_status), ("sale", True, "invoiced"))
        self.assertEqual(first.order_line.mapped("price_subtotal"), [113.89, -3])
        self.assertEqual((first.amount_untaxed, first.amount_total), (110.89, 110.89))
        self.assertFalse(first.order_line.tax_ids)
        self.assertEqual(first.currency_id, self.env.company.currency_id)
        self.assertEqual((first.user_id, first.client_order_ref), (self.seller, "PO-7"))
        self.assertEqual(first.date_order, datetime(2024, 7, 4, 4), "noon in Shanghai")
        self.assertEqual(first.commitment_date, datetime(2024, 8, 1, 4))
        self.assertEqual(second.user_id, self.seller, "not the customer's own salesperson")
        self.assertEqual(second.date_order, datetime(2024, 1, 1, 0, 30))
        self.assertEqual(self.customer.last_order_date, first.date_order)

    def test_nothing_is_left_to_deliver_or_invoice(self):
        self.env["product.product"].search([("default_code", "=", "T-1")]).invoice_policy = "order"
        self.run_import(HEADER + "H1,XC1,2024-07-04,,T-1,12,10,,,,\nH1,XC1,2024-07-04,,轴承,1,10,,,,\n")
        order = self.orders("H1")
        self.assertEqual(order.amount_to_invoice, 0)
        for line in order.order_line:
            self.assertEqual(line.qty_delivered, line.product_uom_qty)
            self.assertEqual((line.qty_to_invoice, line.untaxed_amount_to_invoice), (0, 0))

    def test_another_currency(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        job = self.run_import(HEADER + "H1,XC1,2024-07-04,,T-1,3,99,5,,,JPY\n")
        self.assertEqual(job.created_count, 1, self.messages(job))
        order = self.orders("H1")
        self.assertEqual((order.currency_id, order.order_line.currency_id), (yen, yen))
        self.assertEqual((order.order_line.price_subtotal, order.amount_total), (282, 282), "whole yen")

    def test_colleagues_and_products_of_the_past(self):
        self.other.active = False
        self.env["product.product"].search([("default_code", "=", "T-1")]).active = False
        job = self.run_import(HEADER + "H1,XC1,2024-07-04,other,T-1,2,10,,,,\n")
        self.assertEqual(job.created_count, 1, self.messages(job))
        self.assertEqual(self.orders("H1").user_id, self.other)

    def test_an_order_with_a_bad_row_stays_out_as_a_whole(self):
        good = "G{0},XC1,2024-07-04,,T-1,1,10,,,,\n"
        bad = {
            2: "B1,nobody,2024-07-04,,T-1,1,10,,,,\n",
            3: "B2,XC1,2024-02-30,,T-1,1,10,,,,\n",
            4: "B3,XC1,2024-07-04,nobody,T-1,1,10,,,,\n",
            5: "B4,XC1,2024-07-04,,T-9,1,10,,,,\n",
            6: "B5,XC1,2024-07-04,,T-1,many,10,,,,\n",
            7: "B6,XC1,2024-07-04,,T-1,0,10,,,,\n",
            8: "B7,XC1,2024-07-04,,T-1,1,-10,,,,\n",
            9: "B8,XC1,2024-07-04,,T-1,1,10,101,,,\n",
            10: "B9,XC1,2024-07-04,,T-1,1,10,,tomorrow,,\n",
            11: "B10,XC1,2024-07-04,,T-1,1,10,,,,XXX\n",
            12: ",XC1,2024-07-04,,T-1,1,10,,,,\n",
            13: "B11,,2024-07-04,,T-1,1,10,,,,\n",
            14: "B12,XC1,2024-07-04,,T-1,1,,,,,\n",
            15: "B13,XC1,2024-07-04,,T-1,1,10,,,,\n",
        }
        others = [f"B{number},XC1,2024-07-04,,轴承,1,10,,,,\n" for number in range(1, 13)]
        others.append("B13,嵊州领带有限公司,2024-07-04,,轴承,1,10,,,,\n")  # two customers in one order
        job = self.run_import(HEADER + "".join(bad.values()) + "".join(others) + good.format(1) + good.format(2))
        self.assertEqual((job.created_count, job.failed_count), (2, 27))
        messages = self.messages(job)
        self.assertEqual(sorted(messages), list(range(2, 29)), "each row of a bad order is in the error file")
        self.assertEqual(len(self.orders("G1", "G2")), 2)
        self.assertFalse(self.orders(*(f"B{number}" for number in range(1, 14))))
        for number, column in {2: "partner_id", 4: "user_id", 7: "product_uom_qty", 8: "price_unit"}.items():
            label = next(c.label for c in self.env["crm.sale.order.import"]._import_columns() if c.name == column)
            self.assertTrue(messages[number].startswith(f"{label}: "), messages[number])
        self.assertIn("2", messages[16], "the other row of B1 names the bad one")

    def test_lines_of_an_order_may_stand_apart(self):
        self.patch(type(self.env["crm.sale.order.import"]), "_import_batch_size", 2)
        rows = [f"H{number},XC1,2024-07-04,,T-1,{turn},10,,,,\n" for turn in (1, 2, 3) for number in (1, 2, 3)]
        job = self.run_import(HEADER + "".join(rows))
        self.assertEqual((job.created_count, job.failed_count), (9, 0), self.messages(job))
        self.assertEqual(self.orders("H1", "H2", "H3").mapped("amount_total"), [60, 60, 60])

    def test_the_second_time_nothing_happens(self):
        self.env["sale.order"].create(
            {
                "name": "H2",
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": self.env["product.product"].search([], limit=1).id})],
            }
        )
        text = (
            HEADER
            + "H1,XC1,2024-07-04,,T-1,1,10,,,,\nH1,XC1,2024-07-04,,轴承,1,5,,,,\nH2,XC1,2024-07-04,,T-1,1,10,,,,\n"
        )
        job = self.run_import(text)
        self.assertEqual((job.created_count, job.skipped_count), (2, 1), self.messages(job))
        job = self.run_import(text)
        self.assertEqual((job.created_count, job.skipped_count, job.failed_count), (0, 3, 0), self.messages(job))
        self.assertEqual(len(self.orders("H1", "H2")), 2)
        self.assertEqual(self.orders("H2").state, "draft")

    def test_the_index_stops_what_two_imports_do_at_once(self):
        text = HEADER + "H1,XC1,2024-07-04,,T-1,1,10,,,,\n"
        self.run_import(text)
        self.patch(type(self.env["crm.sale.order.import"]), "_import_check_rows", lambda self, rows: None)
        with self.assertLogs("odoo.sql_db", "ERROR"):
            job = self.run_import(text + "H2,XC1,2024-07-04,,T-1,1,10,,,,\n")
        self.assertEqual((job.created_count, job.failed_count), (1, 1))
        self.assertEqual(list(self.messages(job)), [2])

    def test_only_administrators_import_orders(self):
        with self.assertRaises(AccessError):
            self.run_import(HEADER + "H1,XC1,2024-07-04,,T-1,1,10,,,,\n", self.boss)
