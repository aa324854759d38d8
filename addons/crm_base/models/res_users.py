from odoo import api, fields, models, tools

from .res_groups import CRM_SCOPES


class ResUsers(models.Model):
    _inherit = "res.users"

    crm_scope = fields.Selection(
        CRM_SCOPES,
        string="Own Data Scope",
        help="Whose records this user sees. Empty: as his roles say.",
    )
    has_initial_password = fields.Boolean(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Whether the user still has the password that a new database comes with.",
    )
    crm_effective_scope = fields.Selection(
        CRM_SCOPES,
        string="Data Scope",
        compute="_compute_crm_effective_scope",
        help="The data scope in force: the user's own one, else the widest of his roles.",
    )

    def _compute_display_name(self):
        # a list shows the names of many users: only these are read, not whole users and their whole partners
        users = self._origin.sudo()  # as the name is computed
        users.fetch(["partner_id"])
        users.partner_id.fetch(["name"])
        return super()._compute_display_name()

    @api.depends("crm_scope", "group_ids.crm_scope")
    def _compute_crm_effective_scope(self):
        for user in self:
            user.crm_effective_scope = user.crm_scope or self.env["res.groups"]._crm_widest_scope(
                user.all_group_ids.mapped("crm_scope")
            )

    @tools.ormcache("self.id")
    def _crm_scope_owner_ids(self):
        """Whose records this user sees by his data scope.

        Departments are those the user works in or heads. People who left (archived employees) still
        count, so that their records stay visible to their department.

        :return: ``None`` if the scope is everything, else a tuple of ``res.users`` ids with the user's own id
        """
        self.ensure_one()
        user = self.sudo()  # scope settings and employees decide on access, the reader need not see them
        scope = user.crm_effective_scope
        if scope == "all":
            return None
        if scope == "own":
            return (self.id,)
        Employee = user.env["hr.employee"].with_context(active_test=False)
        departments = Employee.search([("user_id", "=", self.id)]).current_version_id.department_id
        departments |= user.env["hr.department"].search([("manager_id.user_id", "=", self.id)])
        if not departments:
            return (self.id,)
        operator = "child_of" if scope == "department_below" else "in"
        employees = Employee.search(
            [("user_id", "!=", False), ("current_version_id.department_id", operator, departments.ids)]
        )
        return tuple(sorted({self.id, *employees.user_id.ids}))

    def _set_password(self):
        result = super()._set_password()
        # users set their own password too, but read nothing of the flag
        self.sudo().has_initial_password = False
        return result

    def write(self, vals):
        result = super().write(vals)
        if "crm_scope" in vals or "group_ids" in vals:
            self.env.registry.clear_cache()
        return result
