from odoo import fields, models


class CrmCustomerRecycleWizard(models.TransientModel):
    """Puts customers into the recycle bin, with the reason."""

    _name = "crm.customer.recycle.wizard"
    _description = "Delete Customers"

    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        required=True,
        domain="[('is_crm_customer', '=', True)]",
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Char(required=True)

    def action_delete(self):
        """For who may give the customers away: their salesperson, his managers, the administrator."""
        self.ensure_one()
        customers = self.partner_ids.filtered("is_crm_customer")
        customers.check_access("write")
        customers._crm_check_may_give_away()
        customers._crm_put_into_bin(self.reason)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.res_partner_action_customers")
        return {**action, "target": "main"}
