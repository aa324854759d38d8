"""From Odoo's report HTML to the pages of a PDF: paper, style, header and footer, outline. No database, no browser."""

import base64
import copy
import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass

import lxml.html
import pikepdf

from odoo.addons.base.models.report_paperformat import PAPER_SIZES

INCH = 25.4  # mm
DOTS = 96  # CSS pixels per inch
# wkhtmltopdf lays a page out 1.25 times as wide as the paper and shrinks the result ("smart shrinking"), and Odoo asks
# it for a zoom of 96/dpi. Documents are designed for the size that comes out, so they get the same here.
SHRINK = 0.8

BODY_STYLE = """
@page{margin:%(top)smm %(right)smm %(bottom)smm %(left)smm}
html{height:auto!important}
body{overflow:visible!important;max-width:none!important}
thead{display:table-header-group!important;break-inside:avoid}
tr,img{break-inside:avoid}
"""
MARGIN_BOX_STYLE = """
@page{margin:0}
html{height:auto!important}
body{margin:0!important;padding:0!important;max-width:none!important;overflow:visible!important;background:none!important}
.pdf_sheet{position:relative;overflow:hidden;break-after:page;width:%(width)smm;height:%(height)smm}
.pdf_sheet:last-child{break-after:auto}
.pdf_box{position:absolute!important;margin:0!important;max-width:none!important;overflow:visible!important;
left:%(left)smm;width:%(inner_width)smm}
.pdf_line{top:%(line_top)smm;border-top:1px solid}
.pdf_header{top:%(header_top)smm}
.pdf_footer{top:%(footer_top)smm}
"""
INLINE_IMAGE = re.compile(r"data:(image/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)")
INLINE_PATH = "/report_pdf_chromium/inline/"
ARTICLE = re.compile(r'<div\b[^>]*\bclass="(?:[^"]*\s)?article[\s"][^>]*>')

# Fonts draw a character and the radical of the same shape with one glyph, and Chromium notes the radical, so that a
# reader would search and copy the wrong character. NFKC knows most of the right ones; these are the others.
CHARACTERS = """
2E82 4E5B 2E83 4E5A 2E85 4EBB 2E89 5202 2E8F 5C23 2E90 5C22 2E92 5DF3 2E93 5E7A 2E94 5F51 2E95 5F50 2E96 5FC4 2E98 624C
2E99 6535 2E9B 65E1 2E9E 6B7A 2EA0 6C11 2EA1 6C35 2EA3 706C 2EA4 722B 2EA6 4E2C 2EA8 72AD 2EAD 793B 2EAF 7CF9 2EB0 7E9F
2EB1 7F53 2EB9 8002 2EBA 8080 2EBE 8279 2EC2 8864 2EC5 89C1 2EC6 89D2 2EC8 8BA0 2EC9 8D1D 2ECB 8F66 2ECC 8FB6 2ED0 9485
2ED1 9577 2ED2 9578 2ED3 957F 2ED4 95E8 2ED6 961D 2ED8 9752 2ED9 97E6 2EDA 9875 2EDB 98CE 2EDC 98DE 2EDD 98DF 2EDF 98E0
2EE0 9963 2EE2 9A6C 2EE3 9AA8 2EE4 9B3C 2EE5 9C7C 2EE6 9E1F 2EE7 5364 2EE8 9EA6 2EE9 9EC4 2EEA 9EFE 2EEB 6589 2EEC 9F50
2EEE 9F7F 2EEF 7ADC 2EF0 9F99 2EF1 9F9C 2EF2 4E80 2F3E 6237
""".split()
CHARACTERS = dict(zip(CHARACTERS[::2], CHARACTERS[1::2], strict=True))
# a line of a ToUnicode table: one glyph, or a range of one (glyphs of radicals do not follow each other)
RADICAL = re.compile(rb"^(<(\w{4})>(?: <\2>)? )<(2[EF]\w\w)>$", re.MULTILINE)


