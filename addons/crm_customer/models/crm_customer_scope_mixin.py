from odoo import api, models
from odoo.tools import SQL


class CrmCustomerScopeMixin(models.AbstractModel):
    """What hangs on a customer: seen by its own owner's scope, and by whoever sees the customer.

    The model stores the customer and the customer's salesperson, both indexed, and has the global record rule of
    ``crm.scope.mixin``.
    """

    _name = "crm.customer.scope.mixin"
    _inherit = ["crm.scope.mixin"]
    _description = "Data Scope of What Hangs on a Customer"

    _crm_scope_customer = "crm_customer_id"
    _crm_scope_customer_owner = "customer_user_id"
    # the field by which a user names the customer or contact, if it is his to name
    _crm_scope_partner = None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._crm_check_partner()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._crm_scope_partner in vals:
            self._crm_check_partner()
        return result

    def _crm_check_partner(self):
        """Nobody makes documents of a customer whom he does not see.

        :raise AccessError: the customer is outside the user's data scope
        """
        if self._crm_scope_partner:
            self[self._crm_scope_partner].check_access("read")

    @api.model
    def _crm_scope_depends(self):
        return [
            *super()._crm_scope_depends(),
            self._crm_scope_customer_owner,
            f"{self._crm_scope_customer}.crm_assistant_ids",
        ]

    @api.model
    def _crm_scope_grants(self):
        owner_ids = self.env["res.users"].browse(self.env.uid)._crm_scope_owner_ids() or ()
        assisted = SQL("SELECT partner_id FROM res_partner_crm_assistant_rel WHERE user_id = %s", self.env.uid)
        return [
            *super()._crm_scope_grants(),
            [(self._crm_scope_customer_owner, "in", owner_ids)],
            self._crm_scope_subquery(self._crm_scope_customer, assisted),
        ]
