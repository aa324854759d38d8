"""The core of a company's name, by which two spellings of one company meet."""

import re
from pathlib import Path

from .search_text import normalize

_FORMS_FILE = Path(__file__).parent.parent / "data" / "company_legal_forms.txt"


def _load_forms():
    lines = _FORMS_FILE.read_text(encoding="utf-8").splitlines()
    forms = {"".join(normalize(line)) for line in lines if line and not line.startswith("#")}
    return sorted(forms - {""}, key=len, reverse=True)


_FORMS = _load_forms()
_CHINESE_FORM = re.compile("|".join(map(re.escape, (form for form in _FORMS if not form.isascii()))))
_LATIN_FORMS = tuple(form for form in _FORMS if form.isascii())


def normalize_company_name(name):
    """A company's name without legal form, brackets, blanks, punctuation, width, case and traditional forms.

    A name that is nothing but a legal form stays as it is.

    :param name: as typed, may be ``False``
    :return: the core, ``""`` for nothing
    """
    words = normalize(name)
    whole = "".join(words)
    while words and words[-1] in _LATIN_FORMS:
        words.pop()
    core = _CHINESE_FORM.sub("", "".join(words))
    for form in _LATIN_FORMS:
        # "Co.,Ltd" arrives as one word's end: "acmecoltd"
        if len(form) > 4 and core.endswith(form):
            core = core[: -len(form)]
            break
    return core or whole
