"""Read uploaded tables (Excel, OpenDocument, CSV) row by row. Plain Python, no database."""

import csv
import io
import re
import unicodedata
import zipfile

import python_calamine

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

MAX_UNPACKED_BYTES = 1 << 30
ENCODINGS = ("utf-8-sig", "gb18030")
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = ",;\t"


class SheetError(ValueError):
    """The file cannot be read. Its argument is a lazily translated sentence for the user."""


def read_rows(content):
    """Yield `(row number as the spreadsheet shows it, cells)` for each row of the first sheet that is not empty.

    Cells are str (stripped), int, float, bool, date, datetime, time, or None where empty.

    :param bytes content: xlsx, xlsm, xlsb, xls, ods, or delimited text in UTF-8, UTF-16 or GB 18030
    :raise SheetError: the file is none of these, damaged or protected
    """
    is_workbook = content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    for number, cells in enumerate(_workbook_rows(content) if is_workbook else _text_rows(content), start=1):
        cells = [_clean(cell) for cell in cells]
        if any(cell is not None for cell in cells):
            yield number, cells


def normalize_header(text):
    """Reduce a heading or choice to its letters and digits: full width, case, blanks and marks do not count."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", str(text or "")).casefold())


def _clean(cell):
    if isinstance(cell, str):
        return cell.strip().strip("\ufeff") or None
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def _workbook_rows(content):
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                    raise SheetError(_lt("The workbook is too large. Split it into several files."))
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        return workbook.get_sheet_by_index(0).iter_rows()
    except python_calamine.PasswordError as error:
        raise SheetError(
            _lt("The workbook is protected by a password. Remove the password and load it again.")
        ) from error
    except (python_calamine.CalamineError, zipfile.BadZipFile, IndexError) as error:
        raise SheetError(_lt("The workbook cannot be read. Save it as .xlsx and load it again.")) from error


def _text_rows(content):
    text = _decode(content)
    header = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", header)
    delimiter = max(DELIMITERS, key=unquoted.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise SheetError(
            _lt("The text file is no table of columns. Save it as .xlsx or .csv and load it again.")
        ) from error


def _decode(content):
    encodings = ("utf-16",) if content.startswith(BYTE_ORDER_MARKS) else ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise SheetError(_lt("The file is neither an Excel workbook nor a text table (.xlsx, .xls, .ods, .csv)."))
