import base64
import doctest
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, freeze_time, tagged

from odoo.addons.crm_customer.tools import geo, lunar, vcard

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestResPartnerContact(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer(
            "湖州丝绸有限公司", child_ids=[Command.create({"name": "甲"}), Command.create({"name": "乙"})]
        ).with_user(cls.seller)
        cls.classPatch(cls.registry["ir.cron"], "_commit_progress", lambda self, *args, **kwargs: None)
        cls.first, cls.second = cls.customer.child_ids.sorted("id")

    def primary(self, customer=None):
        return (customer or self.customer).child_ids.filtered("is_primary_contact")

    def test_doctests(self):
        for module in (geo, lunar, vcard):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    # PRIMARY CONTACT
    def test_there_is_always_one_primary_contact(self):
        self.assertEqual(self.primary(), self.first)
        self.second.is_primary_contact = True
        self.assertEqual(self.primary(), self.second)
        self.second.active = False
        self.assertEqual(self.primary(), self.first)
        self.second.active = True
        self.assertEqual(self.primary(), self.first)
        self.second.is_primary_contact = True
        self.second.is_primary_contact = False
        self.assertEqual(self.primary(), self.first)
        self.first.sudo().unlink()
        self.assertEqual(self.primary(), self.second)

    def test_addresses_are_no_contacts(self):
        customer = self.new_customer("嘉兴茶叶有限公司", child_ids=[Command.create({"name": "仓", "type": "delivery"})])
        self.assertFalse(self.primary(customer))

    # BIRTHDAYS
    @freeze_time("2026-11-22")
    def test_lunar_birthdays(self):
        self.first.write({"birthday": date(1978, 9, 16), "birthday_is_lunar": True})
        self.assertEqual((self.first.lunar_month, self.first.lunar_day), ("8", "14"))
        self.assertEqual(self.first.next_birthday, date(2027, 9, 14))
        self.second.write({"birthday_is_lunar": True, "lunar_month": "12", "lunar_day": "30"})
        self.assertEqual(self.second.next_birthday, date(2027, 2, 5))  # the last month of that year has 29 days
        self.second.birthday_is_lunar = False
        self.assertFalse(self.second.next_birthday)
        self.second.birthday = date(1988, 2, 29)
        self.assertEqual(self.second.next_birthday, date(2027, 2, 28))

    def test_wrong_birthdays(self):
        for vals in (
            {"birthday_is_lunar": True},
            {"birthday_is_lunar": True, "lunar_month": "8"},
            {"birthday_is_lunar": True, "birthday": date(1978, 9, 16), "lunar_month": "9", "lunar_day": "1"},
            {"birthday": date(1850, 1, 1)},
            {"birthday": date(2100, 1, 1)},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                self.first.write(vals)

    def test_reminded_once_a_year(self):
        reminder = self.env.ref("crm_customer.mail_activity_type_birthday")

        def reminders():
            return self.env["mail.activity"].search(
                [("activity_type_id", "=", reminder.id), ("res_id", "=", self.first.id)]
            )

        with freeze_time("2026-11-22 02:00:00"):
            self.first.write({"birthday": date(1990, 11, 25)})
            self.second.write({"birthday": date(1990, 11, 28)})
            self.env["res.partner"]._cron_birthdays()
            self.env["res.partner"]._cron_birthdays()
            self.assertEqual(reminders().user_id, self.seller)
            self.assertEqual(reminders().date_deadline, date(2026, 11, 25))
            self.assertFalse(self.second.activity_ids)
        with freeze_time("2026-11-26 02:00:00"):
            self.env["res.partner"]._cron_birthdays()
            self.assertEqual(self.first.next_birthday, date(2027, 11, 25))
            self.assertEqual(len(reminders()), 1)

    # RELATIONS
    def test_who_reports_to_whom(self):
        self.first.superior_id = self.second
        with self.assertRaises(ValidationError):
            self.second.superior_id = self.first
        stranger = self.new_customer("嘉兴茶叶有限公司", child_ids=[Command.create({"name": "丙"})]).child_ids
        with self.assertRaises(ValidationError):
            self.first.superior_id = stranger
        domain = self.customer.action_crm_relation_map()["domain"]
        self.assertEqual(self.env["res.partner"].search(domain), self.first | self.second)

    # MOVES
    def test_a_contact_moves_and_its_history_stays(self):
        followup = self.env["crm.followup"].with_user(self.seller)
        followup = followup.create({"partner_id": self.customer.id, "contact_id": self.first.id, "content": "called"})
        self.second.superior_id = self.first
        self.first.function = "Buyer"
        new = self.new_customer("嘉兴茶叶有限公司")
        self.first.parent_id = new
        self.assertEqual(self.first.crm_customer_id, new)
        former = self.first.contact_history_ids
        self.assertEqual((former.customer_id, former.function), (self.customer, "Buyer"))
        self.assertEqual((followup.partner_id, followup.contact_id), (self.customer, self.first))
        self.assertFalse(self.second.superior_id)
        self.assertEqual(self.primary(), self.second)
        self.assertEqual(self.primary(new), self.first)
        self.first.with_user(self.manager).read(["name"])
        with self.assertRaises(AccessError):
            former.with_user(self.other).read(["function"])
        with self.assertRaises(AccessError):
            former.with_user(self.seller).write({"function": "x"})

    def test_not_to_a_customer_of_somebody_else(self):
        foreign = self.new_customer("嘉兴茶叶有限公司", user=self.other)
        with self.assertRaises(AccessError):
            self.first.parent_id = foreign.id

    # CARDS
    def import_cards(self, content, user=None, **values):
        Import = self.env["crm.vcard.import"].with_user(user or self.seller)
        form = Form(Import.with_context(**{f"default_{key}": value for key, value in values.items()}))
        form.file = base64.b64encode(content)
        return form.save()

    CARDS = """BEGIN:VCARD
VERSION:3.0
FN:王芳
N:王;芳;;;
ORG:湖州丝绸有限公司;采购部
TITLE:采购经理
TEL;TYPE=CELL:13900001111
EMAIL:wang@example.com
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0;=E4=BC=9F;;;
TEL;CELL:13900002222
END:VCARD
"""

    def test_cards_become_contacts(self):
        wizard = self.import_cards(self.CARDS.encode("gbk"))
        self.assertEqual(wizard.line_ids.mapped("name"), ["王芳", "张伟"])
        self.assertEqual(wizard.line_ids[0].partner_id, self.customer)
        with self.assertRaises(UserError):
            wizard.action_import()
        wizard.line_ids[1].is_wanted = False
        wizard.action_import()
        contact = self.customer.child_ids.filtered(lambda one: one.name == "王芳")
        self.assertEqual(contact.phone, "13900001111")
        self.assertEqual(contact.contact_department, "采购部")
        again = self.import_cards(self.CARDS.encode())
        self.assertEqual(again.line_ids.mapped("is_wanted"), [False, True])

    def test_no_cards(self):
        for content in (b"name,phone\n", b"\x89PNG\r\n\x1a\n\xff\xfe\x00", b"BEGIN:VCARD\nFN:x"):
            with self.subTest(content), self.assertRaises(UserError):
                self.import_cards(content)

    def test_cards_for_a_customer_of_somebody_else(self):
        foreign = self.new_customer("嘉兴茶叶有限公司", user=self.other)
        wizard = self.env["crm.vcard.import"].with_user(self.seller)
        line = {"name": "丁", "partner_id": foreign.id, "is_wanted": True}
        with self.assertRaises(AccessError):
            wizard.create({"line_ids": [Command.create(line)]}).action_import()


@tagged("post_install", "-at_install")
class TestVCardDownload(HttpCase, CustomerCase):
    def test_download(self):
        customer = self.new_customer(
            "湖州丝绸有限公司",
            child_ids=[
                Command.create({"name": "王芳", "phone": "13900001111", "wechat": "wangfang", "nickname": "小王"}),
                Command.create({"name": "张伟"}),
            ],
        )
        for user in (self.seller, self.other):
            user.password = f"{user.login}-long-enough-1"
        url = customer.child_ids.with_user(self.seller).action_crm_vcard()["url"]
        self.authenticate("seller", "seller-long-enough-1")
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        cards = vcard.read_cards(answer.content)
        self.assertEqual({card["name"] for card in cards}, {"王芳", "张伟"})
        wang = next(card for card in cards if card["name"] == "王芳")
        self.assertEqual((wang["phone"], wang["wechat"], wang["nickname"]), ("13900001111", "wangfang", "小王"))
        self.assertEqual(wang["company"], "湖州丝绸有限公司")
        self.assertNotIn(b"PHOTO", answer.content)
        self.assertEqual(self.url_open("/crm_customer/vcard?ids=x").status_code, 404)
        self.authenticate("other", "other-long-enough-1")
        self.assertEqual(self.url_open(url).status_code, 403)
