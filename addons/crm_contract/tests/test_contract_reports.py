from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .money_common import MoneyCase


@tagged("post_install", "-at_install")
class TestContractReports(MoneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute("UPDATE crm_contract SET date_signed = NULL")

    def new_production(self, order, quantity=10):
        """A manufacturing order of two operations for the line of an order; the one centre has much work waiting."""
        centres = self.env["mrp.workcenter"].create([{"name": "Soldering"}, {"name": "Testing"}])
        production = self.env["mrp.production"].create(
            {
                "product_id": self.product.id,
                "product_qty": quantity,
                "sale_line_id": order.order_line[0].id,
                "workorder_ids": [
                    Command.create(
                        {
                            "name": centre.name,
                            "workcenter_id": centre.id,
                            "duration_expected": minutes,
                            "sequence": number,
                        }
                    )
                    for number, (centre, minutes) in enumerate(zip(centres, (30, 600), strict=True))
                ],
            }
        )
        production.action_confirm()
        for operation, minutes in zip(production.workorder_ids, (30, 600), strict=True):
            operation.duration_expected = minutes
        self.env.flush_all()
        return production

    def test_progress_page(self):
        contract = self.new_signed({"delivery_date": self.today - timedelta(2)}, plan=(30, 70))
        order = self.order(contract, 10)
        self.new_production(order)
        contract.milestone_ids[0].sudo().move_ids.action_post()
        self.pay(contract.milestone_ids[0].sudo().move_ids)
        progress = contract.with_user(self.seller).get_progress()
        groups = {group["name"]: group["rows"] for group in progress["groups"]}
        self.assertEqual({*groups}, {"delivery", "production", "invoice", "payment"})
        [delivery] = groups["delivery"]
        self.assertEqual((delivery["rate"], delivery["days_late"], delivery["finished"]), (0, 2, False))
        self.assertEqual([row["rate"] for row in groups["invoice"]], [1, 0])
        self.assertEqual([row["rate"] for row in groups["payment"]], [1, 0])
        self.assertEqual(groups["payment"][0]["finished"], str(self.today))
        self.assertEqual(groups["production"][0]["total"], 10)
        self.assertEqual(contract.with_user(self.cashier).get_progress()["currency_id"], contract.currency_id.id)
        with self.assertRaises(AccessError):
            contract.with_user(self.other).get_progress()

    def test_progress_shows_the_review(self):
        flow = self.env["crm.review.flow"].create(
            {
                "name": "Contracts",
                "kind_id": self.env.ref("crm_contract.crm_review_kind_contract").id,
                "step_ids": [
                    Command.create(
                        {"name": "Engineering", "rank": 1, "who": "users", "user_ids": [Command.set(self.engineer.ids)]}
                    )
                ],
            }
        )
        flow.action_publish()
        contract = self.new_contract()
        contract.action_review_submit()
        [step] = contract.get_progress()["review"]
        self.assertEqual((step["step"], step["user"], step["state"]), ("Engineering", "Engineer", "pending"))

    def test_list_of_the_most_delayed(self):
        late = self.new_signed({"delivery_date": self.today - timedelta(9)})
        later = self.new_signed({"delivery_date": self.today - timedelta(30)})
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_contract.crm_contract_action_progress")
        found = self.env["crm.contract"].with_user(self.seller).search([], order="late_since, id")
        self.assertEqual(found[:2], later + late)
        self.assertEqual(action["res_model"], "crm.contract")
        with self.assertQueryCount(4):
            found[:2].invalidate_recordset()
            found[:2].web_read({"days_late": {}, "delivered_rate": {}, "received_rate": {}, "name": {}})

    def test_work_orders(self):
        contract = self.new_signed()
        production = self.new_production(self.order(contract, 10))
        Report = self.env["crm.production.report"]
        row = Report.with_user(self.seller).search([("contract_id", "=", contract.id)])
        self.assertEqual((row.production_id, row.quantity, row.qty_done, row.state), (production, 10, 0, "confirmed"))
        self.assertFalse(Report.with_user(self.other).search([("contract_id", "=", contract.id)]))
        self.assertTrue(Report.with_user(self.engineer).search([("contract_id", "=", contract.id)]))
        Operation = self.env["crm.workorder.report"]
        rows = Operation.with_user(self.seller).search([("contract_id", "=", contract.id)], order="id")
        self.assertEqual(rows.mapped("qty_waiting"), [10, 10])
        self.assertEqual(rows.mapped("is_bottleneck"), [False, True])
        self.assertFalse(Operation.with_user(self.other).search([("contract_id", "=", contract.id)]))
        production.workorder_ids[0].with_user(self.engineer).sudo().button_start()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((rows[0].qty_in_process, rows[0].qty_waiting, rows[0].state), (10, 0, "progress"))
        self.assertTrue(rows[0].last_report)

    def test_analysis_page(self):
        self.new_signed({}, {"product_id": self.crystal.id, "quantity": 4, "price_unit": 50})
        second = self.new_customer("Second")
        self.new_signed(partner_id=second.id)
        self.new_approved()  # not signed: does not count
        Analysis = self.env["crm.contract.analysis"]
        page = Analysis.with_user(self.seller).get_page()
        month = page["by_month"][page["month"] - 1]
        self.assertEqual((month["amount"], month["contracts"], month["before"]), (2200, 2, 0))
        self.assertEqual(page["quantities"][page["month"] - 1], 24)
        self.assertEqual([row["amount"] for row in page["top_customers"]], [1200, 1000])
        types = next(share for share in page["shares"] if share["field"] == "type_id")
        self.assertEqual([(row["amount"], row["contracts"]) for row in types["rows"]], [(2200, 2)])
        self.assertEqual(sum(row["amount"] for row in page["series"]["rows"]), 2200)
        self.assertEqual((page["total"]["contracts"], page["before"]["contracts"], page["cycle_days"]), (2, 0, 0))
        self.assertEqual(Analysis.with_user(self.accountant).get_page()["total"]["amount"], 2200)
        self.assertFalse(Analysis.with_user(self.other).get_page()["years"])
        rows = Analysis.with_user(self.seller).search([])
        self.assertEqual((len(rows), sum(rows.mapped("amount"))), (3, 2200))
        titles = [title for title, _columns, _rows in Analysis._page_sheets(page)]
        self.assertEqual(len(titles), len({*titles}))

    def test_analysis_overdue_and_year_before(self):
        contract = self.new_signed(plan=[{"percent": 100, "due_days": 0}])
        self.env.flush_all()
        earlier = self.today - timedelta(366)
        self.env.cr.execute("UPDATE crm_contract SET date_signed = %s WHERE id = %s", [earlier, contract.id])
        self.env.cr.execute("UPDATE crm_contract_milestone SET date_due = %s", [self.today - timedelta(5)])
        self.env.invalidate_all()
        self.new_signed()
        page = self.env["crm.contract.analysis"].with_user(self.seller).get_page()
        self.assertEqual(page["before"]["contracts"], 1)
        self.assertEqual((page["overdue"], page["overdue_count"]), (1130, 1))
        self.assertEqual([(row["contract_id"], row["days"]) for row in page["late"]], [(contract.id, 5)])
