from odoo import api, fields, models
from odoo.exceptions import ValidationError

FEEDBACK_DAYS = "crm_order_review.sample_feedback_days"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sample_feedback_days = fields.Integer(
        string="Days until Feedback on Samples", config_parameter=FEEDBACK_DAYS, default=14
    )

    @api.constrains("sample_feedback_days")
    def _check_sample_feedback_days(self):
        for settings in self:
            if settings.sample_feedback_days < 0:
                raise ValidationError(self.env._("The days until feedback on samples cannot be negative."))

    @api.model
    def _sample_feedback_days(self):
        """:return: after how many days feedback on samples is asked for, unless a request says otherwise"""
        # sudo: a setting that the requests of all users start with
        return int(self.env["ir.config_parameter"].sudo().get_param(FEEDBACK_DAYS, 14))
