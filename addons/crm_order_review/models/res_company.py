from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    crm_application_required = fields.Boolean(
        string="Orders by Application Only",
        help="Orders are confirmed as sales applications with an order type, never straight from a quotation.",
    )
    crm_quotation_review = fields.Selection(
        [
            ("none", "Never"),
            ("below_floor", "Below the Floor Price"),
            ("all", "Always"),
        ],
        string="Quotations Reviewed",
        default="below_floor",
        required=True,
    )
    crm_order_top = fields.Integer(string="Top Orders and Customers", default=6)

    crm_english_address = fields.Text(
        string="English Address", help="On quotations and documents in English, line by line."
    )

    _crm_order_top_positive = models.Constraint(
        "CHECK (crm_order_top BETWEEN 1 AND 50)", "Show from 1 to 50 orders and customers."
    )

    # PRINT
    def _crm_letterhead(self, languages):
        """Our head on paper.

        :param languages: codes of the languages of the document
        :return: (our names, lines below them)
        """
        self.ensure_one()
        partner, first = self.partner_id, languages[0]
        names = dict.fromkeys(partner._crm_name_in(code) for code in languages)
        addresses = dict.fromkeys(self._crm_address_in(code) for code in languages)
        company = self.with_context(lang=first)
        reach = [
            partner.phone and company.env._("Tel: %(phone)s", phone=partner.phone),
            partner.email and company.env._("E-mail: %(email)s", email=partner.email),
            partner.website,
        ]
        return list(names), [*filter(None, addresses), "   ".join(filter(None, reach))]

    def _crm_address_in(self, lang):
        """Our address in one line."""
        partner = self.partner_id
        if lang != "zh_CN" and self.crm_english_address:
            return ", ".join(line.strip(" ,") for line in self.crm_english_address.splitlines() if line.strip())
        if lang == "zh_CN":
            state = partner.state_id.with_context(lang=lang).name or ""
            parts = [state if state != partner.city else "", partner.city, partner.street, partner.street2]
            return "".join(filter(None, parts)) + (f" {partner.zip}" if partner.zip else "")
        country = partner.country_id.with_context(lang=lang).name
        return ", ".join(filter(None, [partner.street, partner.street2, partner.city, partner.zip, country]))
