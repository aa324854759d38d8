from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import CustomerCase

CODE = "91110000600037341L"


@tagged("post_install", "-at_install")
class TestResPartnerDuplicate(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer(
            "苏州吴江纺织机械有限公司", phone="+86 512-6300 1234", credit_code=CODE, email="sales@wujiang-textile.cn"
        )

    def enter(self, name, **values):
        return self.new_customer(name, self.other, **values)

    def test_same_credit_code_is_refused_and_tells_whose_it_is(self):
        with self.assertRaises(ValidationError) as caught:
            self.enter("完全不同的名字", credit_code=CODE.lower(), duplicate_reason="I insist")
        self.assertIn(self.seller.name, str(caught.exception))
        self.assertNotIn(self.customer.name, str(caught.exception))

    def test_no_context_key_gets_round_it(self):
        for value in (True, 1, "checked"):
            Partner = self.env["res.partner"].with_user(self.other).with_context(crm_duplicates_checked=value)
            with self.assertRaises(ValidationError):
                Partner.create({"name": "完全不同的名字", "is_crm_customer": True, "credit_code": CODE})

    def test_same_phone_is_refused_however_written(self):
        for phone in ("0512 63001234".removeprefix("0"), "86-512-63001234", "５１２６３００１２３４"):
            with self.assertRaises(ValidationError):
                self.enter("另一家公司", phone=phone)

    def test_similar_names_want_a_reason(self):
        for name in (
            "苏州吴江纺织机械股份有限公司",
            "（苏州）吴江紡織機械 有限公司",
            "苏州吴江纺织机械厂",
            "苏州无江纺织机械有限公司",
        ):
            with self.assertRaises(ValidationError, msg=name) as caught:
                self.enter(name)
            self.assertIn(self.customer.name, str(caught.exception))
            self.assertIn(self.seller.name, str(caught.exception))
        self.enter("苏州吴江纺织机械厂", duplicate_reason="its old factory, a company of its own")

    def test_same_mail_domain_wants_a_reason(self):
        with self.assertRaises(ValidationError):
            self.enter("毫不相干贸易", email="boss@wujiang-textile.cn")
        self.enter("毫不相干商行", email="boss@qq.com")
        self.enter("再不相干商行", email="other@qq.com")

    def test_other_names_pass(self):
        for name in ("苏州昆山电子有限公司", "无锡吴江饲料有限公司", "苏州纺织品进出口公司"):
            self.enter(name)

    def test_archived_customers_count(self):
        self.customer.active = False
        with self.assertRaises(ValidationError):
            self.enter("苏州吴江纺织机械股份有限公司")

    def test_editing_is_checked_too(self):
        mine = self.enter("苏州昆山电子有限公司")
        with self.assertRaises(ValidationError):
            mine.with_user(self.other).phone = "0512-63001234".removeprefix("0")
        self.customer.with_user(self.seller).street = "itself is no duplicate"
        self.customer.with_user(self.seller).name = "苏州吴江纺织机械 有限公司"

    def test_the_form_warns_while_typing(self):
        Partner = (
            self.env["res.partner"]
            .with_user(self.other)
            .with_context(default_is_crm_customer=True, default_is_company=True)
        )
        with Form(Partner, "crm_customer.res_partner_view_form") as form:
            form.name = "苏州吴江纺织机械股份公司"
            self.assertIn(self.customer.name, form.duplicate_warning)
            form.name = "苏州昆山电子有限公司"
            self.assertFalse(form.duplicate_warning)

    def test_one_query_for_many(self):
        keys = [
            self.env["res.partner"].new({"name": f"测试公司{i}", "is_crm_customer": True})._crm_duplicate_key()
            for i in range(50)
        ]
        self.env["res.partner"]._crm_find_duplicates(keys[:1])
        with self.assertQueryCount(2):  # the threshold, and the search
            self.env["res.partner"]._crm_find_duplicates(keys)
