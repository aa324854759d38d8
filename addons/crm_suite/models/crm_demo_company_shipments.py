# Chinese data: the names of the demo company's flow
from odoo import Command, models

from ..tools.northwind import read_csv

CARTON = 24  # pieces in a carton that goes overseas


class CrmDemoCompany(models.AbstractModel):
    """Shipment requests of the demo company's confirmed orders, in several states."""

    _inherit = "crm.demo.company"

    def _create_shipments(self):
        self._create_shipment_flow()
        self.env.company.sudo().crm_shipment_quality = True  # sudo: a setting of the company
        waiting = [("state", "=", "sale"), ("crm_is_history", "=", False), ("delivery_status", "=", "pending")]
        orders = self.env["sale.order"].search([*waiting, ("crm_is_overseas", "=", False)], order="id", limit=3)
        self._create_export(self.env["sale.order"].search([*waiting, ("crm_is_overseas", "=", True)], limit=1))
        for place, order in enumerate(orders):
            owner = order.user_id
            action = order.with_user(owner).action_crm_request_shipment()
            request = self.env["crm.shipment.request"].with_user(owner).browse(action["res_id"])
            if place == 0:
                continue  # a draft
            request.action_review_submit()
            if place == 1:
                continue  # under review
            self._pass_shipment(request)
            request.package_ids.create(
                [
                    {
                        "request_id": request.id,
                        "carton_from": number,
                        "carton_to": number,
                        "carton_length": 40,
                        "carton_width": 30,
                        "carton_height": 25,
                        "line_ids": [Command.create({"request_line_id": line.id, "quantity": line.quantity})],
                    }
                    for number, line in enumerate(request.line_ids, start=1)
                ]
            )
            request.action_packed()

    def _create_export(self, order):
        """An overseas order on its way: deposit received, packed, its customs declaration written."""
        owner = order.user_id
        order = order.with_user(owner)
        order.crm_marks = f"LE HAVRE\n{order.client_order_ref}"
        order.crm_milestone_ids.filtered(lambda milestone: milestone.kind == "deposit").action_done()
        request = self.env["crm.shipment.request"].with_user(owner)
        request = request.browse(order.action_crm_request_shipment()["res_id"])
        request.action_review_submit()
        self._pass_shipment(request)
        cartons = 0
        for line in request.line_ids:
            count = int(line.quantity // CARTON)
            request.package_ids.create(
                {
                    "request_id": request.id,
                    "carton_from": cartons + 1,
                    "carton_to": cartons + count,
                    "carton_length": 40,
                    "carton_width": 30,
                    "carton_height": 25,
                    "net_weight": 13.2,
                    "gross_weight": 14.1,
                    "line_ids": [Command.create({"request_line_id": line.id, "quantity": CARTON})],
                }
            )
            cartons += count
        request.action_packed()
        request.action_make_declaration()

    def _create_shipment_flow(self):
        """The head of the department, quality, and where the customer is overdue the accountant and the director."""
        rows = read_csv("company", "shipment_steps")
        self._create_flow("crm_shipment.crm_review_kind_shipment_request", "出货评审流程", rows)

    def _pass_shipment(self, request):
        """Let the reviewers approve a shipment request, each in his own name; the engineers release its quality."""
        while request.review_state == "pending":
            task = self._pending_task(request)
            reviewer = task.env.user
            if request.quality_missing and reviewer.has_group("crm_base.group_engineer"):
                request.with_user(reviewer).action_release_quality()
            task.action_approve()
