import base64

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from .crm_file import SKIP

CONTENT = {"raw", "datas", "db_datas", "type", "url"}
PLACE = {"res_model", "res_id", "res_field"}


class IrAttachment(models.Model):
    """Attachments of documents are the versions of their files: every one is kept, none is overwritten."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        if not self._crm_file_skip():
            for vals in vals_list:
                if self._crm_is_upload(vals):
                    raw = vals.get("raw") or base64.b64decode(vals.get("datas") or "")
                    raw = raw.encode() if isinstance(raw, str) else raw
                    self.env["crm.file"]._check_upload(vals.get("name"), raw)
        attachments = super().create(vals_list)
        attachments._crm_file()
        return attachments

    def write(self, vals):
        if self._crm_file_skip() or not vals.keys() & (CONTENT | PLACE | {"name", "public"}):
            return super().write(vals)
        versions = self._crm_versions()
        if versions:
            self._crm_check_kept(versions, vals)
        if "name" in vals and versions:
            self.env["crm.file"]._check_upload(vals["name"], b"")
        before = {version: version.file_id for version in versions}
        moved = {
            attachment.id
            for attachment in self.sudo()
            if any(fname in vals and (vals[fname] or False) != (attachment[fname] or False) for fname in PLACE)
        }
        result = super().write(vals)
        if moved:
            self._crm_refile(before, moved)
        return result

    def unlink(self):
        versions = self._crm_versions()
        files = versions.file_id
        if versions and not self._crm_file_skip():
            self.check_access("unlink")
            versions._check_removable()
        result = super().unlink()
        if files and not self._crm_file_skip():
            files.invalidate_recordset()
            files.exists().with_context(crm_file_skip=SKIP)._take_newest()
        return result

    def _crm_file_skip(self):
        return self.env.context.get("crm_file_skip") is SKIP

    def _crm_versions(self):
        if not self:
            return self.env["crm.file.version"]
        # sudo: whether an attachment is a version is asked to keep it
        return self.env["crm.file.version"].sudo().search([("attachment_id", "in", self.ids)])

    @api.model
    def _crm_is_upload(self, vals):
        """Whether these are the values of a file that somebody uploads to a document, or will post on one."""
        if self.env.uid == SUPERUSER_ID or vals.get("res_field") or vals.get("type", "binary") != "binary":
            return False
        model = vals.get("res_model")
        if not model:
            return not self.env.su
        return model in ("mail.compose.message", "crm.file", *self.env["crm.file"]._document_models())

    def _crm_file(self, check=False):
        if self._crm_file_skip():
            return
        places = ("crm.file", *self.env["crm.file"]._document_models())
        # sudo: who may attach to the document was asked when the attachment was written
        uploads = self.sudo().filtered(
            lambda attachment: (
                attachment.type == "binary"
                and attachment.res_id
                and attachment.res_model in places
                and not attachment.res_field
            )
        )
        if check and self.env.uid != SUPERUSER_ID:
            for attachment in uploads:
                self.env["crm.file"]._check_upload(attachment.name, attachment.raw or b"")
        if uploads:
            self.env["crm.file"]._file_attachments(uploads)

    def _crm_check_kept(self, versions, vals):
        """What is in the file centre stays as it is; new content is a new version.

        :raise UserError: the change would replace, hide or publish a version
        """
        if vals.keys() & CONTENT and not self._crm_same_content(versions.attachment_id, vals):
            raise UserError(
                self.env._(
                    "%(file)s is kept as version %(number)s in the file centre and cannot be overwritten. Upload the"
                    " new content: it becomes the next version.",
                    file=versions[0].file_id.name,
                    number=versions[0].number,
                )
            )
        if not self.env.su and (vals.keys() & PLACE or vals.get("public")):
            raise UserError(
                self.env._(
                    "%(file)s stays with its document. To give it to others, use a share link.",
                    file=versions[0].file_id.name,
                )
            )

    def _crm_same_content(self, attachments, vals):
        if vals.keys() & {"db_datas", "url"} or vals.get("type", "binary") != "binary":
            return False
        if not vals.keys() & {"raw", "datas"}:
            return True
        raw = vals.get("raw") or base64.b64decode(vals.get("datas") or "")
        raw = raw.encode() if isinstance(raw, str) else raw
        return set(attachments.mapped("checksum")) == {self._compute_checksum(raw)}

    def _crm_refile(self, before, moved):
        """Attachments went to another document (as when customers are merged): their files go with them."""
        files = self.env["crm.file"].sudo().union(*(before.values()))
        new = self.browse(moved) - self.browse().union(*(version.attachment_id for version in before))
        for file in files:
            versions = file.version_ids
            places = {(version.attachment_id.res_model, version.attachment_id.res_id) for version in versions}
            model, res_id = next(iter(places))
            there = [("res_model", "=", model), ("res_id", "=", res_id), ("name", "=ilike", file.name)]
            if len(places) == 1 and model in file._document_models() and not file.search_count(there, limit=1):
                file.write({"res_model": model, "res_id": res_id})
            else:
                gone = versions.filtered(lambda version: version.attachment_id.id in moved)
                attachments = gone.attachment_id
                gone.unlink()
                file.with_context(crm_file_skip=SKIP)._take_newest()
                attachments._crm_file()
        new._crm_file(check=True)
