from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .order_common import OrderCase


@tagged("post_install", "-at_install")
class TestOrderAnalysis(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sale.order"].search([("state", "=", "sale")]).write({"state": "cancel"})

    def test_page(self):
        late = self.new_approved({"crm_promised_date": self.today + timedelta(days=1)})
        self.new_approved({"product_id": self.crystal.id, "product_uom_qty": 4, "price_unit": 5})
        page = self.env["crm.order.analysis"].with_user(self.seller).get_page()
        month = page["by_month"][page["month"] - 1]
        self.assertEqual((month["amount"], month["orders"]), (120, 2))
        self.assertEqual(page["quantities"][page["month"] - 1], 14)
        self.assertEqual([row["amount"] for row in page["top_orders"]], [100, 20])
        self.assertEqual([(row["amount"], row["orders"]) for row in page["top_customers"]], [(120, 2)])
        types = next(share for share in page["shares"] if share["field"] == "order_type_id")
        self.assertEqual([(row["id"], row["amount"]) for row in types["rows"]], [(self.type.id, 120)])
        self.assertEqual(sum(row["amount"] for row in page["series"]["rows"]), 120)
        self.assertEqual({step["name"] for step in page["steps"]}, {"engineer", "general_manager"})
        self.assertEqual((page["late_count"], page["on_time_rate"]), (0, False))
        late.order_line.sudo().with_context(tracking_disable=True)._write(
            {"crm_promised_date": self.today - timedelta(days=2)}
        )
        self.env.invalidate_all()
        page = self.env["crm.order.analysis"].with_user(self.seller).get_page()
        self.assertEqual([(row["order_id"], row["days"]) for row in page["late"]], [(late.id, 2)])
        self.assertFalse(self.env["crm.order.analysis"].with_user(self.other).get_page()["years"])

    def test_region_is_that_of_the_customer_now(self):
        def regions():
            page = self.env["crm.order.analysis"].with_user(self.seller).get_page()
            shares = {share["field"]: [row["id"] for row in share["rows"]] for share in page["shares"]}
            return shares["country_id"], shares["state_id"]

        beijing, zhejiang = self.env.ref("base.state_cn_BJ"), self.env.ref("base.state_cn_ZJ")
        china = beijing.country_id
        order = self.new_approved()
        self.assertEqual(regions(), ([False], [False]))
        self.customer.with_user(self.seller).write({"country_id": china.id, "state_id": beijing.id})
        self.assertEqual(regions(), ([china.id], [beijing.id]))
        self.env.flush_all()
        rows = self.env["crm.order.analysis"].with_user(self.seller).search([("order_id", "=", order.id)])
        self.assertEqual((rows.country_id, rows.state_id), (china, beijing))
        survivor = self.new_customer("Ningbo Clock Works", country_id=china.id, state_id=zhejiang.id)
        survivor.with_user(self.manager)._crm_merge(self.customer.with_user(self.manager), {})
        self.env.invalidate_all()
        self.assertEqual(order.crm_customer_id, survivor)
        self.assertEqual(regions(), ([china.id], [zhejiang.id]))

    def test_region_is_not_entered(self):
        order = self.new_order()
        with self.assertRaises(UserError):
            order.with_user(self.seller).write({"crm_customer_state_id": self.env.ref("base.state_cn_BJ").id})

    def test_on_time(self):
        order = self.new_approved({"crm_promised_date": self.today + timedelta(days=1)})
        picking = order.sudo().picking_ids
        picking.move_ids.quantity = 10
        picking.move_ids.picked = True
        picking._action_done()
        self.assertEqual(order.order_line.crm_delivered_on, self.today)
        page = self.env["crm.order.analysis"].with_user(self.seller).get_page()
        self.assertEqual((page["delivered"], page["on_time_rate"]), (1, 1))
        row = self.env["crm.order.delivery"].with_user(self.seller).search([("order_id", "=", order.id)])
        self.assertEqual((row.state, row.on_time_rate), ("on_time", 100))

    def test_records_and_export(self):
        order = self.new_approved()
        self.env.flush_all()
        rows = self.env["crm.order.analysis"].with_user(self.seller).search([("order_id", "=", order.id)])
        self.assertEqual((rows.quantity, rows.amount, rows.order_type_id), (10, 100, self.type))
        self.assertFalse(self.env["crm.order.analysis"].with_user(self.other).search([("order_id", "=", order.id)]))
        page = self.env["crm.order.analysis"].with_user(self.boss).get_page()
        titles = [title for title, _columns, _rows in self.env["crm.order.analysis"]._page_sheets(page)]
        self.assertEqual(len(titles), len(set(titles)))
