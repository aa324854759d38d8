"""Write Excel workbooks row by row in constant memory. Plain Python, no database."""

import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import xlsxwriter

MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
MAX_EXACT = 10**15  # Excel keeps 15 digits; longer numbers, infinity and NaN are written as text
WIDTHS = {"text": 20, "integer": 10, "number": 12, "money": 14, "date": 12, "datetime": 18, "boolean": 8}
NUMBER_FORMATS = {
    "integer": "#,##0",
    "number": "#,##0.00##",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "text": "@",
}


@dataclass(frozen=True)
class SheetColumn:
    """:param type: text, integer, number, money, date, datetime, boolean, or any (by the value)"""

    label: str
    type: str = "text"
    width: float = 0


class Money(NamedTuple):
    """An amount for a cell of type money; the symbol may be empty."""

    amount: Any
    symbol: str = ""
    decimals: int = 2


class XlsxBook:
    """Context manager that writes a workbook into a binary file object.

    Rows are written once, in order, and are not kept in memory. Text is written as text, whatever it begins with,
    so that a value such as `=cmd()` never becomes a formula. Work files vanish even if writing fails.

        with XlsxBook(file) as book:
            book.add_sheet("Customers", [SheetColumn("Name")])
            book.write_row(["..."])
    """

    def __init__(self, file):
        self._directory = tempfile.TemporaryDirectory(prefix="crm_xlsx_")
        self._book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "tmpdir": self._directory.name,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._formats = {}
        self._columns = []

    def __enter__(self):
        return self

    def __exit__(self, error_type, *_error):
        try:
            if error_type:
                self._close_work_files()
            else:
                self._finish_sheet()
                self._book.close()
        finally:
            self._directory.cleanup()

    def _close_work_files(self):
        for sheet in self._book.worksheets():
            if sheet.row_data_fh:
                sheet.row_data_fh.close()
        self._book.fileclosed = True

    def add_sheet(self, name, columns):
        """Start a sheet with a frozen heading row and a filter; the rows that follow go there."""
        self._finish_sheet()
        name = "".join("_" if char in "[]:*?/\\'" else char for char in name)[:31]
        self._sheet = self._book.add_worksheet(name or None)
        self._columns = columns
        self._row = 0
        for index, column in enumerate(columns):
            self._sheet.set_column(index, index, column.width or WIDTHS.get(column.type, 20))
        self._sheet.freeze_panes(1, 0)
        header = self._format(bold=True, bg_color="#E7EEF7", bottom=1, text_wrap=True, valign="vcenter")
        self.write_row([column.label for column in columns], header)
        return self._sheet

    def write_row(self, values, text_format=None):
        """Write the values of one row, in the order of the columns; None, "" and False leave a cell empty.

        :raise ValueError: the sheet is full
        """
        if self._row >= MAX_ROWS:
            raise ValueError(f"A sheet holds at most {MAX_ROWS} rows")
        for index, value in enumerate(values):
            kind = "any" if text_format else self._columns[index].type
            if value in (None, "") or (value is False and kind != "boolean"):
                continue
            self._write_cell(index, value, kind, text_format)
        self._row += 1

    def _finish_sheet(self):
        if self._columns:
            self._sheet.autofilter(0, 0, self._row - 1, len(self._columns) - 1)

    def _write_cell(self, index, value, kind, cell_format):
        cell = (self._row, index)
        if isinstance(value, bool):
            self._sheet.write_boolean(*cell, value)
        elif isinstance(value, Money):
            self._sheet.write_number(*cell, value.amount, self._money_format(value))
        elif isinstance(value, date) and value.year >= 1900:
            name = "datetime" if isinstance(value, datetime) else "date"
            self._sheet.write_datetime(*cell, value, self._format(num_format=NUMBER_FORMATS[name]))
        elif isinstance(value, int | float | Decimal) and kind != "text" and abs(value) < MAX_EXACT:
            number_format = NUMBER_FORMATS.get(kind)
            self._sheet.write_number(*cell, value, self._format(num_format=number_format) if number_format else None)
        else:
            text_format = cell_format or (self._format(num_format="@") if kind == "text" else None)
            self._sheet.write_string(*cell, str(value)[:MAX_TEXT], text_format)

    def _money_format(self, money):
        symbol = money.symbol.replace('"', "")
        places = "." + "0" * money.decimals if money.decimals else ""
        return self._format(num_format=(f'"{symbol}"' if symbol else "") + f"#,##0{places}")

    def _format(self, **properties):
        key = tuple(properties.items())
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]
