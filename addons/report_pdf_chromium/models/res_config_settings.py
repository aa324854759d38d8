from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..tools import browser
from .ir_actions_report import CONCURRENCY, TIME_LIMIT

MINIMUM_TIME_LIMIT = 5  # seconds; below it a cold browser has no chance


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    report_pdf_engine = fields.Selection(
        [("auto", "Automatic"), ("chromium", "Chromium"), ("wkhtmltopdf", "wkhtmltopdf")],
        string="PDF engine",
        default="auto",
        required=True,
        config_parameter="report_pdf_chromium.engine",
        help="Automatic: Chromium where it is installed, else wkhtmltopdf.",
    )
    report_pdf_time_limit = fields.Integer(
        string="Time limit per document",
        default=TIME_LIMIT,
        config_parameter="report_pdf_chromium.time_limit",
        help="Seconds after which printing one document is given up. A print of many records is many documents.",
    )
    report_pdf_max_concurrent = fields.Integer(
        string="Prints at once",
        default=CONCURRENCY,
        config_parameter="report_pdf_chromium.max_concurrent",
        help="Prints that may run at once on this server. Further ones wait, at most as long as the time limit.",
    )
    report_pdf_state = fields.Selection(
        [("ok", "Ready"), ("warning", "Limited"), ("missing", "Missing")],
        string="State of the PDF engine",
        compute="_compute_report_pdf_state",
    )
    report_pdf_status = fields.Char(string="PDF engine in use", compute="_compute_report_pdf_state")

    @api.depends("report_pdf_engine")
    def _compute_report_pdf_state(self):
        for settings in self:
            settings.report_pdf_state, settings.report_pdf_status = settings._get_report_pdf_state()

    @api.constrains("report_pdf_time_limit", "report_pdf_max_concurrent")
    def _check_report_pdf_limits(self):
        for settings in self:
            if settings.report_pdf_time_limit < MINIMUM_TIME_LIMIT:
                raise ValidationError(
                    self.env._(
                        "The time limit per document must be at least %(seconds)s seconds.", seconds=MINIMUM_TIME_LIMIT
                    )
                )
            if settings.report_pdf_max_concurrent < 1:
                raise ValidationError(self.env._("At least one print must be allowed at once."))

    def action_print_pdf_test_page(self):
        """:return: action that downloads a test page, printed by the saved settings"""
        self.check_access("write")
        return self.env.ref("report_pdf_chromium.test_page_report").report_action(self.env.company, config=False)

    def _get_report_pdf_state(self):
        """:return: (state, what prints and, where something is missing, the remedy)"""
        binary = browser.find()
        name = browser.version(binary) if binary else ""
        wkhtmltopdf = _wkhtml()
        install = self.env._("Install Chromium on the server (Debian, Ubuntu: apt-get install chromium).")
        if self.report_pdf_engine == "chromium" or (self.report_pdf_engine == "auto" and binary):
            if not binary:
                return "missing", self.env._("Chromium was not found.") + f" {install}"
            if not name:
                return "missing", self.env._("%(path)s does not run. See the log of the server.", path=binary)
            if not browser.has_font("zh-cn"):
                return "warning", self.env._(
                    "%(version)s prints, but there is no Chinese font: Chinese characters come out as boxes. "
                    "Install one on the server (Debian, Ubuntu: apt-get install fonts-noto-cjk).",
                    version=name,
                )
            return "ok", self.env._("%(version)s prints (%(path)s).", version=name, path=binary)
        if wkhtmltopdf.state != "ok":
            return "missing", self.env._("There is nothing to print PDF documents with.") + f" {install}"
        if not wkhtmltopdf.is_patched_qt:
            return "warning", self.env._(
                "wkhtmltopdf %(version)s prints, but without headers, footers and page numbers, because it was built "
                "without the patched Qt. %(install)s",
                version=wkhtmltopdf.version,
                install=install,
            )
        return "ok", self.env._("wkhtmltopdf %(version)s prints.", version=wkhtmltopdf.version)
