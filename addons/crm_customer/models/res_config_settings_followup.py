from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    """Follow-ups and contacts; they hold for all companies."""

    _inherit = "res.config.settings"

    followup_edit_hours = fields.Integer(
        string="Hours to Change a Follow-up", config_parameter="crm_customer.followup_edit_hours", default=24
    )
    followup_new_days = fields.Integer(
        string="Days until a First Contact", config_parameter="crm_customer.followup_new_days", default=3
    )
    birthday_days = fields.Integer(
        string="Days before a Birthday", config_parameter="crm_customer.birthday_days", default=3
    )

    @api.constrains("followup_edit_hours", "followup_new_days", "birthday_days")
    def _check_followup(self):
        for settings in self:
            for fname in ("followup_edit_hours", "followup_new_days", "birthday_days"):
                if settings[fname] < 1:
                    raise ValidationError(
                        self.env._(
                            "%(field)s must be at least 1.", field=self._fields[fname]._description_string(self.env)
                        )
                    )
