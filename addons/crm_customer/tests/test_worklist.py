from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import CustomerCase

DAY = timedelta(days=1)
PLACES = ("东阳", "南浔", "西塘", "北仑", "中山", "金华", "木渎")


@tagged("post_install", "-at_install")
class TestWorklist(CustomerCase):
    """The five buckets; which customers each holds and that the counts are those of the lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller.tz = "Asia/Shanghai"
        cls.Partner = cls.env["res.partner"].with_user(cls.seller).with_context(tz="Asia/Shanghai")
        cls.today, cls.tomorrow = cls.Partner._crm_day_bounds(fields.Date.context_today(cls.Partner))
        cls.customers = {}
        contacted, never = cls.today - 9 * DAY, None
        for place, (name, followed, entered, planned) in zip(
            PLACES,
            (
                ("untouched", never, 0, None),
                ("new_overdue", never, 4, None),
                ("new_planned", never, 0, cls.today - DAY),
                ("today", contacted, 10, cls.tomorrow - timedelta(minutes=1)),
                ("overdue", contacted, 10, cls.today - timedelta(minutes=1)),
                ("ahead", contacted, 10, cls.tomorrow),
                ("none", contacted, 10, None),
            ),
            strict=True,
        ):
            customer = cls.new_customer(f"{place}五金有限公司", next_contact_date=planned)
            if followed:
                cls.env["crm.followup"].with_user(cls.seller).create(
                    {"partner_id": customer.id, "content": "called", "date": followed, "next_date": planned}
                )
            cls.env.flush_all()
            cls.env.cr.execute(
                "UPDATE res_partner SET create_date = %s WHERE id = %s", [cls.today - entered * DAY, customer.id]
            )
            customer.invalidate_recordset()
            cls.customers[name] = customer

    EXPECTED = {
        "untouched": ["untouched"],
        "new_overdue": ["new_overdue", "new_planned"],
        "today": ["today"],
        "overdue": ["overdue"],
        "ahead": ["ahead"],
    }

    def test_each_bucket_holds_its_customers(self):
        mine = [("user_id", "=", self.seller.id)]
        for bucket, names in self.EXPECTED.items():
            with self.subTest(bucket):
                found = self.Partner.search([*mine, ("followup_bucket", "=", bucket)])
                self.assertEqual(found, self.Partner.browse(sorted(self.customers[name].id for name in names)) & found)
                self.assertEqual(len(found), len(names))
                for customer in found:
                    self.assertEqual(customer.followup_bucket, bucket)
        self.assertFalse(self.customers["none"].with_env(self.Partner.env).followup_bucket)
        self.assertIn(self.customers["none"].id, self.Partner.search([*mine, ("followup_bucket", "=", False)]).ids)

    def test_counts_take_one_query(self):
        self.Partner._crm_bucket_counts([("user_id", "=", self.seller.id)])
        self.env.flush_all()
        with self.assertQueryCount(1):
            counts = self.Partner._crm_bucket_counts([("user_id", "=", self.seller.id)])
        self.assertEqual(counts, {bucket: len(names) for bucket, names in self.EXPECTED.items()})

    def test_the_panel_counts_what_the_reader_sees(self):
        def panel(user):
            Partner = self.env["res.partner"].with_user(user).with_context(tz="Asia/Shanghai")
            values = Partner.search_panel_select_range(
                "followup_bucket", search_domain=[("is_crm_customer", "=", True)], enable_counters=True
            )["values"]
            return {value["id"]: value["__count"] for value in values}

        self.assertEqual(panel(self.seller)["today"], 1)
        self.assertEqual(panel(self.manager)["today"], 1)
        self.assertEqual(sum(panel(self.other).values()), 0)

    def test_an_assistant_finds_whom_she_assists(self):
        self.customers["today"].crm_assistant_ids = self.assistant
        Partner = self.Partner.with_user(self.assistant)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.res_partner_action_worklist")
        self.assertIn("'search_default_assisted': 1", action["context"])
        found = Partner.search([("followup_bucket", "=", "today"), ("crm_assisted_by_me", "=", True)])
        self.assertEqual(found.ids, self.customers["today"].ids)
        self.assertTrue(found.crm_assisted_by_me)
        self.assertFalse(self.Partner.browse(found.ids).crm_assisted_by_me)

    def test_new_days_are_a_setting(self):
        self.env["ir.config_parameter"].set_param("crm_customer.followup_new_days", "5")
        self.assertEqual(self.customers["new_overdue"].with_env(self.Partner.env).followup_bucket, "untouched")
