import io

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerImport(CustomerCase):
    def run_import(self, text, user=None, **options):
        wizard = self.env["crm.customer.import"].with_user(user or self.seller)
        return wizard._import_run(text.encode(), "customers.csv", **options)

    def messages(self, job):
        return {error.row_number: error.message for error in job.error_ids}

    def test_a_row_becomes_a_customer_with_its_contact(self):
        job = self.run_import(
            "name,phone,state_id,street,vat,crm_status,user_id,contact_name,contact_phone,contact_function\n"
            "绍兴黄酒有限公司,0575-85120000,浙江,鲁迅中路1号,91110000600037341L,won,,鲁先生,13575750001,buyer\n"
        )
        self.assertEqual((job.created_count, job.failed_count), (1, 0), self.messages(job))
        customer = self.env["res.partner"].search([("name", "=", "绍兴黄酒有限公司")])
        self.assertEqual(customer.user_id, self.seller)
        self.assertEqual(customer.crm_status, "won")
        self.assertEqual(customer.state_id.country_id.code, "CN")
        self.assertEqual(customer.child_ids.mapped("name"), ["鲁先生"])
        self.assertTrue(customer.child_ids.is_primary_contact)
        for fname in ("user_id", "crm_customer_id", "street", "state_id", "country_id", "vat", "lang"):
            self.assertEqual(customer.child_ids[fname], customer[fname], fname)
        self.assertIn(customer, self.env["res.partner"].search([("crm_search", "ilike", "0001 sxhj")]))

    def test_bad_rows_stay_out_and_say_why(self):
        self.new_customer("丽水青瓷有限公司", phone="0578-2120000")
        job = self.run_import(
            "name,phone,state_id,credit_code,user_id,contact_name,contact_phone,email\n"
            "龙泉宝剑有限公司,0578-7120001,浙江省,,,,,\n"
            "丽水青瓷股份有限公司,,,,,,,\n"
            "云和木玩有限公司,0578-2120000,,,,,,\n"
            "遂昌茶叶有限公司,,,12345,,,,\n"
            "松阳香茶有限公司,,Atlantis,,,,,\n"
            "景宁畲药有限公司,,,,nobody,,,\n"
            "庆元香菇有限公司,,,,,,13905780001,\n"
            "缙云烧饼有限公司,,,,,,,not a mail\n"
            "龙泉宝剑厂有限公司,05787120001,,,,,,\n"
            ",0578-1234567,,,,,,\n"
        )
        self.assertEqual((job.created_count, job.failed_count), (1, 9), self.messages(job))
        self.assertEqual(sorted(self.messages(job)), list(range(3, 12)))
        self.assertFalse(self.env["res.partner"].search([("name", "=", "缙云烧饼有限公司")]))

    def test_tags_and_bank_accounts(self):
        parent = self.env["res.partner.category"].create({"name": "展会"})
        tags = parent + self.env["res.partner.category"].create({"name": "广交会", "parent_id": parent.id})
        head = "name,credit_code,category_id,bank_name,bank_account\n"
        row = "桐乡羊毛衫有限公司,91110000600037341L,展会、展会 / 广交会,工商银行桐乡支行,6222 0212 3456\n"
        bad = "嘉善木业有限公司,,不存在,,\n平湖光机有限公司,,,工商银行平湖支行,\n"
        job = self.run_import(head + row + bad, self.admin)
        self.assertEqual((job.created_count, job.failed_count), (1, 2), self.messages(job))
        job = self.run_import(head + row, self.admin, update_existing=True)
        self.assertEqual((job.updated_count, job.failed_count), (1, 0), self.messages(job))
        customer = self.env["res.partner"].search([("credit_code", "=", "91110000600037341L")])
        self.assertEqual(customer.category_id, tags)
        self.assertEqual(customer.bank_ids.mapped("sanitized_acc_number"), ["622202123456"])
        self.assertEqual(customer.bank_ids.bank_id.name, "工商银行桐乡支行")
        job = self.run_import("name,bank_account\n海盐紧固件有限公司,62220299\n", dry_run=True)
        self.assertEqual(job.ignored_columns, "bank_account", "salespeople enter no accounts")

    def test_dry_run_leaves_nothing(self):
        job = self.run_import("name\n磐安药材有限公司\n", dry_run=True)
        self.assertEqual(job.failed_count, 0)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "磐安药材有限公司")]))

    def test_importing_twice(self):
        text = "name,customer_code,street\n兰溪纺织有限公司,LX1,{}\n"
        self.run_import(text.format("old"), self.admin)
        job = self.run_import(text.format("new"), self.admin)
        self.assertEqual((job.created_count, job.failed_count), (0, 1))
        job = self.run_import(text.format("new"), self.admin, update_existing=True)
        self.assertEqual((job.updated_count, job.failed_count), (1, 0), self.messages(job))
        self.assertEqual(self.env["res.partner"].search([("customer_code", "=", "LX1")]).street, "new")

    def test_a_known_customer_gets_its_new_contact(self):
        customer = self.new_customer("兰溪水泥有限公司", customer_code="LX2", user=self.admin, street="人民路1号")
        text = "name,customer_code,contact_name,contact_phone\n兰溪水泥有限公司,LX2,{},13579790001\n"
        for name in ("周先生", "周先生", "吴女士"):
            job = self.run_import(text.format(name), self.admin, update_existing=True)
            self.assertEqual((job.updated_count, job.failed_count), (1, 0), self.messages(job))
        first, second = customer.child_ids.sorted("id")
        self.assertEqual((first.name, second.name), ("周先生", "吴女士"))
        self.assertEqual((first.is_primary_contact, second.is_primary_contact), (True, False))
        self.assertEqual(second.street, "人民路1号")

    def test_salespeople_import_no_codes_and_nothing_for_others(self):
        job = self.run_import("name,customer_code\n东阳木雕有限公司,DY1\n")
        self.assertEqual(job.failed_count, 1)
        job = self.run_import("name,user_id\n东阳木雕有限公司,other\n")
        self.assertEqual(job.failed_count, 1)
        job = self.run_import("name,user_id\n东阳木雕有限公司,other\n", self.boss)
        self.assertEqual(job.created_count, 1, self.messages(job))

    def test_engineers_import_nothing(self):
        with self.assertRaises(AccessError):
            self.run_import("name\n义乌商贸有限公司\n", self.new_user("engineer"))

    def test_the_export_can_be_imported_again(self):
        customer = self.new_customer(
            "永康门业有限公司",
            phone="0579-87110001",
            state_id=self.env.ref("base.state_cn_ZJ").id,
            category_id=[Command.create({"name": "门业"}), Command.create({"name": "五金"})],
        )
        action = customer.with_user(self.boss).action_export_excel()
        self.assertEqual(action["type"], "ir.actions.act_url")
        file = io.BytesIO()
        customer.with_user(self.boss)._excel_write(file)
        customer.with_context(active_test=False).unlink()
        job = self.env["crm.customer.import"].with_user(self.boss)._import_run(file.getvalue(), "again.xlsx")
        self.assertEqual((job.created_count, job.failed_count), (1, 0), self.messages(job))
        self.assertFalse(job.ignored_columns)
        again = self.env["res.partner"].search([("name", "=", "永康门业有限公司")])
        self.assertEqual(set(again.category_id.mapped("name")), {"门业", "五金"})

    def test_rows_that_name_one_company_are_found_however_far_apart(self):
        head = "name,phone,credit_code\n武义温泉有限公司,0579-87660001,\n浦江水晶有限公司,,91110000600037341L\n"
        rest = "磐安香菇有限公司,(0579)８７６６０００１,\n永康五金有限公司,,91110000600037341l\n武义温泉股份公司,,\n"
        self.patch(self.registry["crm.customer.import"], "_import_batch_size", 2)
        job = self.run_import(head + rest, dry_run=True)
        self.assertEqual((job.created_count, job.failed_count), (2, 3), self.messages(job))
        for number, first in {4: 2, 5: 3, 6: 2}.items():
            self.assertIn(f"row {first} ", self.messages(job)[number])
