"""An export document as plain figures, from which its print and its workbook are made. No database."""

from dataclasses import dataclass, field
from datetime import date
from numbers import Number

import xlsxwriter

FONT = "Noto Sans CJK SC"


@dataclass(frozen=True)
class Column:
    """:param decimals: of a number; None: the column holds texts

    :param share: of the width of the page, in percent; it also makes the width of the sheet's column
    """

    label: str
    share: float
    decimals: int | None = None

    @property
    def is_number(self):
        return self.decimals is not None

    def text(self, value):
        """How a value of this column is printed.

        >>> Column("Amount", 10, 2).text(1234.5)
        '1,234.50'
        >>> Column("Amount", 10, 2).text(None)
        ''
        """
        if value is None or value is False:
            return ""
        if self.is_number and isinstance(value, Number):
            return f"{value:,.{self.decimals}f}"
        return str(value)

    @property
    def number_format(self):
        return "#,##0" + (f".{'0' * self.decimals}" if self.decimals else "")


@dataclass
class ExportDocument:
    """What an export document says.

    :param parties: [(label, text of several lines)]
    :param facts: [(label, text or date)]
    :param rows: values in the order of the columns; numbers stay numbers
    :param totals: values in the order of the columns, for the last row; empty: there is none
    :param notes: [(label, text)] below the table
    :param signatures: who signs, from left to right
    """

    title: str
    number: str
    issuer: list[str]
    parties: list[tuple[str, str]] = field(default_factory=list)
    facts: list[tuple[str, str | date]] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    rows: list[list] = field(default_factory=list)
    totals: list = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    lang: str = "en_US"

    def __post_init__(self):
        self.parties = [(label, text) for label, text in self.parties if text]
        self.facts = [(label, value) for label, value in self.facts if value]
        self.notes = [(label, text) for label, text in self.notes if text]

    @property
    def fact_rows(self):
        """The facts two by two, with an empty one at the end where their number is odd."""
        texts = [(label, str(value)) for label, value in self.facts]
        texts += [("", "")] * (len(texts) % 2)
        return list(zip(texts[::2], texts[1::2], strict=True))

    @property
    def widths(self):
        """Shares of the columns in percent, together 100."""
        total = sum(column.share for column in self.columns)
        return [round(100 * column.share / total, 2) for column in self.columns]

    def write_xlsx(self, file):
        """Write the document as a workbook of one A4 sheet; numbers and dates are typed, texts never formulas.

        :param file: binary file object
        """
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            _Sheet(book, self).fill()


class _Sheet:
    def __init__(self, book, document):
        self.book, self.document = book, document
        self.sheet = book.add_worksheet("".join("_" if c in "[]:*?/\\'" else c for c in document.title)[:31])
        self.last = max(len(document.columns), 4) - 1
        self.row = 0
        self.formats = {}

    def format(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            base = {"font_name": FONT, "font_size": 10, "valign": "top", "text_wrap": True}
            self.formats[key] = self.book.add_format(base | properties)
        return self.formats[key]

    def fill(self):
        document, sheet = self.document, self.sheet
        sheet.set_paper(9)
        sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        for index, width in enumerate(document.widths):
            sheet.set_column(index, index, max(width * 1.05, 7))
        if sum(document.widths) and len(document.columns) > 8:
            sheet.set_landscape()
        for index, text in enumerate(document.issuer):
            self.merge(text, align="center", **({"bold": True, "font_size": 14} if not index else {}))
        self.row += 1
        self.merge(document.title, align="center", bold=True, font_size=16)
        self.merge(document.number, align="center")
        self.row += 1
        for label, text in document.parties:
            self.labelled(label, text, lines=text.count("\n") + 1)
        for label, value in document.facts:
            self.labelled(label, value)
        self.row += 1
        self.table()
        self.row += 1
        for label, text in document.notes:
            self.labelled(label, text, lines=text.count("\n") + 1 + len(text) // 90)
        if document.signatures:
            self.row += 2
            for text in document.signatures:
                self.merge(f"{text}: ____________________")

    def merge(self, text, **properties):
        self.sheet.merge_range(self.row, 0, self.row, self.last, text, self.format(**properties))
        self.row += 1

    def labelled(self, label, value, lines=1):
        self.sheet.merge_range(self.row, 0, self.row, 1, label, self.format(bold=True))
        if isinstance(value, date):
            look = self.format(num_format="yyyy-mm-dd", align="left")
            self.sheet.merge_range(self.row, 2, self.row, self.last, "", look)
            self.sheet.write_datetime(self.row, 2, value, look)
        else:
            self.sheet.merge_range(self.row, 2, self.row, self.last, "", self.format())
            self.sheet.write_string(self.row, 2, str(value), self.format())
        if lines > 1:
            self.sheet.set_row(self.row, 15 * lines)
        self.row += 1

    def table(self):
        columns = self.document.columns
        for index, column in enumerate(columns):
            look = self.format(bold=True, border=1, bg_color="#EDEDED", align="center")
            self.sheet.write_string(self.row, index, column.label, look)
        self.row += 1
        for values in self.document.rows:
            self.cells(values)
        if self.document.totals:
            self.cells(self.document.totals, bold=True)

    def cells(self, values, **properties):
        for index, (column, value) in enumerate(zip(self.document.columns, values, strict=True)):
            if column.is_number and isinstance(value, Number) and not isinstance(value, bool):
                look = self.format(border=1, num_format=column.number_format, **properties)
                self.sheet.write_number(self.row, index, value, look)
            else:
                self.sheet.write_string(self.row, index, column.text(value), self.format(border=1, **properties))
        self.row += 1
