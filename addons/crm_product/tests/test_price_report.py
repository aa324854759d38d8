from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ProductCase


@tagged("post_install", "-at_install")
class TestPriceReport(ProductCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.new_product("Crystal", default_code="P-1", list_price=100.0, crm_floor_price=80.0)
        cls.customer = cls.new_customer("Acme")
        cls.rival = cls.new_customer("Rival", user=cls.other)

    def row(self, product=None, user=None, **context):
        self.env.flush_all()
        report = self.env["crm.price.report"].with_user(user or self.seller).with_context(**context)
        return report.search([("product_id", "=", (product or self.product).id)])

    def ship(self, customer, price, date, user=None):
        self.put_in_stock(self.product, 1)
        order = self.new_order(customer, self.product, 1, price, user)
        order.action_confirm()
        self.deliver(order)
        order.sudo().picking_ids.move_ids.date = date
        self.env.flush_all()
        return order

    # COSTS
    def test_costs_over_all_levels(self):
        wafer = self.new_product("Wafer", standard_price=2.0)
        case = self.new_product("Case", standard_price=0.5)
        blank = self.new_product("Blank", standard_price=999.0)
        dozen = self.env.ref("uom.product_uom_dozen")
        self.new_bom(blank, {wafer: 1}, quantity=4)  # four out of one wafer
        bom = self.new_bom(self.product, {blank: 2, case: 1})
        bom.bom_line_ids[1].product_uom_id = dozen
        workcenter = self.env["mrp.workcenter"].create({"name": "Line", "costs_hour": 60})
        bom.operation_ids = [Command.create({"name": "Trim", "workcenter_id": workcenter.id, "time_cycle_manual": 3})]
        expected = 2 * 2.0 / 4 + 12 * 0.5 + 3.0
        self.assertAlmostEqual(self.product._crm_bom_costs()[self.product.id], expected)
        # what Odoo computes one product at a time
        boms = self.env["mrp.bom"].search([("product_tmpl_id", "in", (self.product | blank).product_tmpl_id.ids)])
        self.assertAlmostEqual(self.product._compute_bom_price(bom, boms_to_recompute=boms), expected)
        row = self.row(user=self.buyer)
        self.assertAlmostEqual(row.bom_cost, expected)
        self.assertTrue(row.has_bom)
        lines = self.env["crm.product.cost.line"].with_user(self.buyer).with_context(crm_cost_product=self.product.id)
        self.assertEqual(
            [(line.level, line.product_id.name, line.quantity, line.cost) for line in lines.search([])],
            [(1, "Blank", 2.0, 1.0), (2, "Wafer", 0.5, 1.0), (1, "Case", 12.0, 6.0)],
        )
        self.assertFalse(self.row(wafer, self.buyer).has_bom)

    def test_circle_of_boms_ends(self):
        one, two = self.new_product("One", standard_price=1.0), self.new_product("Two", standard_price=5.0)
        self.new_bom(one, {two: 1})
        bom = self.new_bom(two, {self.product: 1})
        # no user can make a circle; imported data may hold one
        self.env.flush_all()
        self.cr.execute("UPDATE mrp_bom_line SET product_id = %s WHERE bom_id = %s", (one.id, bom.id))
        self.env.invalidate_all()
        self.assertAlmostEqual((one | two)._crm_bom_costs()[one.id], 1.0)

    def test_component_of_some_variants_only(self):
        attribute = self.env["product.attribute"].create(
            {"name": "MHz", "value_ids": [Command.create({"name": "16"}), Command.create({"name": "26"})]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Variants",
                "attribute_line_ids": [
                    Command.create({"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]})
                ],
            }
        )
        first, second = template.product_variant_ids
        part = self.new_product("Part", standard_price=4.0)
        base = self.new_product("Base", standard_price=1.0)
        bom = self.new_bom(first, {part: 1, base: 1})
        bom.bom_line_ids[0].bom_product_template_attribute_value_ids = first.product_template_attribute_value_ids
        self.assertEqual((first | second)._crm_bom_costs(), {first.id: 5.0, second.id: 1.0})

    def test_margin(self):
        self.product.standard_price = 60
        self.ship(self.customer, 80, "2026-01-05")
        row = self.row(user=self.boss)
        self.assertAlmostEqual(row.margin, 0.4)
        self.assertAlmostEqual(row.last_margin, 0.25)
        for name in ("margin", "last_margin", "standard_price", "bom_cost"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.row(user=self.seller).read([name])

    # PRICES
    def test_last_price_of_all_and_of_the_customer(self):
        self.ship(self.customer, 91, "2026-01-05")
        self.ship(self.rival, 85, "2026-02-05", self.other)
        row = self.row()
        self.assertEqual((row.last_price, row.last_date.date()), (85, fields.Date.to_date("2026-02-05")))
        self.assertNotIn("Rival", row.last_customer, "who it was is not told outside the scope")
        self.assertFalse(row.customer_price)
        row = self.row(crm_price_customer=[self.customer.id])
        self.assertEqual((row.customer_price, row.customer_date.date()), (91, fields.Date.to_date("2026-01-05")))
        self.assertEqual(row.last_price, 85)
        self.assertEqual(self.row(user=self.other).last_customer, "Rival")

    def test_prices_of_a_customer_outside_the_scope(self):
        self.ship(self.rival, 85, "2026-02-05", self.other)
        row = self.row(crm_price_customer=[self.rival.id])
        self.assertFalse(row.customer_price)
        self.assertFalse(row.partner_id)

    def test_discount_counts(self):
        order = self.ship(self.customer, 100, "2026-01-05")
        order.order_line.discount = 10
        self.assertEqual(self.row().last_price, 90)

    def test_nothing_shipped_yet(self):
        self.new_order(self.customer, self.product, 1, 90).action_confirm()
        row = self.row(crm_price_customer=[self.customer.id])
        self.assertFalse(row.last_price or row.customer_price or row.last_customer)
        self.assertEqual((row.pricelist_price, row.crm_floor_price), (100, 80))

    def test_price_of_a_pricelist(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Export",
                "currency_id": self.env.company.currency_id.id,
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "fixed",
                            "fixed_price": 77,
                            "applied_on": "1_product",
                            "product_tmpl_id": self.product.product_tmpl_id.id,
                        }
                    )
                ],
            }
        )
        row = self.row(crm_price_pricelist=[pricelist.id])
        self.assertEqual((row.pricelist_price, row.pricelist_id), (77, pricelist))

    def test_bought_by_a_customer(self):
        self.ship(self.customer, 91, "2026-01-05")
        coded = self.new_product("Coded")
        self.env["crm.product.customer.code"].create(
            {"crm_customer_id": self.customer.id, "product_id": coded.id, "code": "C"}
        )
        self.new_product("Never")
        self.env.flush_all()
        Report = self.env["crm.price.report"].with_user(self.seller)
        rows = Report.search([("partner_id", "in", self.customer.ids)])
        self.assertEqual(rows.product_id, self.product | coded)
        self.assertFalse(Report.with_user(self.other).search([("partner_id", "in", self.customer.ids)]))

    # PAGE
    def test_stock(self):
        self.put_in_stock(self.product, 10)
        self.new_order(self.customer, self.product, 4).action_confirm()
        row = self.row()
        self.assertEqual((row.qty_on_hand, row.qty_free, row.qty_incoming), (10, 6, 0))
        elsewhere = self.env["stock.warehouse"].create({"name": "Else", "code": "ELS"})
        self.assertEqual(self.row(crm_stock_warehouse=[elsewhere.id]).qty_on_hand, 0)

    def test_statements_do_not_grow_with_rows(self):
        products = [self.new_product(f"P{number}", default_code=f"Q-{number:03}") for number in range(40)]
        for product in products[:10]:
            self.new_bom(product, {self.product: 1})
        Report = self.env["crm.price.report"].with_user(self.boss)
        names = {name: {} for name in Report._fields if not name.startswith("__")}
        self.env.flush_all()

        def count(pattern):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            Report.web_search_read([("default_code", "=like", pattern)], names, limit=80)
            return self.cr.sql_log_count - before

        count("Q-00%")
        self.assertEqual(count("Q-00%"), count("Q-0%"))

    def test_export(self):
        def labels(user):
            return {column.sheet_column.label for column in self.row(user=user)._excel_columns() if column}

        costs = {"Cost", "BoM Cost", "Margin of List Price", "Margin of Last Price"}
        self.assertEqual(labels(self.boss) - labels(self.manager), costs)
