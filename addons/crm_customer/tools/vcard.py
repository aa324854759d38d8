"""Contact cards (vCard 2.1, 3.0, 4.0) as phones and mail programs write them."""

import quopri
import re

import vobject
from vobject.base import VObjectError

# of old phones, which write 2.1: NAME;ENCODING=QUOTED-PRINTABLE;CHARSET=GBK:=D5=C5
_QUOTED = re.compile(r"^([\w.-]+)((?:;[^:\r\n]*)?;ENCODING=QUOTED-PRINTABLE[^:\r\n]*):(.*)$", re.IGNORECASE)
_CHARSET = re.compile(r"CHARSET=([\w-]+)", re.IGNORECASE)
_CHINESE = re.compile("[\u3400-\u9fff]")
_NOT_WANTED = re.compile(r";(?:ENCODING=QUOTED-PRINTABLE|CHARSET=[\w-]+)", re.IGNORECASE)


def read_cards(content):
    """What the cards in a file say.

    :param bytes content: of the file, in UTF-8, UTF-16 or GBK
    :return: list of dicts with the keys ``name``, ``company``, ``department``, ``function``, ``phone``,
        ``office_phone``, ``email``, ``nickname``, ``wechat``, each a text or ""
    :raise ValueError: the file holds no card

    >>> [card] = read_cards(b"BEGIN:VCARD\\nVERSION:3.0\\nN:Li;Na;;;\\nFN:Li Na\\nTEL;TYPE=CELL:138 0000\\nEND:VCARD")
    >>> card["name"], card["phone"]
    ('Li Na', '138 0000')
    """
    text = _unquote(_decode(content))
    try:
        cards = [card for card in vobject.readComponents(text, allowQP=True) if card.name == "VCARD"]
    except (VObjectError, UnicodeError, ValueError, IndexError) as error:
        raise ValueError(str(error)) from error
    if not cards:
        raise ValueError("no card")
    return [_card(card) for card in cards]


def write_card(card):
    """A card as bytes, in UTF-8 and vCard 3.0.

    :param dict card: texts or False by the keys of `read_cards`, and ``birthday`` as YYYY-MM-DD

    >>> read_cards(write_card({"name": "Li Na", "phone": "138; 0000"}))[0]["phone"]
    '138; 0000'
    """
    written = vobject.vCard()
    written.add("n").value = vobject.vcard.Name(family=card["name"] or "")
    written.add("fn").value = card["name"] or ""
    organisation = [card.get("company") or "", card.get("department") or ""]
    if any(organisation):
        written.add("org").value = organisation if organisation[1] else organisation[:1]
    for key, kind in (("phone", "CELL"), ("office_phone", "WORK")):
        if card.get(key):
            phone = written.add("tel")
            phone.value, phone.type_param = card[key], kind
    for key, name in (
        ("function", "title"),
        ("email", "email"),
        ("nickname", "nickname"),
        ("wechat", "x-wechat"),
        ("birthday", "bday"),
    ):
        if card.get(key):
            written.add(name).value = card[key]
    return written.serialize().encode()


def _decode(content):
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("no text")


def _unquote(text):
    """Quoted-printable values as plain ones, with the line breaks inside them joined."""
    lines = []
    for line in text.splitlines():
        if lines and lines[-1].endswith("=") and _QUOTED.match(lines[-1]):
            lines[-1] = lines[-1][:-1] + line.strip()
        else:
            lines.append(line)
    return "\r\n".join(map(_unquote_line, lines))


def _unquote_line(line):
    quoted = _QUOTED.match(line)
    if not quoted:
        return line
    name, parameters, value = quoted.groups()
    charset = _CHARSET.search(parameters)
    try:
        value = quopri.decodestring(value.encode()).decode(charset[1] if charset else "utf-8")
    except (LookupError, UnicodeDecodeError):
        value = quopri.decodestring(value.encode()).decode("gb18030", "replace")
    return f"{name}{_NOT_WANTED.sub('', parameters)}:" + value.replace("\r\n", "\\n").replace("\n", "\\n")


def _card(card):
    def first(name):
        return _text(card.contents[name][0].value) if name in card.contents else ""

    phones = [(_kinds(phone), _text(phone.value)) for phone in card.contents.get("tel", [])]
    mobile = next((number for kinds, number in phones if "CELL" in kinds), "")
    others = [number for kinds, number in phones if number != mobile and "FAX" not in kinds]
    organisation = card.contents["org"][0].value if "org" in card.contents else []
    if isinstance(organisation, str):
        organisation = [organisation]
    return {
        "name": (first("fn") or first("n")).strip(),
        "company": (organisation[0] if organisation else "").strip(),
        "department": " ".join(organisation[1:]).strip(),
        "function": first("title"),
        "phone": mobile or (others.pop(0) if others else ""),
        "office_phone": others[0] if others else "",
        "email": first("email"),
        "nickname": first("nickname"),
        "wechat": first("x-wechat"),
    }


def _kinds(phone):
    """The kinds of a number: TYPE=CELL,VOICE or, in 2.1, just CELL."""
    return {kind.upper() for kind in [*phone.params.get("TYPE", []), *phone.params, *phone.singletonparams]}


def _text(value):
    if isinstance(value, vobject.vcard.Name):
        given = " ".join(filter(None, [value.given, value.additional]))
        if _CHINESE.search(value.family + given):
            return value.family + given
        return f"{given} {value.family}".strip()
    return (value if isinstance(value, str) else " ".join(value)).strip()
