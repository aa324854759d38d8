import io
import zipfile
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from ..tools import names
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


@tagged("post_install", "-at_install")
class TestFileAddress(FileCase, HttpCase):
    """What the addresses of the web server answer to files that are refused."""

    def setUp(self):
        super().setUp()
        self.authenticate(self.seller.login, self.set_password(self.seller))

    def post(self, address, *files, **data):
        data |= {"csrf_token": Request.csrf_token(self)}
        answer = self.url_open(address, data=data, files=[("ufile", file) for file in files])
        self.assertEqual(answer.status_code, 200)
        return answer.json()

    def test_chatter(self):
        """A file that is refused says why, and nothing of it is kept."""
        place = {"thread_model": "res.partner", "thread_id": self.customer.id}
        answer = self.post("/mail/attachment/upload", ("a.exe", b"x"), **place)
        self.assertIn("a.exe", answer["error"]["message"])
        self.assertFalse(self.customer.crm_file_count)
        self.post("/mail/attachment/upload", ("a.txt", b"x"), **place)
        self.assertEqual(self.customer.crm_file_count, 1)

    def test_too_large_is_not_read(self):
        self.env["ir.config_parameter"].set_param("crm_file.max_size", "0.001")
        with patch.object(type(self.env["crm.file"]), "_upload") as read:
            answer = self.post("/crm_file/upload", ("a.txt", bytes(1100)), res_model="res.partner")
        read.assert_not_called()
        self.assertIn("0.001 MB", answer["error"]["message"])

    def test_names_in_archives(self):
        """No name leads out of the folder in which an archive is unpacked."""
        attachments = self.attach("../../up.txt") + self.attach("C:\\Windows\\abs.txt")
        data = {"file_ids": ",".join(map(str, attachments.ids)), "zip_name": "files.zip"}
        data |= {"csrf_token": Request.csrf_token(self)}
        answer = self.url_open("/mail/attachment/zip", data=data)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            self.assertEqual(archive.namelist(), ["_.._up.txt", "C_Windows_abs.txt"])
