import logging
import unittest
from urllib.parse import urlsplit

from odoo import api, models, modules
from odoo.exceptions import UserError
from odoo.http import request

from ..tools import browser, layout, slots
from ..tools.browser import Browser

_logger = logging.getLogger(__name__)

TIME_LIMIT = 60  # seconds
CONCURRENCY = 2


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def get_wkhtmltopdf_state(self):
        return "ok" if self._pdf_engine() == "chromium" else super().get_wkhtmltopdf_state()

    @api.model
    def _run_wkhtmltopdf(
        self,
        bodies,
        report_ref=False,
        header=None,
        footer=None,
        landscape=False,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        """Print with Chromium what Odoo wants wkhtmltopdf to print; same arguments, same result.

        ``set_viewport_size`` has no meaning here: a document is always laid out at the width of its paper.

        :raise UserError: when the document could not be printed
        """
        use_wkhtmltopdf = super()._run_wkhtmltopdf

        def fallback():
            return use_wkhtmltopdf(
                bodies, report_ref, header, footer, landscape, specific_paperformat_args, set_viewport_size
            )

        if self._pdf_engine() != "chromium":
            return fallback()
        report = self._get_report(report_ref) if report_ref else self
        paper = layout.Paper.from_format(report.get_paperformat(), landscape, specific_paperformat_args)
        title = report.name if len(report) == 1 else ""
        try:
            return self._pdf_print(list(bodies), layout.MarginBoxes(header, footer, paper), paper, title)
        except browser.BrowserUnavailable as error:
            if self._pdf_setting("engine", "auto") == "auto" and super().get_wkhtmltopdf_state() == "ok":
                _logger.warning("%s Printing with wkhtmltopdf.", error)
                return fallback()
            raise UserError(
                self.env._(
                    "Chromium, which prints PDF documents here, cannot be used: %(reason)s\n"
                    "Ask your administrator to look at Settings > General Settings > PDF documents.",
                    reason=error,
                )
            ) from error

    # -- settings -----------------------------------------------------------------------------------------------------

    @api.model
    def _pdf_setting(self, name, default):
        # sudo: whoever may print needs these settings, and none of them is a secret
        return self.env["ir.config_parameter"].sudo().get_param(f"report_pdf_chromium.{name}", default)

    @api.model
    def _pdf_number(self, name, default):
        value = str(self._pdf_setting(name, default))
        return int(value) if value.isdigit() and int(value) else default

    @api.model
    def _pdf_engine(self):
        """:return: what prints: ``chromium`` or ``wkhtmltopdf`` (which may be missing as well)"""
        chosen = self._pdf_setting("engine", "auto")
        if chosen == "auto":
            return "chromium" if browser.find() else "wkhtmltopdf"
        return chosen

    # -- printing -----------------------------------------------------------------------------------------------------

    def _pdf_print(self, bodies, boxes, paper, title):
        """:return: the PDF. Once more with a new browser when the browser dies or hangs."""
        limit = self._pdf_number("max_concurrent", CONCURRENCY)
        seconds = self._pdf_number("time_limit", TIME_LIMIT)
        try:
            with slots.slot(limit, seconds):
                try:
                    return self._pdf_print_once(bodies, boxes, paper, title, seconds)
                except browser.BrowserGone as error:
                    _logger.warning("Printing again with a new browser, because %s", error)
                    return self._pdf_print_once(bodies, boxes, paper, title, seconds)
        except slots.NoFreeSlot as error:
            raise UserError(
                self.env._(
                    "%(limit)s documents are being printed already, and none was ready within %(seconds)s seconds. "
                    "Please print again in a moment.",
                    limit=limit,
                    seconds=seconds,
                )
            ) from error
        except browser.DocumentTimeout as error:
            raise UserError(
                self.env._(
                    "Printing one document took longer than %(seconds)s seconds and was given up. Print a smaller "
                    "document, or ask your administrator for a higher time limit "
                    "(Settings > General Settings > PDF documents).",
                    seconds=seconds,
                )
            ) from error
        except browser.BrowserUnavailable:
            raise
        except browser.BrowserError as error:
            raise UserError(
                self.env._("The document could not be printed: %(reason)s. Please print it again.", reason=error)
            ) from error

    def _pdf_print_once(self, bodies, boxes, paper, title, seconds):
        self._pdf_close_after_test()
        url = urlsplit(self._get_report_url())
        url = f"{url.scheme or 'http'}://{url.netloc or 'localhost'}/"
        default = self.env.context.get("lang") or self.env.user.lang
        languages = [layout.language_of(body, default) for body in bodies]
        boxes.pages.clear()
        with Browser.page(self._pdf_resolver(boxes), seconds) as page:
            printed = []
            for index, (body, language) in enumerate(zip(bodies, languages, strict=True)):
                printed.append(page.pdf(url, layout.body_document(body, language, paper), **paper.options()))
                boxes.add_pages(index, layout.count_pages(printed[-1]), language)
            sheets = boxes.document()
            sheets = sheets and page.pdf(url, sheets, **paper.options())
        records = [layout.record_of(body) for body in bodies]
        return layout.assemble(printed, records, boxes, sheets, paper, title, languages[0] if languages else "")

    def _pdf_resolver(self, boxes):
        """:return: function that answers the requests of a document, see ``Browser.page``"""
        answers = {}

        def resolve(url, kind):
            parts = urlsplit(url)
            if parts.netloc.lower() not in self._pdf_own_hosts():
                _logger.info("A document asked for %s: not fetched", url)
                return None
            key = parts.path, parts.query
            if key not in answers:
                answers[key] = boxes.image(parts.path) or self._pdf_resolve(*key)
            if answers[key] is None:
                level = logging.WARNING if kind == "Stylesheet" else logging.INFO
                _logger.log(level, "A document asked for %s, which was not found", url)
                if kind == "Stylesheet":
                    raise UserError(
                        self.env._(
                            "The stylesheet %(path)s of this document is missing, so that it would print without its "
                            "layout. Reload the page and print again; if it stays so, ask your administrator.",
                            path=parts.path,
                        )
                    )
            return answers[key]

        return resolve

    @api.model
    def _pdf_own_hosts(self):
        """:return: set of host[:port] that mean this Odoo in a document; requests to them are answered in-process"""
        # sudo: addresses of this server, which every document shows
        urls = [self._get_report_url(), self.env["ir.config_parameter"].sudo().get_param("web.base.url", "")]
        hosts = {urlsplit(url).netloc.lower() for url in urls}
        if request:
            hosts.add(request.httprequest.host.lower())
        return hosts - {""} or {"localhost"}

    @api.model
    def _pdf_close_after_test(self):
        # Odoo's test classes must not leave a process behind
        test = modules.module.current_test
        if isinstance(test, unittest.TestCase):
            type(test).addClassCleanup(Browser.close)
