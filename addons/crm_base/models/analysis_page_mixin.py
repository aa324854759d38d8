from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.xlsx import Money, XlsxBook

SHARED = 10  # parts of a share that have a row of their own


class CrmAnalysisPageMixin(models.AbstractModel):
    """A model of figures (a view of the database, mostly) with a page that shows their sums, and downloads them.

    A model inherits it, gives the page's figures in `get_page` and its tables in `_page_sheets`. The records
    themselves are exported as by `crm.excel.export.mixin`.
    """

    _name = "crm.analysis.page.mixin"
    _description = "Analysis Page"
    _inherit = ["crm.excel.export.mixin"]

    # HOOKS
    @api.model
    def get_page(self):
        """Hook: the figures of the page, of what the reader may see; its arguments are the choices on the page.

        :return: dict that goes to the browser and to `_page_sheets`
        """
        raise NotImplementedError

    @api.model
    def _page_sheets(self, page):
        """Hook: the tables of the page.

        :param page: what `get_page` gave
        :return: generator of (title, list of SheetColumn, rows)
        """
        raise NotImplementedError

    # ACTIONS
    @api.model
    def action_export_page(self, **choices):
        """Download the tables of the page; arguments as in `get_page`."""
        return self._excel_export({"page": choices})

    # BUSINESS
    @api.model
    def _page_share(self, fname, rows, measure="measure"):
        """One list of shares: the largest parts, then all others in one row with None as id.

        :param fname: many2one of this model that the parts are values of
        :param rows: lists that begin with id, amount (in the current company's currency) and measure
        :param measure: name of what is told of each part besides its amount
        """
        rows = sorted(rows, key=lambda row: row[1] or 0, reverse=True)
        largest, others = rows[:SHARED], rows[SHARED:]
        # sudo: like in every list view, who reads a record sees the names of what it points to
        records = self.env[self._fields[fname].comodel_name].sudo().browse(row[0] for row in largest if row[0])
        label = "complete_name" if "complete_name" in records._fields else "name"
        names = {record.id: record[label] for record in records}
        round_amount = self.env.company.currency_id.round
        parts = [
            {
                "id": id_ or False,
                "name": names.get(id_) or self.env._("Not set"),
                "amount": round_amount(amount or 0),
                measure: float(value or 0),
            }
            for id_, amount, value, *_rest in largest
        ]
        if others:
            parts.append(
                {
                    "id": None,
                    "name": self.env._("All others"),
                    "amount": round_amount(sum(row[1] or 0 for row in others)),
                    measure: float(sum(row[2] or 0 for row in others)),
                }
            )
        title = self.fields_get([fname], ["string"])[fname]["string"]
        return {"field": fname, "name": title, "rows": parts}

    @api.model
    def _local_midnight(self, day):
        """When `day` begins in the reader's time zone, in UTC."""
        midnight = self.env.tz.localize(datetime.combine(day, time.min))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _company_amount(self, amount, rate):
        """SQL of an amount in the currency of a document, turned into the one of its company.

        :param amount: ``SQL``
        :param rate: ``SQL`` of the document's rate: how much of its currency the company's unit is worth
        """
        return SQL(
            "CASE WHEN %(rate)s = 1 THEN %(amount)s ELSE %(amount)s / COALESCE(NULLIF(%(rate)s, 0), 1) END",
            amount=amount,
            rate=rate,
        )

    @api.model
    def _reader_amount(self, amount, company):
        """SQL of an amount in the currency of a company, turned into the current company's at today's rate.

        :param amount: ``SQL``
        :param company: ``SQL`` of the company's id
        """
        currency = self.env.company.currency_id
        foreign = self.env.companies.filtered(lambda company: company.currency_id != currency)
        if not foreign:
            return amount
        today = fields.Date.context_today(self)
        rates = [
            SQL(
                "WHEN %s THEN %s",
                other.id,
                other.currency_id._get_conversion_rate(other.currency_id, currency, other, today),
            )
            for other in foreign
        ]
        return SQL("%s * CASE %s %s ELSE 1 END", amount, company, SQL(" ").join(rates))

    # EXCEL
    @api.model
    def _page_money(self, amount):
        """A cell of an amount in the current company's currency."""
        currency = self.env.company.currency_id
        return Money(amount, currency.symbol or "", currency.decimal_places)

    def _excel_select(self, selection):
        if "page" not in selection:
            return super()._excel_select(selection)
        return self.with_context(allowed_company_ids=selection["company_ids"], crm_analysis_page=selection["page"])

    def _excel_write(self, file):
        choices = self.env.context.get("crm_analysis_page")
        if choices is None:
            return super()._excel_write(file)
        self._excel_check_access()
        with XlsxBook(file) as book:
            for title, columns, rows in self._page_sheets(self.get_page(**choices)):
                book.add_sheet(title, columns)
                for row in rows:
                    book.write_row(row)
