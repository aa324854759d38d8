from datetime import datetime

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestResPartner(CustomerCase):
    def test_entering_a_customer_in_the_form(self):
        Partner = (
            self.env["res.partner"]
            .with_user(self.seller)
            .with_context(default_is_crm_customer=True, default_is_company=True)
        )
        with Form(Partner, "crm_customer.res_partner_view_form") as form:
            form.name = "宁波东海阀门有限公司"
            form.phone = "0574-8712 3456"
            with form.child_ids.new() as contact:
                contact.name = "沈阿姨"
        customer = form.record
        self.assertEqual(customer.user_id, self.seller)
        self.assertEqual(customer.crm_department_id, self.north)
        self.assertEqual(customer.crm_status, "prospect")
        self.assertEqual(customer.name_pinyin, "ningbodonghaifamen")
        self.assertEqual(customer.name_initials, "nbdhfmyxgs")
        self.assertEqual(customer.child_ids.crm_customer_id, customer)
        self.assertEqual(customer.child_ids.user_id, self.seller)

    def test_only_administrators_set_codes(self):
        customer = self.new_customer("温州鞋机有限公司")
        with self.assertRaises(AccessError):
            customer.with_user(self.seller).customer_code = "WZ1"
        with self.assertRaises(AccessError):
            self.new_customer("温州皮革有限公司", customer_code="WZ2")
        customer.with_user(self.admin).customer_code = " ｗｚ1 "
        self.assertEqual(customer.customer_code, "WZ1")
        self.assertFalse(customer.copy({"name": "温州鞋机二厂", "duplicate_reason": "copy"}).customer_code)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.new_customer("温州皮革有限公司", self.admin, customer_code="wz1")

    def test_codes_by_the_numbering_rule(self):
        customers = self.new_customer("湖州太湖石料有限公司") | self.new_customer("长兴蓄电池有限公司")
        with self.assertRaises(AccessError):
            customers.with_user(self.boss).action_assign_customer_code()
        customers.with_user(self.admin).action_assign_customer_code()
        first, second = customers.sorted("id").mapped("customer_code")
        self.assertRegex(first, r"^C20\d\d-\d{5}$")
        self.assertEqual(int(second[-5:]), int(first[-5:]) + 1)
        with self.assertRaises(UserError):
            customers.with_user(self.admin).action_assign_customer_code()

    def test_bad_input_is_named(self):
        for values, word in (
            ({"credit_code": "12345"}, "12345"),
            ({"credit_code": "91110000600037341X"}, "91110000600037341X"),
            ({"phone": "call me"}, "call me"),
            ({"phone": "123"}, "123"),
            ({"email": "no mail"}, "no mail"),
        ):
            with self.assertRaises(ValidationError) as caught:
                self.new_customer("台州模具有限公司", **values)
            self.assertIn(word, str(caught.exception))
        self.new_customer(
            "台州模具有限公司", credit_code="９1110000600037341l", phone="（0576）8888-1234转8001".replace("转", "ext")
        )

    def test_contacts_have_one_primary(self):
        customer = self.new_customer(
            "金华五金有限公司",
            child_ids=[
                Command.create({"name": "甲", "is_primary_contact": True}),
                Command.create({"name": "乙"}),
            ],
        )
        first, second = customer.child_ids.sorted("id")
        second.with_user(self.seller).is_primary_contact = True
        self.assertEqual(customer.child_ids.filtered("is_primary_contact"), second)
        self.env["res.partner"].with_user(self.seller).create(
            {"name": "丙", "parent_id": customer.id, "is_primary_contact": True}
        )
        self.assertFalse((first | second).filtered("is_primary_contact"))

    def test_order_dates(self):
        customer = self.new_customer("衢州化工有限公司", child_ids=[Command.create({"name": "甲"})])
        Order = self.env["sale.order"]
        early, late, draft = Order.create(
            [
                {"partner_id": customer.id, "state": "sale", "date_order": datetime(2025, 3, 1)},
                {"partner_id": customer.child_ids.id, "state": "sale", "date_order": datetime(2026, 3, 1)},
                {"partner_id": customer.id, "date_order": datetime(2026, 5, 1)},
            ]
        )
        self.assertEqual((early | late | draft).crm_customer_id, customer)
        self.assertEqual(customer.first_order_date, datetime(2025, 3, 1))
        self.assertEqual(customer.last_order_date, datetime(2026, 3, 1))
        late.state = "cancel"
        self.assertEqual(customer.last_order_date, datetime(2025, 3, 1))
        self.assertEqual(customer.crm_order_count, 3)

    def test_group_of_a_customer_is_no_circle(self):
        parent = self.new_customer("丽水竹木集团")
        child = self.new_customer("云和玩具厂", crm_group_id=parent.id)
        with self.assertRaises(ValidationError):
            parent.crm_group_id = child

    def test_category_is_no_circle(self):
        parent = self.env["crm.customer.category"].create({"name": "Parent"})
        child = parent.create({"name": "Child", "parent_id": parent.id})
        self.assertEqual(child.complete_name, "Parent / Child")
        self.assertEqual(parent.search([("complete_name", "=", "Parent / Child")]), child)
        self.assertEqual(parent.name_search("parent"), [(parent.id, "Parent"), (child.id, "Parent / Child")])
        with self.assertRaises(UserError):
            parent.parent_id = child

    def test_opens_in_its_own_form(self):
        customer = self.new_customer("舟山水产有限公司", child_ids=[Command.create({"name": "甲"})])
        self.assertEqual(customer.get_formview_id(), self.env.ref("crm_customer.res_partner_view_form").id)
        contact_form = self.env.ref("crm_customer.res_partner_view_form_contact").id
        self.assertEqual(customer.child_ids.get_formview_id(), contact_form)
        self.assertNotEqual(self.env.company.partner_id.get_formview_id(), contact_form)

    def test_groups_stand_in_the_order_of_their_own_list(self):
        States = self.env["res.country.state"]
        china = self.env.ref("base.cn").id
        states = States.create([{"name": code, "code": code, "country_id": china} for code in ("ZZ3", "ZZ1", "ZZ2")])
        for number, state in enumerate((*states, States)):
            self.new_customer(f"丽水竹木{number}厂", state_id=state.id, duplicate_reason="Another one")
        Customers = self.env["res.partner"].with_user(self.seller)

        def groups(order=None, **limits):
            result = Customers.web_read_group([("name", "ilike", "丽水竹木")], ["state_id"], order=order, **limits)
            return [group["state_id"] and group["state_id"][0] for group in result["groups"]]

        third, first, second = states.ids
        self.assertEqual(groups(), [first, second, third, False])
        self.assertEqual(groups("state_id desc"), [False, third, second, first])
        self.assertEqual(groups(limit=2, offset=1), [second, third])
