from odoo import fields, models
from odoo.exceptions import UserError


class CrmCustomerShareWizard(models.TransientModel):
    """Shares any number of customers with colleagues and departments."""

    _name = "crm.customer.share.wizard"
    _description = "Share Customers"

    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        required=True,
        domain="[('is_crm_customer', '=', True)]",
        default=lambda self: self.env.context.get("active_ids"),
    )
    user_ids = fields.Many2many("res.users", string="Colleagues", domain="[('share', '=', False), ('id', '!=', uid)]")
    department_ids = fields.Many2many("hr.department", string="Departments")
    access = fields.Selection(
        selection=lambda self: self.env["crm.customer.share"]._fields["access"]._description_selection(self.env),
        required=True,
        default="read",
    )
    date_to = fields.Date(string="Until", help="The last day of the share. Empty: until it is revoked.")
    reason = fields.Char()

    def action_share(self):
        """Make the shares, and tell the colleagues in one message each."""
        self.ensure_one()
        grantees = [
            *({"user_id": user.id} for user in self.user_ids),
            *({"department_id": department.id} for department in self.department_ids),
        ]
        if not grantees:
            raise UserError(self.env._("Choose the colleagues or departments with whom to share."))
        common = {"access": self.access, "date_to": self.date_to, "reason": self.reason}
        self.env["crm.customer.share"].create(
            [{"partner_id": customer.id, **grantee, **common} for customer in self.partner_ids for grantee in grantees]
        )
        for user in self.user_ids:
            self.partner_ids._crm_notify_shared(user, self.reason)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s customers shared.", count=len(self.partner_ids)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
