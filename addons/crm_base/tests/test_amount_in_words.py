import random
import re
from decimal import Decimal

from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_base.tools.amount_in_words import english_words, rmb_capitals

# The examples of the People's Bank's rules first, then every place where a zero may stand.
CAPITALS = {
    "1409.50": "壹仟肆佰零玖元伍角整",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元叁角贰分",
    "107000.53": "壹拾万柒仟元伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "0": "零元整",
    "0.01": "壹分",
    "0.05": "伍分",
    "0.10": "壹角整",
    "0.56": "伍角陆分",
    "1": "壹元整",
    "1.01": "壹元零壹分",
    "1.10": "壹元壹角整",
    "10": "壹拾元整",
    "15.5": "壹拾伍元伍角整",
    "20": "贰拾元整",
    "100": "壹佰元整",
    "101": "壹佰零壹元整",
    "110": "壹佰壹拾元整",
    "1001": "壹仟零壹元整",
    "1010": "壹仟零壹拾元整",
    "1100": "壹仟壹佰元整",
    "10000": "壹万元整",
    "10001": "壹万零壹元整",
    "10010": "壹万零壹拾元整",
    "10100": "壹万零壹佰元整",
    "100000": "壹拾万元整",
    "100100": "壹拾万零壹佰元整",
    "1000000": "壹佰万元整",
    "1000001": "壹佰万零壹元整",
    "10000000": "壹仟万元整",
    "20000000.20": "贰仟万元贰角整",
    "100000000": "壹亿元整",
    "100000001": "壹亿零壹元整",
    "100000010.01": "壹亿零壹拾元零壹分",
    "100010000": "壹亿零壹万元整",
    "100010001": "壹亿零壹万零壹元整",
    "1000000000": "壹拾亿元整",
    "1000000000000": "壹万亿元整",
    "1000000010000": "壹万亿零壹万元整",
    "1000100000000": "壹万零壹亿元整",
    "123456789.12": "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元壹角贰分",
    "9999999999999999.99": "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    "0.005": "壹分",
    "0.004": "零元整",
    "-0.004": "零元整",
    "2.675": "贰元陆角捌分",
    "0.995": "壹元整",
    "-5.50": "负伍元伍角整",
    "-0.05": "负伍分",
}
DIGITS = {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
TENS = {"拾": 10, "佰": 100, "仟": 1000}


def read_capitals(words):
    """Read capitals back, by another way than they are written: each power multiplies what stands before it."""
    sign = -1 if words.startswith("负") else 1
    yuan, _mark, rest = words.removeprefix("负").rpartition("元")
    high = total = section = digit = 0
    for char in yuan:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in TENS:
            section, digit = section + digit * TENS[char], 0
        elif char == "万":
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        elif char == "亿":
            high, total, section, digit = (total + section + digit) * 100_000_000, 0, 0, 0
        else:
            raise AssertionError(f"{char} in {words}")
    amount = Decimal(high + total + section + digit)
    match = re.fullmatch(r"(?:(.)角)?零?(?:(.)分)?整?", rest)
    for group, value in ((1, "0.1"), (2, "0.01")):
        if match[group]:
            amount += DIGITS[match[group]] * Decimal(value)
    return sign * amount


@tagged("post_install", "-at_install")
class TestAmountInWords(TransactionCase):
    def test_capitals_table(self):
        for amount, words in CAPITALS.items():
            with self.subTest(amount=amount):
                self.assertEqual(rmb_capitals(Decimal(amount)), words)

    def test_capitals_round_trip(self):
        """Any amount reads back as itself, and the words keep the rules for zeros and completeness marks."""
        generator = random.Random(20260131)
        for _try in range(20_000):
            digits = generator.randint(1, 18)
            text = "".join(generator.choice("0000123456789") for _digit in range(digits))
            amount = Decimal(int(text)).scaleb(-2) * generator.choice((1, 1, 1, -1))
            words = rmb_capitals(amount)
            self.assertEqual(read_capitals(words), amount, words)
            self.assertNotRegex(words, "零零|零[拾佰仟万亿角分]|亿万|.零元", words)
            self.assertEqual(words.endswith("整"), not words.endswith("分"), words)

    def test_capitals_skipped_place_needs_zero(self):
        """Where the place right below a digit is empty and a lower one is not, a zero stands between them."""
        generator = random.Random(7)
        for _try in range(5_000):
            section = generator.randint(1, 9999)
            words = rmb_capitals(section).removesuffix("元整")
            text = str(section)
            gaps = len(re.findall(r"(?<=[1-9])0+(?=[1-9])", text))
            self.assertEqual(words.count("零"), gaps, f"{section} {words}")

    def test_capitals_limits(self):
        for amount in ("10000000000000000", "9999999999999999.995", "NaN", "Infinity", "-10000000000000000"):
            with self.subTest(amount=amount), self.assertRaises(ValueError):
                rmb_capitals(Decimal(amount))

    def test_english(self):
        for amount, decimals, words in (
            ("1234.56", 2, "SAY US DOLLARS ONE THOUSAND TWO HUNDRED AND THIRTY-FOUR AND CENTS FIFTY-SIX ONLY"),
            ("10000", 2, "SAY US DOLLARS TEN THOUSAND ONLY"),
            ("0.05", 2, "SAY US DOLLARS CENTS FIVE ONLY"),
            ("0", 2, "SAY US DOLLARS ZERO ONLY"),
            ("1.005", 2, "SAY US DOLLARS ONE AND CENTS ONE ONLY"),
            ("99.5", 0, "SAY US DOLLARS ONE HUNDRED ONLY"),
            ("-2.10", 2, "SAY US DOLLARS MINUS TWO AND CENTS TEN ONLY"),
            ("1000001", 2, "SAY US DOLLARS ONE MILLION AND ONE ONLY"),
        ):
            with self.subTest(amount=amount):
                self.assertEqual(english_words(Decimal(amount), "US dollars", decimals=decimals), words)

    def test_currency(self):
        cny, usd, jpy = self.env.ref("base.CNY"), self.env.ref("base.USD"), self.env.ref("base.JPY")
        self.assertEqual(cny._crm_amount_in_words(1234.5, "zh_CN"), "壹仟贰佰叁拾肆元伍角整")
        self.assertEqual(
            cny._crm_amount_in_words(2.675, "zh_CN"), "贰元陆角捌分", "the float as it is shown is rounded"
        )
        self.assertEqual(
            usd._crm_amount_in_words(Decimal("8.20"), "en_US"), "SAY US DOLLARS EIGHT AND CENTS TWENTY ONLY"
        )
        self.assertEqual(jpy._crm_amount_in_words(500, "en_US"), "SAY JAPANESE YEN FIVE HUNDRED ONLY")
        self.assertEqual(cny.with_context(lang="zh_CN")._crm_amount_in_words(3), "叁元整", "the context's language")
        self.assertTrue(usd._crm_amount_in_words(100.5, "zh_CN").endswith("壹佰元伍角整"))
        self.assertTrue(jpy._crm_amount_in_words(499.5, "zh_CN").endswith("伍佰元整"))
        unknown = self.env["res.currency"].create({"name": "XTS", "symbol": "x", "rounding": 0.01})
        self.assertEqual(unknown._crm_amount_in_words(7, "zh_CN"), "XTS柒元整")
        self.assertEqual(unknown._crm_amount_in_words(7, "en_US"), "SAY XTS SEVEN ONLY")
