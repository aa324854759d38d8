from datetime import date, datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.product_product_stock import _promises
from .common import ProductCase


@tagged("post_install", "-at_install")
class TestStockReport(ProductCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.new_product("Crystal", default_code="S-1")
        cls.customer = cls.new_customer("Acme")
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor"})

    def purchase(self, quantity, days):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_qty": quantity,
                            "price_unit": 1,
                            "date_planned": datetime.now() + timedelta(days=days),
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        return order

    def sale(self, quantity, days=0, user=None, customer=None):
        order = self.new_order(customer or self.customer, self.product, quantity, user=user)
        order.commitment_date = datetime.now() + timedelta(days=days)
        order.action_confirm()
        return order

    def rows(self, model, user=None, **context):
        self.env.flush_all()
        report = self.env[model].with_user(user or self.seller).with_context(**context)
        return report.search([("product_id", "=", self.product.id)])

    def test_on_hand_by_lot(self):
        self.product.tracking = "lot"
        lots = self.env["stock.lot"].create([{"name": name, "product_id": self.product.id} for name in ("A", "B")])
        for lot, quantity in zip(lots, (3, 4), strict=True):
            self.env["stock.quant"]._update_available_quantity(self.product, self.stock, quantity, lot_id=lot)
        rows = self.rows("crm.stock.report")
        self.assertEqual({row.lot_id.name: row.quantity for row in rows}, {"A": 3, "B": 4})
        self.assertEqual(rows.warehouse_id, self.warehouse)
        self.assertEqual(set(rows.mapped("source")), {"Odoo"})

    def test_kinds(self):
        half = self.new_product("Half")
        part = self.new_product("Part")
        goods = self.new_product("Goods")
        self.new_bom(self.product, {half: 1})
        self.new_bom(half, {part: 1})
        for product in (self.product, half, part, goods):
            self.put_in_stock(product, 1)
        self.env.flush_all()
        rows = self.env["crm.stock.report"].search([("product_id", "in", (self.product | half | part | goods).ids)])
        self.assertEqual(
            {row.product_id.name: row.kind for row in rows},
            {"Crystal": "finished", "Half": "semi_finished", "Part": "material", "Goods": "goods"},
        )
        for row in rows:
            made, used = row.kind in ("finished", "semi_finished"), row.kind in ("semi_finished", "material")
            self.assertEqual((row.is_made, row.is_component), (made, used))

    def test_another_source(self):
        Report = self.env.registry["crm.stock.report"]
        sources = Report._crm_stock_sources
        self.patch(
            Report,
            "_crm_stock_sources",
            lambda report: [
                *sources(report),
                SQL(
                    "SELECT -1, 'ERP', %s, 'S-1', NULL::integer, NULL::integer, 'goods', FALSE, FALSE,"
                    " NULL::integer, NULL::integer, NULL::integer, %s, NULL::integer, NULL::timestamp, 5.0, 0.0, 5.0",
                    self.product.id,
                    self.env.company.id,
                ),
            ],
        )
        self.put_in_stock(self.product, 2)
        rows = self.rows("crm.stock.report")
        self.assertEqual({row.source: row.quantity for row in rows}, {"Odoo": 2, "ERP": 5})

    def test_expected_and_reserved(self):
        self.put_in_stock(self.product, 5)
        purchase = self.purchase(20, 7)
        sale = self.sale(4, 3)
        rows = {row.kind: row for row in self.rows("crm.stock.plan")}
        self.assertEqual(set(rows), {"purchase", "sale"})
        self.assertEqual((rows["purchase"].quantity, rows["purchase"].document), (20, purchase.name))
        self.assertEqual((rows["sale"].quantity, rows["sale"].reserved_quantity), (-4, 4))
        self.assertEqual((rows["sale"].document, rows["sale"].customer), (sale.name, "Acme"))

    def test_orders_of_others_are_masked(self):
        sale = self.sale(4)
        row = self.rows("crm.stock.plan", self.other)
        self.assertEqual(row.quantity, -4)
        self.assertFalse(row.document)
        self.assertNotIn("Acme", row.customer)
        self.assertNotIn(sale.name, str(row.read()))
        with self.assertRaises(AccessError):
            row.read(["move_id"])

    def test_expected_production(self):
        part = self.new_product("Part")
        self.new_bom(self.product, {part: 2})
        production = self.env["mrp.production"].create({"product_id": self.product.id, "product_qty": 6})
        production.action_confirm()
        row = self.rows("crm.stock.plan")
        self.assertEqual((row.kind, row.quantity, row.document), ("production", 6, production.name))
        self.env.flush_all()
        used = self.env["crm.stock.plan"].search([("product_id", "=", part.id)])
        self.assertEqual((used.kind, used.quantity), ("consumption", -12))

    def test_promises(self):
        self.put_in_stock(self.product, 10)
        self.purchase(20, 10)
        self.sale(8, 3)
        self.sale(15, 17)
        row = self.rows("crm.stock.promise")
        # 10 on hand, 8 go in 3 days, 20 come in 10 days, 15 go in 17 days
        self.assertEqual(row.qty_on_hand, 10)
        self.assertEqual([row.week_0, row.week_1, row.week_2, row.week_3, row.week_8], [2, 2, 7, 7, 7])
        today = fields.Date.context_today(self.product)
        dates = [today, today + timedelta(days=12)]
        self.assertEqual(self.product._crm_free_qty_by_date(dates), {self.product.id: [2, 7]})

    def test_promise_math(self):
        self.assertEqual(_promises(0, [], [date(2026, 1, 1)]), [0])
        self.assertEqual(_promises(10, [(1, -4), (3, 20), (5, -15)], [1, 2, 3, 5]), [6, 6, 11, 11])
        self.assertEqual(_promises(1, [(2, -5)], [1, 2]), [-4, -4])

    def test_kits_are_promised_by_their_parts(self):
        can, pcb, label = self.new_product("Can"), self.new_product("PCB"), self.new_product("Label", is_storable=False)
        half = self.new_product("Half a Kit")
        self.product.is_storable = False
        self.new_bom(half, {pcb: 4}, quantity=2, kind="phantom")
        self.new_bom(self.product, {can: 3, half: 1, label: 1}, kind="phantom")
        self.put_in_stock(can, 10)
        self.put_in_stock(pcb, 5)
        self.sale(1, 8)
        row = self.rows("crm.stock.promise")
        # 10 cans make 3 kits, 5 boards make 2; one of them is promised
        self.assertEqual((row.qty_on_hand, row.week_0, row.week_8), (2, 1, 1))
        self.assertEqual(self.product.qty_available, 2)
        self.sale(2, 8)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.rows("crm.stock.promise").week_0, -1)
        board = self.env["crm.price.report"].with_user(self.seller).search([("product_id", "=", self.product.id)])
        self.assertEqual(board.qty_on_hand, 2)

    def test_late_moves_count_today(self):
        self.purchase(20, 1)
        self.env["stock.move"].search([("product_id", "=", self.product.id)]).date = datetime.now() - timedelta(days=9)
        self.assertEqual(self.rows("crm.stock.promise").week_0, 20)

    def test_statements_do_not_grow_with_rows(self):
        for number in range(30):
            product = self.new_product(f"P{number}", default_code=f"Q-{number:03}")
            self.put_in_stock(product, 1)
            self.new_order(self.customer, product).action_confirm()
        self.env.flush_all()
        for model in ("crm.stock.report", "crm.stock.plan", "crm.stock.promise"):
            Report = self.env[model].with_user(self.seller)
            names = {name: {} for name in Report.fields_get()}

            def count(pattern, Report=Report, names=names):
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                found = Report.web_search_read([("default_code", "=like", pattern)], names, limit=80)
                self.assertTrue(found["records"])
                return self.cr.sql_log_count - before

            count("Q-00%")
            with self.subTest(model=model):
                self.assertEqual(count("Q-00%"), count("Q-0%"))
