from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    """Activity grades and churn warnings; they hold for all companies, as a customer is one for all of them."""

    _inherit = "res.config.settings"

    activity_window = fields.Integer(
        string="Window of the Activity Grade", config_parameter="crm_customer.activity_window", default=365
    )
    activity_a = fields.Integer(string="Orders for A", config_parameter="crm_customer.activity_a", default=12)
    activity_b = fields.Integer(string="Orders for B", config_parameter="crm_customer.activity_b", default=6)
    activity_c = fields.Integer(string="Orders for C", config_parameter="crm_customer.activity_c", default=3)
    activity_d = fields.Integer(string="Orders for D", config_parameter="crm_customer.activity_d", default=1)

    churn_enabled = fields.Boolean(
        string="Churn Warning", compute="_compute_churn_enabled", inverse="_inverse_churn_enabled"
    )
    churn_window = fields.Integer(string="Days Foreseen", config_parameter="crm_customer.churn_window", default=90)
    churn_attention = fields.Integer(
        string="Attention below", config_parameter="crm_customer.churn_attention", default=70
    )
    churn_high = fields.Integer(string="High below", config_parameter="crm_customer.churn_high", default=45)
    churn_critical = fields.Integer(string="Critical below", config_parameter="crm_customer.churn_critical", default=20)
    churn_min_orders = fields.Integer(
        string="Order Days at Least", config_parameter="crm_customer.churn_min_orders", default=3
    )
    churn_lost_days = fields.Integer(string="Lost after", config_parameter="crm_customer.churn_lost_days", default=180)
    churn_oldest_days = fields.Integer(
        string="Last Order within", config_parameter="crm_customer.churn_oldest_days", default=730
    )
    churn_per_owner = fields.Integer(
        string="New Warnings a Night", config_parameter="crm_customer.churn_per_owner", default=10
    )

    def _compute_churn_enabled(self):
        self.churn_enabled = self.env.ref("crm_customer.ir_cron_churn").active

    def _inverse_churn_enabled(self):
        for settings in self:
            self.env.ref("crm_customer.ir_cron_churn").active = settings.churn_enabled

    @api.model
    def _crm_setting(self, fname):
        """The number that a setting holds, or its default."""
        field = self._fields[fname]
        # sudo: whoever computes by the settings may know them
        return int(self.env["ir.config_parameter"].sudo().get_param(field.config_parameter) or field.default(self))

    @api.constrains("activity_window", "activity_a", "activity_b", "activity_c", "activity_d")
    def _check_activity(self):
        for settings in self:
            bounds = [settings.activity_a, settings.activity_b, settings.activity_c, settings.activity_d]
            if bounds != sorted(set(bounds), reverse=True) or bounds[-1] < 1:
                raise ValidationError(
                    self.env._(
                        "Activity grades: A must want more orders than B, B more than C, C more than D, D at least 1."
                    )
                )
            if settings.activity_window < 1:
                raise ValidationError(self.env._("Activity grades: the window must be at least 1 day."))

    @api.constrains(
        "churn_window",
        "churn_attention",
        "churn_high",
        "churn_critical",
        "churn_min_orders",
        "churn_lost_days",
        "churn_oldest_days",
        "churn_per_owner",
    )
    def _check_churn(self):
        for settings in self:
            if not 100 > settings.churn_attention > settings.churn_high > settings.churn_critical > 0:
                raise ValidationError(
                    self.env._(
                        "Churn warning: the percentages must fall from Attention over High to Critical, "
                        "between 100 and 0."
                    )
                )
            if settings.churn_min_orders < 2:
                raise ValidationError(
                    self.env._("Churn warning: a rhythm takes at least 2 days with orders. Enter 2 or more.")
                )
            days = (
                settings.churn_window,
                settings.churn_lost_days,
                settings.churn_oldest_days,
                settings.churn_per_owner,
            )
            if min(days) < 1:
                raise ValidationError(self.env._("Churn warning: days and numbers must be at least 1."))
