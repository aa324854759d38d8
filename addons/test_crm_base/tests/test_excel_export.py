import glob
import io
import os
import tempfile
from datetime import date, datetime
from unittest.mock import patch

import openpyxl
import psutil

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger


class ExportCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "export_user", "base.group_user,base.group_allow_export", tz="Asia/Shanghai", lang="en_US"
        )
        cls.colleague = new_test_user(cls.env, "export_colleague", "base.group_user", lang="en_US")
        cls.items = cls.env["test.crm.item"].with_user(cls.user)

    def export(self, items):
        file = io.BytesIO()
        items._excel_write(file)
        return openpyxl.load_workbook(file).active

    def cells(self, items):
        """{heading: [openpyxl cell, …]}"""
        return {column[0].value: column[1:] for column in self.export(items).columns}


@tagged("post_install", "-at_install")
class TestExcelExport(ExportCase):
    def test_typed_columns(self):
        usd, jpy = self.env.ref("base.USD"), self.env.ref("base.JPY")
        partner = self.env["res.partner"].create({"name": "ACME"})
        tags = self.env["res.partner.category"].create([{"name": "Red"}, {"name": "Blue"}])
        first = self.items.create(
            {
                "name": "First", "code": "0012", "partner_id": partner.id, "tag_ids": [Command.set(tags.ids)],
                "kind": "b", "quantity": 3, "price": 1.25, "amount": 1234.5, "currency_id": usd.id,
                "day": date(2026, 1, 31), "moment": datetime(2026, 1, 31, 16, 30), "checked": True,
            }
        )  # fmt: skip
        second = self.items.create({"name": "Second", "amount": 5, "currency_id": jpy.id})
        cells = self.cells(first + second)
        values = {heading: [cell.value for cell in column] for heading, column in cells.items()}
        self.assertEqual(values["Name"], ["First", "Second"])
        self.assertEqual(values["Code"], ["0012", None])
        self.assertEqual(values["User"], [self.user.name] * 2)
        self.assertEqual(values["Partner's Name"], ["ACME", None])
        self.assertEqual(sorted(values["Tag"][0].split(", ")), ["Blue", "Red"])
        self.assertIsNone(values["Tag"][1])
        self.assertEqual(values["Kind"], ["Second Kind", None])
        self.assertEqual(values["Quantity"], [3, 0])
        self.assertEqual(values["Double"], [6, 0])
        self.assertEqual(values["Price"], [1.25, 0])
        self.assertEqual(values["Amount"], [1234.5, 5])
        self.assertEqual(cells["Amount"][0].number_format, f'"{usd.symbol}"#,##0.00')
        self.assertEqual(cells["Amount"][1].number_format, f'"{jpy.symbol}"#,##0')
        self.assertEqual(values["Day"], [datetime(2026, 1, 31), None])
        self.assertEqual(values["Moment"], [datetime(2026, 2, 1, 0, 30), None], "in the reader's time zone")
        self.assertEqual(values["Checked"], [True, False])

    def test_sheet_layout(self):
        sheet = self.export(self.items.create([{"name": "A"}, {"name": "B"}]))
        self.assertEqual(sheet.freeze_panes, "A2")
        self.assertEqual(sheet.auto_filter.ref, f"A1:{sheet.cell(3, sheet.max_column).coordinate}")
        self.assertTrue(sheet["A1"].font.bold)
        self.assertGreaterEqual(sheet.column_dimensions["A"].width, 30)

    def test_text_never_becomes_a_formula(self):
        texts = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "http://example.com", "1e5", "\t=1"]
        column = self.cells(self.items.create([{"name": text} for text in texts]))["Name"]
        self.assertEqual([cell.value for cell in column], texts)
        self.assertEqual({cell.data_type for cell in column}, {"s"})
        self.assertFalse([cell for cell in column if cell.hyperlink])

    def test_odd_values(self):
        items = self.items.create(
            [
                {"name": "x" * 40_000, "day": date(1812, 6, 24)},
                {"name": "control \x01 character", "price": float("inf")},
            ]
        )
        cells = self.cells(items)
        self.assertEqual(len(cells["Name"][0].value), 32_767, "a cell holds no more")
        self.assertEqual(cells["Day"][0].value, "1812-06-24", "Excel has no dates before 1900")
        self.assertTrue(cells["Name"][1].value.startswith("control"))

    def test_record_rules_hold(self):
        own = self.items.create({"name": "Own"})
        foreign = self.items.with_user(self.colleague).create({"name": "Foreign"})
        for selection in ({"ids": (own + foreign).ids}, {"domain": []}, {"domain": [("name", "ilike", "o")]}):
            self.assertEqual(self.items._excel_select(selection), own)
        with self.assertRaises(AccessError):
            self.export(own + self.items.browse(foreign.id))

    def test_hidden_fields_are_left_out(self):
        item = self.items.create({"name": "A"})
        item.sudo().secret = "x"
        self.assertNotIn("Secret", self.cells(item))
        self.user.group_ids += self.env.ref("base.group_system")
        self.assertEqual(self.cells(item)["Secret"][0].value, "x")

    def test_linked_record_the_reader_may_not_see(self):
        secret = self.env["res.partner"].create(
            {"name": "Secret", "company_id": self.env["res.company"].create({"name": "C"}).id}
        )
        item = self.items.create({"name": "A"})
        item.sudo().partner_id = secret
        self.assertIsNone(self.cells(item)["Partner's Name"][0].value)

    def test_export_right_is_needed(self):
        items = self.items.with_user(self.colleague).create({"name": "A"})
        with self.assertRaises(AccessError):
            items.action_export_excel()
        with self.assertRaises(AccessError):
            self.export(items)

    def test_selection_or_whole_search(self):
        items = self.items.create([{"name": "A"}, {"name": "B"}, {"name": "C"}])
        exports = self.env["crm.excel.export"]

        def chosen(records, **context):
            action = records.with_context(**context).action_export_excel()
            selection = dict(exports.browse(int(action["url"].rpartition("/")[2])).selection)
            self.assertEqual(selection.pop("company_ids"), self.env.companies.ids, "the download keeps to them")
            return selection

        domain = [["name", "!=", "C"]]
        self.assertEqual(chosen(items[:1], active_domain=domain), {"ids": items[:1].ids})
        self.assertEqual(chosen(self.items, active_domain=domain), {"domain": domain})
        self.env["ir.config_parameter"].set_param("web.active_ids_limit", "2")
        self.assertEqual(chosen(items[:2], active_domain=domain), {"domain": domain}, "the client sends no more ids")
        self.assertEqual(self.items._excel_select({"domain": domain}), items[:2])

    def test_too_many_rows(self):
        items = self.items.create([{"name": "A"}, {"name": "B"}])
        with patch("odoo.addons.crm_base.models.excel_export_mixin.MAX_ROWS", 2), self.assertRaises(UserError):
            self.export(items)

    def test_many_rows_bounded_memory_and_queries(self):
        """20,000 rows: memory stays far below what the rows take, queries grow by the batch and not by the row."""
        self.env.cr.execute(
            """INSERT INTO test_crm_item (name, code, user_id, quantity, currency_id, amount)
               SELECT 'Item ' || n || repeat(' filler', 100), 'K' || n, %s, n, %s, n
               FROM generate_series(1, 20000) n""",
            [self.user.id, self.env.company.currency_id.id],
        )
        items = self.items.search([("code", "=like", "K%")])
        self.assertEqual(len(items), 20_000)
        process = psutil.Process()
        with tempfile.TemporaryFile() as file:
            self.export_to(items[:2000], file)
            self.env.invalidate_all()
            queries, memory = self.env.cr.sql_log_count, process.memory_info().rss
            self.export_to(items, file)
            grown = process.memory_info().rss - memory
            queries = self.env.cr.sql_log_count - queries
            rows = openpyxl.load_workbook(file, read_only=True).active
            self.assertEqual(sum(1 for _row in rows.iter_rows()), 20_001)
        self.assertLess(grown, 24 << 20)
        self.assertLess(queries, 20 * 12)

    def export_to(self, items, file):
        file.seek(0)
        file.truncate()
        items._excel_write(file)

    def test_no_work_files_are_left(self):
        item = self.items.create({"name": "A"})
        with tempfile.TemporaryDirectory() as directory, patch.object(tempfile, "tempdir", directory):
            self.export(item)
            self.assertEqual(glob.glob(os.path.join(directory, "*")), [])
            columns = [item._excel_column("broken", value=lambda item: 1 / 0)]
            with (
                patch.object(self.registry["test.crm.item"], "_excel_columns", lambda self: columns),
                self.assertRaises(ZeroDivisionError),
            ):
                self.export(item)
            self.assertEqual(glob.glob(os.path.join(directory, "*")), [])


@tagged("post_install", "-at_install")
class TestExcelDownload(ExportCase, HttpCase):
    def test_download(self):
        items = self.items.create([{"name": "A"}, {"name": "B"}])
        url = items.action_export_excel()["url"]
        self.authenticate("export_user", "export_user")
        before = set(os.listdir(tempfile.gettempdir()))
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertIn("spreadsheetml", response.headers["Content-Type"])
        self.assertIn(".xlsx", response.headers["Content-Disposition"])
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        self.assertEqual([cell.value for cell in sheet["A"]], ["Name", "A", "B"])
        left = {name for name in set(os.listdir(tempfile.gettempdir())) - before if name.startswith("crm_xlsx_")}
        self.assertFalse(left)
        with mute_logger("odoo.http"):
            self.user.group_ids -= self.env.ref("base.group_allow_export")
            self.assertEqual(self.url_open(url).status_code, 403, "the right is gone")
            self.colleague.group_ids += self.env.ref("base.group_allow_export")
            self.authenticate("export_colleague", "export_colleague")
            self.assertEqual(self.url_open(url).status_code, 404, "another user's download")
