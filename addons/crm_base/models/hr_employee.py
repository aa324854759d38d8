from odoo import api, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    @api.model_create_multi
    def create(self, vals_list):
        employees = super().create(vals_list)
        self.env.registry.clear_cache()  # the data scope depends on who works where
        return employees

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _compute_current_version_id(self):
        before = {employee.id: employee.current_version_id for employee in self}
        result = super()._compute_current_version_id()
        if any(employee.current_version_id != before[employee.id] for employee in self):
            self.env.registry.clear_cache()
        return result
