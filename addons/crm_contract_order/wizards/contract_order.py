from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmContractOrder(models.TransientModel):
    """Orders of a contract are sales applications: reviewed or not, as their type says."""

    _inherit = "crm.contract.order"

    order_type_id = fields.Many2one(
        "crm.order.type",
        compute="_compute_order_type_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
    )

    @api.depends("contract_id")
    def _compute_order_type_id(self):
        for wizard in self:
            contract = wizard.contract_id
            wizard.order_type_id = self.env["crm.order.type"]._default_for(contract.partner_id, contract.company_id)

    def action_make_orders(self):
        if self.kind != "purchase" and not self.order_type_id:
            raise UserError(self.env._("Choose the type of the order."))
        return super().action_make_orders()

    def _prepare_order(self, lines):
        return super()._prepare_order(lines) | {"crm_order_type_id": self.order_type_id.id}


class CrmContractOrderLine(models.TransientModel):
    _inherit = "crm.contract.order.line"

    def _prepare_order_line(self):
        line = self.contract_line_id
        # an order promises no day that is over; how late it is stands in the contract
        date = line.delivery_date and max(line.delivery_date, fields.Date.context_today(self))
        return super()._prepare_order_line() | {
            "crm_customer_code": line.customer_code,
            "crm_requested_date": date,
            "crm_promised_date": date,
            "crm_free_reason": False if line.price_unit else line.contract_id.name,
        }
