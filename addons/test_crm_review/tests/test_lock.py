from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DocumentCase


@tagged("post_install", "-at_install")
class TestLock(DocumentCase):
    """A document under review changes nowhere but where its open step allows it, whatever way the change comes in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.new_flow(
            {
                "users": cls.anna,
                "editable_field_ids": [
                    Command.set((cls.field("amount") | cls.field("price", "test.crm.document.line")).ids)
                ],
            },
            {"users": cls.ben, "editable_field_ids": [Command.set(cls.field("line_ids").ids)]},
            {"users": cls.carl},
        )

    def changes(self, document):
        return document.sudo().review_id.event_ids.filtered(lambda event: event.action == "change")

    def test_hooks(self):
        document = self.new_document()
        self.assertEqual(document.hooks, "submitted")
        self.task(document, self.anna).action_reject("no")
        self.assertEqual(document.hooks, "submitted rejected")
        document.action_review_submit()
        self.approve(document, self.anna, self.ben, self.carl)
        self.assertEqual(document.hooks, "submitted rejected submitted approved")
        document.write({"title": "free again"})

    def test_hooks_that_refuse(self):
        self.refused(self.new_document, fault="check", message="not ready")
        document = self.new_document(fault="approved")
        self.approve(document, self.anna, self.ben)
        self.refused(self.task(document, self.carl).action_approve, message="cannot be carried out")
        self.assertEqual((document.review_state, self.open_for(document)), ("pending", ["carl"]))

    def test_document(self):
        document = self.new_document()
        line = document.line_ids[0]
        for user in (self.seller, self.anna, self.admin):
            own = document.with_user(user)
            for vals in (
                {"title": "x"},
                {"message_text": "x"},
                {"user_id": user.id},
                {"company_id": False},
                {"active": False},
                {"file": "eA=="},
                {"hooks": "x"},
                {"note": "x", "title": "x"},
                {"line_ids": [Command.update(line.id, {"name": "x"})]},
                {"line_ids": [Command.delete(line.id)]},
                {"line_ids": [Command.unlink(line.id)]},
                {"line_ids": [Command.clear()]},
                {"line_ids": [Command.set([])]},
                {"line_ids": [Command.create({"name": "x"})]},
                {"review_state": "approved"},
                {"review_state": "pending"},
                {"review_id": False},
            ):
                self.refused(own.write, vals)
            self.refused(own.sudo().write, {"title": "x"}, message="locked")
            self.refused(own.web_save, {"title": "x"}, {"title": {}})
            self.refused(own.unlink, message="cannot be deleted")
            self.refused(own.action_archive)
            self.refused(own.update_field_translations, "title", {"zh_CN": "x"}, message="locked")
            for forged in (True, {}, "UNLOCKED", [1]):
                self.refused(own.with_context(crm_review_unlocked=forged).write, {"title": "x"})
        self.assertEqual(document.title, "Order")
        document.write({"note": "open"})
        document.with_user(self.anna).message_post(body="talk")
        self.assertFalse(self.changes(document))

    def test_import(self):
        document = self.new_document()
        self.env["ir.model.data"].create(
            {"module": "__test__", "name": "d1", "model": document._name, "res_id": document.id}
        )
        Document = document.browse()
        for names, row in (
            (["id", "title"], ["__test__.d1", "x"]),
            (["name", "review_state"], ["N", "Approved"]),
            (["name", "review_id/.id"], ["N", str(document.review_id.id)]),
        ):
            result = Document.load(names, [row])
            self.assertTrue(any(message["type"] == "error" for message in result["messages"]), names)
        self.assertEqual(document.title, "Order")

    def test_forged_at_birth(self):
        review = self.new_document().review_id
        Document = self.env["test.crm.document"].with_user(self.seller)
        for vals in ({"review_state": "approved"}, {"review_state": "pending"}, {"review_id": review.id}):
            self.refused(Document.create, {"name": "N", **vals}, message="by the review alone")
            defaults = {f"default_{name}": value for name, value in vals.items()}
            self.refused(Document.with_context(**defaults).create, {"name": "N"}, message="by the review alone")
            self.refused(Document.with_context(**defaults).name_create, "N", message="by the review alone")
            self.refused(self.new_document(submit=False).copy, vals)
        self.assertEqual(self.new_document().copy().review_state, "new")

    def test_lines(self):
        document, other = self.new_document(), self.new_document(submit=False)
        line, foreign = document.line_ids[0], other.line_ids[0]
        for user in (self.seller, self.admin):
            own, Line = line.with_user(user), line.browse().with_user(user)
            for call in (
                lambda own=own: own.write({"price": 9}),
                lambda own=own: own.unlink(),
                lambda own=own: own.write({"document_id": other.id}),
                lambda own=own: own.write({"document_id": False}),
                lambda own=own: (own | foreign.with_user(self.env.user)).write({"document_id": other.id}),
                lambda own=own: own.copy(),
                lambda own=own: own.sudo().write({"name": "x"}),
                lambda Line=Line: Line.create({"name": "x", "document_id": document.id}),
                lambda Line=Line: Line.with_context(default_document_id=document.id).create({"name": "x"}),
                lambda user=user: foreign.with_user(user).write({"document_id": document.id}),
                lambda user=user: other.with_user(user).write({"line_ids": [Command.link(line.id)]}),
                lambda user=user: other.with_user(user).write({"line_ids": [Command.set(line.ids)]}),
            ):
                self.refused(call, message="locked")
        foreign.name = "free"
        foreign.unlink()

    def test_what_the_step_allows(self):
        document = self.new_document()
        line = document.line_ids[0]
        own = document.with_user(self.anna)
        own.write({"line_ids": [Command.update(line.id, {"price": 3.0})]})
        own.line_ids[1].price = 5.0
        own.amount = 50
        self.refused(own.line_ids[0].write, {"quantity": 5}, message="locked")
        self.refused(own.write, {"line_ids": [Command.create({"name": "x"})]}, message="locked")
        changes = self.changes(document)
        self.assertEqual(
            [(event.user_id, event.change) for event in changes],
            [
                (self.anna, "Bolt: Price: 2 → 3"),
                (self.anna, "Nut: Price: 1 → 5"),
                (self.anna, "Amount: 100.00 → 50.00"),
            ],
        )
        self.approve(document, self.anna)
        self.refused(own.line_ids[0].write, {"price": 9}, message="locked")
        own = document.with_user(self.ben)
        own.line_ids[0].quantity = 7
        own.write({"line_ids": [Command.create({"name": "Washer"}), Command.delete(own.line_ids[1].id)]})
        removed, added = self.changes(document)[4:]
        self.assertFalse(added.before)
        self.assertEqual((added.part_name, added.after["name"]), ("Washer", "Washer"))
        self.assertFalse(removed.after)
        self.assertEqual((removed.part_name, removed.before["price"]), ("Nut", "5"))
        other = self.new_document(self.ben, submit=False)
        own.line_ids[0].document_id = other
        last = self.changes(document)[-1]
        self.assertEqual((last.part_name, last.before["quantity"]), ("Bolt", "7"))
        self.refused(other.line_ids.with_user(self.seller).write, {"document_id": document.id}, message="locked")

    def test_delegate_and_waiting_people_may_not_edit(self):
        document = self.new_document()
        self.task(document, self.anna).action_add_signer(self.carl.ids, "before")
        self.refused(document.with_user(self.anna).write, {"amount": 1}, message="locked")
        document.with_user(self.carl).amount = 2

    def test_files(self):
        Attachment = self.env["ir.attachment"].with_user(self.seller)
        loose = Attachment.create({"name": "contract.txt", "raw": b"cheap"})
        alien = self.env["ir.attachment"].with_user(self.stranger).create({"name": "alien.txt", "raw": b"secret"})
        self.refused(self.new_document, submit=False, file_ids=[Command.set(alien.ids)])
        document = self.new_document(submit=False, file="Y2hlYXA=", file_ids=[Command.set(loose.ids)])
        document.sudo().file_ids |= alien
        kept = Attachment.create({"name": "kept.txt", "raw": b"x", "res_model": document._name, "res_id": document.id})
        held = Attachment.sudo().search([("res_model", "=", document._name), ("res_field", "=", "file")])
        document.action_review_submit()
        self.assertEqual(loose.res_id, document.id, "it is the document's own now")
        self.assertFalse(alien.res_id, "nobody gets at others' files by submitting them")
        self.refused(alien.with_user(self.seller).read, ["raw"])
        for file in (loose, kept, held.with_user(self.seller)):
            for change in (
                {"raw": b"dear"},
                {"datas": "eA=="},
                {"name": "x"},
                {"res_id": 0},
                {"type": "url", "url": "x"},
            ):
                self.refused(file.write, change)  # where the file centre is installed, it keeps them as well
            self.refused(file.unlink, message="locked")
        self.refused(kept.sudo().unlink, message="locked")
        late = Attachment.create({"name": "late.txt", "raw": b"x", "res_model": document._name, "res_id": document.id})
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = create_date + interval '1 day' WHERE id = %s", [late.id]
        )
        late.invalidate_recordset()
        late.unlink()
        self.task(document, self.anna).action_reject("no")
        kept.unlink()
        document.file = "eA=="

    def test_a_joined_document_deleted_after_its_review(self):
        document = self.new_document()
        review, line = document.review_id, self.task(document, self.anna)
        self.task(document, self.anna).action_reject("no")
        document.unlink()
        self.assertTrue(review.exists() and line.exists())
        self.assertEqual(review.with_user(self.seller).progress()["state"], "rejected")
        self.assertEqual(line.read(["doc_name"])[0]["doc_name"], "D1")
        self.refused(self.env["crm.review"].with_user(self.seller).panel, "test.crm.document", document.id)

    def test_archived_kind_stays_locked(self):
        document = self.new_document()
        self.kind.active = False
        self.refused(document.write, {"title": "x"}, message="locked")
        self.refused(document.write, {"review_state": "approved"}, message="by the review alone")
        self.refused(self.new_document, message="not submitted")
        self.approve(document, self.anna, self.ben, self.carl)
        self.assertEqual(document.review_state, "approved")

    def test_snapshot_tells_nothing_secret(self):
        document = self.new_document(submit=False)
        document.sudo().secret = "margin 90 %"
        document.action_review_submit()
        review = document.sudo().review_id
        self.assertNotIn("margin", str(review.snapshot))
        submitted = review.with_user(self.seller).as_submitted()
        self.assertEqual(submitted["fields"]["Title"], "Order")
        self.assertEqual([line["Name"] for line in submitted["lines"]["Line"]], ["Bolt", "Nut"])

    def test_rounds_are_told_in_the_language_and_time_zone_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        document = self.new_document(due_on="2026-03-31 16:00:00")
        self.task(document, self.anna).action_reject("too late")
        document.write({"is_urgent": True, "due_on": "2026-03-31 18:30:00", "fault": "approved"})
        document.action_review_submit()
        review = document.sudo().review_id.with_user(self.seller)

        def told(lang, tz):
            changes = review.with_context(lang=lang, tz=tz).changes_since_last_round()
            return [(change["before"], change["after"]) for change in changes]

        english, chinese = told("en_US", "UTC"), told("zh_CN", "Asia/Shanghai")
        self.assertIn(("No", "Yes"), english)
        self.assertIn(("否", "是"), chinese)
        self.assertIn(("", "Refuses Its Approval"), english)
        for changes, before, after in ((english, r"(16|4):00", r"(18|6):30"), (chinese, r"00:00", r"02:30")):
            [due] = [texts for texts in changes if ":30" in texts[1]]
            self.assertRegex(due[0], before)
            self.assertRegex(due[1], after)
        submitted = review.with_context(lang="zh_CN", tz="Asia/Shanghai").as_submitted()
        self.assertIn("是", submitted["fields"].values())

    def test_companies(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self.seller.company_ids |= other
        self.carl.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        document = self.new_document()
        self.refused(self.task(document, self.anna).action_forward, self.carl.id, message="may not read")
        both = self.task(document, self.anna).with_context(allowed_company_ids=self.anna.company_ids.ids)
        self.ben.company_ids |= other
        both.action_forward(self.ben.id)
        self.assertEqual(self.open_for(document), ["ben"])
        self.admin.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        review = document.sudo().review_id
        for records in (review, review.line_ids, review.event_ids):
            self.assertFalse(records.with_user(self.admin).search([("id", "in", records.ids)]), records._name)

    def test_error_is_translatable_and_names_the_field(self):
        document = self.new_document()
        with self.assertRaises(UserError) as raised:
            document.write({"title": "x"})
        self.assertIn("D1", str(raised.exception))
        self.assertIn("Title", str(raised.exception))
