import base64
import contextlib
import csv
import io
import zipfile
from datetime import date, datetime
from unittest.mock import patch

import openpyxl
import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

HEADINGS = {
    "name": "\u540d\u79f0",  # as the Chinese translation of the test models would be; see ImportCase.setUpClass
}


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def text_file(rows, encoding="utf-8", delimiter=","):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode(encoding)


def read_workbook(content):
    """[[cell, …] per row] of each sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]


class ImportCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("en_US", "zh_CN"):
            cls.env["res.lang"]._activate_lang(lang)
        field = cls.env["ir.model.fields"]._get("test.crm.item", "name")
        field.with_context(lang="zh_CN").field_description = HEADINGS["name"]
        cls.user = new_test_user(cls.env, "import_user", "base.group_user", tz="Asia/Shanghai", lang="en_US")
        cls.colleague = new_test_user(cls.env, "import_colleague", "base.group_user", lang="en_US")
        cls.wizards = cls.env["test.crm.item.import"].with_user(cls.user)
        cls.items = cls.env["test.crm.item"].with_user(cls.user)

    def run_import(self, rows, **options):
        return self.wizards._import_run(workbook(rows), "items.xlsx", **options)

    def messages(self, job):
        return {error.row_number: error.message for error in job.error_ids}

    def counts(self, job):
        return (job.created_count, job.updated_count, job.skipped_count, job.failed_count)


@tagged("post_install", "-at_install")
class TestImportWizard(ImportCase):
    def test_typed_cells(self):
        self.env["res.partner.category"].create({"name": "Tools"})
        job = self.run_import(
            [
                ["Name", "Code", "Category", "Kind", "Quantity", "Price", "Day", "Moment", "Checked"],
                ["Drill", 13812345678, "Tools", "Second Kind", 3, 1234.5, date(2026, 1, 31),
                 datetime(2026, 1, 31, 8, 0), True],
                ["Saw", "0012", "Tools", "a", "1,000", "\uffe51,234.50", "2026/2/1", "2026-02-01 20:30:15", "yes"],
                ["File", None, None, None, None, None, None, None, None],
                ["Rasp", "R", None, None, " 7 ", ".5", "20260203", 46054.5, "0"],
            ]
        )  # fmt: skip
        self.assertEqual(self.messages(job), {})
        self.assertEqual(self.counts(job), (4, 0, 0, 0))
        self.assertEqual((job.state, job.processed_count, job.total_count), ("done", 4, 4))
        drill, saw, file, rasp = self.items.search([])
        self.assertEqual(drill.user_id, self.user)
        self.assertEqual(drill.code, "13812345678")
        self.assertEqual(drill.category_id.name, "Tools")
        self.assertEqual((drill.kind, saw.kind), ("b", "a"))
        self.assertEqual((saw.code, saw.quantity, saw.price), ("0012", 1000, 1234.5))
        self.assertEqual((drill.day, saw.day, rasp.day), (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 3)))
        self.assertEqual(drill.moment, datetime(2026, 1, 31, 0, 0), "the sheet's time is the user's time")
        self.assertEqual(saw.moment, datetime(2026, 2, 1, 12, 30, 15))
        self.assertEqual(rasp.moment, datetime(2026, 2, 1, 4, 0), "an Excel serial number without a date format")
        self.assertEqual((drill.checked, saw.checked, rasp.checked), (True, True, False))
        self.assertFalse(file.code)

    def test_bad_cells_name_field_and_row(self):
        job = self.run_import(
            [
                ["Name", "Category", "Kind", "Quantity", "Price", "Day", "Checked"],
                [None, None, None, 1, None, None, None],
                ["A", "Nowhere", None, None, None, None, None],
                ["B", None, "Third", None, None, None, None],
                ["C", None, None, 1.5, "dear", None, None],
                ["D", None, None, None, None, "31.02.2026", "perhaps"],
                ["E", None, None, "NaN", "inf", "2026-02-30", None],
                ["F", None, None, -1, None, None, None],
                ["G", None, None, None, 2_000_000, None, None],
                ["Good", None, None, 1, None, None, None],
            ]
        )
        messages = self.messages(job)
        self.assertEqual(self.items.search([]).mapped("name"), ["Good"])
        self.assertEqual(self.counts(job), (1, 0, 0, 8))
        self.assertEqual(list(messages), [2, 3, 4, 5, 6, 7, 8, 9])
        self.assertIn("Name: ", messages[2])
        self.assertIn("Category: “Nowhere”", messages[3])
        self.assertIn("Kind: “Third”", messages[4])
        self.assertIn("First Kind, Second Kind", messages[4])
        self.assertEqual(len(messages[5].splitlines()), 2, "all bad cells of a row are named at once")
        self.assertIn("Quantity: “1.5”", messages[5])
        self.assertIn("Price: “dear”", messages[5])
        self.assertIn("Day: “31.02.2026”", messages[6])
        self.assertEqual(len(messages[7].splitlines()), 3)
        self.assertEqual(messages[8], "The quantity must not be negative.")
        self.assertEqual(messages[9], "Price: The price is too high.")

    def test_headings_are_recognised(self):
        for heading in (
            "Name",
            "name",
            " N a m e *",
            "\uff2e\uff41\uff4d\uff45",
            HEADINGS["name"],
            f" {HEADINGS['name']}\uff1a",
        ):
            with self.subTest(heading=heading):
                self.assertEqual(self.counts(self.run_import([[heading], ["A"]])), (1, 0, 0, 0))
        job = self.run_import([["Name", "item no", "Colour", None, "Weight"], ["A", "C-7", "red", None, 3]])
        self.assertEqual(self.items.search([("code", "=", "C-7")]).name, "A", "an alias")
        self.assertEqual(job.ignored_columns, "Colour, Weight")

    def test_bad_headings(self):
        for rows, problem in (
            ([["Code"], ["A"]], "Name"),
            ([["Colour"], ["red"]], "Name"),
            ([["Name", HEADINGS["name"]], ["A", "B"]], "twice"),
            ([], "empty"),
        ):
            with self.subTest(rows=rows), self.assertRaisesRegex(UserError, problem):
                self.run_import(rows)

    def test_text_files(self):
        rows = [
            ["Name", "Code", "Price"],
            [f"{HEADINGS['name']}, \u201c1\u201d", "1;2", "1,5"],
            ["two\nlines", "", "3"],
        ]
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
            for delimiter in (",", ";", "\t"):
                with self.subTest(encoding=encoding, delimiter=delimiter):
                    content = text_file(rows, encoding, delimiter)
                    self.assertEqual(self.counts(self.wizards._import_run(content, "items.csv")), (2, 0, 0, 0))
                    items = self.items.search([])
                    self.assertEqual(items.mapped("name"), [rows[1][0], "two\nlines"])
                    items.unlink()

    def test_unreadable_files(self):
        truncated = workbook([["Name"]])[:-200]
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b" " * 1_000)
        no_workbook = bomb.getvalue()
        for content in (b"", b"\x00\x01\x02", b"\xff\xff\xff", truncated, no_workbook, b"%PDF-1.7\n\x00"):
            with self.subTest(content=content[:8]), self.assertRaises(UserError):
                self.wizards._import_run(content, "items.xlsx")
        with (
            patch("odoo.addons.crm_base.tools.sheet_reader.MAX_UNPACKED_BYTES", 100),
            self.assertRaisesRegex(UserError, "too large"),
        ):
            self.run_import([["Name"], ["A"]])

    def test_row_numbers_are_the_sheets(self):
        job = self.run_import([[None], ["Name", "Quantity"], [None, None], ["A", "x"], [None, None], ["B", "y"]])
        self.assertEqual(list(self.messages(job)), [4, 6])

    def test_same_key_twice_in_the_file(self):
        rows = [["Name", "Code"], ["A", "1"], ["B", "2"], ["C", "1"], ["D", None], ["E", None]]
        with patch.object(type(self.wizards), "_import_batch_size", 2):
            job = self.run_import(rows)
        self.assertEqual(self.counts(job), (4, 0, 0, 1))
        self.assertIn("row 2", self.messages(job)[4])

    def test_update_and_skip(self):
        item = self.items.create({"name": "Old", "code": "1", "quantity": 5})
        rows = [["Name", "Code", "Quantity"], ["New", "1", None], ["Other", "2", 3]]
        self.assertEqual(self.counts(self.run_import(rows)), (1, 0, 1, 0))
        self.assertEqual(item.name, "Old")
        self.assertEqual(self.counts(self.run_import(rows, update_existing=True)), (0, 2, 0, 0))
        self.assertEqual((item.name, item.quantity), ("New", 5), "an empty cell changes nothing")

    def test_one_bad_row_costs_no_other(self):
        """A row that fails in the database is found by halving, and the others of its batch are imported."""
        # the colleague's item is hidden by the record rule, so that only the database knows the code is taken
        self.items.with_user(self.colleague).create({"name": "Hidden", "code": "33"})
        rows = [["Name", "Code"], *([f"Item {number}", str(number)] for number in range(64))]
        with mute_logger("odoo.sql_db"):
            job = self.run_import(rows)
        self.assertEqual(self.counts(job), (63, 0, 0, 1))
        self.assertEqual(self.messages(job), {35: "This code is taken."})
        self.assertEqual(self.items.search_count([]), 63)

    def test_stop_at_first_error(self):
        rows = [["Name", "Quantity"], ["A", 1], ["B", 2], ["C", -1], ["D", 4], ["E", 5], ["F", 6]]
        with patch.object(type(self.wizards), "_import_batch_size", 4):
            checked = self.run_import(rows, on_error="stop", dry_run=True)
            self.assertFalse(self.items.search([]))
            job = self.run_import(rows, on_error="stop")
        self.assertEqual(self.items.search([]).mapped("name"), ["A", "B"])
        for run in (checked, job):
            self.assertEqual(self.counts(run), (2, 0, 0, 1))
            self.assertEqual(run.processed_count, 3)
            self.assertIn("row 4", run.message)
            self.assertEqual([error.row_number for error in run.error_ids], [4, 5, 6, 7], "all that is left to load")

    def test_documents_of_several_rows(self):
        """The rows of a document come together and are imported or not at all, also where the import stops."""
        rows = [
            ["Name", "Code", "Quantity"],
            ["A", "1", 1],
            ["B", "2", 1],
            ["A", "3", 1],
            ["B", "4", -1],
            ["C", "5", 1],
        ]
        self.patch(type(self.wizards), "_import_group_column", "name")
        self.patch(type(self.wizards), "_import_batch_size", 2)
        job = self.run_import(rows, on_error="stop")
        self.assertEqual(self.items.search([]).mapped("code"), ["1", "3"])
        self.assertEqual([error.row_number for error in job.error_ids], [3, 5, 6])
        self.assertEqual((self.counts(job), job.processed_count), ((2, 0, 0, 2), 4))
        self.assertEqual(self.counts(self.run_import(rows)), (1, 0, 2, 2), "going on, C is imported")

    def test_dry_run_keeps_nothing(self):
        rows = [["Name", "Quantity"], ["A", 1], ["B", -1]]
        job = self.run_import(rows, dry_run=True)
        self.assertEqual(self.counts(job), (1, 0, 0, 1))
        self.assertFalse(self.items.search([]))
        action = job.with_user(self.user).action_import_checked()
        real = self.env["crm.import.job"].browse(action["res_id"])
        self.assertEqual((real.dry_run, self.counts(real)), (False, (1, 0, 0, 1)))
        self.assertEqual(self.items.search([]).name, "A")
        with self.assertRaises(UserError):
            real.action_import_checked()

    def test_error_file_can_be_loaded_again(self):
        job = self.run_import(
            [["Name", "Colour", "Quantity", "Day"], ["A", "red", "x", date(2026, 1, 1)], ["B", "blue", 1, None],
             ["C", 5, -2, date(2026, 1, 3)]]
        )  # fmt: skip
        file = io.BytesIO()
        job._write_error_file(file)
        [rows] = read_workbook(file.getvalue())
        self.assertEqual(rows[0], ["Name", "Colour", "Quantity", "Day", "Import Error"])
        self.assertEqual(rows[1][:3], ["A", "red", "x"])
        self.assertEqual(rows[2][:3], ["C", 5, -2])
        self.assertEqual(rows[2][4], "The quantity must not be negative.")
        rows[1][2], rows[2][2] = 4, 2
        again = self.run_import(rows)
        self.assertEqual(self.messages(again), {})
        self.assertEqual(again.ignored_columns, "Colour")
        self.assertEqual(self.items.search([]).mapped("name"), ["B", "A", "C"])
        self.assertEqual(self.items.search([])[1].day, date(2026, 1, 1))

    def test_template(self):
        self.env["res.partner.category"].create({"name": "Tools"})
        file = io.BytesIO()
        self.wizards._import_write_template(file)
        sheet, notes = read_workbook(file.getvalue())
        self.assertEqual(sheet[0][:2], ["Name *", "Code"])
        self.assertEqual(sheet[1][:2], ["Example item", "X-1"])
        notes = {row[0]: row[1:] for row in notes}
        self.assertEqual(notes["Name"][0], "Yes")
        self.assertEqual(notes["Kind"][2], "First Kind\nSecond Kind")
        self.assertIn("Tools", notes["Category"][2])
        job = self.wizards._import_run(file.getvalue(), "template.xlsx")
        self.assertEqual(self.counts(job), (0, 0, 1, 0), "the example row is not imported")
        file = io.BytesIO()
        self.wizards.with_context(lang="zh_CN")._import_write_template(file)
        self.assertEqual(read_workbook(file.getvalue())[0][0][0], f"{HEADINGS['name']} *")

    def test_wizard_form(self):
        form = Form(self.wizards)
        form.file = base64.b64encode(workbook([["Name"], ["A"]]))
        form.update_existing = True
        wizard = form.save()
        wizard.file_name = "items.xlsx"
        job = self.env["crm.import.job"].with_user(self.user).browse(wizard.action_import()["res_id"])
        self.assertEqual((job.state, job.created_count, job.file_name, job.progress), ("done", 1, "items.xlsx", 100))
        self.assertTrue(job.options["update_existing"])
        with self.assertRaises(UserError):
            self.wizards.create({}).action_import()
        with (
            patch("odoo.addons.crm_base.wizards.import_wizard.MAX_BYTES", 100),
            self.assertRaisesRegex(UserError, "larger"),
        ):
            wizard.action_check()

    def test_lookups_do_not_grow_with_rows(self):
        self.env["res.partner.category"].create({"name": "Tools"})
        content = {}
        for size in (10, 200):
            rows = [["Name", "Code", "Category"], *([f"N{size}-{n}", f"{size}-{n}", "Tools"] for n in range(size))]
            content[size] = workbook(rows)
        self.wizards._import_run(content[10], "warm.xlsx", dry_run=True)
        queries = []
        for size in (10, 200):
            before = self.env.cr.sql_log_count
            self.wizards._import_run(content[size], "items.xlsx")
            queries.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(queries[1], queries[0] + 4, queries)

    def test_own_jobs_only(self):
        job = self.run_import([["Name", "Quantity"], ["A", "x"]]).with_user(self.user)
        self.assertTrue(job.error_ids.mapped("message"))
        theirs = job.with_user(self.colleague)
        for access in (
            lambda: theirs.read(["file"]),
            theirs.action_cancel,
            lambda: theirs.error_ids.read(["cells"]),
            lambda: job.error_ids.with_user(self.colleague).read(["cells"]),
            theirs.action_import_checked,
        ):
            with self.assertRaises(AccessError):
                access()
        self.assertFalse(self.env["crm.import.job"].with_user(self.colleague).search([]))
        admin = new_test_user(self.env, "import_admin", "base.group_user,crm_base.group_crm_admin")
        self.assertTrue(job.with_user(admin).read(["file_name"]))

    def test_jobs_cannot_be_forged(self):
        job = self.run_import([["Name"], ["A"]]).with_user(self.user)
        for change in (
            lambda: job.write({"user_id": self.env.ref("base.user_admin").id}),
            lambda: job.write({"state": "waiting", "processed_count": 0}),
            lambda: job.create({"import_model": "test.crm.item.import", "user_id": 2, "file": b"", "file_name": "x"}),
            job.unlink,
        ):
            with self.assertRaises(AccessError):
                change()

    def test_rights_are_the_users(self):
        """What the user may not create is refused row by row, and the wizard itself is closed to who has no access."""
        self.env.ref("test_crm_base.access_test_crm_item_user").perm_create = False
        job = self.run_import([["Name"], ["A"]])
        self.assertEqual(self.counts(job), (0, 0, 0, 1))
        self.env.ref("test_crm_base.access_test_crm_item_import_user").perm_create = False
        with self.assertRaises(AccessError):
            self.run_import([["Name"], ["A"]])


@tagged("post_install", "-at_install")
class TestImportBackground(ImportCase, CronMixinCase):
    """Long files: the scheduled action's work, in the test's transaction (a commit is a savepoint here)."""

    def setUp(self):
        super().setUp()
        self.commits = 0
        self.patch(type(self.wizards), "_import_background_rows", 5)
        self.patch(type(self.wizards), "_import_batch_size", 3)
        self.patch(self.registry["ir.cron"], "_commit_progress", lambda *_args, **_kwargs: self._commit())
        self.patch(self.env.cr, "commit", self._commit)
        self.patch(self.env.cr, "rollback", self._rollback)
        self._commit()

    def _commit(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT import_test")
        self.commits += 1

    def _rollback(self):
        self.env.cr.clear()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT import_test")

    def start(self, rows=20, bad=(), **options):
        cells = [["Name", "Code", "Quantity"], *([f"I{n}", f"C{n}", -1 if n in bad else n] for n in range(rows))]
        wizard = self.wizards.create({"file": base64.b64encode(workbook(cells)), "file_name": "long.xlsx", **options})
        with self.capture_triggers("crm_base.import_job_cron") as captured:
            job = self.env["crm.import.job"].browse(wizard.action_import()["res_id"])
        self.assertEqual((job.state, len(captured.records)), ("waiting", 1))
        self._commit()
        return job

    def work(self):
        self.env["crm.import.job"]._cron_process()

    def test_long_file_runs_in_background(self):
        job = self.start(bad=(7, 19), update_existing=True)
        self.assertFalse(self.items.search([]))
        self.work()
        self.assertEqual((job.state, *self.counts(job)), ("done", 18, 0, 0, 2))
        self.assertEqual(list(self.messages(job)), [9, 21])
        self.assertEqual(self.items.search([]).user_id, self.user)
        self.assertEqual(self.items.search([]).create_uid, self.user)
        self.assertGreaterEqual(self.commits, 7, "each batch is committed")
        self.assertTrue(job.finish_date)

    def test_killed_run_goes_on_where_it_was(self):
        class Kill(BaseException):
            """Like kill -9, this passes all handlers."""

        job = self.start(rows=20, bad=(4,))
        import_rows = type(self.wizards)._import_rows
        seen = []

        def killed(wizard, rows):
            seen.extend(row.values["code"] for row in rows)
            import_rows(wizard, rows)
            if len(seen) > 10:
                raise Kill

        # no assertRaises here: Odoo's would undo what was committed
        with patch.object(type(self.wizards), "_import_rows", killed), contextlib.suppress(Kill):
            self.work()
        self._rollback()  # what the dying server had not committed
        done = job.processed_count
        self.assertEqual(job.state, "running")
        self.assertTrue(0 < done < 20)
        self.assertEqual(self.items.search_count([]), done - job.failed_count)
        self.work()
        self.assertEqual((job.state, *self.counts(job)), ("done", 19, 0, 0, 1))
        self.assertEqual(sorted(self.items.search([]).mapped("code")), sorted(f"C{n}" for n in range(20) if n != 4))

    def test_duplicates_are_found_across_a_restart(self):
        rows = [["Name", "Code"], *([f"I{n}", f"C{n % 15}"] for n in range(20))]
        job = self.wizards.create({})._import_create_job(workbook(rows), "long.xlsx", False)
        self._commit()
        parse, parsed = type(self.wizards)._import_parse_value, []
        with (
            patch("odoo.addons.crm_base.models.import_job.TURN_SECONDS", 0),
            patch.object(type(self.wizards), "_import_parse_value", lambda *args: parsed.append(parse(*args))),
        ):
            for _turn in range(10):
                self.work()
        self.assertEqual((job.state, *self.counts(job)), ("done", 15, 0, 0, 5))
        self.assertIn("row 2", self.messages(job)[17])
        # 20 rows of 2 cells, for the duplicates and for the import, and 2 rows that each of 10 turns looks ahead
        self.assertLessEqual(len(parsed), 2 * 20 * 2 + 2 * 2 * 10)

    def test_jobs_take_turns(self):
        first, second = self.start(rows=9), self.start(rows=6)
        with patch("odoo.addons.crm_base.models.import_job.TURN_SECONDS", 0):
            self.work()
            self.assertEqual((first.processed_count, second.processed_count), (3, 0))
            first.turn_date = datetime(2020, 1, 1)
            self.work()
            self.assertEqual((first.processed_count, second.processed_count), (3, 3))

    def test_conflict_with_another_transaction_is_tried_again(self):
        job = self.start(rows=6)
        import_rows = type(self.wizards)._import_rows
        conflicts = [True]

        def conflicting(wizard, rows):
            import_rows(wizard, rows)
            if conflicts:
                conflicts.pop()
                raise psycopg2.errors.SerializationFailure()

        with patch.object(type(self.wizards), "_import_rows", conflicting), patch("time.sleep"):
            self.work()
        self.assertFalse(conflicts)
        self.assertEqual((job.state, *self.counts(job)), ("done", 6, 0, 0, 0))

    def test_cancel(self):
        job = self.start(rows=9)
        import_rows = type(self.wizards)._import_rows

        def cancelled_meanwhile(wizard, rows):
            import_rows(wizard, rows)
            job.with_user(self.user).action_cancel()

        with patch.object(type(self.wizards), "_import_rows", cancelled_meanwhile):
            self.work()
        self.assertEqual((job.state, job.processed_count), ("cancelled", 3))
        self.work()
        self.assertEqual(self.items.search_count([]), 3)

    def test_failed_job_does_not_stop_the_next(self):
        broken, good = self.start(rows=9), self.start(rows=6)
        broken.import_model = "test.gone"
        self.work()
        self.assertEqual((broken.state, good.state), ("failed", "done"))
        self.assertTrue(broken.message)

    def test_user_is_told(self):
        self.start(rows=6, bad=(1,))
        with patch.object(self.registry["res.users"], "_bus_send", autospec=True) as send:
            self.work()
        [users, kind, message] = send.call_args.args
        self.assertEqual((users, kind, message["type"]), (self.user, "simple_notification", "warning"))
        self.assertIn("long.xlsx", message["title"])
        self.assertIn("5 created", message["message"])

    def test_rights_are_the_users_when_the_job_runs(self):
        job = self.start(rows=6)
        self.env.ref("test_crm_base.access_test_crm_item_user").perm_create = False
        self.work()
        self.assertEqual(self.counts(job), (0, 0, 0, 6))
        gone = self.start(rows=6)
        self.user.active = False
        self.work()
        self.assertEqual(gone.state, "failed")

    def test_old_jobs_are_deleted(self):
        old, recent = self.run_import([["Name"], ["A"]]), self.run_import([["Name"], ["B"]])
        old.sudo().finish_date = datetime(2020, 1, 1)
        self.env["crm.import.job"]._gc_old_jobs()
        self.assertEqual((old | recent).exists(), recent)


@tagged("post_install", "-at_install")
class TestImportDownloads(ImportCase, HttpCase):
    def test_downloads(self):
        job = self.run_import([["Name", "Quantity"], ["A", "x"]])
        self.authenticate("import_user", "import_user")
        template = self.url_open("/crm/import/test.crm.item.import/template")
        self.assertEqual(read_workbook(template.content)[0][0][0], "Name *")
        errors = self.url_open(job.action_download_errors()["url"])
        self.assertEqual(read_workbook(errors.content)[0][1][:2], ["A", "x"])
        self.assertIn("items", errors.headers["Content-Disposition"])
        self.authenticate("import_colleague", "import_colleague")
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(job.action_download_errors()["url"]).status_code, 404)
            for model in ("res.partner", "crm.import.wizard", "no.model"):
                self.assertEqual(self.url_open(f"/crm/import/{model}/template").status_code, 404, model)
            self.env.ref("test_crm_base.access_test_crm_item_import_user").perm_create = False
            self.assertEqual(self.url_open("/crm/import/test.crm.item.import/template").status_code, 403)
        self.logout()
        response = self.url_open("/crm/import/test.crm.item.import/template", allow_redirects=False)
        self.assertEqual(response.status_code, 303, "login page")
