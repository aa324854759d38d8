from odoo import api, models

ONLINE_LOOKUP = "crm_suite.online_lookup"


class IapAutocompleteApi(models.AbstractModel):
    """Names and tax numbers of customers go to no online service that the administrator has not switched on."""

    _inherit = "iap.autocomplete.api"

    @api.model
    def _is_switched_on(self):
        # sudo: only this switch is read, whoever types the name
        return bool(self.env["ir.config_parameter"].sudo().get_param(ONLINE_LOOKUP))

    @api.model
    def _request_partner_autocomplete(self, action, params, timeout=15):
        if not self._is_switched_on():
            return False, False
        return super()._request_partner_autocomplete(action, params, timeout=timeout)
