from decimal import ROUND_HALF_UP, Decimal

from odoo import models
from odoo.tools.translate import LazyTranslate

from ..tools.amount_in_words import english_words, rmb_capitals

_lt = LazyTranslate(__name__)

# How trade documents name these currencies and, in English, their parts. Others go by their ISO code.
TRADE_NAMES = {
    "AUD": (_lt("Australian Dollars"), "cents"),
    "CAD": (_lt("Canadian Dollars"), "cents"),
    "CHF": (_lt("Swiss Francs"), "centimes"),
    "CNY": (_lt("Renminbi Yuan"), "fen"),
    "EUR": (_lt("Euros"), "cents"),
    "GBP": (_lt("Pounds Sterling"), "pence"),
    "HKD": (_lt("Hong Kong Dollars"), "cents"),
    "JPY": (_lt("Japanese Yen"), ""),
    "SGD": (_lt("Singapore Dollars"), "cents"),
    "USD": (_lt("US Dollars"), "cents"),
}


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _crm_amount_in_words(self, amount, lang=None):
        """Write an amount of this currency in words, as contracts and receipts need it.

        Chinese: capitals by the accounting rules, after the currency's name unless it is the renminbi. English: "SAY US
        DOLLARS … ONLY". Any other language, and Chinese where a currency has more than two decimals: Odoo's own words.

        :param amount: Decimal or float, in this currency; rounded half up to its decimals
        :param lang: language code, by default the one of the context
        :raise ValueError: the amount is not finite, or 10^16 or larger
        """
        self.ensure_one()
        currency = self.with_context(lang=lang or self.env.lang or "en_US")
        lang = currency.env.lang
        exact = amount if isinstance(amount, Decimal) else Decimal(str(amount))
        name, part = TRADE_NAMES.get(self.name) or (self.name, self.with_context(lang="en_US").currency_subunit_label)
        if lang.startswith("zh") and self.decimal_places <= 2:
            words = rmb_capitals(exact.quantize(Decimal(1).scaleb(-self.decimal_places), ROUND_HALF_UP))
            return words if self.name == "CNY" else f"{currency._crm_trade_name(name)}{words}"
        if lang.startswith("en"):
            return english_words(exact, currency._crm_trade_name(name), part or "", self.decimal_places)
        return currency.amount_to_text(float(exact))

    def _crm_trade_name(self, name):
        return name if isinstance(name, str) else self.env._(name)
