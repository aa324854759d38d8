import json

from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import FileCase


@tagged("post_install", "-at_install")
class TestFileRights(FileCase):
    """Who reads the document reads its files, and nobody else, whatever way he asks."""

    def seen(self, user, domain=()):
        return self.env["crm.file"].with_user(user).search([("name", "=like", "secret%"), *domain])

    def test_document(self):
        attachment = self.attach("secret.txt", b"secret words")
        file = self.file_of(attachment)
        for user in (self.seller, self.manager, self.boss, self.admin):
            with self.subTest(user.login):
                self.assertEqual(self.seen(user), file)
                self.assertEqual(file.with_user(user).version_ids.attachment_id.raw, b"secret words")
        self.assertFalse(self.seen(self.other))

    def test_every_way(self):
        attachment = self.attach("secret.txt")
        file = self.file_of(attachment, self.other)
        exporter = self.new_user("sales_manager", "exporter", self.finance)
        File = file.browse()
        for forbidden in (
            lambda: file.read(["name"]),
            lambda: file.web_read({"name": {}}),
            lambda: file.with_user(exporter).export_data(["name"]),
            lambda: file.write({"name": "x.txt"}),
            lambda: file.preview(),
            lambda: file.action_download(),
            lambda: file.action_check_out(),
            lambda: file.action_share(),
            lambda: file.action_open_document(),
            lambda: self.upload("secret.txt", user=self.other, file_id=file.id),
            lambda: self.upload("x.txt", user=self.other, res_model="res.partner", res_id=self.customer.id),
            lambda: self.attach("secret.txt", user=self.other),
            lambda: file.sudo().version_ids.with_user(self.other).read(["number"]),
            lambda: file.sudo().version_ids.with_user(self.other).action_restore(),
            lambda: file.sudo().version_ids.with_user(self.other).preview(),
            lambda: attachment.with_user(self.other).read(["raw"]),
            lambda: attachment.with_user(self.other).unlink(),
            lambda: self.env["crm.file.share"].with_user(self.other).create({"file_id": file.id}),
            lambda: (
                self.env["ir.attachment"]
                .with_user(self.other)
                .create({"name": "secret.txt", "raw": b"x", "res_model": "crm.file", "res_id": file.id})
            ),
        ):
            with self.assertRaises(AccessError):
                forbidden()
        mine = [("id", "=", file.id)]
        self.assertFalse(File.search_count(mine))
        self.assertFalse(File.name_search("secret"))
        self.assertFalse(File.search([("full_search", "ilike", "secret"), *mine]))
        self.assertFalse(File.formatted_read_group(mine, ["res_model"], ["__count"]))
        self.assertFalse(self.env["crm.file.version"].with_user(self.other).search([("file_id", "=", file.id)]))
        self.assertEqual(self.contents(file), {1: b"content"})

    def test_rights_move_with_the_document(self):
        file = self.file_of(self.attach("secret.txt"))
        self.customer.user_id = self.other
        self.assertEqual(self.seen(self.other), file)
        # who uploaded it has no part in it any more
        self.assertFalse(self.seen(self.seller))
        with self.assertRaises(AccessError):
            file.read(["name"])

    def test_reading_only(self):
        file = self.file_of(self.attach("secret.txt"))
        share = {"partner_id": self.customer.id, "user_id": self.other.id, "access": "read"}
        self.env["crm.customer.share"].create(share)
        self.env.invalidate_all()
        theirs = file.with_user(self.other)
        self.assertEqual(self.seen(self.other), file)
        self.assertEqual(theirs.preview()["name"], "secret.txt")
        for change in (
            lambda: theirs.write({"name": "x.txt"}),
            theirs.action_check_out,
            theirs.action_share,
            lambda: self.upload("x.txt", user=self.other, file_id=file.id),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_own_files(self):
        file = self.upload("secret.txt")
        self.assertEqual(self.seen(self.manager), file)  # of his department
        self.assertFalse(self.seen(self.other))
        with self.assertRaises(AccessError):
            file.sudo().attachment_id.with_user(self.other).read(["raw"])

    def test_company_folder(self):
        file = self.upload("secret.txt", folder_id=self.company_folder().id)
        self.assertEqual(self.seen(self.other), file)
        self.assertEqual(file.with_user(self.other).version_ids.attachment_id.raw, b"content")
        with self.assertRaises(AccessError):
            file.with_user(self.other).write({"name": "x.txt"})
        # files of documents stay closed there
        document = self.file_of(self.attach("secret 2.txt"))
        document.folder_id = file.folder_id
        self.assertEqual(self.seen(self.other), file)

    def test_no_model_access(self):
        """Without a right on the model there is none on its files."""
        engineer = self.new_user("engineer")
        employee = self.env["hr.employee"].create({"name": "Somebody"})
        attachment = self.env["ir.attachment"].create(
            {"name": "secret.txt", "raw": b"x", "res_model": "hr.employee", "res_id": employee.id}
        )
        self.assertTrue(self.file_of(attachment, self.env.user))
        self.assertFalse(self.seen(engineer))

    def test_folders(self):
        Folder = self.env["crm.file.folder"]
        with self.assertRaises(AccessError):
            Folder.with_user(self.seller).create({"name": "x"})
        parent = Folder.with_user(self.manager).create({"name": "Drawings"})
        child = Folder.with_user(self.manager).create({"name": "2026", "parent_id": parent.id})
        self.assertEqual(child.complete_name, "Drawings / 2026")
        with self.assertRaises(UserError):
            parent.parent_id = child


@tagged("post_install", "-at_install")
class TestFileAddresses(FileCase, HttpCase):
    """The same over the addresses of the web server."""

    def test_direct_addresses(self):
        attachment = self.attach("secret.txt", b"secret words")
        file = self.file_of(attachment)
        own = self.upload("secret own.txt", b"secret words").sudo().attachment_id
        addresses = [
            f"/web/content/{attachment.id}",
            f"/web/content/{own.id}",
            f"/web/content/ir.attachment/{attachment.id}/raw",
            f"/web/image/{attachment.id}",
            f"/web/content/crm.file.version/{file.sudo().version_ids.id}/preview_pdf",
        ]
        file.sudo().version_ids.preview_pdf = "c2VjcmV0IHdvcmRz"
        for user, readable in ((self.seller, True), (self.other, False)):
            self.authenticate(user.login, self.set_password(user))
            for address in addresses:
                with self.subTest(address, user=user.login):
                    answer = self.url_open(address)
                    self.assertEqual(b"secret words" in answer.content, readable)
        self.authenticate(None, None)
        for address in addresses:
            self.assertNotIn(b"secret words", self.url_open(address).content)

    def test_upload(self):
        def post(user, **place):
            self.authenticate(user.login, self.set_password(user))
            data = {"csrf_token": Request.csrf_token(self), **place}
            files = [("ufile", ("a.txt", b"fine")), ("ufile", ("b.exe", b"MZ"))]
            return json.loads(self.url_open("/crm_file/upload", data=data, files=files).content)

        place = {"res_model": "res.partner", "res_id": self.customer.id}
        answer = post(self.seller, **place)
        # one is refused, the other stays
        self.assertEqual([file["name"] for file in answer["files"]], ["a.txt"])
        self.assertIn("b.exe", answer["error"]["message"])
        self.assertEqual(post(self.seller, **place)["files"][0]["version"], 2)
        self.assertEqual(post(self.other, **place)["files"], [])
        self.assertEqual(self.env["crm.file"].search([("res_id", "=", self.customer.id)]).version_number, 2)
