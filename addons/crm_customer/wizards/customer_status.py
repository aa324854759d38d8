from odoo import fields, models


class CrmCustomerStatusWizard(models.TransientModel):
    """Changes the status of customers by hand, with the reason."""

    _name = "crm.customer.status.wizard"
    _description = "Change Customer Status"

    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        required=True,
        domain="[('is_crm_customer', '=', True)]",
        default=lambda self: self.env.context.get("active_ids"),
    )
    status = fields.Selection(
        selection=lambda self: self.env["res.partner"]._fields["crm_status"]._description_selection(self.env),
        string="New Status",
        required=True,
    )
    reason = fields.Char(required=True)

    def action_change(self):
        self.ensure_one()
        self.partner_ids.filtered("is_crm_customer").write(
            {"crm_status": self.status, "crm_status_reason": self.reason}
        )
        return {"type": "ir.actions.act_window_close"}
