import io
import zipfile
import zlib

from lxml import etree
from reportlab.pdfgen.canvas import Canvas

from odoo.tests import tagged

from ..tools import content
from .common import FileCase


def packed(**parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", xml)
    return stream.getvalue()


def pdf(*lines):
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for number, line in enumerate(lines):
        canvas.drawString(50, 700 - 20 * number, line)
    canvas.save()
    return stream.getvalue()


def bomb_pdf():
    """A page of three kilobytes that asks for gigabytes to be read."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = packing.compress(bytes(2**22)) + packing.flush(zlib.Z_FULL_FLUSH)
    stream = zlib.compress(b"\x78\xda" + zeros * 400 + b"\x03\0")
    font = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    found, places = b"%PDF-1.4\n", b""
    for number, body in enumerate(
        (
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources%s/Contents 4 0 R>>" % font,
            b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        ),
        start=1,
    ):
        places += b"%010d 00000 n \n" % len(found)
        found += b"%d 0 obj%s\nendobj\n" % (number, body)
    head = b"xref\n0 5\n0000000000 65535 f \n"
    return b"%s%s%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (found, head, places, len(found))


@tagged("post_install", "-at_install")
class TestFileContent(FileCase):
    """Files are found by their names, in pinyin too, and by the words in them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(cls.registry["ir.cron"], "_commit_progress", lambda self, *args, **kwargs: 60)

    def found(self, text, user=None):
        File = self.env["crm.file"].with_user(user or self.seller)
        return set(File.search([("full_search", "ilike", text)]).mapped("name"))

    def test_search(self):
        tag = self.env["crm.file.tag"].create({"name": "签字版"})
        self.file_of(
            self.attach("恒温晶振合同.txt", "货物由需方验收，质保期十二个月。Warranty FOX-924B".encode())
        ).tag_ids = tag
        self.attach("b.txt", "預付款百分之三十".encode("gb18030"))
        self.attach(
            "secret.txt", "质保期十二个月".encode(), user=self.other, document=self.new_customer("X", self.other)
        )
        self.assertFalse(self.found("质保期"))
        self.env["crm.file"]._cron_index()
        for text in (
            "质保期",
            "十二个月",
            "验收 质保",
            "warranty",
            "ＦＯＸ 924b",
            "恒温晶振",
            "hwjz",
            "hetong 质保",
            "签字版",
        ):
            with self.subTest(text):
                self.assertEqual(self.found(text), {"恒温晶振合同.txt"})
        self.assertEqual(self.found("预付款"), {"b.txt"})
        # grams that stand apart are no find, nor is what only another one reads
        self.assertFalse(self.found("质保十二"))
        self.assertFalse(self.found("warranty 预付款"))
        self.assertFalse(self.found("。"))
        self.assertEqual(self.found("质保期", self.other), {"secret.txt"})

    def test_new_version(self):
        self.attach("a.txt", b"alpha")
        self.env["crm.file"]._cron_index()
        self.attach("a.txt", b"gamma")
        self.env["crm.file"]._cron_index()
        self.assertEqual((self.found("gamma"), self.found("alpha")), ({"a.txt"}, set()))

    def test_content_is_told_to_nobody(self):
        file = self.file_of(self.attach("a.txt", b"alpha"))
        self.assertNotIn("content_text", file.fields_get())

    def test_types(self):
        word = packed(word__document="<d><p><t>质量</t><t>保证</t></p><p><t>second</t></p></d>")
        sheet = packed(xl__sharedStrings="<sst><si><t>温补晶振</t></si><si><t>10MHz</t></si></sst>")
        written = packed(
            xl__worksheets__sheet1='<w><c t="inlineStr"><is><t>温补</t></is></c><c><f>A1</f><v>12.5</v></c>'
            '<c t="s"><v>77</v></c></w>'
        )
        slides = packed(ppt__slides__slide1="<s><p><t>大会</t></p></s>")
        text = packed(content="<c><p>合同编号</p></c>")
        for name, raw, words in (
            ("a.docx", word, "质量保证 second"),
            ("a.xlsx", sheet, "温补晶振 10mhz"),
            ("a.xlsx", written, "温补 125"),
            ("a.pptx", slides, "大会"),
            ("a.odt", text, "合同编号"),
            ("a.pdf", pdf("Payment terms", "net 30"), "payment terms net 30"),
            ("a.html", b"<p>shown</p><script>hidden</script>", "shown"),
            ("a.csv", "数量,10".encode("utf-16"), "数量 10"),
            ("a.jpg", b"words in a picture", ""),
        ):
            with self.subTest(name):
                self.assertEqual(content.text(name, raw), words)

    def test_broken_and_hostile(self):
        bomb = packed(word__document="<d>" + " " * (content.SIZE + 1) + "</d>")
        self.assertLess(len(bomb), 100_000)
        self.assertEqual(content.text("a.docx", bomb), "")
        outside = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><d><p>in &x;</p></d>'
        self.assertEqual(content.text("a.docx", packed(word__document=outside)), "in")
        aliases = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 9))
        laughs = packed(word__document=f'<!DOCTYPE d [<!ENTITY a0 "ha">{aliases}]><d>&a8;</d>')
        with self.assertRaises(etree.XMLSyntaxError):
            content.text("a.docx", laughs)
        with self.assertRaisesRegex(ValueError, "Memory"):
            content.text("a.pdf", bomb_pdf())
        self.assertEqual(len(content.text("a.txt", b"a" * 300_000)), content.LENGTH)
        self.assertTrue(content.text("a.txt", ("数量 " * 200_000).encode("gb18030")).startswith("数量 数量 "))
        for name in ("a.pdf", "a.docx", "a.xlsx"):
            self.attach(name, b"broken")
        self.env["crm.file"]._cron_index()
        self.assertFalse(self.env["crm.file"].sudo().search_count([("is_indexed", "!=", True)]))
