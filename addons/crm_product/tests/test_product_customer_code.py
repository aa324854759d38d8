from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tools import mute_logger

from .common import ProductCase


class TestCustomerCode(ProductCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("Acme")
        cls.product = cls.new_product("Crystal", default_code="XO-1")
        cls.Code = cls.env["crm.product.customer.code"].with_user(cls.seller)
        cls.code = cls.Code.create(
            {"crm_customer_id": cls.customer.id, "product_id": cls.product.id, "code": " ACM-77 ", "name": "Quartz"}
        )

    def test_found_by_the_customers_number(self):
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        for model, record in (
            ("product.product", self.product),
            ("product.template", self.product.product_tmpl_id),
        ):
            Model = self.env[model].with_user(self.seller)
            for partner in (self.customer, contact):
                for word in ("acm-77", "CM-7", "quartz"):
                    with self.subTest(model=model, word=word):
                        found = Model.with_context(partner_id=partner.id).name_search(word)
                        self.assertEqual([found_id for found_id, _name in found], record.ids)
            self.assertFalse(Model.name_search("ACM-77"), "only in documents of the customer")
            self.assertTrue(Model.with_context(partner_id=self.customer.id).name_search("XO-1"))

    def test_not_found_outside_the_scope(self):
        Product = self.env["product.product"].with_user(self.other).with_context(partner_id=self.customer.id)
        self.assertFalse(Product.name_search("ACM-77"))
        self.assertFalse(self.code.with_user(self.other).search([("code", "=", "ACM-77")]))
        with self.assertRaises(AccessError):
            self.code.with_user(self.other).read(["code"])
        with self.assertRaises(AccessError):
            self.Code.with_user(self.other).create(
                {"crm_customer_id": self.customer.id, "product_id": self.new_product("B").id, "code": "B"}
            )

    def test_code_of_a_product(self):
        self.assertEqual(self.code.code, "ACM-77")
        self.assertEqual(self.product._crm_customer_code(self.customer), "ACM-77")
        self.assertEqual(self.product._crm_customer_code(self.new_customer("Else")), "")

    def test_unique(self):
        other = self.new_product("Other")
        for values in (
            {"product_id": other.id, "code": "acm-77"},
            {"product_id": self.product.id, "code": "NEW"},
        ):
            with (
                self.subTest(**values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.Code.create({"crm_customer_id": self.customer.id, **values})

    def test_offered_to_those_who_sell(self):
        menu = self.env.ref("crm_product.crm_product_customer_code_menu")
        for user, is_offered in ((self.seller, True), (self.rd_manager, False), (self.buyer, False)):
            own = self.env(user=user)
            arch = own["product.template"].get_view(view_type="form")["arch"]
            self.assertEqual("crm_customer_code_ids" in arch, is_offered, user.login)
            self.assertEqual(menu.id in own["ir.ui.menu"]._visible_menu_ids(), is_offered, user.login)

    def test_customers_only(self):
        supplier = self.env["res.partner"].create({"name": "Supplier"})
        with self.assertRaises(ValidationError):
            self.env["crm.product.customer.code"].create(
                {"crm_customer_id": supplier.id, "product_id": self.product.id, "code": "S"}
            )
