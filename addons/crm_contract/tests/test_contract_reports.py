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

    def test_parts_are_work_orders_too(self):
        """Odoo makes a production order of a part for that of the whole; it belongs to the contract as well."""
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)], limit=1)
        to_order = warehouse.mto_pull_id.route_id
        to_order.active = True
        routes = to_order | warehouse.manufacture_pull_id.route_id
        bom = self.env["mrp.bom"]
        for product, part in ((self.product, self.crystal), (self.crystal, self.product.copy({"name": "Blank"}))):
            line = {"product_id": part.id, "product_qty": 2}
            bom.create({"product_tmpl_id": product.product_tmpl_id.id, "bom_line_ids": [Command.create(line)]})
            product.route_ids = routes
        contract = self.new_signed({"delivery_date": self.today + timedelta(20)})
        self.order(contract, 10)
        rows = self.env["crm.production.report"].with_user(self.seller).search([("contract_id", "=", contract.id)])
        made = {row.product_id: (row.quantity, row.order_id, row.contract_line_id) for row in rows}
        line = contract.line_ids
        self.assertEqual(
            made, {self.product: (10, contract.order_ids, line), self.crystal: (20, rows.order_id.browse(), line)}
        )
        labels = [row["label"] for row in contract._progress_productions()]
        self.assertEqual(len(labels), 2)

    def test_lists_of_work_orders_ask_no_more_for_more_rows(self):
        contract = self.new_signed()
        order = self.order(contract, 10)
        counts = []
        for _more in range(3):  # the first one warms up
            self.new_production(order, 3)
            for model, names in (
                (
                    "crm.production.report",
                    ("name", "contract_id", "product_id", "qty_done", "qty_scrapped", "days_late"),
                ),
                ("crm.workorder.report", ("name", "workcenter_id", "contract_id", "is_bottleneck", "last_report")),
            ):
                Report = self.env[model].with_user(self.seller)
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                shown = {name: {"fields": {"display_name": {}}} if name.endswith("_id") else {} for name in names}
                Report.web_search_read([("contract_id", "=", contract.id)], shown)
                counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[2:4], counts[4:])

    def test_who_makes_it_opens_the_manufacturing_order(self):
        contract = self.new_signed()
        production = self.new_production(self.order(contract, 10))
        for model in ("crm.production.report", "crm.workorder.report"):
            rows = self.env[model].with_user(self.engineer)
            found = rows.web_search_read(
                [("contract_id", "=", contract.id)], {"contract_id": {"fields": {"display_name": {}}}}
            )["records"]
            self.assertEqual({row["contract_id"]["display_name"] for row in found}, {contract.display_name})
            row = rows.browse(found[0]["id"])
            opened = row.action_open_contract()
            self.assertEqual((opened["res_model"], opened["res_id"]), (production._name, production.id))
            opened = row.with_user(self.seller).action_open_contract()
            self.assertEqual((opened["res_model"], opened["res_id"]), (contract._name, contract.id))

    def test_cashier_follows_contracts(self):
        contract = self.new_signed({"delivery_date": self.today - timedelta(2)})
        self.new_production(self.order(contract, 10))
        contracts = self.env["crm.contract"].with_user(self.cashier)
        for xmlid, view_type in (("view_list_progress", "list"), ("view_form_progress", "form"), ("view_form", "form")):
            view = self.env.ref(f"crm_contract.crm_contract_{xmlid}")
            fields = contracts.get_views([(view.id, view_type)])["models"]["crm.contract"]["fields"]
            [row] = contracts.browse(contract.id).web_read({name: {} for name in fields})
            self.assertEqual((row["id"], row["amount_total"]), (contract.id, 1130))
        groups = {group["name"] for group in contracts.browse(contract.id).get_progress()["groups"]}
        self.assertEqual(groups, {"delivery", "production", "invoice", "payment"})
        self.assertTrue(contracts.env["crm.contract.analysis"].get_page()["years"])

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
