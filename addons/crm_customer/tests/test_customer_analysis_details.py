from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerCase


@freeze_time("2026-06-01 04:00:00")
@tagged("post_install", "-at_install")
class TestCustomerAnalysisDetails(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fair, cls.website = cls.env["utm.source"].create([{"name": "Fair of Canton"}, {"name": "Our website"}])
        cls.textiles, cls.tools = cls.env["product.category"].create([{"name": "Textiles"}, {"name": "Tools"}])
        cls.tie, cls.saw = cls.env["product.product"].create(
            [{"name": "领带", "categ_id": cls.textiles.id}, {"name": "锯", "categ_id": cls.tools.id}]
        )
        cls.frequent = cls.new_customer("嵊州领带有限公司", crm_source_id=cls.fair.id)
        cls.new = cls.new_customer("新昌轴承有限公司", crm_source_id=cls.fair.id)
        cls.lost = cls.new_customer("诸暨袜业有限公司")
        cls.asking = cls.new_customer("绍兴黄酒有限公司", crm_source_id=cls.website.id)
        cls.new_order(cls.frequent, "2024-02-10", (cls.tie, 1, 100))
        cls.new_order(cls.frequent, "2026-03-10", (cls.tie, 2, 100), (cls.saw, 5, 10))
        cls.new_order(cls.frequent, "2026-05-10", (cls.tie, 3, 100))
        cls.new_order(cls.new, "2026-04-10", (cls.saw, 1, 10))
        cls.new_order(cls.lost, "2025-02-10", (cls.saw, 1, 10))

    @classmethod
    def new_order(cls, customer, day, *lines):
        return cls.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "user_id": customer.user_id.id,
                "date_order": f"{day} 04:00:00",
                "state": "sale",
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity, "price_unit": price, "tax_ids": False}
                    )
                    for product, quantity, price in lines
                ],
            }
        )

    def analysis(self, user=None):
        return self.env["crm.customer.analysis"].with_user(user or self.seller)

    def details(self, user=None, year=2026):
        self.env["crm.churn.score"]._churn_compute()
        return self.analysis(user).get_details(year)

    # PAGE

    def test_product_series_and_quantity(self):
        page = self.analysis().get_page(2026)
        rows = {row["id"]: (row["amount"], row["quantity"]) for row in page["categories"]["rows"]}
        self.assertEqual(rows, {self.textiles.id: (500, 5), self.tools.id: (60, 6)})
        self.assertEqual(page["quantity"], 11)
        page = self.analysis().get_page(2026, partner_id=self.frequent.id)
        self.assertEqual((page["quantity"], page["quantity_all_time"]), (10, 11))

    def test_margin_is_for_managers(self):
        self.assertNotIn("margin", self.analysis().get_page(2026))
        installed = "margin" in self.env["sale.order"]._fields
        page = self.analysis(self.manager).get_page(2026)
        self.assertEqual("margin" in page, installed)
        if installed:
            self.assertEqual(page["margin"], 560)

    def test_industries(self):
        industry = self.env["res.partner.industry"].create({"name": "Silk"})
        self.frequent.industry_id = industry
        shares = {share["field"]: share["rows"] for share in self.analysis().get_page(2026)["shares"]}
        rows = {row["id"]: row["amount"] for row in shares["industry_id"]}
        self.assertEqual(rows, {industry.id: 550, False: 10})

    # DETAILS

    def test_nothing_computed_yet(self):
        self.env["crm.churn.score"].search([]).unlink()
        self.assertFalse(self.analysis().get_details(2026)["computed_on"])

    def test_new_and_lost_customers(self):
        details = self.details()
        self.assertEqual(details["computed_on"], date(2026, 6, 1))
        months = {row["month"]: (row["new"], row["lost"]) for row in details["months"] if row["new"] or row["lost"]}
        self.assertEqual(months, {2: (0, 1), 4: (1, 0)})
        [february] = [row for row in details["months"] if row["month"] == 2]
        self.assertEqual(february["lost_period"], ["2025-02-01", "2025-03-01"])
        self.assertEqual(sum(row["new"] for row in self.details(year=2024)["months"]), 1)

    def test_nobody_is_lost_in_advance(self):
        # the last order of the new customer is of April, which next April would be too old
        self.assertEqual(sum(row["lost"] for row in self.details(year=2027)["months"]), 0)

    def test_average_interval_and_rfm(self):
        details = self.details()
        self.assertEqual((details["customers"], details["repeat_buyers"]), (3, 1))
        self.assertAlmostEqual(details["interval"], (date(2026, 5, 10) - date(2024, 2, 10)).days / 2)
        cells = {row["id"]: (row["customers"], row["amount"]) for row in details["rfm"] if row["customers"]}
        self.assertEqual(cells, {"111": (1, 650), "100": (1, 10), "000": (1, 10)})
        self.assertEqual(len(details["rfm"]), 8)

    def test_sources(self):
        rows = [(row["id"], row["customers"], row["won"]) for row in self.details()["sources"]]
        self.assertEqual(rows, [(self.fair.id, 2, 2), (False, 1, 1), (self.website.id, 1, 0)])

    def test_scope(self):
        self.lost.user_id = self.other
        details = self.details(self.other)
        self.assertEqual(details["customers"], 1)
        self.assertEqual([(row["customers"], row["won"]) for row in details["sources"]], [(1, 1)])
        self.assertEqual(sum(row["lost"] for row in details["months"]), 1)
        self.assertEqual(sum(row["new"] for row in details["months"]), 0)
        self.assertEqual(self.details(self.boss)["customers"], 3)
        with self.assertRaises(AccessError):
            self.analysis(self.new_user("engineer")).get_details(2026)

    def test_sheets(self):
        self.env["crm.churn.score"]._churn_compute()
        Analysis = self.analysis()
        sheets = {title: rows for title, _columns, rows in Analysis._page_sheets(Analysis.get_page(2026))}
        self.assertEqual(sheets["New and lost customers 2026"][3], (4, 1, 0))
        self.assertEqual(sheets["Source conversion"][0], (self.fair.display_name, 2, 2))
        self.assertEqual(len(sheets["RFM cells"]), 8)
        self.assertEqual(sheets["Product Category 2026"][0][:2], (self.textiles.display_name, 5))
