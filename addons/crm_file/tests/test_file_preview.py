import base64
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, tagged

from ..tools import office
from .common import FileCase
from .test_file_content import packed

WORD = packed(word__document="<w/>")


@tagged("post_install", "-at_install")
class TestFilePreview(FileCase):
    def test_types(self):
        attachment = self.attach("a.pdf", b"%PDF-1.4")
        shown = self.file_of(attachment).preview()
        self.assertEqual((shown["id"], shown["original_id"]), (attachment.id, attachment.id))
        self.assertEqual(self.file_of(self.attach("a.csv", b"1,2")).preview()["mimetype"], "text/plain")
        # its source is shown, whoever uploaded it
        self.assertEqual(
            self.file_of(self.attach("a.html", b"<p>1</p>", user=self.env.user)).preview()["mimetype"], "text/plain"
        )
        with self.assertRaisesRegex(UserError, "no preview of a.dwg"):
            self.file_of(self.attach("a.dwg")).preview()

    def test_office(self):
        attachment = self.attach("a.docx", WORD)
        file = self.file_of(attachment)
        with patch.object(office, "program", return_value=None), self.assertRaisesRegex(UserError, "LibreOffice"):
            file.preview()
        with patch.object(office, "program", return_value="soffice"):
            with patch.object(office, "to_pdf", return_value=None), self.assertRaisesRegex(UserError, "Download"):
                file.preview()
            with patch.object(office, "to_pdf", return_value=b"%PDF-1.4 x") as to_pdf:
                shown = file.preview()
                self.assertEqual(file.preview(), shown)
                to_pdf.assert_called_once_with(WORD, "docx")
        self.assertEqual((shown["name"], shown["mimetype"]), ("a.docx", "application/pdf"))
        self.assertEqual(shown["original_id"], attachment.id)  # the viewer's download gives the document
        preview = self.env["ir.attachment"].with_user(self.seller).browse(shown["id"])
        self.assertEqual(base64.b64decode(preview.datas), b"%PDF-1.4 x")
        with self.assertRaises(AccessError):
            preview.with_user(self.other).read(["datas"])
        self.env["res.config.settings"].create({"crm_file_office_preview": False}).execute()
        with self.assertRaisesRegex(UserError, "switched off"):
            file.preview()

    def test_few_at_once(self):
        file = self.file_of(self.attach("a.docx", WORD))
        lock = "SELECT pg_advisory_xact_lock(hashtext('crm_file office'), number) FROM generate_series(0, 1) AS number"
        with (
            db_connect(self.env.cr.dbname).cursor() as others,  # a connection of its own
            patch.object(office, "program", return_value="soffice"),
            patch.object(office, "to_pdf", return_value=b"%PDF-1.4 x") as to_pdf,
        ):
            others.execute(lock)
            with self.assertRaisesRegex(UserError, "Try again"):
                file.preview()
            to_pdf.assert_not_called()
            others.rollback()
            self.assertEqual(file.preview()["mimetype"], "application/pdf")

    def test_conversion_that_hangs(self):
        """It is stopped with all that it has started."""
        with TemporaryDirectory() as folder:
            mark = Path(folder, "mark")
            program = Path(folder, "soffice")
            program.write_text(f"#!/bin/sh\n(sleep 3; touch {mark}) &\nsleep 60\n")
            program.chmod(0o700)
            with patch.object(office, "program", return_value=str(program)), patch.object(office, "TIMEOUT", 1):
                start = time.monotonic()
                self.assertIsNone(office.to_pdf(b"x", "docx"))
                self.assertLess(time.monotonic() - start, 3)
            time.sleep(3)
            self.assertFalse(mark.exists())


@tagged("post_install", "-at_install")
class TestFileTexts(FileCase, HttpCase):
    def test_text(self):
        """Chinese is readable whatever its encoding, and nothing is a page under our address."""
        words = "<script>质保期</script>"
        for encoding in ("utf-8", "gb18030", "utf-16"):
            version = self.file_of(self.attach(f"{encoding}.html", words.encode(encoding))).sudo().version_ids
            for user, status in ((self.seller, 200), (self.other, 404)):
                with self.subTest(encoding, user=user.login):
                    self.authenticate(user.login, self.set_password(user))
                    answer = self.url_open(f"/crm_file/text/{version.id}")
                    self.assertEqual(answer.status_code, status)
                    self.assertEqual(words in answer.text, status == 200)
                    if status == 200:
                        self.assertEqual(answer.headers["Content-Type"], "text/plain; charset=utf-8")
                        self.assertEqual(answer.headers["Content-Security-Policy"], "default-src 'none'")