@dataclass(frozen=True)
class Paper:
    """A sheet and its margins in mm, and the size of a CSS pixel on it."""

    width: float = 210.0
    height: float = 297.0
    margin_top: float = 10.0
    margin_right: float = 10.0
    margin_bottom: float = 10.0
    margin_left: float = 10.0
    header_spacing: float = 0.0
    header_line: bool = False
    scale: float = SHRINK

    @classmethod
    def from_format(cls, paperformat, landscape=False, specific_args=None):
        """
        :param paperformat: a report.paperformat record, or none for A4 with margins of 10 mm
        :param landscape: turn an upright sheet
        :param specific_args: ``data-report-*`` attributes of the report's <html>, which win over the format's values
        """
        args = specific_args or {}
        landscape = landscape or args.get("data-report-landscape")
        if not paperformat:
            return cls(width=297.0, height=210.0) if landscape else cls()
        size = next(size for size in PAPER_SIZES if size["key"] == (paperformat.format or "custom"))
        width = size.get("width") or paperformat.page_width or cls.width
        height = size.get("height") or paperformat.page_height or cls.height
        if landscape or paperformat.orientation == "Landscape":
            width, height = height, width
        dpi = int(args.get("data-report-dpi") or paperformat.dpi or DOTS)
        scale = (1 if paperformat.disable_shrinking else SHRINK) * DOTS / dpi
        return cls(
            width=width,
            height=height,
            margin_top=_whole_dots(float(args.get("data-report-margin-top", paperformat.margin_top))),
            margin_right=_whole_dots(paperformat.margin_right),
            margin_bottom=_whole_dots(float(args.get("data-report-margin-bottom", paperformat.margin_bottom))),
            margin_left=_whole_dots(paperformat.margin_left),
            header_spacing=float(args.get("data-report-header-spacing", paperformat.header_spacing)),
            header_line=paperformat.header_line,
            scale=min(max(scale, 0.1), 2),  # what Chromium takes
        )

    def options(self):
        """:return: Page.printToPDF's options for this sheet; the document's style sets the margins (more exactly)"""
        return {
            "paperWidth": self.width / INCH,
            "paperHeight": self.height / INCH,
            "scale": self.scale,
            "printBackground": True,
            "preferCSSPageSize": False,
            "generateTaggedPDF": False,
            **dict.fromkeys(("marginTop", "marginRight", "marginBottom", "marginLeft"), 0),
        }

    def media_box(self):
        """:return: the sheet in PDF points, whole ones as wkhtmltopdf has them (Chromium's are off by some tenths)"""
        return [0, 0, round(self.width / INCH * 72), round(self.height / INCH * 72)]


def _whole_dots(millimetres):
    """Chromium rounds margins to whole dots; headers have to stand where it puts the body."""
    return round(millimetres / INCH * DOTS) / DOTS * INCH


def record_of(body):
    """:return: whose body this is: (model, id), or None where Odoo did not mark the article"""
    article = ARTICLE.search(body)
    if not article:
        return None
    attributes = dict(re.findall(r'\b(data-oe-(?:model|id))="([^"]*)"', article.group()))
    return (attributes["data-oe-model"], attributes["data-oe-id"]) if len(attributes) == 2 else None


def language_of(body, default):
    """:return: the language a body is written in, as HTML spells it. Odoo marks it on the article.

    It decides between the Chinese and the Japanese shape of a character.
    """
    article = ARTICLE.search(body)
    marked = article and re.search(r'\bdata-oe-lang="([^"]+)"', article.group())
    return html_language(marked.group(1) if marked else default)


def html_language(code):
    """:return: Odoo's language code as HTML spells it (zh_CN -> zh-CN, sr@latin -> sr)"""
    return (code or "en").split("@")[0].replace("_", "-")


def body_document(body, language, paper):
    """:return: the body's HTML, ready to print on that paper"""
    html = re.sub(r'\bloading="lazy"', 'loading="eager"', str(body))
    if not re.search(r"<html\b[^>]*\slang=", html):
        html = re.sub(r"<html\b", f'<html lang="{language}"', html, count=1)
    margins = {side: round(getattr(paper, f"margin_{side}"), 3) for side in ("top", "right", "bottom", "left")}
    return _with_style(html, BODY_STYLE % margins)


def _with_style(html, style):
    style = f"<style>{style}</style>"
    return html.replace("</head>", f"{style}</head>", 1) if "</head>" in html else style + html


