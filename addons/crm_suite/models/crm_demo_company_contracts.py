# Chinese data: the names of the demo company's flows and template
from datetime import timedelta

from odoo import Command, fields, models

from ..tools.northwind import read_csv


class CrmDemoCompany(models.AbstractModel):
    """Contracts of the demo company, in several states, with the clauses and the plan they begin with."""

    _inherit = "crm.demo.company"

    def _create_contracts(self, users):
        self._create_contract_flows()
        self._create_contract_template()
        self._create_work_preparation()
        supplier = self.env["res.partner"].create({"name": "苏州示例包装材料有限公司", "is_company": True})
        for nth, row in enumerate(read_csv("company", "contracts")):
            contract = self._new_demo_contract(row, users[row["login"]], nth, supplier)
            if row["review"]:
                contract.action_review_submit()
                self._review_contract(contract, row["review"])
            if row["step"]:
                contract._sign(fields.Date.context_today(self), "王建国")
            if row["step"] == "order":
                self._order_contract(contract, users)
            elif row["step"] == "change":
                self._change_contract(contract)

    def _create_contract_flows(self):
        rows = read_csv("company", "contract_steps")
        for kind, name in (
            ("crm_review_kind_contract", "合同评审流程"),
            ("crm_review_kind_contract_change", "合同变更评审流程"),
        ):
            self._create_flow(f"crm_contract.{kind}", name, rows)

    def _create_contract_template(self):
        """The clauses of sales contracts, in the library and in the template of their type."""
        clauses = self.env["crm.contract.clause.library"].create(read_csv("company", "contract_clauses"))
        names = ("title", "body", "title_en", "body_en")
        for xml_id in ("sales", "overseas", "service"):
            kind = self.env.ref(f"crm_contract.crm_contract_type_{xml_id}")
            kind.template_id = self.env["crm.contract.template"].create(
                {
                    "name": f"标准{kind.name}",
                    "type_id": kind.id,
                    "warranty_months": 12,
                    "clause_ids": [Command.create({name: clause[name] for name in names}) for clause in clauses],
                }
            )

    def _new_demo_contract(self, row, user, nth, supplier):
        office = self.env["crm.contract"].with_user(user)
        kind = self.env.ref(f"crm_contract.crm_contract_type_{row['type']}")
        customers = office.env["res.partner"].search(
            [("is_crm_customer", "=", True), ("user_id", "=", user.id)], order="id", limit=nth % 3 + 1
        )
        today = fields.Date.context_today(self)
        products = self.env["product.product"].search([("default_code", "in", row["products"].split("|"))])
        head, rows = kind.template_id._contract_values() if kind.template_id else ({}, {})
        plan = [payment.split(":") for payment in row["plan"].split("|") if payment]
        is_purchase = row["type"] == "purchase"
        return office.create(
            {
                **head,
                "type_id": kind.id,
                "template_id": kind.template_id.id,
                "title": row["title"],
                "partner_id": supplier.id if is_purchase else customers[-1:].id,
                "date_start": today + timedelta(days=int(row["start"])),
                "date_end": today + timedelta(days=int(row["end"])),
                "clause_ids": [Command.create(clause) for clause in rows.get("clause_ids", ())],
                "line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "quantity": float(row["quantity"]),
                            "price_unit": round(
                                (product.standard_price if is_purchase else product.list_price) * float(row["rate"]), 2
                            ),
                            "delivery_date": today + timedelta(days=20 + 15 * place),
                        }
                    )
                    for place, product in enumerate(products)
                ],
                "milestone_ids": [
                    Command.create({"name": name, "percent": float(percent), "due_event": event, "due_days": int(days)})
                    for name, percent, event, days in plan
                ],
            }
        )

    def _review_contract(self, document, how):
        """Let the reviewers decide, each in his own name: all of them, the first one only, or the first one rejects."""
        while document.review_state == "pending":
            task = self._pending_task(document)
            if how == "reject":
                task.action_reject("请补充环保检测报告")
            else:
                task.action_approve("同意")
            if how != "pass":
                return

    def _order_contract(self, contract, users):
        """An order a delivery, as its owner makes them: what is sold is made, half of what is bought comes in."""
        domestic = self.env.ref("crm_order_review.crm_order_type_domestic")
        values = {"contract_id": contract.id, "by_delivery": True, "order_type_id": domestic.id}
        self.env["crm.contract.order"].with_user(contract.user_id).create(values).action_make_orders()
        for place, order in enumerate(contract._orders(), start=1):
            if contract.kind == "purchase":
                order.button_confirm()
                for move in order.picking_ids.move_ids:
                    move.write({"quantity": move.product_uom_qty / 2, "picked": True})
                order.picking_ids.with_context(skip_backorder=True).button_validate()
            else:
                order.client_order_ref = f"{contract.name}/{place}"
                order.action_review_submit()
                self._review_contract(order, "pass")
                self._make_for_order(order.with_env(self.env), users["sunhao"])

    def _change_contract(self, contract):
        """A change that is approved, and one on its way."""
        for reason, raise_by, how in (("客户追加订货 10%", 1.1, "pass"), ("客户要求延长有效期", 1, "first")):
            action = contract.action_change()
            change = self.env["crm.contract.change"].with_user(contract.user_id).browse(action["res_id"])
            change.write({"reason": reason, "kind": "quantity" if raise_by > 1 else "terms"})
            if raise_by > 1:
                for line in change.line_ids:
                    line.quantity = line.quantity * raise_by
            else:
                change.date_end = contract.date_end + timedelta(days=90)
            change.action_review_submit()
            self._review_contract(change, how)
