# Chinese data: the names of the demo company's flows
from datetime import timedelta

from odoo import Command, fields, models

from ..tools.northwind import read_csv


class CrmDemoCompany(models.AbstractModel):
    """Sales applications and quotations of the demo company, in several states."""

    _inherit = "crm.demo.company"

    def _create_orders(self, users):
        # sudo: settings of the company; what is delivered goes to no SMS service, which Odoo would tell by default
        self.env.company.sudo().write({"crm_application_required": True, "stock_text_confirmation": False})
        self._create_order_flows(users)
        for nth, row in enumerate(read_csv("company", "orders")):
            order = self._new_demo_order(row, users, nth)
            order.action_review_submit()
            self._decide(order, row["decisions"], users)
        self._create_quotations(users)

    def _create_order_flows(self, users):
        """Five positions, and one more where the price is below the floor or the customer overdue."""
        rows = read_csv("company", "order_steps")
        for kind, name in (
            ("crm_review_kind_sale_order", "销售申请评审流程"),
            ("crm_review_kind_order_revision", "订单变更评审流程"),
        ):
            self._create_flow(f"crm_order_review.{kind}", name, rows, users)

    def _new_demo_order(self, row, users, nth, **values):
        """An application, or a quotation, of a user for one of his customers in China or anywhere else."""
        user = users[row["login"]]
        office = self.env["sale.order"].with_user(user)
        customers = office.env["res.partner"].search(
            [("is_crm_customer", "=", True), ("user_id", "=", user.id)], order="id", limit=nth + 1
        )
        today = fields.Date.context_today(self)
        promised = today + timedelta(days=int(row["days"]))
        order_type = self.env.ref(f"crm_order_review.crm_order_type_{row['type']}")
        abroad = {"crm_port_loading": "Shanghai", "crm_port_discharge": "Le Havre", "crm_payment_method": "tt"}
        products = [self._demo_product(code) for code in row["products"].split("|")]
        return office.create(
            {
                "partner_id": customers[-1:].id,
                "client_order_ref": row["po"],
                "crm_order_type_id": order_type.id,
                "incoterm": order_type.incoterm_id.id,
                **(abroad if order_type.is_overseas else {}),
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": float(row["quantity"]),
                            "price_unit": round(product.list_price * float(row["rate"]), 2),
                            "crm_requested_date": promised - timedelta(days=3),
                            "crm_promised_date": promised,
                        }
                    )
                    for product in products
                ],
                **values,
            }
        )

    def _create_quotations(self, users):
        """An open quotation in its second version with quantity breaks, one accepted and one lost."""
        rows = read_csv("company", "orders")
        plain = {"crm_order_type_id": False, "client_order_ref": False}
        first, won, lost = (
            self._new_demo_order(row, users, nth + 5, **plain) for nth, row in enumerate([rows[0], rows[2], rows[4]])
        )
        ready = (first | won | lost).filtered(lambda order: not order.crm_needs_review)
        if first in ready:
            first._crm_draw_number()
            first.action_quotation_sent()
            second = first.browse(first.action_crm_new_version()["res_id"])
            line = second.order_line[0]
            line.crm_break_ids = [
                Command.create(
                    {"quantity": line.product_uom_qty * times, "price_unit": line.price_unit, "lead_days": 10 * times}
                )
                for times in (2, 5)
            ]
        if won in ready:
            won.action_crm_make_application()
        reason = self.env.ref("crm_order_review.crm_quotation_lost_reason_price")
        lost._crm_decide("lost", crm_lost_reason_id=reason.id)
