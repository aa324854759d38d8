import base64
import io
import zipfile
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..tools import names, office
from .common import FileCase

PROGRAM = b"MZ\x90\x00" + bytes(80)


@tagged("post_install", "-at_install")
class TestFileUpload(FileCase):
    """Forbidden types and sizes are refused, whatever way they come in."""

    def refuse(self, pattern, call):
        count = self.env["ir.attachment"].search_count([])
        with self.assertRaisesRegex(ValidationError, pattern):
            call()
        self.assertEqual(self.env["ir.attachment"].search_count([]), count)

    def test_forbidden(self):
        for name, raw in (
            ("setup.exe", b"x"),
            ("SETUP.EXE ", b"x"),
            ("setup.exe.", b"x"),
            ("setup.ｅｘｅ", b"x"),
            ("photo\u202egpj.exe", b"x"),
            ("photo.jpg", PROGRAM),
            ("photo", b"\x7fELF" + bytes(60)),
            ("note.txt", b"#!/bin/sh\nrm"),
        ):
            with self.subTest(name):
                self.refuse("are not taken", lambda name=name, raw=raw: self.upload(name, raw))
                self.refuse("are not taken", lambda name=name, raw=raw: self.attach(name, raw))
                self.refuse("are not taken", lambda name=name, raw=raw: self.attach(name, raw, document=self.order))

    def test_forbidden_later(self):
        attachment = self.attach("a.txt")
        with self.assertRaises(ValidationError):
            attachment.name = "a.exe"
        with self.assertRaises(ValidationError):
            self.file_of(attachment).name = "a.exe"

    def test_forbidden_through_the_back_door(self):
        """Attached to nothing first, filled later, posted last."""
        vals = {"name": "a.txt", "raw": b"x", "res_model": "mail.compose.message", "res_id": 0}
        attachment = self.env["ir.attachment"].with_user(self.seller).create(vals)
        attachment.raw = PROGRAM
        with self.assertRaises(ValidationError):
            self.customer.with_user(self.seller).message_post(body="x", attachment_ids=attachment.ids)
        with self.assertRaises(ValidationError):
            attachment.write({"res_model": "res.partner", "res_id": self.customer.id})
        with self.assertRaises(ValidationError):
            self.env["ir.attachment"].with_user(self.seller).with_context(crm_file_skip=True).create(
                vals | {"name": "a.exe"}
            )

    def test_taken(self):
        for name in ("图纸.dwg", "a.com.pdf", "contract v1.2", "MZ.txt"):
            with self.subTest(name):
                self.assertTrue(self.upload(name, b"MZ is a word"))

    def test_settings(self):
        self.env["res.config.settings"].create(
            {"crm_file_forbidden": ".PDF, zip", "crm_file_max_size": 0.001}
        ).execute()
        self.refuse("type pdf", lambda: self.upload("a.pdf"))
        self.refuse("0.001 MB", lambda: self.upload("a.txt", bytes(1100)))
        self.assertTrue(self.upload("a.exe", bytes(1000)))
        self.env["res.config.settings"].create(
            {"crm_file_forbidden": False, "crm_file_office_preview": False}
        ).execute()
        self.assertTrue(self.upload("b.pdf"))
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.crm_file_forbidden)
        self.assertFalse(settings.crm_file_office_preview)
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(self.seller).create({"crm_file_max_size": 5}).execute()

    def test_names(self):
        self.assertEqual(names.clean(" a/b\\c:d\x00.txt. "), "a_b_c_d_.txt")
        self.assertEqual(names.clean("e\u0301.txt"), "\u00e9.txt")
        self.assertEqual(len(names.clean("x" * 300 + ".pdf")), 200)
        self.assertTrue(names.clean("x" * 300 + ".pdf").endswith(".pdf"))
        self.refuse("needs a name", lambda: self.upload(" / "[:1]))

    def test_gone(self):
        with self.assertRaisesRegex(UserError, "gone"):
            self.upload("a.txt", file_id=99999999)
        with self.assertRaisesRegex(UserError, "document is gone"):
            self.upload("a.txt", res_model="res.partner")
        with self.assertRaisesRegex(UserError, "have no files"):
            self.upload("a.txt", res_model="res.country", res_id=1)

    def test_preview(self):
        attachment = self.attach("a.pdf", b"%PDF-1.4")
        self.assertEqual(self.file_of(attachment).preview()["id"], attachment.id)
        with self.assertRaisesRegex(UserError, "no preview of a.dwg"):
            self.file_of(self.attach("a.dwg")).preview()

    def test_office_preview(self):
        with io.BytesIO() as stream:
            with zipfile.ZipFile(stream, "w") as archive:
                archive.writestr("word/document.xml", "<w/>")
            raw = stream.getvalue()
        file = self.file_of(self.attach("a.docx", raw))
        with patch.object(office, "program", return_value=None), self.assertRaisesRegex(UserError, "LibreOffice"):
            file.preview()
        with patch.object(office, "program", return_value="soffice"):
            with patch.object(office, "to_pdf", return_value=None), self.assertRaisesRegex(UserError, "Download"):
                file.preview()
            with patch.object(office, "to_pdf", return_value=b"%PDF-1.4 x") as to_pdf:
                shown = file.preview()
                self.assertEqual(file.preview(), shown)
                to_pdf.assert_called_once_with(raw, "docx")
        self.assertEqual((shown["name"], shown["mimetype"]), ("a.docx", "application/pdf"))
        preview = self.env["ir.attachment"].with_user(self.seller).browse(shown["id"])
        self.assertEqual(base64.b64decode(preview.datas), b"%PDF-1.4 x")
        with self.assertRaises(AccessError):
            preview.with_user(self.other).read(["datas"])
        self.env["res.config.settings"].create({"crm_file_office_preview": False}).execute()
        with self.assertRaisesRegex(UserError, "switched off"):
            file.preview()
