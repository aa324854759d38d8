from odoo import api, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()  # the data scope depends on who works where
        return super().create(vals_list)

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _compute_current_version_id(self):
        before = {employee.id: employee.current_version_id for employee in self}
        result = super()._compute_current_version_id()
        if any(employee.current_version_id != before[employee.id] for employee in self):
            self.env.registry.clear_cache()
        return result
