import base64
import random
import time
from datetime import timedelta
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

from ..tools.xlsx import SheetColumn, XlsxBook

OPEN_STATES = ("waiting", "running")
TURN_SECONDS = 45  # well under Odoo's default limit_time_real of 120 s
MAX_TRIES = 5
KEEP_DAYS = 90


class CrmImportJob(models.Model):
    """One run of an import wizard: what was loaded, by whom, how far it is, and which rows failed.

    In the background each batch of rows is committed together with `processed_count`, so that a run goes on where
    it was when the server dies. The rows are always imported with the rights of `user_id`. Users cannot write jobs:
    they could give themselves another user's rights.
    """

    _name = "crm.import.job"
    _description = "Import Job"
    _order = "id desc"
    _rec_name = "file_name"

    import_model = fields.Char(required=True, readonly=True)
    import_type = fields.Char(compute="_compute_import_type")
    user_id = fields.Many2one("res.users", required=True, index=True, readonly=True, ondelete="cascade")
    file = fields.Binary(required=True, attachment=True, readonly=True)
    file_name = fields.Char(required=True, readonly=True)
    dry_run = fields.Boolean(string="Check Only", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="waiting",
        required=True,
        readonly=True,
    )
    options = fields.Json(readonly=True)
    run_context = fields.Json(readonly=True)
    header = fields.Json(readonly=True)
    # as `_import_find_repeated` gives it; stored, as a turn does not read all rows
    repeated = fields.Json(readonly=True, export_string_translation=False)
    ignored_columns = fields.Char(readonly=True)
    message = fields.Text(readonly=True)
    total_count = fields.Integer(string="Rows", readonly=True)
    processed_count = fields.Integer(string="Processed", readonly=True)
    created_count = fields.Integer(string="Created", readonly=True)
    updated_count = fields.Integer(string="Updated", readonly=True)
    skipped_count = fields.Integer(string="Skipped", readonly=True)
    failed_count = fields.Integer(string="With Errors", readonly=True)
    progress = fields.Float(compute="_compute_progress")
    error_ids = fields.One2many("crm.import.error", "job_id", string="Errors", readonly=True)
    turn_date = fields.Datetime(readonly=True, help="When it last had a turn in the background.")
    finish_date = fields.Datetime(string="Finished On", readonly=True)

    _open_idx = models.Index("(turn_date, id) WHERE state IN ('waiting', 'running')")

    # COMPUTE

    @api.depends("import_model")
    @api.depends_context("lang")
    def _compute_import_type(self):
        for job in self:
            # sudo: only the translated name of the wizard is read.
            job.import_type = self.env["ir.model"].sudo()._get(job.import_model).name or job.import_model

    @api.depends("processed_count", "total_count")
    def _compute_progress(self):
        for job in self:
            job.progress = 100 * job.processed_count / job.total_count if job.total_count else 100

    # ACTIONS

    def action_cancel(self):
        self.check_access("read")
        for job in self.filtered(lambda job: job.state in OPEN_STATES):
            # sudo: the reader of a job may cancel it; record rules leave him his own.
            job.sudo().write({"state": "cancelled", "finish_date": fields.Datetime.now()})

    def action_import_checked(self):
        """Import the file of a dry run for good."""
        self.ensure_one()
        if not self.dry_run or self.state != "done" or self.user_id != self.env.user:
            raise UserError(self.env._("Only the user who checked a file can import it, once the check is done."))
        return self._make_wizard()._import_start(self._content(), self.file_name, dry_run=False)

    def action_download_errors(self):
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/crm/import/{self.id}/errors", "target": "download"}

    def action_refresh(self):
        return True

    def _action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.import_type,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # BUSINESS

    @api.model
    def _create_for_wizard(self, wizard, vals):
        # sudo: users cannot write jobs (see above); this one is for the current user, with his rights.
        job = self.sudo().create(
            {
                **vals,
                "import_model": wizard._name,
                "user_id": wizard.env.uid,
                "options": wizard._import_options(),
                "run_context": {
                    "lang": wizard.env.lang,
                    "tz": wizard.env.context.get("tz") or wizard.env.user.tz,
                    "allowed_company_ids": wizard.env.companies.ids,
                },
            }
        )
        return job.sudo(False)

    def _start_in_background(self):
        # sudo: waking the scheduled action says nothing to the user and gives him no right.
        self.env.ref("crm_base.import_job_cron").sudo()._trigger()

    def _process(self, wizard):
        """Import all rows in the current transaction."""
        job = self.sudo()  # sudo: counts and errors of a job, which its user cannot write; rows go through the wizard
        job._begin_turn(wizard)
        sheet = wizard._import_open(job._content())
        for rows in job._batches(wizard, sheet):
            if not job._process_batch(wizard, sheet, rows):
                break
        job._finish()

    @api.model
    def _cron_process(self):
        """Give the open jobs their turns, the one that waited longest first, until the time is used up."""
        end = time.monotonic() + TURN_SECONDS
        cron = self.env["ir.cron"]
        domain = [("state", "in", OPEN_STATES)]
        while job := self.search(domain, order="turn_date NULLS FIRST, id", limit=1).try_lock_for_update():
            try:
                job._process_turn(end)
            except Exception as error:
                self.env.cr.rollback()
                if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                    raise
                job._fail(error)
            cron._commit_progress(1, remaining=self.search_count(domain))
            if time.monotonic() >= end:
                break

    def _process_turn(self, end):
        """Import rows in the background, batch by batch, until `end` (time.monotonic)."""
        wizard = self._make_wizard()
        self._begin_turn(wizard)
        self.env["ir.cron"]._commit_progress(remaining=1)  # so that the wizard survives the rollback of a batch
        sheet = wizard._import_open(self._content())
        for rows in self._batches(wizard, sheet):
            if not self._commit_batch(wizard, sheet, rows):
                break
            if time.monotonic() >= end:
                return
        if self.state == "running":
            self._finish()
            self._notify()

    def _commit_batch(self, wizard, sheet, rows):
        """Import and commit some rows, again if another transaction was in the way.

        :return: whether to go on
        """
        for attempt in range(1, MAX_TRIES + 1):
            if self.state != "running":  # cancelled meanwhile
                return False
            try:
                goes_on = self._process_batch(wizard, sheet, rows)
                self.env["ir.cron"]._commit_progress(len(rows), remaining=1)
                return goes_on
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if attempt == MAX_TRIES:
                    raise
                time.sleep(random.uniform(0, 0.2 * 2**attempt))

    def _process_batch(self, wizard, sheet, rows):
        """Import some rows and note what became of them.

        :return: whether to go on
        """
        done = wizard._import_batch(rows, sheet.columns.values(), self.dry_run)
        outcomes = [row.outcome for row in done if not row.errors]
        failed = [row for row in done if row.errors]
        self.write(
            {
                "processed_count": self.processed_count + len(done),
                "created_count": self.created_count + outcomes.count("created"),
                "updated_count": self.updated_count + outcomes.count("updated"),
                "skipped_count": self.skipped_count + outcomes.count("skipped"),
                "failed_count": self.failed_count + len(failed),
            }
        )
        self._add_errors((row.number, row.cells, "\n".join(row.errors)) for row in failed)
        stopped = bool(failed) and wizard.on_error == "stop"
        if stopped:
            self._add_rest(wizard, failed[0].number)
        self.env.flush_all()
        self.env.invalidate_all()
        return not stopped

    def _add_rest(self, wizard, number):
        """Put all rows that come after the one where the import stopped into the error file."""
        self.message = wizard.env._("Not imported, as the import stopped at row %(number)s.", number=number)
        for rows in self._batches(wizard, wizard._import_open(self._content())):
            self._add_errors((row.number, row.cells, self.message) for row in rows)

    def _batches(self, wizard, sheet):
        """The rows that are still to do, parsed, in batches."""
        sheet.raw_rows = islice(sheet.raw_rows, self.processed_count, None)
        return wizard._import_batches(wizard._import_parse(sheet, self.repeated or {}))

    def _add_errors(self, rows):
        errors = ({"job_id": self.id, "row_number": number, "message": message,
                   "cells": [cell if isinstance(cell, int | float | str | None) else str(cell) for cell in cells]}
                  for number, cells, message in rows)  # fmt: skip
        for vals_list in split_every(1000, errors, list):
            self.env["crm.import.error"].create(vals_list)

    def _begin_turn(self, wizard):
        self.write({"state": "running", "turn_date": fields.Datetime.now()})
        if not self.processed_count:
            self.repeated = wizard._import_find_repeated(wizard._import_open(self._content()))

    def _finish(self):
        self.write({"state": "done", "finish_date": fields.Datetime.now()})

    def _fail(self, error):
        message = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        self.write({"state": "failed", "message": message, "finish_date": fields.Datetime.now()})
        self._notify()

    def _content(self):
        return base64.b64decode(self.with_context(bin_size=False).file)

    def _make_wizard(self):
        """The wizard as the user left it, with his rights, language, time zone and companies."""
        if self.import_model not in self.env or not self.user_id.active:
            raise UserError(self.env._("The import or its user is no longer active."))
        wizards = self.env[self.import_model].with_user(self.user_id).with_context(**self.run_context)
        return wizards.create(self.options)

    def _notify(self):
        """Tell the user that a run in the background is over."""
        self = self.with_context(lang=self.run_context.get("lang"))
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success" if self.state == "done" and not self.failed_count else "warning",
                "title": self.env._("Import finished: %(file)s", file=self.file_name),
                "message": self.env._(
                    "%(created)s created, %(updated)s updated, %(skipped)s skipped, %(failed)s with errors.",
                    created=self.created_count,
                    updated=self.updated_count,
                    skipped=self.skipped_count,
                    failed=self.failed_count,
                ),
                "sticky": True,
            },
        )

    def _write_error_file(self, file):
        """Write a workbook of the failed rows as they were, with the error beside them, fit to be loaded again."""
        wizard = self.env[self.import_model]
        labels = [*("" if cell is None else str(cell) for cell in self.header), wizard._import_error_heading()]
        with XlsxBook(file) as book:
            book.add_sheet(self.import_type, [SheetColumn(label, "any", width=18) for label in labels])
            width = len(self.header)
            for ids in split_every(1000, self.error_ids.ids):
                for error in self.env["crm.import.error"].browse(ids):
                    cells = [*error.cells, *[None] * width][:width]
                    book.write_row([*cells, error.message])
                self.env.invalidate_all()

    @api.autovacuum
    def _gc_old_jobs(self):
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.search([("finish_date", "<", limit)], limit=1000).unlink()


class CrmImportError(models.Model):
    _name = "crm.import.error"
    _description = "Import Error"
    _order = "row_number, id"
    _rec_name = "message"

    job_id = fields.Many2one("crm.import.job", required=True, index=True, readonly=True, ondelete="cascade")
    row_number = fields.Integer(string="Row", readonly=True)
    message = fields.Text(string="Error", readonly=True)
    cells = fields.Json(readonly=True)
