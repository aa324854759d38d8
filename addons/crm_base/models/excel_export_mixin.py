from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from ..tools.xlsx import MAX_ROWS, Money, SheetColumn, XlsxBook

BATCH = 1000
FIELD_TYPES = {
    "integer": "integer",
    "float": "number",
    "monetary": "money",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}


class ExcelColumn:
    """A column of an Excel export; made by `_excel_column`.

    :param value: function record → cell value
    """

    def __init__(self, label, type, value, width=0):
        self.sheet_column = SheetColumn(str(label), type, width)
        self.value = value


class CrmExcelExportMixin(models.AbstractModel):
    """Lets the records of a model be downloaded as an Excel workbook of typed columns.

    A model inherits it and says its columns in `_excel_columns`; a list view offers it with a button in its header:

        <header><button name="action_export_excel" type="object" string="Export Excel" display="always"
                        groups="base.group_allow_export"/></header>

    The workbook is made while it is downloaded, as the user who asked: his record rules and field groups hold.
    """

    _name = "crm.excel.export.mixin"
    _description = "Excel Export"

    # HOOKS

    def _excel_columns(self):
        """Hook: the columns, in their order.

        :return: list of what `_excel_column` gives (None, for a field the reader may not see, is left out)
        """
        raise NotImplementedError

    def _excel_title(self):
        """Hook: name of the sheet and, with the date, of the file."""
        return self.env["ir.model"]._get(self._name).name

    @api.model
    def _excel_column(self, path, *, label=None, type=None, width=0, currency=None, value=None):
        """Describe a column.

        :param path: a field, or fields joined by dots (`partner_id.name`); only a name if `value` is given
        :param label: heading, by default the label of the last field
        :param type: text, integer, number, money, date, datetime or boolean, by default by the last field
        :param width: in characters, by default by the type
        :param currency: field of the record that holds the currency of a money column, by default the field's own
        :param value: function record → value, instead of the field
        :return: ExcelColumn, or None if the reader has no access to a field of the path
        """
        if value:
            return ExcelColumn(
                label or path, type or "text", self._excel_converter(value, type or "text", currency), width
            )
        model, *names = self, *path.split(".")
        for name in names[:-1]:
            if not model._has_field_access(model._fields[name], "read"):
                return None
            model = model[name].browse()
        field = model._fields[names[-1]]
        if not model._has_field_access(field, "read"):
            return None
        kind = type or FIELD_TYPES.get(field.type, "text")
        label = label or model.fields_get([field.name], ["string"])[field.name]["string"]
        if kind == "money" and not currency and field.type == "monetary":
            currency = ".".join([*names[:-1], field.get_currency_field(model)])
        read = self._excel_field_reader(names[:-1], field)
        return ExcelColumn(label, kind, self._excel_converter(read, kind, currency), width)

    def _excel_field_reader(self, hops, field):
        labels = {}
        if field.type == "selection":
            model = self.env[field.model_name]
            labels = dict(model.fields_get([field.name], ["selection"])[field.name]["selection"])

        def read(record):
            for hop in hops:
                # What the reader may not see of a linked record stays empty, as the export goes on without it.
                record = record[hop][:1]._filtered_access("read")
            value = record[field.name]
            if field.type == "selection":
                return labels.get(value, value)
            if field.type == "many2one":
                # sudo: like in every list view, a record's reader sees the names of the records it points to.
                return value.sudo().display_name
            if field.relational:
                return ", ".join(value.mapped("display_name"))
            return value

        return read

    def _excel_converter(self, read, kind, currency_path):
        if kind == "datetime":
            return lambda record: (value := read(record)) and self._excel_local_time(value)
        if kind == "money":
            return lambda record: self._excel_money(
                read(record), record.mapped(currency_path) if currency_path else None
            )
        return read

    def _excel_local_time(self, value):
        return fields.Datetime.context_timestamp(self, value).replace(tzinfo=None)

    def _excel_money(self, amount, currency):
        if amount is False or amount is None or not currency:
            return amount
        return Money(amount, currency.symbol or "", currency.decimal_places)

    # ACTIONS

    def action_export_excel(self):
        """Download the records; called by a list without a selection or on all its pages: the whole search.

        :return: action that downloads the workbook
        """
        domain = self.env.context.get("active_domain")
        # sudo: a technical parameter; the web client sends at most that many ids of "select all".
        limit = int(self.env["ir.config_parameter"].sudo().get_param("web.active_ids_limit", 20000))
        if domain is not None and (not self or len(self) >= limit):
            return self._excel_export({"domain": domain})
        return self._excel_export({"ids": self.ids})

    def _excel_export(self, selection):
        """:param selection: {"ids": […]} or {"domain": […]}"""
        self._excel_check_access()
        # the download comes as a request of its own, which knows nothing of the companies chosen in the web client
        selection = {**selection, "company_ids": self.env.companies.ids}
        export = self.env["crm.excel.export"].create({"res_model": self._name, "selection": selection})
        return {"type": "ir.actions.act_url", "url": f"/crm/export/{export.id}", "target": "download"}

    def _excel_check_access(self):
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(self.env._("You may not export data. Ask an administrator for the export right."))
        self.check_access("read")

    # BUSINESS

    def _excel_select(self, selection):
        """The selected records that the reader may see, in the list's order."""
        domain = selection["domain"] if "domain" in selection else [("id", "in", selection["ids"])]
        context = {
            "active_test": "ids" not in selection,
            "allowed_company_ids": selection.get("company_ids") or self.env.companies.ids,
        }
        return self.with_context(**context).search(domain)

    def _excel_write(self, file):
        """Write the workbook of these records into a binary file, in batches, so that memory stays bounded.

        :raise UserError: more records than a sheet has rows
        """
        self._excel_check_access()
        if len(self) >= MAX_ROWS:
            raise UserError(
                self.env._(
                    "A sheet holds at most %(limit)s rows. Narrow the search and export in parts.", limit=MAX_ROWS - 1
                )
            )
        columns = [column for column in self._excel_columns() if column]
        with XlsxBook(file) as book:
            book.add_sheet(self._excel_title(), [column.sheet_column for column in columns])
            for ids in split_every(BATCH, self.ids):
                for record in self.browse(ids):
                    book.write_row([column.value(record) for column in columns])
                self.env.invalidate_all()


class CrmExcelExport(models.TransientModel):
    """What a user chose to download, from the click on the button until the browser fetches it."""

    _name = "crm.excel.export"
    _description = "Excel Export Selection"

    res_model = fields.Char(required=True)
    selection = fields.Json(required=True)
