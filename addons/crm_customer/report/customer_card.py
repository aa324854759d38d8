from odoo import fields, models
from odoo.tools import format_date

CONTACTS, FOLLOWUPS, YEARS = 8, 6, 6  # so many fit on one page with the rest


class ResPartner(models.Model):
    """What the customer card tells beside the customer's own fields, as far as its reader sees it."""

    _inherit = "res.partner"

    def _crm_card_text(self, fname):
        """The value of a field as a user reads it."""
        self.ensure_one()
        field, value = self._fields[fname], self[fname]
        match field.type:
            case "many2one":
                return value.sudo().display_name  # sudo: as in any list, the name only
            case "selection":
                return dict(field._description_selection(self.env)).get(value, value)
            case "datetime":
                return format_date(self.env, fields.Datetime.context_timestamp(self, value).date())
        return value

    def _crm_card_contacts(self):
        self.ensure_one()
        contacts = self.child_ids.filtered(lambda contact: not contact.is_company)
        return contacts.sorted(lambda contact: (not contact.is_primary_contact, contact.id))[:CONTACTS]

    def _crm_card_followups(self):
        self.ensure_one()
        return self.env["crm.followup"].search([("partner_id", "=", self.id)], order="date desc", limit=FOLLOWUPS)

    def _crm_card_years(self):
        """Confirmed orders by year and currency, the latest first.

        :return: list of (year, currency, number of orders, amount in the currency)
        """
        self.ensure_one()
        Order = self.env["sale.order"]
        if not Order.has_access("read"):
            return []
        rows = Order._read_group(
            [("crm_customer_id", "=", self.id), ("state", "=", "sale")],
            ["date_order:year", "currency_id"],
            ["__count", "amount_total:sum"],
            order="date_order:year desc",
            limit=YEARS,
        )
        return [(year.year, currency, count, amount) for year, currency, count, amount in rows]
