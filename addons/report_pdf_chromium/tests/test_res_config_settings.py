import json
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models import res_config_settings as module
from ..tools import browser
from .common import PdfCase


class TestSettings(PdfCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(cls.env, "pdf administrator", groups="base.group_system")

    def settings(self, **values):
        return self.env["res.config.settings"].with_user(self.admin).create(values)

    def test_settings_are_used(self):
        self.settings(report_pdf_time_limit=7, report_pdf_max_concurrent=3).execute()
        self.assertEqual(self.reports._pdf_number("time_limit", 0), 7)
        self.assertEqual(self.reports._pdf_number("max_concurrent", 0), 3)
        self.settings(report_pdf_engine="wkhtmltopdf").execute()
        self.assertEqual(self.reports._pdf_engine(), "wkhtmltopdf")
        self.assertEqual(self.settings().report_pdf_engine, "wkhtmltopdf")

    def test_limits_are_checked(self):
        for values in ({"report_pdf_time_limit": 4}, {"report_pdf_max_concurrent": 0}):
            with self.assertRaises(ValidationError):
                self.settings(**values)

    def test_nonsense_in_a_parameter_is_ignored(self):
        self.env["ir.config_parameter"].set_param("report_pdf_chromium.time_limit", "soon")
        self.assertEqual(self.reports._pdf_number("time_limit", 60), 60)

    def test_state(self):
        info = module._wkhtml()._replace(state="ok", version="0.12.6", is_patched_qt=True)
        missing = info._replace(state="install")
        unpatched = info._replace(is_patched_qt=False)
        for engine, binary, font, wkhtmltopdf, state, words in (
            ("auto", "/bin/chromium", True, missing, "ok", "Chromium 1 prints"),
            ("auto", "/bin/chromium", False, missing, "warning", "no Chinese font"),
            ("auto", None, True, info, "ok", "wkhtmltopdf 0.12.6 prints."),
            ("auto", None, True, unpatched, "warning", "apt-get install chromium"),
            ("auto", None, True, missing, "missing", "apt-get install chromium"),
            ("chromium", None, True, info, "missing", "Chromium was not found"),
            ("wkhtmltopdf", "/bin/chromium", True, info, "ok", "wkhtmltopdf 0.12.6 prints."),
            ("wkhtmltopdf", "/bin/chromium", True, missing, "missing", "nothing to print"),
        ):
            with (
                self.subTest(engine=engine, binary=binary, font=font, wkhtmltopdf=wkhtmltopdf),
                patch.object(browser, "find", lambda binary=binary: binary),
                patch.object(browser, "version", lambda _binary: "Chromium 1"),
                patch.object(browser, "has_font", lambda _language, font=font: font),
                patch.object(module, "_wkhtml", lambda wkhtmltopdf=wkhtmltopdf: wkhtmltopdf),
            ):
                settings = self.settings(report_pdf_engine=engine)
                self.assertEqual(settings.report_pdf_state, state)
                self.assertIn(words, settings.report_pdf_status)

    def test_version_of_this_machine(self):
        self.assertRegex(browser.version(browser.find()), r"\d+\.\d+")
        self.assertEqual(browser.version("/bin/false"), "")

    def test_only_administrators(self):
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(self.user).create({})
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(self.user).action_print_pdf_test_page()

    def test_test_page(self):
        action = self.settings().action_print_pdf_test_page()
        self.assertEqual(action["type"], "ir.actions.report")
        ids = action["context"]["active_ids"]
        pdf, kind = self.reports.with_user(self.admin)._render_qweb_pdf(action["report_name"], ids)
        self.assertEqual(kind, "pdf")
        texts = self.texts(pdf)
        self.assertEqual(len(texts), 2)
        self.assertIn((120, 120), self.images(pdf))


@tagged("post_install", "-at_install")
class TestDownload(HttpCase):
    # with cold bundles the request starts again on a cursor that may write them
    @mute_logger("odoo.http", "odoo.sql_db")
    def test_over_http(self):
        self.authenticate("admin", "admin")
        context = json.dumps({"force_report_rendering": True})
        path = f"/report/pdf/report_pdf_chromium.test_page/{self.env.company.id}"
        response = self.url_open(path, params={"context": context})
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertTrue(response.content.startswith(b"%PDF"))
