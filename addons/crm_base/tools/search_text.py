"""How a record is found by what people type: part of a name, pinyin, initials, code, phone or e-mail.

A record's *search text* is one line of words in normal form. A word made of initials starts with ``~``. The
database cuts the same text into grams (see ``SEARCH_FUNCTIONS``) and finds a typed part by the grams it
must contain; nothing here needs an extension of PostgreSQL.
"""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

INITIALS_MARK = "~"

_to_simplified = OpenCC("t2s").convert
_BREAKS = re.compile(r"[\s,;:/|\\&+\u3001\uff0c\uff1b\uff1a\u00b7]+")
_NOISE = re.compile(r"[\W_]+")
_PARTS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
_NUMBER = re.compile(r"[\d\s()+-]*\d[\d\s()+-]*", re.ASCII)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def normalize_width(text):
    """Full-width letters, digits and signs made half-width (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", text)


def normalize(text):
    """Words of ``text`` in the form in which they are stored and looked for.

    Full-width becomes half-width (NFKC), traditional becomes simplified, letters become small, accents of
    Latin letters and all punctuation go; a separator such as a comma or a slash ends a word.

    :param text: anything typed or stored, may be ``False``
    :return: list of words without blanks
    """
    if not text:
        return []
    text = normalize_width(text).lower()
    if not text.isascii():
        text = _to_simplified(text)
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return [word for part in _BREAKS.split(text) if (word := _NOISE.sub("", part))]


@lru_cache(maxsize=4096)
def pinyin(word):
    """Pinyin of a word, tones left out, characters with several readings read as in known phrases.

    :param word: a word in normal form
    :return: tuple of syllables; Latin letters and digits stay together as one syllable
    """
    return tuple(lazy_pinyin(word, style=Style.NORMAL, errors="default"))


def initials(word):
    """First letters of a word's pinyin: one letter a character, Latin letters and digits whole."""
    return "".join(syllable if len(syllable) > 1 and syllable in word else syllable[:1] for syllable in pinyin(word))


def search_text(names=(), codes=()):
    """The search text of a record.

    :param names: names that are found by part, by pinyin and by initials
    :param codes: codes, phone numbers, e-mail addresses: found by part
    :return: one line of words
    """
    words = {}  # an ordered set
    for name in names:
        parts = normalize(name)
        if len(parts) > 1:
            words[
                INITIALS_MARK + "".join(initials(word)[:1] if word.isascii() else initials(word) for word in parts)
            ] = True
        for word in parts:
            words[word] = True
            if _NOT_ASCII.search(word):
                words["".join(pinyin(word))] = True
                words[INITIALS_MARK + initials(word)] = True
    for code in codes:
        words["".join(normalize(code))] = True
    return " ".join(words)


def query_parts(text):
    """What must all be contained in a search text, for something typed.

    :return: list of parts, each of one script (Chinese and Latin letters in one word are two parts); a phone
        number written in groups is one part
    """
    if text and _NUMBER.fullmatch(text):
        return ["".join(normalize(text))]
    return [part for word in normalize(text) for part in _PARTS.findall(word)]


def part_grams(part):
    """The grams by which a typed part is looked up: few, long, side by side, so that the planner of the database can
    tell from their frequencies how much will be found.

    :param part: one of ``query_parts``
    """
    sizes = (2, 3, 4) if not part.isascii() else (3, 6) if part.isalpha() else (3,)
    least, most = sizes[0], sizes[-1]
    if len(part) < least:
        return ["^" + part]
    grams, rest = [], part
    while len(rest) >= least:
        grams.append(rest[: max(size for size in sizes if size <= len(rest))])
        rest = rest[len(grams[-1]) :]
    # beside a long gram a short one at its side would tell nothing new
    return grams + [part[-least:]] if rest and len(grams[0]) < max(most, 4) else grams


# A gram is stored as its hash: short, and quick to compare. Non-ASCII text is cut in twos, threes and fours, letters in
# threes and sixes, digits in threes; "^" marks a short part that a word starts with (or, of two letters, that initials
# contain).
SEARCH_FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION crm_search_grams(search_text text) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    word text;
    gram text;
    size integer;
    grams integer[] := '{}';
BEGIN
    FOREACH word IN ARRAY string_to_array(search_text, ' ') LOOP
        IF left(word, 1) = '~' THEN
            word := substr(word, 2);
            FOR i IN 1 .. length(word) - 1 LOOP
                grams := grams || hashtext('^' || substr(word, i, 2));
            END LOOP;
        END IF;
        grams := grams || hashtext('^' || left(word, 1)) || hashtext('^' || left(word, 2));
        FOREACH size IN ARRAY '{2,3,4,6}'::integer[] LOOP
            CONTINUE WHEN size IN (2, 4) AND octet_length(word) = length(word);
            FOR i IN 1 .. length(word) - size + 1 LOOP
                gram := substr(word, i, size);
                IF octet_length(gram) > size AND size < 6
                    OR octet_length(gram) = size AND (size = 3 OR size = 6 AND gram !~ '[0-9]')
                THEN
                    grams := grams || hashtext(gram);
                END IF;
            END LOOP;
        END LOOP;
    END LOOP;
    RETURN ARRAY(SELECT DISTINCT unnest(grams));
END $$;
CREATE OR REPLACE FUNCTION crm_has_grams(grams integer[], VARIADIC wanted integer[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE COST 100 AS 'BEGIN RETURN grams @> wanted; END';
"""
