"""The columns an import knows, and the rows it works on. Plain Python, no database."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any


class ImportCellError(ValueError):
    """A cell cannot be understood. The argument is a translated sentence for the user."""


@dataclass(frozen=True)
class ImportColumn:
    """One column of an import file.

    :param name: key in `ImportRow.values`, usually a field's name; also accepted as heading
    :param label: heading in the user's language
    :param type: char, text, integer, float, boolean, date, datetime, selection or many2one
    :param required: the column must be in the file and its cells filled in
    :param example: text of the cell in the template's example row
    :param aliases: more headings to accept
    :param choices: {key: label} of a selection
    :param comodel: model that a many2one's cell names a record of
    :param domain: which records of the comodel count
    :param match: the comodel's field that the cell holds; several: the first under which the cell finds a record
    :param help: explanation on the template's notes page
    """

    name: str
    label: str
    type: str = "char"
    required: bool = False
    example: str = ""
    aliases: tuple = ()
    choices: dict = field(default_factory=dict)
    comodel: str = ""
    domain: tuple = ()
    match: str | tuple = "name"
    help: str = ""
    words: dict = field(default_factory=dict, compare=False)  # {normalized text: value} of a selection or boolean


@dataclass
class ImportRow:
    """One row of an import file on its way into the database.

    :param number: row number as the spreadsheet shows it
    :param cells: the row's cells as they were in the file
    :param labels: {column name: heading in the user's language}
    :param values: {column name: parsed value}, for the columns that the file has
    :param group: what the rows of one document have in common
    :param record: the existing record that the row updates, else the record it created
    :param outcome: "created", "updated" or "skipped" once done
    """

    number: int
    cells: list
    labels: dict = field(repr=False)
    group: Any = None
    values: dict = field(default_factory=dict)
    record: Any = None
    outcome: str = ""
    errors: list = field(default_factory=list)

    @property
    def is_pending(self):
        return not self.errors and not self.outcome

    def add_error(self, message, column=None):
        """Refuse the row.

        :param message: a translated sentence
        :param column: name of the column at fault, if one is
        """
        self.errors.append(f"{self.labels.get(column, column)}: {message}" if column else message)

    def skip(self):
        """Leave the row out without an error."""
        self.outcome = "skipped"

    def filled(self):
        """The values that are not empty."""
        return {name: value for name, value in self.values.items() if value is not False}

    def duplicate(self):
        return replace(self, values=dict(self.values), errors=list(self.errors))


@dataclass
class ImportSheet:
    """An opened import file: its heading, the columns recognised in it by their position, and the rows to come."""

    header: list
    header_number: int
    columns: dict
    unknown: list
    raw_rows: Iterator
