from odoo import models

TRADE_FACTS = (
    "crm_port_loading",
    "crm_port_discharge",
    "crm_destination_country_id",
    "crm_origin_country_id",
    "crm_lc_number",
)
TRADE_NOTES = ("crm_marks", "crm_insurance_terms", "crm_lc_terms")


class SaleOrder(models.Model):
    """The order of a customer abroad says how the goods travel."""

    _inherit = "sale.order"

    def _crm_print_facts(self):
        return super()._crm_print_facts() + self._crm_trade_texts(TRADE_FACTS)

    def _crm_print_notes(self):
        return super()._crm_print_notes() + self._crm_trade_texts(TRADE_NOTES)

    def _crm_sheet_facts(self):
        facts = super()._crm_sheet_facts()
        names = TRADE_FACTS if self.crm_order_type_id.is_overseas else ()
        labels = [(self._fields[name]._description_string(self.env), self._crm_sheet_text(name)) for name in names]
        return facts + [(label, text) for label, text in labels if text]

    def _crm_trade_texts(self, names):
        """:return: (label, text) of fields of an overseas order, in the languages of the print"""
        if not self.crm_order_type_id.is_overseas:
            return []
        return [
            (
                self._crm_in_languages(lambda order, name=name: order._fields[name]._description_string(order.env)),
                self._crm_in_languages(lambda order, name=name: order._crm_sheet_text(name)),
            )
            for name in names
        ]


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _crm_print_name(self, lang):
        if lang == "en_US" and self.crm_export_name:
            return " ".join(filter(None, [self.default_code and f"[{self.default_code}]", self.crm_export_name]))
        return super()._crm_print_name(lang)
