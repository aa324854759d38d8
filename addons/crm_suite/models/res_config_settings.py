from odoo import fields, models

from .iap_autocomplete_api import ONLINE_LOOKUP


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    crm_online_lookup = fields.Boolean(
        string="Online Company Look-up",
        config_parameter=ONLINE_LOOKUP,
        help="Typed company names and tax numbers are sent to Odoo's online service, which completes them. "
        "It needs credits.",
    )
    crm_demo_company_offered = fields.Boolean(
        compute="_compute_crm_demo_company_offered", export_string_translation=False
    )

    def _compute_crm_demo_company_offered(self):
        demo_company = self.env["crm.demo.company"]
        self.crm_demo_company_offered = not demo_company._is_loaded() and not demo_company._has_customers()

    def action_load_crm_demo_company(self):
        self.env["crm.demo.company"].load_company()
        return {"type": "ir.actions.client", "tag": "reload"}
