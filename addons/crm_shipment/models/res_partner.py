from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _export_lines(self):
        """Name and address as export documents write them, line by line."""
        self.ensure_one()
        partner = self.with_context(lang="en_US")
        company = partner.commercial_partner_id
        town = " ".join(filter(None, [partner.zip, partner.city, partner.state_id.name]))
        place = ", ".join(filter(None, [town, partner.country_id.name]))
        person = partner._crm_name_in("en_US") if partner != company else ""
        return [
            text
            for text in (
                company.english_name or company.name,
                person and f"Attn: {person}",
                ", ".join(filter(None, [partner.street, partner.street2])),
                place,
                partner.phone and f"Tel: {partner.phone}",
            )
            if text
        ]
