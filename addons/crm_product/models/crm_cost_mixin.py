from odoo import api, models

SEE_COST = "crm_product.group_see_cost"
COMPUTING = object()  # no client can send it


class CrmCostMixin(models.AbstractModel):
    """Models with fields that only ``crm_product.group_see_cost`` sees, while the server goes on computing with them.

    The fields carry ``groups=SEE_COST``, so that the framework itself refuses them to everybody else: reading,
    domains, order, groups, exports, templates. What Odoo computes from them in the name of a warehouse worker or a
    salesperson runs on ``_crm_with_costs()``; record rules and access rights stay the user's.
    """

    _name = "crm.cost.mixin"
    _description = "Costs for Those Who May See Them"

    @api.model
    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) or (
            field.groups == SEE_COST and self.env.context.get("crm_costs") is COMPUTING
        )

    def _crm_with_costs(self):
        """The same records, for a computation that must read costs. Records it returns go ``with_env(self.env)``."""
        return self.with_context(crm_costs=COMPUTING)

    def copy_data(self, default=None):
        vals_list = super(CrmCostMixin, self._crm_with_costs()).copy_data(default)
        if self.env.su or self.env.user.has_group(SEE_COST):
            return vals_list
        closed = {field.name for field in self._fields.values() if field.groups == SEE_COST} - set(default or ())
        return [vals and {name: value for name, value in vals.items() if name not in closed} for vals in vals_list]

    @api.model
    def _crm_check_cost_values(self, vals_list):
        """Refuse costs among the values that a user gives, before a computation opens them.

        :raise AccessError: the user may not see costs
        """
        for name in {name for vals in vals_list for name in vals}:
            field = self._fields.get(name)
            if field and field.groups == SEE_COST:
                self._check_field_access(field, "write")
