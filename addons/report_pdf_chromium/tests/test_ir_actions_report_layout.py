import inspect
import io
from unittest import skipUnless

import pikepdf

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from ..tools.browser import has_font
from .common import ARTICLE, PdfCase

MM = 72 / 25.4  # points
ROWS = """<tr t-foreach="range(%d)" t-as="i"><td t-out="'row%%s' %% i"/><td t-out="'amount%%s' %% i"/></tr>"""
TABLE = f'<table style="width:100%%"><thead><tr><th>Goods</th><th>Price</th></tr></thead><tbody>{ROWS}</tbody></table>'
NUMBERS = 'Page <span class="page"/> of <span class="topage"/>'


class TestLayout(PdfCase):
    def sizes(self, pdf):
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return [tuple(int(side) for side in page.MediaBox)[2:] for page in document.pages]

    def test_header_footer_and_numbers_on_every_page(self):
        pdf = self.print_records(TABLE % 80, header='Head of <t t-out="o.name"/>', footer=NUMBERS)
        texts = self.texts(pdf)
        self.assertGreater(len(texts), 1)
        for number, text in enumerate(texts, 1):
            self.assertIn("Head of Printed partner 0", text)
            self.assertIn(f"Page {number} of {len(texts)}", text)

    def test_table_head_is_repeated(self):
        texts = self.texts(self.print_records(TABLE % 80))
        self.assertGreater(len(texts), 1)
        self.assertTrue(all("Goods" in text and "Price" in text for text in texts))
        self.assertEqual(sum(text.count("row79") for text in texts), 1)

    def test_header_content_and_footer_keep_their_places(self):
        pdf = self.print_records("<p>content</p>", header="top", footer="bottom")
        places = self.places(pdf)
        height = 297 * MM
        self.assertAlmostEqual(places["top"][0], places["content"][0], delta=0.2)
        self.assertBetween(height - places["top"][1], 5 * MM, 12 * MM)  # margin 40 mm less spacing 35 mm
        self.assertBetween(height - places["content"][1], 40 * MM, 48 * MM)
        self.assertBetween(places["bottom"][1], 10 * MM, 20 * MM)  # below the margin of 20 mm

    def assertBetween(self, value, low, high):
        self.assertGreaterEqual(value, low)
        self.assertLessEqual(value, high)

    def test_two_columns_stand_side_by_side(self):
        pdf = self.print_records('<div class="row"><div class="col-6">left</div><div class="col-6">right</div></div>')
        places = self.places(pdf)
        self.assertAlmostEqual(places["left"][1], places["right"][1], delta=1)
        self.assertGreater(places["right"][0] - places["left"][0], 80 * MM)
        places = self.places(self.print_records(TABLE % 2))
        self.assertAlmostEqual(places["row1"][1], places["amount1"][1], delta=1)
        self.assertGreater(places["amount1"][0], places["row1"][0])

    @skipUnless(has_font("zh-cn"), "this machine has no Chinese font")
    def test_chinese_has_simplified_shapes(self):
        for language in ("zh_CN", "en_US"):
            article = ARTICLE.replace("<div", f'<div data-oe-lang="{language}"')
            pdf = self.print_records(article % "&#x76F4;&#x9AA8;&#x4EE4;")
            self.assertIn("\u76f4\u9aa8\u4ee4", self.texts(pdf)[0])
            names = self.fonts(pdf)
            self.assertFalse([name for name in names if "JP" in name or "Japan" in name], names)
            if language == "zh_CN":
                self.assertTrue([name for name in names if "SC" in name or "CN" in name or "WenQuan" in name], names)

    def test_records_are_attached_one_by_one(self):
        self.report.attachment = "'print-%s.pdf' % object.id"
        content = '<p t-foreach="range(1 + 60 * (o.id % 2))" t-as="i" t-out="o.name"/>'
        pdf = self.print_records(content, self.partners, header='<t t-out="o.name"/>', footer=NUMBERS)
        total = 0
        for partner in self.partners:
            attachment = self.env["ir.attachment"].search([("name", "=", f"print-{partner.id}.pdf")])
            texts = self.texts(attachment.raw)
            total += len(texts)
            self.assertEqual(len(texts) > 1, bool(partner.id % 2))
            for number, text in enumerate(texts, 1):
                self.assertIn(f"Page {number} of {len(texts)}", text)
                self.assertIn(partner.name, text)
                self.assertFalse([other.name for other in self.partners - partner if other.name in text])
        self.assertEqual(len(self.texts(pdf)), total)

    def test_articles_of_one_record_stay_together(self):
        self.report.attachment = "'print-%s.pdf' % object.id"
        copy = ARTICLE % '<t t-out="o.name"/> copy'
        self.print_records(ARTICLE % '<t t-out="o.name"/>' + copy, self.partners)
        for partner in self.partners:
            attachment = self.env["ir.attachment"].search([("name", "=", f"print-{partner.id}.pdf")])
            self.assertEqual([text.split() for text in self.texts(attachment.raw)][1], [*partner.name.split(), "copy"])
            self.assertEqual(len(self.texts(attachment.raw)), 2)

    def test_paper_of_the_report(self):
        self.assertEqual(self.sizes(self.print_records("A4")), [(595, 842)])
        self.paperformat.orientation = "Landscape"
        self.assertEqual(self.sizes(self.print_records("landscape")), [(842, 595)])
        self.paperformat.write(
            {"format": "custom", "page_width": 100, "page_height": 60, "orientation": "Portrait", "margin_top": 5}
            | {"margin_bottom": 5, "header_spacing": 0}
        )
        self.assertEqual(self.sizes(self.print_records("label")), [(283, 170)])

    def test_paper_of_the_company_and_of_the_call(self):
        self.report.paperformat_id = False
        self.env.company.paperformat_id = self.env.ref("base.paperformat_us")
        self.assertEqual(self.sizes(self.print_records("letter")), [(612, 792)])
        self.assertEqual(self.sizes(self.print_html("letter", landscape=True)), [(792, 612)])
        pdf = self.print_html("low", specific_paperformat_args={"data-report-margin-top": 100})
        self.assertGreater(792 - self.places(pdf)["low"][1], 100 * MM)
        self.env.company.paperformat_id = False
        self.assertEqual(self.sizes(self.print_html("A4")), [(595, 842)])

    def test_resolution_sets_the_size(self):
        def width():
            places = self.places(self.print_html('<p style="margin:0">a<span style="padding-left:100px">b</span></p>'))
            return places["b"][0] - places["a"][0]

        self.paperformat.dpi = 90
        wide = width()
        self.paperformat.dpi = 180
        self.assertAlmostEqual(width() / wide, 0.5, delta=0.05)

    def test_header_for_all_pages_of_a_caller_without_layout(self):
        header = f'<html><head></head><body><div class="header">Traceability {NUMBERS}</div></body></html>'
        pages = '<p style="break-after:page">one</p><p>two</p>'
        texts = self.texts(self.print_html(pages, header=header))
        self.assertEqual(len(texts), 2)
        self.assertIn("Traceability Page 2 of 2", texts[1])

    def test_scaled_pages_do_not_spill(self):
        for dpi in (70, 90, 96, 110, 300):
            self.paperformat.dpi = dpi
            pdf = self.print_records("<p>content</p>", header="top", footer=NUMBERS)
            self.assertEqual(len(self.texts(pdf)), 1, dpi)
            self.assertIn("Page 1 of 1", self.texts(pdf)[0])

    def test_signature_is_odoos(self):
        ours = inspect.signature(type(self.env["ir.actions.report"])._run_wkhtmltopdf)
        self.assertEqual(str(ours), str(inspect.signature(IrActionsReport._run_wkhtmltopdf)))
