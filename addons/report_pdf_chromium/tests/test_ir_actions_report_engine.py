import os
import signal
from unittest.mock import patch

from odoo.exceptions import UserError

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from ..tools import browser, slots
from ..tools.browser import Browser, Page
from .common import PdfCase


class TestEngine(PdfCase):
    def set_parameter(self, name, value):
        self.env["ir.config_parameter"].set_param(f"report_pdf_chromium.{name}", value)

    def wkhtmltopdf(self, state="ok"):
        """Stand-in for a machine with wkhtmltopdf. :return: the calls it gets"""
        calls = []

        def run(_self, *arguments):
            calls.append(arguments)
            return b"%PDF by wkhtmltopdf"

        self.patch(IrActionsReport, "_run_wkhtmltopdf", run)
        self.patch(IrActionsReport, "get_wkhtmltopdf_state", lambda _self: state)
        return calls

    def test_chromium_prints_where_it_is(self):
        calls = self.wkhtmltopdf("install")
        self.assertEqual(self.reports.get_wkhtmltopdf_state(), "ok")
        self.assertIn("hello", self.texts(self.print_html("hello"))[0])
        self.assertFalse(calls)

    def test_wkhtmltopdf_prints_where_chromium_is_absent(self):
        calls = self.wkhtmltopdf()
        self.patch(browser, "find", lambda: None)
        self.assertEqual(self.reports.get_wkhtmltopdf_state(), "ok")
        arguments = {"header": "h", "footer": "f", "landscape": True, "specific_paperformat_args": {"a": 1}}
        self.assertEqual(self.print_html("hello", **arguments), b"%PDF by wkhtmltopdf")
        self.assertEqual(calls[0][1:], (False, "h", "f", True, {"a": 1}, False))

    def test_nothing_prints(self):
        self.wkhtmltopdf("install")
        self.patch(browser, "find", lambda: None)
        self.assertEqual(self.reports.get_wkhtmltopdf_state(), "install")

    def test_chosen_wkhtmltopdf(self):
        calls = self.wkhtmltopdf("upgrade")
        self.set_parameter("engine", "wkhtmltopdf")
        self.assertEqual(self.reports.get_wkhtmltopdf_state(), "upgrade")
        self.print_html("hello")
        self.assertEqual(len(calls), 1)

    def test_chosen_chromium_that_is_absent(self):
        calls = self.wkhtmltopdf()
        self.set_parameter("engine", "chromium")
        self.patch(browser, "find", lambda: None)
        with self.assertRaisesRegex(UserError, "no Chromium found"):
            self.print_html("hello")
        self.assertFalse(calls)

    def test_chromium_that_does_not_start(self):
        Browser.close()
        self.patch(browser, "find", lambda: "/bin/false")
        calls = self.wkhtmltopdf()
        with self.assertLogs("odoo.addons.report_pdf_chromium", "WARNING"):
            self.print_html("hello")
        self.assertEqual(len(calls), 1)
        self.wkhtmltopdf("install")
        with self.assertRaisesRegex(UserError, "does not start"):
            self.print_html("hello")

    def test_hung_browser_is_replaced(self):
        self.print_html("warm")
        hung = Browser._current
        os.killpg(hung._process.pid, signal.SIGSTOP)
        with (
            patch.object(browser, "HEARTBEAT", 0.5),
            self.assertLogs("odoo.addons.report_pdf_chromium", "WARNING") as logs,
        ):
            self.assertIn("hello", self.texts(self.print_html("hello"))[0])
        self.assertIn("hangs", logs.output[0])
        self.assertIsNot(Browser._current, hung)

    def test_browser_that_always_dies(self):
        def die(_self, _url, _html, **_options):
            raise browser.BrowserGone("the browser has ended")

        self.patch(Page, "pdf", die)
        with (
            self.assertLogs("odoo.addons.report_pdf_chromium", "WARNING"),
            self.assertRaisesRegex(UserError, "the browser has ended"),
        ):
            self.print_html("hello")

    def test_document_beyond_the_time_limit(self):
        self.set_parameter("time_limit", 1)
        self.print_html("warm")
        self.patch(Page, "_answer", lambda _self, **_message: None)  # the document waits for ever
        with self.assertRaisesRegex(UserError, "longer than 1 seconds"):
            self.print_html("hello")

    def test_queue_is_bounded(self):
        self.set_parameter("time_limit", 1)
        self.set_parameter("max_concurrent", 1)
        self.print_html("warm")
        with slots.slot(1, 0), self.assertRaisesRegex(UserError, "1 documents are being printed"):
            self.print_html("hello")
        self.assertTrue(self.print_html("hello"))
