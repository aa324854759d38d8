import base64
import json
import logging
import re
import unicodedata
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain, groupby
from operator import attrgetter

from psycopg2 import IntegrityError
from pytz import utc

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.json import json_default

from ..tools.import_row import ImportCellError, ImportColumn, ImportRow, ImportSheet
from ..tools.sheet_reader import SheetError, normalize_header, read_rows
from ..tools.xlsx import SheetColumn, XlsxBook

_logger = logging.getLogger(__name__)

MAX_BYTES = 64 << 20
EXCEL_EPOCH = datetime(1899, 12, 30)
DATE_TEXT = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?(?:[\sT]*(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?")
COMPACT_DATE_TEXT = re.compile(r"(\d{4})(\d{2})(\d{2})")
NUMBER_TEXT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")
FIELD_TYPES = {"monetary": "float", "html": "text", "many2one_reference": "integer"}


class _Undo(Exception):
    """Leaves a savepoint so that all its work is undone."""


def _documents(rows):
    """Yield the rows of each document; one by one, as there may be very many."""
    # pylint: disable-next=bad-builtin-groupby  # Odoo's own would read all rows first
    return (list(members) for _group, members in groupby(rows, attrgetter("group")))


def _fields_to_match(column):
    return (column.match,) if isinstance(column.match, str) else column.match


class CrmImportWizard(models.AbstractModel):
    """Base of the import wizards. A concrete wizard is a transient model that inherits this one, says its columns in
    `_import_columns` and, where the defaults do not do, overrides the hooks below. Its own fields are the options of
    the import and can be read in all hooks.

    The rows pass these hooks in batches: parsing → `_import_prepare_rows` → `_import_match` → `_import_check_rows` →
    `_import_rows`. A row that gets an error leaves the way there. When a hook raises, the batch's work is undone and
    its halves are tried again, down to the row that is at fault, so raise freely; never commit, and keep nothing on
    `self` between batches: a run that was killed goes on in another process.
    """

    _name = "crm.import.wizard"
    _description = "Import"
    # Model that the rows become records of: gives the columns their labels and types.
    _import_model = None
    # Column whose equal cells make rows one document (e.g. the number of an order whose lines they are), if any. The
    # rows of a document may stand anywhere in the file; they come to the hooks together and are imported or not at all.
    _import_group_column = None
    _import_batch_size = 500
    _import_background_rows = 2000

    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    on_error = fields.Selection(
        [("skip", "Leave out the rows with errors"), ("stop", "Stop at the first error")],
        string="If There Are Errors",
        default="skip",
        required=True,
    )

    # HOOKS

    def _import_columns(self):
        """Hook: the columns of the file, in the order of the template; see `_import_column`.

        Called in several languages (`with_context(lang=…)`) to recognise headings, so labels come from `self.env._`
        or from the fields.

        :return: list of ImportColumn
        """
        raise NotImplementedError

    def _import_keys(self, row):
        """Hook: what no other row of the file may have (e.g. the code). No database access.

        A later row with one of the keys is refused. The values of many2one columns are still their texts here.

        :return: {column name: hashable}; what is empty may be there often
        """
        return {}

    def _import_prepare_rows(self, rows):
        """Hook: complete `row.values`, with one look-up for all rows."""

    def _import_match(self, rows):
        """Hook: set `row.record` where the row updates an existing record, with one search for all rows."""

    def _import_check_rows(self, rows):
        """Hook: `row.add_error(message, column)` or `row.skip()` where a row must not be imported."""

    def _import_rows(self, rows):
        """Hook: write the rows and set `row.outcome`.

        By default a row without `row.record` creates one, the others update theirs. Empty cells change nothing.
        """
        model = self.env[self._import_model]
        new = [row for row in rows if not row.record]
        for row, record in zip(new, model.create([self._import_field_values(row) for row in new]), strict=True):
            row.record = record
            row.outcome = "created"
        for row in rows:
            if not row.outcome:
                row.record.write(self._import_field_values(row))
                row.outcome = "updated"

    def _import_field_values(self, row):
        model_fields = self.env[self._import_model]._fields
        return {name: value for name, value in row.filled().items() if name in model_fields}

    def _import_column(self, name, **attributes):
        """Make an ImportColumn; what is not given comes from the field `name` of `_import_model`."""
        field = self._import_model and self.env[self._import_model]._fields.get(name)
        if field:
            description = self.env[self._import_model].fields_get([name], ["string", "help", "selection"]).get(name, {})
            attributes.setdefault("label", description.get("string", field.string))
            attributes.setdefault("type", FIELD_TYPES.get(field.type, field.type))
            attributes.setdefault("help", description.get("help") or "")
            if field.type == "selection":
                attributes.setdefault("choices", dict(description["selection"]))
            if field.type == "many2one":
                attributes.setdefault("comodel", field.comodel_name)
        attributes["aliases"] = tuple(attributes.get("aliases", ()))
        attributes["domain"] = tuple(attributes.get("domain", ()))
        return ImportColumn(name, **attributes)

    # ACTIONS

    def action_check(self):
        """Try the file without keeping anything."""
        return self._import_start(*self._import_uploaded(), dry_run=True)

    def action_import(self):
        return self._import_start(*self._import_uploaded(), dry_run=False)

    def action_download_template(self):
        return {"type": "ir.actions.act_url", "url": f"/crm/import/{self._name}/template", "target": "download"}

    def _import_uploaded(self):
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose the file to import first."))
        return base64.b64decode(self.with_context(bin_size=False).file), self.file_name

    def _import_start(self, content, file_name, *, dry_run):
        """Import at once, or in the background if the file is long.

        :return: action that shows the import job
        """
        job = self._import_create_job(content, file_name, dry_run)
        if job.total_count > self._import_background_rows:
            job._start_in_background()
        else:
            job._process(self)
        return job._action_open()

    @api.model
    def _import_run(self, content, file_name, *, dry_run=False, **options):
        """Import a file at once, from code, in the current transaction.

        :param bytes content: the file
        :param options: values for the wizard's fields
        :return: the finished crm.import.job with the counts and errors
        :raise UserError: the file cannot be read or lacks a required column
        """
        wizard = self.create(options)
        job = wizard._import_create_job(content, file_name, dry_run)
        job._process(wizard)
        return job

    def _import_create_job(self, content, file_name, dry_run):
        if len(content) > MAX_BYTES:
            raise UserError(
                self.env._("The file is larger than %(size)s MB. Split it into several files.", size=MAX_BYTES >> 20)
            )
        sheet = self._import_open(content)
        return self.env["crm.import.job"]._create_for_wizard(
            self,
            {
                "file": base64.b64encode(content),
                "file_name": file_name or self._import_title(),
                "dry_run": dry_run,
                "header": sheet.header,
                "ignored_columns": ", ".join(sheet.unknown),
                "total_count": sum(1 for _row in sheet.raw_rows),
            },
        )

    def _import_options(self):
        """The user's choices in the wizard as JSON data, to make the wizard again in the background."""
        [values] = self.copy_data()
        values = {name: value for name, value in values.items() if name not in ("file", "file_name")}
        return json.loads(json.dumps(values, default=json_default))

    def _import_title(self):
        return self.env["ir.model"]._get(self._name).name

    # READING

    def _import_open(self, content):
        """Read the heading of a file.

        :return: ImportSheet
        :raise UserError: the file cannot be read, or its heading does not do
        """
        try:
            raw_rows = read_rows(content)
            header_number, header = next(raw_rows, (0, []))
        except SheetError as error:
            raise UserError(self.env._(error.args[0])) from error
        if not header:
            raise UserError(self.env._("The file is empty. Download the template to see which columns it needs."))
        columns, unknown = self._import_map_header(header)
        return ImportSheet(header, header_number, columns, unknown, self._import_gather(raw_rows, columns))

    def _import_gather(self, raw_rows, columns):
        """Bring the rows of a document together, at the place of its first row."""
        if not self._import_group_column:
            return raw_rows
        groups = defaultdict(list)
        for number, cells in raw_rows:
            groups[self._import_group(number, cells, columns)].append((number, cells))
        return chain.from_iterable(groups.values())

    def _import_group(self, number, cells, columns):
        """What the rows of one document have in common; without a document, what no other row has."""
        for index, column in columns.items():
            if column.name == self._import_group_column and index < len(cells) and cells[index] is not None:
                return str(cells[index])
        return number

    def _import_map_header(self, header):
        known, by_heading = self._import_columns(), {}
        for column, *translations in zip(known, *self._import_in_languages("_import_columns"), strict=True):
            column = replace(column, words=self._import_words(column, translations))
            labels = {column.label, column.name, *column.aliases, *(translation.label for translation in translations)}
            by_heading |= {normalize_header(label): column for label in labels}
        error_headings = {normalize_header(heading) for heading in self._import_in_languages("_import_error_heading")}
        mapped, unknown = {}, []
        for index, heading in enumerate(header):
            column = by_heading.get(normalize_header(heading))
            if column in mapped.values():
                raise UserError(self.env._("The column “%(column)s” is in the file twice.", column=column.label))
            if column:
                mapped[index] = column
            elif heading is not None and normalize_header(heading) not in error_headings:
                unknown.append(str(heading))
        missing = [column.label for column in known if column.required and column not in mapped.values()]
        if missing or not mapped:
            raise UserError(
                self.env._(
                    "The first row of the file must hold the headings. These columns are missing: %(columns)s",
                    columns=", ".join(missing or [column.label for column in known]),
                )
            )
        return mapped, unknown

    def _import_words(self, column, translations):
        if column.type == "boolean":
            words = {"true": True, "1": True, "y": True, "false": False, "0": False, "n": False}
            words |= {normalize_header(word): True for word in self._import_in_languages("_import_yes")}
            return words | {normalize_header(word): False for word in self._import_in_languages("_import_no")}
        choices = [(key, text) for known in (column, *translations) for key, text in known.choices.items()]
        return {normalize_header(text): key for key, label in choices for text in (key, label)}

    def _import_in_languages(self, method):
        codes = {"en_US", *(code for code, _name in self.env["res.lang"].get_installed())}
        return [getattr(self.with_context(lang=code), method)() for code in sorted(codes)]

    def _import_error_heading(self):
        return self.env._("Import Error")

    def _import_yes(self):
        return self.env._("Yes")

    def _import_no(self):
        return self.env._("No")

    # PARSING

    def _import_find_repeated(self, sheet):
        """Which rows have a key that an earlier row of the sheet has, without using the database.

        :return: {row number as text, for JSON: [[column name, number of the earlier row]]}
        """
        first_numbers, repeated = {}, defaultdict(list)
        for row in self._import_parse(sheet, {}):
            for column, key in self._import_keys(row).items() if row.is_pending else ():
                first = first_numbers.setdefault((column, key), row.number) if key else row.number
                if first != row.number:
                    repeated[str(row.number)].append([column, first])
        return repeated

    def _import_parse(self, sheet, repeated):
        """Yield an ImportRow for each row of the sheet, without using the database.

        :param dict repeated: as `_import_find_repeated` gives it
        """
        labels = {column.name: column.label for column in sheet.columns.values()}
        for number, cells in sheet.raw_rows:
            row = ImportRow(number, cells, labels, self._import_group(number, cells, sheet.columns))
            if number == sheet.header_number + 1 and self._import_is_example(cells, sheet.columns):
                row.skip()
                yield row
                continue
            for index, column in sheet.columns.items():
                self._import_parse_value(row, column, cells[index] if index < len(cells) else None)
            for column_name, first in repeated.get(str(number), ()):
                row.add_error(self.env._("The same as row %(number)s of the file.", number=first), column_name)
            yield row

    def _import_is_example(self, cells, columns):
        """Whether the row is the template's example, left in the file."""
        shown = {
            column.example: cells[index] for index, column in columns.items() if column.example and index < len(cells)
        }
        return bool(shown) and all(
            normalize_header(example) == normalize_header(cell) for example, cell in shown.items()
        )

    def _import_batches(self, rows):
        """Cut the rows into batches, none of which ends inside a document."""
        batch = []
        for document in _documents(rows):
            if batch and len(batch) + len(document) > self._import_batch_size:
                yield batch
                batch = []
            batch += document
        if batch:
            yield batch

    def _import_parse_value(self, row, column, cell):
        row.values[column.name] = False
        try:
            if cell is not None:
                row.values[column.name] = self._import_parse_cell(column, cell)
            elif column.required:
                row.add_error(self.env._("Fill in this cell."), column.name)
        except ImportCellError as error:
            row.add_error(error.args[0], column.name)

    def _import_parse_cell(self, column, cell):
        """Hook: turn a cell that is not empty into a value.

        :raise ImportCellError: with a translated sentence about the cell
        """
        return getattr(self, f"_import_parse_{column.type}", self._import_parse_char)(column, cell)

    def _import_parse_char(self, column, cell):
        if isinstance(cell, datetime):
            return cell.isoformat(" ")
        return cell.isoformat() if isinstance(cell, date | time) else str(cell)

    def _import_parse_float(self, column, cell):
        text = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", str(cell))).strip("¥$€£")
        if not NUMBER_TEXT.fullmatch(text):
            raise ImportCellError(self.env._("“%(cell)s” is not a number.", cell=cell))
        return float(text)

    def _import_parse_integer(self, column, cell):
        number = self._import_parse_float(column, cell)
        if not number.is_integer():
            raise ImportCellError(self.env._("“%(cell)s” is not a whole number.", cell=cell))
        return int(number)

    def _import_parse_selection(self, column, cell):
        word = normalize_header(cell)
        if word not in column.words:
            choices = ", ".join(self._import_choice_labels(column))
            raise ImportCellError(self.env._("“%(cell)s” is not one of: %(choices)s", cell=cell, choices=choices))
        return column.words[word]

    _import_parse_boolean = _import_parse_selection

    def _import_parse_date(self, column, cell):
        return self._import_parse_moment(cell).date()

    def _import_parse_datetime(self, column, cell):
        local = self._import_parse_moment(cell)
        return self.env.tz.localize(local).astimezone(utc).replace(tzinfo=None)

    def _import_parse_moment(self, cell):
        if isinstance(cell, datetime):
            return cell
        if isinstance(cell, date):
            return datetime.combine(cell, time())
        match = COMPACT_DATE_TEXT.fullmatch(str(cell)) or DATE_TEXT.fullmatch(str(cell))
        with suppress(ValueError):  # no such day: said below
            if match:
                return datetime(*(int(part or 0) for part in match.groups()))
            if isinstance(cell, int | float) and 1 <= cell < 100_000:
                return EXCEL_EPOCH + timedelta(days=cell)
        raise ImportCellError(self.env._("“%(cell)s” is not a date. Write it like 2026-01-31.", cell=cell))

    def _import_resolve_records(self, rows, columns):
        """Replace the texts of many2one columns by ids, with one search per column."""
        for column in columns:
            if column.type != "many2one":
                continue
            names = {row.values[column.name] for row in rows if row.values[column.name]}
            found = {}
            for fname in _fields_to_match(column):
                ids_by_name = defaultdict(list)
                domain = [*column.domain, (fname, "in", list(names - found.keys()))]
                for record in self.env[column.comodel].search(domain) if names - found.keys() else ():
                    ids_by_name[record[fname]].append(record.id)
                found |= ids_by_name
            for row in rows:
                name = row.values[column.name]
                if not name:
                    continue
                ids = found.get(name, [])
                if len(ids) == 1:
                    row.values[column.name] = ids[0]
                    continue
                row.add_error(
                    self.env._("“%(name)s” stands for several records.", name=name)
                    if ids
                    else self.env._("“%(name)s” does not exist.", name=name),
                    column.name,
                )

    # IMPORTING

    def _import_batch(self, rows, columns, dry_run):
        """Import parsed rows.

        :return: the rows with their errors or outcomes; if the import stops at an error, only those up to the document
            with that error
        """
        stop = None
        try:
            with self.env.cr.savepoint():
                done = self._import_attempt(rows, columns)
                if self.on_error == "stop":
                    stop = next((index for index, row in enumerate(done) if row.errors), None)
                if dry_run or stop is not None:
                    raise _Undo
        except _Undo:
            if stop is not None:
                good = done[:stop] if dry_run else self._import_attempt(rows[:stop], columns)
                return [*good, *next(_documents(done[stop:]))]
        return done

    def _import_attempt(self, rows, columns):
        """Pass the rows through the hooks. Works on copies, as an attempt may have to be made again."""
        attempted = [row.duplicate() for row in rows]
        hooks = (self._import_prepare_rows, self._import_match, self._import_check_rows, self._import_rows)
        try:
            with self.env.cr.savepoint():
                self._import_spread_errors(attempted)
                self._import_resolve_records([row for row in attempted if row.is_pending], columns)
                for hook in hooks:
                    self._import_spread_errors(attempted)
                    if pending := [row for row in attempted if row.is_pending]:
                        hook(pending)
                self._import_spread_errors(attempted)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            documents = [*_documents(rows)]
            if len(documents) == 1:
                culprits = [row.duplicate() for row in rows]
                culprits[0].add_error(self._import_error_message(error))
                self._import_spread_errors(culprits)
                return culprits
            middle = len(documents) // 2
            halves = (documents[:middle], documents[middle:])
            return [row for half in halves for row in self._import_attempt([*chain.from_iterable(half)], columns)]
        return attempted

    def _import_spread_errors(self, rows):
        """A row with an error takes its whole document with it."""
        culprits = {}
        for row in rows:
            if row.errors:
                culprits.setdefault(row.group, row)
        for row in rows if culprits else ():
            if row.group in culprits and not row.errors:
                row.outcome = ""
                row.add_error(self.env._("Not imported because of row %(number)s.", number=culprits[row.group].number))

    def _import_error_message(self, error):
        if isinstance(error, UserError):
            return str(error)
        if isinstance(error, IntegrityError):
            tables = {model._table: model._name for model in self.env.registry.values()}
            return self.env[tables.get(error.diag.table_name, "base")]._sql_error_to_message(error)
        _logger.warning("A row of the import %s failed", self._name, exc_info=error)
        return self.env._("Unexpected problem, tell your administrator: %(problem)s", problem=error)

    # TEMPLATE

    def _import_write_template(self, file):
        """Write the template workbook: a sheet to fill in, with an example row, and a sheet of notes."""
        columns = self._import_columns()
        with XlsxBook(file) as book:
            sheet = book.add_sheet(
                self._import_title(),
                [SheetColumn(f"{column.label}{' *' if column.required else ''}", width=18) for column in columns],
            )
            book.write_row([column.example for column in columns])
            for index, column in enumerate(columns):
                choices = self._import_choice_labels(column)
                if choices and len(",".join(choices)) <= 255:
                    sheet.data_validation(1, index, 100_000, index, {"validate": "list", "source": choices})
            titles = (self.env._("Column"), self.env._("Required"), self.env._("Content"), self.env._("Allowed Values"))
            book.add_sheet(self.env._("Notes"), [SheetColumn(title, width=24) for title in titles])
            for column in columns:
                required = self._import_yes() if column.required else ""
                choices = self._import_choice_labels(column) or self._import_record_names(column)
                book.write_row([column.label, required, self._import_content_hint(column), "\n".join(choices)])

    def _import_choice_labels(self, column):
        if column.type == "boolean":
            return [self._import_yes(), self._import_no()]
        return [str(label) for label in column.choices.values()]

    def _import_record_names(self, column):
        if column.type != "many2one":
            return []
        records = self.env[column.comodel].search(list(column.domain), limit=50)
        return records.mapped(_fields_to_match(column)[-1])

    def _import_content_hint(self, column):
        hints = {
            "integer": self.env._("A whole number"),
            "float": self.env._("A number"),
            "date": self.env._("A date like 2026-01-31"),
            "datetime": self.env._("A date and time like 2026-01-31 14:30"),
            "many2one": self.env._("The name of an existing record"),
            "selection": self.env._("One of the allowed values"),
            "boolean": self.env._("One of the allowed values"),
        }
        return "\n".join(filter(None, [column.help, hints.get(column.type, self.env._("Text"))]))
