from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.crm_customer.models.res_partner_duplicate import CHECKED

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCrmCustomerDuplicate(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller2 = cls.new_user("salesperson", "seller2", cls.north)
        cls.Pair = cls.env["crm.customer.duplicate"]

    def enter(self, name, user=None, **values):
        """A customer that came in before anybody looked for duplicates."""
        Partner = self.env["res.partner"].with_user(user or self.seller).with_context(crm_duplicates_checked=CHECKED)
        return Partner.create({"name": name, "is_crm_customer": True, "is_company": True, **values}).with_env(self.env)

    def pair(self, first, second, user=None):
        self.Pair._cron_find()
        return self.Pair.with_user(user or self.manager).search(
            [("partner_id", "=", first.id), ("duplicate_id", "=", second.id)]
        )

    def test_found_by_what_they_share(self):
        first = self.enter("吴江纺织机械有限公司", phone="0512-63001234", email="a@wujiang.cn")
        second = self.enter("另一个名字", self.seller2, phone="+86 512 6300 1234".replace("+86 512", "0512"))
        third = self.enter("吴江纺织机械股份有限公司", self.seller2)
        fourth = self.enter("无关公司", self.seller2, email="b@wujiang.cn")
        phone, name, domain = (self.pair(first, other) for other in (second, third, fourth))
        self.assertTrue(phone.same_phone)
        self.assertFalse(phone.same_name)
        self.assertTrue(name.same_name)
        self.assertTrue(domain.same_email_domain)
        self.assertGreater(phone.score, name.score)
        self.assertGreater(name.score, domain.score)
        self.assertIn("Phone", phone.with_context(lang="en_US").shared_text)
        self.assertFalse(self.pair(second, third))

    def test_a_pair_goes_when_nothing_is_shared_any_more(self):
        first, second = self.enter("甲机械", phone="0512-63001234"), self.enter("乙机械", phone="0512-63001234")
        self.assertTrue(self.pair(first, second))
        second.phone = "0512-99999999"
        self.assertFalse(self.pair(first, second))

    def test_archived_customers_are_no_pair(self):
        first, second = self.enter("甲机械", phone="0512-63001234"), self.enter("乙机械", phone="0512-63001234")
        second.active = False
        self.assertFalse(self.pair(first, second))

    def test_no_duplicate_is_remembered(self):
        first, second = self.enter("甲机械", phone="0512-63001234"), self.enter("乙机械", phone="0512-63001234")
        pair = self.pair(first, second)
        pair.action_mark_distinct()
        self.assertEqual(self.pair(first, second), pair)
        self.assertEqual((pair.state, pair.decided_by_id), ("distinct", self.manager))
        pair.action_reopen()
        self.assertEqual((pair.state, pair.decided_by_id.id), ("open", False))

    def test_customers_that_are_no_pair_yet_can_be_marked(self):
        first, second = self.enter("甲机械"), self.enter("乙机械")
        merge = self.env["res.partner"].with_user(self.manager).browse((first | second).ids).action_crm_compare()
        self.env[merge["res_model"]].with_user(self.manager).browse(merge["res_id"]).action_mark_distinct()
        self.assertEqual(self.Pair.search([("partner_id", "=", first.id)]).state, "distinct")

    def test_a_manager_sees_pairs_of_his_department_only(self):
        first = self.enter("甲机械", phone="0512-63001234")
        second = self.enter("乙机械", self.other, phone="0512-63001234")
        self.assertFalse(self.pair(first, second))
        self.assertTrue(self.pair(first, second, self.boss))

    def test_salespeople_neither_see_nor_decide(self):
        first, second = self.enter("甲机械", phone="0512-63001234"), self.enter("乙机械", phone="0512-63001234")
        pair = self.pair(first, second)
        with self.assertRaises(AccessError):
            pair.with_user(self.seller).read(["state"])
        with self.assertRaises(AccessError):
            pair.with_user(self.seller).action_mark_distinct()
        with self.assertRaises(AccessError):
            pair.with_user(self.manager).write({"state": "distinct"})

    def test_many_that_share_one_thing_make_few_pairs(self):
        customers = [self.enter(f"第{number}号机械", phone="0512-63001234") for number in range(12)]
        self.Pair._cron_find()
        ids = [customer.id for customer in customers]
        pairs = self.Pair.search([("partner_id", "in", ids), ("duplicate_id", "in", ids)])
        self.assertEqual(len(pairs), 1 + 2 + 3 + 4 + 5 * 7)