class MarginBoxes:
    """Headers and footers: sheets of a second document, laid over the pages of the bodies.

    Equal ones are printed once: 100 invoices of 4 pages need one header and 4 footers, not 400 of each.
    """

    def __init__(self, header, footer, paper):
        """``header`` and ``footer`` are Odoo's HTML documents (one holds the headers of all bodies), or None."""
        self._paper = paper
        self._fragments = {
            "header": _fragments(header, "minimal_layout_report_headers"),
            "footer": _fragments(footer, "minimal_layout_report_footers"),
        }
        frame = str(header or footer or "")
        head = re.search(r"<head\b.*?</head>", frame, re.DOTALL)
        self._head = head.group() if head else "<head></head>"
        body = re.search(r"<body\b[^>]*>", frame)
        body = dict(re.findall(r'\b(class|dir)="([^"]*)"', body.group())) if body else {}
        self._class, self._direction = body.get("class", ""), body.get("dir", "auto")
        self._sheets = {}  # HTML of a sheet -> its number
        self._images = {}  # path -> (MIME type, bytes)
        self.pages = []  # per page of the bodies: the numbers of the sheets to lay over it

    def add_pages(self, index, count, language):
        """Plan the ``count`` pages of body ``index``. Pages are numbered per body, as Odoo's templates expect."""
        for number in range(1, count + 1):
            sheets = []
            for name, (fragments, shared) in self._fragments.items():
                if shared or index < len(fragments):
                    html = _numbered(fragments[0 if shared else index], number, count)
                    sheets.append(self._sheet(f"{self._class} pdf_{name}", html, language))
            if self._paper.header_line:
                sheets.append(self._sheet("pdf_line", "", language))
            self.pages.append(sheets)

    def document(self):
        """:return: the HTML of all sheets, one per page, or None where there is none"""
        if not self._sheets:
            return None
        paper = self._paper
        style = MARGIN_BOX_STYLE % {
            "width": self._length(paper.width),
            "height": self._length(paper.height - 0.1),  # rounding must not spill into a page more
            "left": self._length(paper.margin_left),
            "inner_width": self._length(paper.width - paper.margin_left - paper.margin_right),
            "header_top": self._length(max(paper.margin_top - paper.header_spacing, 0)),
            "line_top": self._length(paper.margin_top),
            "footer_top": self._length(paper.height - paper.margin_bottom),
        }
        return f"<!DOCTYPE html><html>{_with_style(self._head, style)}<body>{''.join(self._sheets)}</body></html>"

    def image(self, path):
        """:return: (MIME type, bytes) of an image taken out of the headers, or None"""
        return self._images.get(path)

    def _length(self, millimetres):
        return round(millimetres / self._paper.scale, 3)

    def _sheet(self, classes, html, language):
        # the logo comes as a data URL in every header: as one resource it is decoded and embedded once
        html = INLINE_IMAGE.sub(self._take_image, html)
        box = f'<div class="pdf_box {classes}" dir="{self._direction}" lang="{language}">{html}</div>'
        return self._sheets.setdefault(f'<div class="pdf_sheet">{box}</div>', len(self._sheets))

    def _take_image(self, found):
        content = base64.b64decode(found.group(2))
        path = f"{INLINE_PATH}{hashlib.sha256(content).hexdigest()}"
        self._images[path] = (found.group(1), content)
        return path


def _fragments(html, container):
    """:return: (header per body, False), or for a caller without Odoo's container ([the header of all], True)"""
    if not html:
        return [], False
    document = lxml.html.document_fromstring(str(html))
    nodes = document.xpath("//div[@id=$container]", container=container)
    if nodes:
        return list(nodes[0].iterchildren("*")), False
    wrapper = lxml.html.Element("div")
    wrapper.extend(document.body)
    return [wrapper], True


def _numbered(fragment, page, pages):
    """:return: HTML of a header or footer, with the numbers where the layouts ask for them by class"""
    fragment = copy.deepcopy(fragment)
    for name, value in (("page", page), ("sitepage", page), ("topage", pages), ("sitepages", pages)):
        for element in fragment.find_class(name):
            del element[:]
            element.text = str(value)
    return lxml.html.tostring(fragment, encoding="unicode", with_tail=False)


def count_pages(document):
    """:return: number of pages of a PDF (bytes)"""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        return len(pdf.pages)


