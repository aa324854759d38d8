from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    crm_daily_report = fields.Boolean(
        string="Hands in Daily Reports",
        compute="_compute_crm_daily_report",
        store=True,
        readonly=False,
        help="A daily report of this user is begun every working day, and his manager sees whether it is handed in.",
    )

    @api.depends("group_ids")
    def _compute_crm_daily_report(self):
        for user in self:
            user.crm_daily_report = user.has_group("crm_base.group_salesperson") and not user.has_group(
                "crm_base.group_general_manager"
            )
