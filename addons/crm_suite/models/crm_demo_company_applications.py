# Chinese data: the names of the demo company's flows
from datetime import timedelta

from odoo import Command, fields, models

from ..tools.northwind import read_csv


class CrmDemoCompany(models.AbstractModel):
    """Inquiries, samples and stock-ups of the demo company, in several states."""

    _inherit = "crm.demo.company"

    def _create_applications(self, users):
        self._create_application_flows(users)
        self._create_inquiries(users)
        self._create_samples(users)
        self._create_stockups(users)

    def _create_application_flows(self, users):
        names = {
            "crm_review_kind_inquiry": "对内询价流程",
            "crm_review_kind_sample_request": "样品申请流程",
            "crm_review_kind_stockup_request": "备货申请流程",
        }
        rows = read_csv("company", "application_steps")
        for kind, name in names.items():
            steps = [row for row in rows if row["kind"] == kind]
            self._create_flow(f"crm_order_review.{kind}", name, steps, users)

    def _apply(self, model, row, users, nth, values):
        """An application of a user for one of his customers, submitted and decided as its row says."""
        office = self.env[model].with_user(users[row["login"]])
        customers = office.env["res.partner"].search(
            [("is_crm_customer", "=", True), ("user_id", "=", users[row["login"]].id)], order="id", limit=nth + 1
        )
        document = office.create({"partner_id": customers[-1:].id, **values})
        document.action_review_submit()
        self._decide(document, row["decisions"], users)
        return document

    def _demo_product(self, code):
        return self.env["product.product"].search([("default_code", "=", code)], limit=1) if code else None

    def _create_inquiries(self, users):
        """Inquiries; of each answer the user, the feasibility, conditions, price and lead time."""
        for nth, row in enumerate(read_csv("company", "inquiries")):
            product = self._demo_product(row["product"])
            line = {
                "product_id": product.id if product else False,
                "name": row["specification"],
                "quantities": row["quantities"],
                "target_price": float(row["target_price"]),
            }
            inquiry = self._apply(
                "crm.inquiry",
                row,
                users,
                nth,
                {
                    "title": row["title"],
                    "note": row["note"],
                    "answerer_ids": [Command.set((users["sunhao"] | users["zhulin"]).ids)],
                    "line_ids": [Command.create(line)],
                },
            )
            for answered in filter(None, row["answers"].split("|")):
                login, feasibility, note, price, lead_time = answered.split(":")
                answer = (
                    self.env["crm.inquiry.answer"]
                    .with_user(users[login])
                    .search([("inquiry_id", "=", inquiry.id), ("user_id", "=", users[login].id)])
                )
                values = {"feasibility": feasibility, "feasibility_note": note, "lead_time": int(lead_time)}
                if float(price):
                    values |= {
                        "valid_until": fields.Date.context_today(self) + timedelta(days=30),
                        "price_ids": [
                            Command.update(one.id, {"price": round(float(price) * (1 - 0.03 * index), 2)})
                            for index, one in enumerate(answer.price_ids)
                        ],
                        "cost_ids": [
                            Command.create({"kind": "material", "amount": round(float(price) * 0.6, 2)}),
                            Command.create({"kind": "labour", "amount": round(float(price) * 0.12, 2)}),
                        ],
                    }
                answer.write(values)
                answer.action_answer()

    def _create_samples(self, users):
        today = fields.Date.context_today(self)
        for nth, row in enumerate(read_csv("company", "samples")):
            product = self._demo_product(row["product"])
            return_days = int(row["return_days"])
            line = {
                "product_id": product.id,
                "quantity": float(row["quantity"]),
                "price": float(row["price"]),
                "return_date": today + timedelta(days=return_days) if return_days else False,
            }
            request = self._apply(
                "crm.sample.request",
                row,
                users,
                nth,
                {
                    **{name: row[name] for name in ("charge", "purpose", "project", "parameters")},
                    "line_ids": [Command.create(line)],
                },
            )
            if row["is_delivered"] == "1":
                # sudo: the demo company has no user of the warehouse
                pickings = self.env["stock.picking"].sudo()
                for picking in pickings.search([("move_ids.crm_sample_request_id", "=", request.id)]):
                    for move in picking.move_ids:
                        move.write({"quantity": move.product_uom_qty, "picked": True})
                    picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
            if row["result"]:
                self.env["crm.sample.feedback"].with_user(users[row["login"]]).create(
                    {"request_id": request.id, **{name: row[name] for name in ("result", "test_data", "next_step")}}
                )

    def _create_stockups(self, users):
        vendor = self.env["res.partner"].create(
            {"name": "华东原料供应有限公司", "is_company": True, "supplier_rank": 1}
        )
        today = fields.Date.context_today(self)
        for nth, row in enumerate(read_csv("company", "stockups")):
            product = self._demo_product(row["product"])
            if not product.seller_ids and not product.bom_ids:
                cost = round(product.list_price * 0.7, 2)
                product.seller_ids = [Command.create({"partner_id": vendor.id, "price": cost, "delay": 7})]
            line = {
                "product_id": product.id,
                "quantity": float(row["quantity"]),
                "expected_date": today + timedelta(days=int(row["days"])),
            }
            names = ("reason", "forecast_source", "forecast_note", "bearer")
            self._apply(
                "crm.stockup.request",
                row,
                users,
                nth,
                {
                    **{name: row[name] for name in names},
                    "bearer_days": int(row["bearer_days"]),
                    "line_ids": [Command.create(line)],
                },
            )