def assemble(bodies, records, boxes, boxes_pdf, paper, title, language):
    """Join the printed bodies, lay headers and footers over them, and mark where each record begins.

    :param bodies: PDF documents (bytes), one per body
    :param records: per body whose it is; consecutive equal ones belong together
    :param MarginBoxes boxes: the plan of headers and footers
    :param boxes_pdf: the sheets of ``boxes``, printed, or None
    :param Paper paper: the sheet they were printed on
    :param title: title of the document for PDF viewers
    :param language: language of the document, as HTML spells it
    :return: the PDF's bytes
    """
    target = pikepdf.new()
    starts = []
    for index, body in enumerate(bodies):
        if not index or records[index] is None or records[index] != records[index - 1]:
            starts.append(len(target.pages))
        with pikepdf.open(io.BytesIO(body)) as source:
            target.pages.extend(source.pages)
    if boxes_pdf:
        with pikepdf.open(io.BytesIO(boxes_pdf)) as source:
            sheets = [_import_sheet(target, source, page, number) for number, page in enumerate(source.pages)]
            # Chromium's pages leave their scale behind: it must not hold for the sheets
            save, restore = target.make_stream(b"q\n"), target.make_stream(b"\nQ\n")
            for page, numbers in zip(target.pages, boxes.pages, strict=True):
                contents = [save, page.Contents, restore]
                for stream, resources in (sheets[number] for number in numbers):
                    contents += [save, stream, restore]
                    _add_resources(page, resources)
                page.Contents = pikepdf.Array(contents)
    for page in target.pages:
        page.MediaBox = paper.media_box()
    _correct_characters(target)
    if len(starts) > 1:
        _add_outline(target, starts)
    target.docinfo["/Title"] = title
    target.Root.Lang = language
    stream = io.BytesIO()
    target.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return stream.getvalue()


def _import_sheet(target, source, page, number):
    """:return: (content stream, resources) of a sheet in the target. The resources get names no page uses; a form would
    not need that, but text within forms is hidden from simple readers."""
    resources = target.copy_foreign(source.make_indirect(page.Resources))
    kinds = {kind: dict(entries) for kind, entries in resources.items() if isinstance(entries, pikepdf.Dictionary)}
    names = {name: f"/S{number}{name[1:]}" for entries in kinds.values() for name in entries}
    instructions = [
        ([_renamed(operand, names) for operand in operands], operator)
        for operands, operator in pikepdf.parse_content_stream(page)
    ]
    renamed = {kind: {names[name]: entry for name, entry in entries.items()} for kind, entries in kinds.items()}
    return target.make_stream(pikepdf.unparse_content_stream(instructions)), renamed


def _renamed(operand, names):
    return pikepdf.Name(names.get(str(operand), str(operand))) if isinstance(operand, pikepdf.Name) else operand


def _add_resources(page, added):
    resources = pikepdf.Dictionary(page.Resources)  # a copy: pages may share theirs
    for kind, entries in added.items():
        resources[kind] = pikepdf.Dictionary({**dict(resources.get(kind, {})), **entries})
    page.Resources = resources


def _correct_characters(document):
    """Note the characters, not the radicals, for those who search in the document or copy from it."""

    def correct(line):
        code = line.group(3).decode()
        character = CHARACTERS.get(code) or f"{ord(unicodedata.normalize('NFKC', chr(int(code, 16)))):04X}"
        return line.group(1) + f"<{character}>".encode()

    for font in document.objects:
        if isinstance(font, pikepdf.Dictionary) and "/ToUnicode" in font:
            table = font.ToUnicode.read_bytes()
            corrected = RADICAL.sub(correct, table)
            if corrected != table:
                font.ToUnicode.write(corrected)


def _add_outline(document, starts):
    """Odoo cuts a print of many records along the outline wkhtmltopdf writes: named destinations whose first entry is
    the number of a page."""
    document.Root.Dests = pikepdf.Dictionary(
        {f"/record{i}": pikepdf.Array([start, pikepdf.Name.Fit]) for i, start in enumerate(starts)}
    )
    items = [
        document.make_indirect(pikepdf.Dictionary(Title=str(i + 1), Dest=pikepdf.Name(f"/record{i}")))
        for i in range(len(starts))
    ]
    outline = pikepdf.Dictionary(Type=pikepdf.Name.Outlines, First=items[0], Last=items[-1], Count=len(items))
    document.Root.Outlines = document.make_indirect(outline)
    for item in items:
        item.Parent = document.Root.Outlines
    for before, after in zip(items, items[1:], strict=False):
        before.Next, after.Prev = after, before
