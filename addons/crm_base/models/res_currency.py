from decimal import Decimal

from odoo import models

from ..tools.amount_in_words import english_words, rmb_capitals

# How trade documents name these currencies and their parts; any other is called by its own name in Odoo.
ENGLISH_NAMES = {
    "AUD": ("Australian Dollars", "Cents"),
    "CAD": ("Canadian Dollars", "Cents"),
    "CHF": ("Swiss Francs", "Centimes"),
    "CNY": ("Renminbi Yuan", "Fen"),
    "EUR": ("Euros", "Cents"),
    "GBP": ("Pounds Sterling", "Pence"),
    "HKD": ("Hong Kong Dollars", "Cents"),
    "JPY": ("Japanese Yen", "Sen"),
    "SGD": ("Singapore Dollars", "Cents"),
    "USD": ("US Dollars", "Cents"),
}


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _crm_amount_in_words(self, amount, lang=None):
        """Write an amount of this currency in words, as contracts and receipts need it.

        Renminbi in Chinese: capitals by the accounting rules. English: "SAY US DOLLARS … ONLY". Any other pair: Odoo's
        own words in that language.

        :param amount: Decimal or float, in this currency; rounded half up to its decimals
        :param lang: language code, by default the one of the context
        """
        self.ensure_one()
        lang = lang or self.env.lang or "en_US"
        exact = amount if isinstance(amount, Decimal) else Decimal(str(amount))
        if lang.startswith("zh") and self.name == "CNY":
            return rmb_capitals(exact)
        if lang.startswith("en"):
            currency = self.with_context(lang="en_US")
            names = ENGLISH_NAMES.get(self.name) or (
                currency.full_name or self.name,
                currency.currency_subunit_label or "",
            )
            return english_words(exact, *names, decimals=self.decimal_places)
        return self.with_context(lang=lang).amount_to_text(float(exact))
