from odoo import api, models


class ResCountryState(models.Model):
    _inherit = "res.country.state"

    @api.depends("country_id")
    @api.depends_context("company")
    def _compute_display_name(self):
        """A province of the company's own country needs no country behind its name."""
        result = super()._compute_display_name()
        for state in self:
            if state.country_id == self.env.company.partner_id.country_id:  # the company's own is computed
                state.display_name = state.name
        return result
