from odoo import fields, models
from odoo.exceptions import UserError


class CrmCustomerRelease(models.TransientModel):
    """A salesperson, or who manages him, gives customers back into a public pool."""

    _name = "crm.customer.release"
    _description = "Release Customers to a Pool"

    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        required=True,
        domain="[('is_crm_customer', '=', True), ('user_id', '!=', False)]",
        default=lambda self: self.env.context.get("active_ids"),
    )
    pool_id = fields.Many2one(
        "crm.customer.pool",
        string="Public Pool",
        required=True,
        domain="[('is_open', '=', True)]",
        default=lambda self: self.env["crm.customer.pool"].search([("is_member", "=", True)], limit=1),
    )
    reason = fields.Char(required=True)

    def action_release(self):
        """Release the customers; the user then sees them in the pool only.

        :raise UserError: one of them is nobody's already
        """
        self.ensure_one()
        if ownerless := self.partner_ids.filtered(lambda customer: not customer.user_id):
            raise UserError(
                self.env._(
                    "%(customer)s has no salesperson who could release it. Leave it out.",
                    customer=ownerless[0].name,
                )
            )
        count = len(self.partner_ids)
        self.partner_ids._crm_release(self.pool_id, self.reason)
        customers = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.res_partner_action_customers")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s customers released to %(pool)s.", count=count, pool=self.pool_id.name),
                # not back to the customer, whom the user may not see any more
                "next": {**customers, "target": "main"},
            },
        }
