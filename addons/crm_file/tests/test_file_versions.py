from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FileCase


@tagged("post_install", "-at_install")
class TestFileVersions(FileCase):
    """No upload is lost: the second of a name is a version, and what is kept is not overwritten."""

    def test_same_name(self):
        first = self.attach("Drawing.pdf", b"one")
        second = self.attach("drawing.PDF", b"two", user=self.manager)
        file = self.file_of(first)
        self.assertEqual(file, self.file_of(second))
        self.assertEqual(self.contents(file), {1: b"one", 2: b"two"})
        self.assertEqual((file.version_number, file.attachment_id), (2, second))
        self.assertEqual((file.user_id, file.upload_user_id), (self.seller, self.manager))

    def test_in_one_call(self):
        vals = {"res_model": "res.partner", "res_id": self.customer.id}
        attachments = (
            self.env["ir.attachment"]
            .with_user(self.seller)
            .create([vals | {"name": "a.txt", "raw": text} for text in (b"one", b"two", b"three")])
        )
        self.assertEqual(self.contents(self.file_of(attachments[0])), {1: b"one", 2: b"two", 3: b"three"})

    def test_other_places(self):
        files = {self.file_of(self.attach("a.txt", document=document)) for document in (self.customer, self.order)}
        folder = self.company_folder()
        files |= {self.upload("a.txt"), self.upload("a.txt", folder_id=folder.id)}
        files.add(self.upload("a.txt", user=self.other))
        self.assertEqual(len(files), 5)
        self.assertEqual(self.upload("a.txt", b"two", folder_id=folder.id).version_number, 2)

    def test_posted_with_a_message(self):
        """The composer's attachments belong to nothing until the message is posted."""
        vals = {"name": "offer.txt", "raw": b"x", "res_model": "mail.compose.message", "res_id": 0}
        attachment = self.env["ir.attachment"].with_user(self.seller).create(vals)
        self.assertFalse(self.file_of(attachment))
        self.customer.with_user(self.seller).message_post(body="See file", attachment_ids=attachment.ids)
        self.assertEqual(self.file_of(attachment).document_name, self.customer.display_name)

    def test_new_version_of_a_file(self):
        file = self.file_of(self.attach("Contract.txt", b"draft"))
        self.upload("Contract signed.txt", b"signed", file_id=file.id, note="Signed")
        self.assertEqual(self.contents(file), {1: b"draft", 2: b"signed"})
        self.assertEqual((file.name, file.version_ids.sorted("number")[-1].note), ("Contract.txt", "Signed"))
        # the bytes are held to the rights of the document
        self.assertEqual(file.sudo().attachment_id.res_id, self.customer.id)

    def test_restore(self):
        file = self.file_of(self.attach("a.txt", b"one"))
        self.attach("a.txt", b"two")
        file.version_ids.filtered(lambda version: version.number == 1).action_restore()
        self.assertEqual(self.contents(file), {1: b"one", 2: b"two", 3: b"one"})
        self.assertEqual(file.attachment_id.raw, b"one")

    def test_not_overwritten(self):
        attachment = self.attach("a.txt", b"one")
        for values in ({"raw": b"two"}, {"datas": "dHdv"}, {"db_datas": b"two"}, {"type": "url"}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "version 1"):
                attachment.write(values)
        with self.assertRaises(UserError):
            attachment.sudo().raw = b"two"
        attachment.write({"raw": b"one"})  # as when the store of files is moved
        with self.assertRaisesRegex(UserError, "stays with its document"):
            attachment.write({"res_model": "sale.order", "res_id": self.order.id})
        with self.assertRaisesRegex(UserError, "share link"):
            attachment.public = True
        self.assertEqual(self.contents(self.file_of(attachment)), {1: b"one"})

    def test_context_switches_nothing_off(self):
        """What the system's own calls say to themselves cannot be said from outside."""
        attachment = self.attach("a.txt", b"one").with_context(crm_file_skip=True)
        with self.assertRaises(UserError):
            attachment.write({"raw": b"two"})
        self.assertTrue(self.file_of(attachment))

    def test_deleting(self):
        first, second = self.attach("a.txt", b"one"), self.attach("a.txt", b"two", user=self.manager)
        file = self.file_of(first)
        with self.assertRaisesRegex(UserError, "stays"):
            first.unlink()
        with self.assertRaisesRegex(UserError, "stays"):
            second.with_user(self.seller).unlink()
        second.unlink()  # the newest, by whoever uploaded it
        self.assertEqual(self.contents(file), {1: b"one"})
        self.assertEqual((file.version_number, file.attachment_id), (1, first))
        with self.assertRaises(AccessError):
            file.unlink()
        first.unlink()
        self.assertFalse(file.exists())

    def test_deleted_with_its_document(self):
        order = self.env["sale.order"].with_user(self.seller).create({"partner_id": self.customer.id})
        attachment = self.attach("a.txt", document=order, user=self.manager)
        file = self.file_of(attachment)
        order.sudo().unlink()
        self.assertFalse(file.exists())
        self.assertFalse(attachment.exists())

    def test_administrator_deletes(self):
        attachment = self.attach("a.txt")
        self.file_of(attachment, self.admin).unlink()
        self.assertFalse(attachment.exists())

    def test_archived_name_is_free(self):
        file = self.file_of(self.attach("a.txt", b"one"))
        file.active = False
        other = self.file_of(self.attach("a.txt", b"two"))
        self.assertNotEqual(file, other)
        self.assertEqual(self.contents(file), {1: b"one"})

    def test_merged_customers(self):
        """Where files of two documents come together, all versions are there."""
        other = self.new_customer("Baltic Steel Oy")
        kept, merged = self.attach("a.txt", b"one"), self.attach("a.txt", b"two", document=other)
        alone = self.attach("b.txt", b"three", document=other)
        alone_file = self.file_of(alone)
        (merged + alone).sudo().write({"res_id": self.customer.id})
        self.assertEqual(self.contents(self.file_of(kept)), {1: b"one", 2: b"two"})
        self.assertEqual(self.file_of(alone), alone_file)
        self.assertEqual(alone_file.res_id, self.customer.id)

    def test_check_out(self):
        file = self.file_of(self.attach("a.txt", b"one"))
        file.action_check_out()
        theirs = file.with_user(self.manager)
        for change in (
            theirs.action_check_out,
            lambda: theirs.write({"name": "b.txt"}),
            lambda: self.attach("a.txt", b"two", user=self.manager),
            lambda: self.upload("b.txt", user=self.manager, file_id=file.id),
            lambda: theirs.version_ids.action_restore(),
            lambda: file.with_user(self.admin).unlink(),
        ):
            with self.assertRaisesRegex(UserError, "checked out by Seller"):
                change()
        self.attach("a.txt", b"two")  # its holder goes on
        self.assertEqual(self.contents(file), {1: b"one", 2: b"two"})
        theirs.action_check_in()  # a manager frees it
        self.attach("a.txt", b"three", user=self.manager)
        self.assertEqual(file.version_number, 3)

    def test_check_out_is_held_against_colleagues(self):
        file = self.file_of(self.attach("a.txt"), self.manager)
        file.action_check_out()
        with self.assertRaisesRegex(UserError, "checked out by"):
            file.with_user(self.seller).action_check_in()

    def test_guarded_fields(self):
        file = self.file_of(self.attach("a.txt"))
        for values in (
            {"res_id": self.order.id},
            {"user_id": self.other.id},
            {"checked_out_uid": False},
            {"attachment_id": False},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                file.write(values)
        with self.assertRaises(AccessError):
            self.env["crm.file"].with_user(self.seller).create({"name": "x"})
        with self.assertRaises(AccessError):
            file.version_ids.write({"number": 9})
        file.write({"name": " b/c.txt ", "description": "x"})
        self.assertEqual((file.name, file.attachment_id.name), ("b_c.txt", "b_c.txt"))

    def test_existing_attachments(self):
        attachment = self.attach("old.txt", b"one")
        self.env.cr.execute("DELETE FROM crm_file WHERE id = %s", [self.file_of(attachment).id])
        self.env.invalidate_all()
        self.env["crm.file"].with_user(self.env.ref("base.user_root"))._file_existing()
        self.assertEqual(self.contents(self.file_of(attachment)), {1: b"one"})
        self.assertEqual(self.file_of(attachment).user_id, self.seller)
