import io
import socket
import threading

import pikepdf

from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools.pdf import PdfReader

from ..tools.browser import Browser

ARTICLE = '<div class="article" t-att-data-oe-model="o and o._name" t-att-data-oe-id="o and o.id">%s</div>'


@tagged("post_install", "-at_install")
class PdfCase(TransactionCase):
    """Prints as an ordinary employee."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(Browser.close)
        cls.user = new_test_user(cls.env, "printer", groups="base.group_user,base.group_partner_manager")
        cls.partners = cls.env["res.partner"].create([{"name": f"Printed partner {number}"} for number in range(3)])
        cls.view = cls.env["ir.ui.view"].create(
            {"type": "qweb", "key": "report_pdf_chromium.test", "name": "test", "arch": "<t/>"}
        )
        cls.paperformat = cls.env["report.paperformat"].create(
            {"name": "Test", "format": "A4", "orientation": "Portrait", "margin_top": 40, "header_spacing": 35}
        )
        cls.env.company.paperformat_id = cls.paperformat
        cls.report = cls.env["ir.actions.report"].create(
            {
                "name": "Test report",
                "model": "res.partner",
                "report_name": "report_pdf_chromium.test",
                "paperformat_id": cls.paperformat.id,
            }
        )
        cls.reports = cls.env(user=cls.user, context={"force_report_rendering": True})["ir.actions.report"]
        # stylesheets are generated once for the class, not again in each test's transaction
        for name in ("pdf", "common"):
            cls.env["ir.qweb"]._get_asset_bundle(f"web.report_assets_{name}", js=False, autoprefix=True).css()

    def print_records(self, content, records=None, header="", footer=""):
        """Print a template with ``content`` per record. :return: the PDF's bytes"""
        self.view.arch = f"""<t t-name="report_pdf_chromium.test"><t t-call="web.html_container">
            <t t-foreach="docs" t-as="o">
                <div class="header">{header}</div>{content if "article" in content else ARTICLE % content}
                <div class="footer">{footer}</div>
            </t></t></t>"""
        return self.reports._render_qweb_pdf(self.report, (records or self.partners[:1]).ids)[0]

    def print_html(self, html, **arguments):
        """Print a bare document. :return: the PDF's bytes"""
        return self.reports._run_wkhtmltopdf([f"<html><head></head><body>{html}</body></html>"], **arguments)

    def texts(self, pdf):
        """:return: the text of each page"""
        return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]

    def places(self, pdf, page=0):
        """:return: {text: (x, y)} in points from the lower left corner of a page"""
        found = {}

        def visit(text, transformation, matrix, _font, _size):
            if text.strip():
                x, y = matrix[4:6]
                a, b, c, d, e, f = transformation
                found[text.strip()] = a * x + c * y + e, b * x + d * y + f

        PdfReader(io.BytesIO(pdf)).pages[page].extract_text(visitor_text=visit)
        return found

    def images(self, pdf, page=0):
        """:return: sizes in pixels of the images on a page"""
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return [(int(image.Width), int(image.Height)) for image in document.pages[page].images.values()]

    def fonts(self, pdf):
        """:return: names of the fonts embedded anywhere"""
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return {
                str(obj.BaseFont)
                for obj in document.objects
                if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/Font" and "/BaseFont" in obj
            }


class Listener:
    """A port of this machine that counts who connects to it."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self):
        while True:
            try:
                connection = self._socket.accept()[0]
            except OSError:
                return
            self.connections += 1
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Type: text/html\r\n\r\nSECRET")
            connection.close()
