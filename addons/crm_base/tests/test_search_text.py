from odoo.tests import BaseCase, TransactionCase, tagged

from ..tools.company_name import normalize_company_name
from ..tools.search_text import (
    INITIALS_MARK,
    SEARCH_FUNCTIONS,
    initials,
    normalize,
    part_grams,
    pinyin,
    query_parts,
    search_text,
)

NAME = "上海精密机械（集团）有限公司"


def matches(text, parts):
    """The plain rule that the database's index must agree with: whether a search text contains all parts."""
    return all(matches_part(text, part) for part in parts)


def matches_part(text, part):
    if len(part) > (2 if part.isascii() else 1):
        return part in text
    # too short to look for anywhere: the start of a word or, two letters, anywhere among initials
    return any(
        word.removeprefix(INITIALS_MARK).startswith(part)
        or (len(part) == 2 and word.startswith(INITIALS_MARK) and part in word)
        for word in text.split()
    )


class TestSearchText(BaseCase):
    def test_normalize(self):
        self.assertEqual(normalize("ＡＢＣ　１２３"), ["abc", "123"])
        self.assertEqual(normalize("東莞（塘廈）"), ["东莞塘厦"])
        self.assertEqual(normalize("Société Générale, S.A."), ["societe", "generale", "sa"])
        self.assertEqual(normalize("C-2024/001"), ["c2024", "001"])
        self.assertEqual(normalize(False), [])
        self.assertEqual(normalize("--- 。"), [])

    def test_readings_by_phrase(self):
        for word, reading in {
            "重庆": "chongqing",
            "厦门": "xiamen",
            "银行": "yinhang",
            "长安": "changan",
            "音乐": "yinyue",
            "吕布": "lvbu",
        }.items():
            self.assertEqual("".join(pinyin(word)), reading)
        self.assertEqual(initials("厦门abc机械"), "xmabcjx")

    def test_found_by(self):
        text = search_text([NAME, "王小明"], ["C2024-0001", "138 1234 5678", "wang@example.com"])
        for typed in (
            "精密", "上海精密", "机", "精", "shjm", "jmjx", "jx", "SHJM", "jingmi", "shanghaij", "王小", "wxm", "王",
            "c2024", "0001", "5678", "1381", "138-1234", "１３８１", "精密 wang", "精密wxm", "example.com", "上海 机械",
            "精密機械", "(集团)",
        ):  # fmt: skip
            parts = query_parts(typed)
            # a single character starts a word
            expected = typed not in ("机", "精")
            self.assertEqual(matches(text, parts), expected, typed)
        self.assertTrue(matches(search_text(["Alfreds Futterkiste"]), query_parts("AF")))
        for typed in ("密精", "jmsh", "9999", "李", "上海 广州", "密械"):
            self.assertFalse(matches(text, query_parts(typed)), typed)

    def test_company_name(self):
        core = normalize_company_name("上海精密机械有限公司")
        for name in (
            "上海精密机械股份有限公司",
            "（上海）精密機械　有限公司",
            "上海 精密机械 有限责任公司",
            "上海精密机械集团",
        ):
            self.assertEqual(normalize_company_name(name), core, name)
        for name in ("ACME Co., Ltd.", "Acme Limited", "ACME  Inc", "acme co.ltd"):
            self.assertEqual(normalize_company_name(name), "acme", name)
        self.assertNotEqual(normalize_company_name("上海精密仪器有限公司"), core)
        self.assertEqual(normalize_company_name("有限公司"), "有限公司")
        self.assertEqual(normalize_company_name(""), "")


@tagged("post_install", "-at_install")
class TestSearchGrams(TransactionCase):
    def test_the_database_finds_what_matches(self):
        """Its index never misses what the plain rule finds."""
        self.env.cr.execute(SEARCH_FUNCTIONS)
        text = search_text([NAME, "王小明", "Alfreds Futterkiste"], ["C2024-0001", "13812345678"])
        typed = {text[i : i + size] for size in range(1, 8) for i in range(len(text) - size)}
        for part in {part for some in typed for part in query_parts(some)}:
            if not matches(text, [part]):
                continue
            self.env.cr.execute(
                "SELECT crm_search_grams(%s) @> array_agg(hashtext(gram)) FROM unnest(%s) gram",
                (text, part_grams(part)),
            )
            self.assertTrue(self.env.cr.fetchone()[0], part)
