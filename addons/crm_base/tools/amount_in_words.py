"""Amounts in words for contracts, receipts and vouchers. Plain Python, no database.

The Chinese form follows the rules for filling in bills and settlement vouchers (annex 1 of the Payment and Settlement
Measures of the People's Bank of China): capital digits, one zero for a run of zeros between digits, a mark of
completeness after yuan and jiao but not after fen.
"""
# Chinese data: the capital numerals are the result itself, no labels to translate.

from decimal import ROUND_HALF_UP, Decimal

import cn2an
from num2words import num2words

LIMIT = Decimal(10) ** 16
ZERO, YUAN, JIAO, FEN, WHOLE, MINUS = "零元角分整负"


def rmb_capitals(amount):
    """Write an amount in Chinese capitals (renminbi).

    >>> rmb_capitals(Decimal("1409.50"))
    '壹仟肆佰零玖元伍角整'
    >>> rmb_capitals(Decimal("325.04"))
    '叁佰贰拾伍元零肆分'

    :param amount: Decimal (or int, or str), in yuan; more than two decimals are rounded half up to the fen
    :raise ValueError: the amount is not finite, or 10^16 or larger
    """
    sign, yuan, cents = _split(amount, 2)
    jiao, fen = divmod(cents, 10)
    words = _capitals(yuan) + YUAN if yuan or not cents else ""
    if jiao:
        words += _capitals(jiao) + JIAO
    elif fen and yuan:
        words += ZERO
    words += _capitals(fen) + FEN if fen else WHOLE
    return (MINUS if sign else "") + words


def english_words(amount, currency_name, subunit_name="cents", decimals=2):
    """Write an amount as English contracts do.

    >>> english_words(Decimal("1234.56"), "US dollars")
    'SAY US DOLLARS ONE THOUSAND TWO HUNDRED AND THIRTY-FOUR AND CENTS FIFTY-SIX ONLY'

    :param amount: Decimal (or int, or str); rounded half up to `decimals`
    :param currency_name: the currency's name in the plural
    :param subunit_name: the name of its part in the plural
    :param decimals: how many digits the part has
    :raise ValueError: the amount is not finite, or 10^16 or larger
    """
    sign, whole, part = _split(amount, decimals)
    words = ["SAY", currency_name, "MINUS" if sign else "", _english(whole) if whole or not part else ""]
    if part:
        words += ["AND" if whole else "", subunit_name, _english(part)]
    return " ".join(filter(None, [*words, "ONLY"])).upper()


def _split(amount, decimals):
    """Return (is negative, whole units, parts) of the rounded amount."""
    amount = Decimal(amount)
    if not amount.is_finite() or abs(amount) >= LIMIT:
        raise ValueError(f"Amounts in words go up to 10^16, not {amount}")
    rounded = amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if abs(rounded) >= LIMIT:
        raise ValueError(f"Amounts in words go up to 10^16, not {amount}")
    whole, part = divmod(int(abs(rounded).scaleb(decimals)), 10**decimals)
    return rounded < 0, whole, part


def _capitals(number):
    return cn2an.an2cn(str(number), "up")


def _english(number):
    return num2words(number, lang="en").replace(",", "")
