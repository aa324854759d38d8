"""The text in a file, for being found by it; plain Python, no env."""

import codecs
import io
import re
import subprocess
import sys
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from lxml import etree

from odoo.addons.crm_base.tools.search_text import normalize

LENGTH = 100_000  # characters of a file that are looked at
SIZE = 30 * 2**20  # bytes of a file, and of what is unpacked of it, beyond which it is not looked into
TIMEOUT = 60  # seconds for a PDF

TEXT = ("txt", "csv", "md", "log", "json", "xml", "html", "htm", "eml")
_PARTS = {
    "docx": re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml"),
    "xlsx": re.compile(r"xl/(sharedStrings|worksheets/sheet\d+)\.xml"),
    "pptx": re.compile(r"ppt/slides/slide\d+\.xml"),
    "odt": re.compile(r"content\.xml"),
    "ods": re.compile(r"content\.xml"),
    "odp": re.compile(r"content\.xml"),
}
_BLOCKS = {"p", "si", "c", "tc", "h", "table-cell"}  # what ends a word in documents of Office


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
    elif extension in TEXT:
        found = decoded(raw, LENGTH * 4)
        if extension in ("xml", "html", "htm"):
            found = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", found)
    else:
        return ""
    return " ".join(normalize(found[:LENGTH].replace("\0", " ")))


def decoded(raw, size):
    """The text that bytes hold in one of the encodings in use here: UTF-8, UTF-16 with a mark, GB 18030.

    :param raw: bytes
    :param size: number of them that are looked at
    """
    start, is_whole = raw[:size], len(raw) <= size
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return start.decode("utf-16", "ignore")
    try:
        # the cut may have gone through a character
        return codecs.getincrementaldecoder("utf-8-sig")().decode(start, is_whole)
    except UnicodeDecodeError:
        return start.decode("gb18030", "ignore")


def _pdf(raw):
    # in a process of its own: a PDF may ask for any time and memory to be read
    command = [sys.executable, str(Path(__file__).with_name("pdf_text.py")), str(LENGTH)]
    done = subprocess.run(command, input=raw, capture_output=True, timeout=TIMEOUT, check=False)
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace").strip().rpartition("\n")[2] or "the PDF cannot be read")
    # Chinese is often set in lines that cut words, and with blanks between characters
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", done.stdout.decode(errors="ignore"))


def _packed(raw, wanted):
    words, size = _Words(), 0
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, suppress(_Enough):
        for name in sorted(filter(wanted.fullmatch, archive.namelist())):
            size += archive.getinfo(name).file_size  # what it says of itself; reading stops there
            if size > SIZE:
                break
            with archive.open(name) as part:
                # no entities and nothing from elsewhere: the file is a stranger's
                etree.parse(part, etree.XMLParser(target=words, resolve_entities=False, no_network=True))
    return "".join(words.found)


class _Enough(Exception):
    pass


class _Words:
    """Takes the text of a document while it is read, so that none of its tree is kept in memory."""

    def __init__(self):
        self.found, self.length = [], 0
        self.is_text, self.is_index = True, False

    def start(self, tag, attributes):
        name = tag.rpartition("}")[2]
        if name == "c":  # a cell of a sheet; its value may be the place of a text that is kept elsewhere
            self.is_index = attributes.get("t") == "s"
        self.is_text = not (name == "f" or (name == "v" and self.is_index))

    def data(self, text):
        if self.is_text:
            self.found.append(text)
            self.length += len(text)
            if self.length > LENGTH:
                raise _Enough

    def end(self, tag):
        self.is_text = True
        if tag.rpartition("}")[2] in _BLOCKS:
            self.found.append(" ")

    def close(self):
        pass


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
