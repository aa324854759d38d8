import io

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ProductCase


@tagged("post_install", "-at_install")
class TestProductImport(ProductCase):
    def run_import(self, text, user=None, **options):
        wizard = self.env["crm.product.import"].with_user(user or self.manager)
        return wizard._import_run(text.encode(), "products.csv", **options)

    def messages(self, job):
        return {error.row_number: error.message for error in job.error_ids}

    def test_new_products(self):
        self.new_customer("Acme")
        job = self.run_import(
            "default_code,name,crm_series_id,list_price,crm_floor_price,crm_hs_code,customer,customer_code\n"
            "P-1,Crystal,XO,12.5,10,8541.60.0000,Acme,A-1\n"
            ",Drawn,XO,5,,,,\n"
        )
        self.assertEqual((job.created_count, job.failed_count), (2, 0), self.messages(job))
        product = self.env["product.template"].search([("default_code", "=", "P-1")])
        self.assertEqual((product.crm_hs_code, product.crm_floor_price), ("8541600000", 10))
        self.assertEqual(product.crm_customer_code_ids.code, "A-1")
        self.assertTrue(self.env["product.template"].search([("name", "=", "Drawn")]).default_code)

    def test_two_customers_of_one_product(self):
        self.new_customer("Acme")
        self.new_customer("Beta")
        job = self.run_import("default_code,name,customer,customer_code\nP-1,Crystal,Acme,A-1\nP-1,Crystal,Beta,B-1\n")
        self.assertEqual(job.failed_count, 0, self.messages(job))
        product = self.env["product.template"].search([("default_code", "=", "P-1")])
        self.assertEqual(sorted(product.crm_customer_code_ids.mapped("code")), ["A-1", "B-1"])

    def test_bad_rows(self):
        self.new_product("Known", default_code="K-1")
        job = self.run_import(
            "default_code,name,crm_hs_code,customer,customer_code,list_price\n"
            "K-1,Known,,,,\n"
            "P-2,Bad code,123,,,\n"
            "P-3,No customer,,,X-1,\n"
            "P-4,No price,,,,abc\n"
            "P-5,Good,,,,5\n"
        )
        self.assertEqual((job.created_count, job.failed_count), (1, 4), self.messages(job))
        self.assertEqual(sorted(self.messages(job)), [2, 3, 4, 5])

    def test_update(self):
        product = self.new_product("Known", default_code="K-1", barcode="690")
        job = self.run_import("default_code,name,list_price\nK-1,Renamed,7\n", update_existing=True)
        self.assertEqual((job.updated_count, job.failed_count), (1, 0), self.messages(job))
        self.assertEqual((product.name, product.list_price, product.barcode), ("Renamed", 7, "690"))

    def test_costs_only_by_those_who_see_them(self):
        text = "default_code,name,standard_price\nP-1,Crystal,5\n"
        self.run_import(text)
        product = self.env["product.product"].search([("default_code", "=", "P-1")])
        self.assertFalse(product.standard_price)
        self.run_import(text, self.rd_manager, update_existing=True)
        self.assertEqual(product.standard_price, 5)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.run_import("name\nX\n", self.seller)

    def test_export_can_be_loaded_again(self):
        self.new_product("Known", default_code="K-1", crm_series_id=self.series.id)
        products = self.env["product.template"].with_user(self.manager).search([("default_code", "=", "K-1")])
        file = io.BytesIO()
        products._excel_write(file)
        wizard = self.env["crm.product.import"].with_user(self.manager)
        job = wizard._import_run(file.getvalue(), "products.xlsx", update_existing=True)
        self.assertEqual((job.updated_count, job.failed_count), (1, 0), self.messages(job))
