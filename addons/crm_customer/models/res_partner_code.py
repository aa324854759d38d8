from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_request_customer_code(self):
        """A code request for this customer, filled in from it; the open one if there is one."""
        self.ensure_one()
        request = self.env["crm.customer.code.request"].search(
            [("partner_id", "=", self.id), ("review_state", "!=", "approved")], limit=1
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer Code Request"),
            "res_model": "crm.customer.code.request",
            "res_id": request.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {"default_partner_id": self.id},
        }
