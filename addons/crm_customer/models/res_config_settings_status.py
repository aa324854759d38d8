from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    """When customers become inactive; it holds for all companies, as a customer is one for all of them."""

    _inherit = "res.config.settings"

    inactive_days = fields.Integer(string="Inactive after", config_parameter="crm_customer.inactive_days", default=365)
    inactive_warning_days = fields.Integer(
        string="Warning before", config_parameter="crm_customer.inactive_warning_days", default=15
    )

    @api.constrains("inactive_days", "inactive_warning_days")
    def _check_inactive(self):
        for settings in self:
            if settings.inactive_days < 0 or not 0 <= settings.inactive_warning_days <= settings.inactive_days:
                raise ValidationError(
                    self.env._("Inactive customers: enter days of 0 or more, and a warning of no more days than these.")
                )
