from odoo import api, models


class ResCountryState(models.Model):
    _inherit = "res.country.state"

    @api.depends("country_id")
    @api.depends_context("company")
    def _compute_display_name(self):
        """A province of the company's own country needs no country behind its name."""
        # the company's own country is computed; and of its partner nothing else is read
        own = self.env.company.partner_id.with_context(prefetch_fields=False).country_id
        domestic = self.filtered(lambda state: state.country_id == own)
        for state in domestic:
            state.display_name = state.name
        return super(ResCountryState, self - domestic)._compute_display_name()
