from odoo import api, models
from odoo.tools import SQL


class CrmCustomerScopeMixin(models.AbstractModel):
    """What hangs on a customer: seen by its own owner's scope, and by whoever sees the customer.

    Whom the customer is shared with for reading only changes nothing of it and adds nothing to it.

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
        """Nobody makes documents of a customer whom he does not see, or only may read.

        :raise AccessError: the customer is outside the user's data scope
        """
        if not self._crm_scope_partner or self.env.su:
            return
        partners = self[self._crm_scope_partner]
        partners.check_access("read")
        # not check_access("write"): roles that do not write customers have documents of them
        if read_only := partners.filtered(lambda partner: not partner.crm_in_write_scope):
            raise partners._crm_make_read_only_error(read_only[:1].sudo())  # sudo: its name, it may be read

    @api.model
    def _crm_make_read_only_error(self, record):
        return super()._crm_make_read_only_error(record[self._crm_scope_customer] or record)

    @api.model
    def _crm_scope_depends(self):
        customer = self._crm_scope_customer
        return [
            *super()._crm_scope_depends(),
            self._crm_scope_customer_owner,
            f"{customer}.crm_assistant_ids",
            *(f"{customer}.share_ids.{fname}" for fname in ("access", "active", "date_to")),
        ]

    @api.model
    def _crm_scope_grants(self):
        owner_ids = self.env["res.users"].browse(self.env.uid)._crm_scope_owner_ids() or ()
        return [
            *super()._crm_scope_grants(),
            [(self._crm_scope_customer_owner, "in", owner_ids)],
            self._crm_scope_subquery(self._crm_scope_customer, self._crm_assisted_sql()),
            *self.env["crm.customer.share"]._grants(self._crm_scope_customer, "edit"),
        ]

    @api.model
    def _crm_assisted_sql(self):
        """:return: ``odoo.tools.SQL`` selecting the ids of the customers whose assistant the user is"""
        return SQL("SELECT partner_id FROM res_partner_crm_assistant_rel WHERE user_id = %s", self.env.uid)

    @api.model
    def _crm_scope_read_grants(self):
        shared = self.env["crm.customer.share"]._grants(self._crm_scope_customer, "read")
        return [*super()._crm_scope_read_grants(), *shared]
