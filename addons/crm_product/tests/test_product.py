from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import ProductCase


class TestProduct(ProductCase):
    def test_part_number_by_series(self):
        Template = self.env["product.template"].with_user(self.rd_manager)
        first, second = Template.create(
            [{"name": "A", "crm_series_id": self.series.id}, {"name": "B", "crm_series_id": self.series.id}]
        )
        self.assertEqual((first.default_code, second.default_code), ("XO-00001", "XO-00002"))
        own = Template.create({"name": "C", "crm_series_id": self.series.id, "default_code": "OWN-1"})
        self.assertEqual(own.default_code, "OWN-1")
        self.assertEqual(
            Template.create({"name": "D", "crm_series_id": self.series.id}).default_code,
            "XO-00003",
            "a number given by hand takes none from the rule",
        )
        self.assertFalse(Template.create({"name": "No series"}).default_code)

    def test_part_number_on_demand(self):
        product = self.new_product("Later").with_user(self.rd_manager)
        with self.assertRaises(UserError):  # the rule asks for the series
            product.product_tmpl_id.action_crm_draw_part_number()
        product.crm_series_id = self.series
        product.product_tmpl_id.action_crm_draw_part_number()
        self.assertEqual(product.default_code, "XO-00001")

    def test_part_numbers_of_variants(self):
        attribute = self.env["product.attribute"].create(
            {"name": "MHz", "value_ids": [Command.create({"name": "16"}), Command.create({"name": "26"})]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Variants",
                "crm_series_id": self.series.id,
                "attribute_line_ids": [
                    Command.create({"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]})
                ],
            }
        )
        codes = template.product_variant_ids.mapped("default_code")
        self.assertEqual(sorted(codes), ["XO-00001", "XO-00002"])

    def test_part_number_unique(self):
        self.new_product("One", default_code="SAME")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.new_product("Two", default_code="SAME")
        copied = self.env["product.template"].search([("default_code", "=", "SAME")]).copy()
        self.assertFalse(copied.default_code)

    def test_hs_code(self):
        product = self.new_product("Crystal", crm_hs_code="8541.60 00-00")
        self.assertEqual(product.crm_hs_code, "8541600000")
        for code in ("85416", "85416000001", "8541A0"):
            with self.subTest(code=code), self.assertRaises(ValidationError):
                product.crm_hs_code = code

    def test_weights_and_second_unit(self):
        product = self.new_product("Crystal", weight=2.0)
        with self.assertRaises(ValidationError):
            product.crm_gross_weight = 1.5
        product.write({"crm_carton_length": 50, "crm_carton_width": 40, "crm_carton_height": 30})
        self.assertAlmostEqual(product.crm_carton_volume, 0.06)
        kilogram = self.env.ref("uom.product_uom_kgm")
        with self.assertRaises(ValidationError), self.cr.savepoint():
            product.crm_second_uom_id = kilogram
        product.invalidate_recordset()
        product.write({"crm_second_uom_id": kilogram.id, "crm_second_uom_factor": 0.002})
        self.assertAlmostEqual(product._crm_second_quantity(1000), 2.0)

    def test_series_tree(self):
        child = self.env["crm.product.series"].create({"name": "TCXO", "code": "TC", "parent_id": self.series.id})
        self.assertEqual(child.display_name, "Oscillators / TCXO")
        with self.assertRaises(UserError):
            self.series.parent_id = child

    def test_form(self):
        with Form(self.env["product.template"].with_user(self.manager)) as form:
            form.name = "By hand"
            form.crm_series_id = self.series
            form.crm_floor_price = 80
        product = form.record
        self.assertEqual(product.default_code, "XO-00001")
        self.assertFalse("standard_price" in form._view["fields"])

    # FLOOR
    def test_floor_price_by_quantity(self):
        product = self.new_product("Crystal", crm_floor_price=10)
        product.crm_floor_ids = [
            Command.create({"min_quantity": 1000, "price": 8}),
            Command.create({"min_quantity": 100, "price": 9}),
        ]
        today = fields.Date.today()
        currency = product.currency_id
        prices = [product._crm_floor_price(quantity, currency, today) for quantity in (1, 99.9, 100, 999, 1000, 5000)]
        self.assertEqual(prices, [10, 10, 9, 9, 8, 8])
        self.assertEqual(self.new_product("None")._crm_floor_price(1, currency, today), 0.0)

    def test_floor_price_in_another_currency(self):
        foreign = self.env["res.currency"].create({"name": "TST", "symbol": "T"})
        self.env["res.currency.rate"].create({"currency_id": foreign.id, "rate": 0.125, "name": "2020-01-01"})
        product = self.new_product("Crystal", crm_floor_price=10)
        self.assertAlmostEqual(product._crm_floor_price(1, foreign, fields.Date.today()), 1.25)

    def test_floor_price_set_by_sales_managers_only(self):
        product = self.new_product("Crystal")
        with self.assertRaises(AccessError):
            product.with_user(self.buyer).crm_floor_price = 5
        with self.assertRaises(AccessError):
            product.with_user(self.buyer).crm_floor_ids = [Command.create({"min_quantity": 5, "price": 5})]
        with self.assertRaises(AccessError):
            product.with_user(self.seller).crm_floor_price = 5
        product.with_user(self.manager).write(
            {"crm_floor_price": 5, "crm_floor_ids": [Command.create({"min_quantity": 5, "price": 4})]}
        )
        self.assertEqual(product.with_user(self.seller).crm_floor_price, 5)
        self.assertEqual(product.with_user(self.seller).crm_floor_ids.price, 4)

    # LIFE CYCLE
    def test_life_cycle_needs_reason(self):
        template = self.new_product("Crystal").product_tmpl_id.with_user(self.rd_manager)
        with self.assertRaises(UserError):
            template.crm_life_state = "stopped"
        with self.assertRaises(UserError):
            template.with_context(crm_life_state=True).write({"crm_life_state": "stopped"})
        with self.assertRaises(UserError):
            template._crm_set_life_state("stopped", " ")
        wizard = self.env["crm.product.life.wizard"].with_user(self.rd_manager)
        wizard.create(
            {"product_tmpl_ids": [Command.set(template.ids)], "state": "stopped", "reason": "Wafer is gone"}
        ).action_change()
        self.assertEqual(template.crm_life_state, "stopped")
        self.assertIn("Wafer is gone", "".join(template.message_ids.mapped("body")))
        with self.assertRaises(AccessError):
            template.with_user(self.seller)._crm_set_life_state("mass", "I like it")

    def test_stopped_product_is_not_sold(self):
        product = self.new_product("Old crystal")
        substitute = self.new_product("New crystal")
        product.product_tmpl_id.crm_substitute_ids = substitute.product_tmpl_id
        customer = self.new_customer("Buyer Ltd")
        quotation = self.new_order(customer, product)
        product.product_tmpl_id._crm_set_life_state("stopped", "test")
        with self.assertRaisesRegex(ValidationError, "Old crystal.*New crystal"):
            self.new_order(customer, product)
        with self.assertRaisesRegex(UserError, "Line 1.*Old crystal"):
            quotation.action_confirm()
        quotation.order_line.product_id = substitute
        quotation.action_confirm()
        self.assertEqual(quotation.state, "sale")

    def test_lists_of_transfers_keep_their_own_words(self):
        for name in ("receipts", "deliveries", "returns"):
            action = self.env.ref(f"crm_product.stock_picking_action_{name}")
            transfers = self.env["stock.picking"].with_user(self.worker)
            own = transfers.with_context(**safe_eval(action.context)).get_empty_list_help(action.help)
            self.assertEqual(own, action.help)
