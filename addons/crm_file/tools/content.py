"""The text in a file, for being found by it; plain Python, no env."""

import io
import re
import zipfile
import zlib

from lxml import etree
from pypdf import PdfReader

from odoo.addons.crm_base.tools.search_text import normalize

LENGTH = 100_000  # characters of a file that are looked at
PAGES = 200  # of a PDF
SIZE = 30 * 2**20  # bytes of a file, and of what is unpacked of it, beyond which it is not looked into

_TEXT = ("txt", "csv", "md", "log", "json", "xml", "html", "htm", "eml")
_PARTS = {
    "docx": re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml"),
    "xlsx": re.compile(r"xl/sharedStrings\.xml"),
    "pptx": re.compile(r"ppt/slides/slide\d+\.xml"),
    "odt": re.compile(r"content\.xml"),
    "ods": re.compile(r"content\.xml"),
    "odp": re.compile(r"content\.xml"),
}
_BLOCKS = {"p", "si", "tc", "h", "table-cell"}  # what ends a word in documents of Office


def text(name, raw):
    """The words in a file in the form in which they are looked for; empty if it holds none or is none we read.

    :param name: its extension tells how it is read
    :param raw: bytes
    :raise Exception: whatever a broken file leads to; for the caller to take as no words
    """
    extension = name.rpartition(".")[2].lower()
    if len(raw) > SIZE:
        return ""
    if extension == "pdf":
        found = _pdf(raw)
    elif extension in _PARTS:
        found = _packed(raw, _PARTS[extension])
    elif extension in _TEXT:
        found = _decoded(raw[: LENGTH * 4])
        if extension in ("xml", "html", "htm"):
            found = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", found)
    else:
        return ""
    return " ".join(normalize(found[:LENGTH].replace("\0", " ")))


def _decoded(raw):
    """Text of the encodings in use here: UTF-8, UTF-16 with a mark, GB 18030."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "ignore")
    try:
        # the cut may have gone through a character
        return raw.decode("utf-8-sig", "strict" if len(raw) < LENGTH * 4 else "ignore")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "ignore")


def _pdf(raw):
    found, length = [], 0
    for page in PdfReader(io.BytesIO(raw)).pages[:PAGES]:
        found.append(page.extract_text())
        length += len(found[-1])
        if length > LENGTH:
            break
    # Chinese is often set in lines that cut words, and with blanks between characters
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", "\n".join(found))


def _packed(raw, wanted):
    found, size = [], 0
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for entry in archive.infolist():
            if not wanted.fullmatch(entry.filename):
                continue
            size += entry.file_size  # what it says of itself; reading stops there
            if size > SIZE:
                break
            with archive.open(entry) as part:
                # no entities and nothing from elsewhere: the file is a stranger's
                parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
                root = etree.parse(part, parser).getroot()
            for event, node in etree.iterwalk(root, events=("start", "end")):
                is_element = isinstance(node.tag, str)  # no comment, no entity
                found.append((node.tail if event == "end" else is_element and node.text) or "")
                if event == "end" and is_element and etree.QName(node).localname in _BLOCKS:
                    found.append(" ")
    return "".join(found)


def part_grams(part):
    """The grams by which a typed part is looked up in contents; none if it is too short for that.

    :param part: one of ``search_text.query_parts``
    """
    size = 3 if part.isascii() else 2
    return sorted({_hash(part[i : i + size]) for i in range(len(part) - size + 1)})


def grams(content):
    """The grams of a content: pairs of Chinese characters, threes of Latin letters and digits, as numbers.

    :param content: what `text` gave
    """
    found = set()
    for run in re.findall(r"[!-~]+|[^\x00-\x7f]+", content):
        size = 3 if run.isascii() else 2
        found.update(run[i : i + size] for i in range(len(run) - size + 1))
    return sorted(map(_hash, found))


def _hash(gram):
    return zlib.crc32(gram.encode()) - 2**31  # a signed integer of PostgreSQL
