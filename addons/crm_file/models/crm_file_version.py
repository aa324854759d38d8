import base64

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError

from ..tools import content, names, office
from .crm_file import SKIP

VIEWED = ("application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")
CONVERSIONS = 2  # of Office documents at the same time; more would keep the server from its other work


class CrmFileVersion(models.Model):
    """One upload of a file. It is made by uploading and never changed; its bytes are an attachment."""

    _name = "crm.file.version"
    _description = "Version of a File"
    _order = "file_id, number desc"
    _rec_name = "number"

    file_id = fields.Many2one("crm.file", required=True, readonly=True, ondelete="cascade", index=True)
    number = fields.Integer(string="Version", required=True, readonly=True, aggregator=None)
    attachment_id = fields.Many2one("ir.attachment", required=True, readonly=True, ondelete="cascade")
    name = fields.Char(related="attachment_id.name", string="Uploaded As")
    file_size = fields.Integer(related="attachment_id.file_size", string="Size", aggregator=None)
    mimetype = fields.Char(related="attachment_id.mimetype", string="Content Type")
    user_id = fields.Many2one("res.users", string="Uploaded by", required=True, readonly=True)
    upload_date = fields.Datetime(string="Uploaded on", required=True, readonly=True)
    note = fields.Char(readonly=True)
    preview_pdf = fields.Binary(string="Preview", readonly=True, attachment=True, copy=False)

    _number_unique = models.UniqueIndex("(file_id, number)")
    _attachment_unique = models.UniqueIndex("(attachment_id)")

    def preview(self):
        """What the viewer of the web client shows of this version.

        :return: ``version_id``, ``name``, ``mimetype`` and ``checksum``; ``original_id`` and ``id``: the attachment,
            and the one that is shown in its place
        :raise UserError: there is no viewer for this type of file, and why
        """
        self.ensure_one()
        self.check_access("read")
        original, extension = self.attachment_id, names.extension(self.name)
        shown, mimetype = original, original.mimetype
        if mimetype.startswith("text/") or extension in content.TEXT:
            mimetype = "text/plain"
        elif extension in office.EXTENSIONS:
            shown = self._office_preview()
            mimetype = shown.mimetype
        elif mimetype not in VIEWED:
            raise UserError(self.env._("There is no preview of %(name)s. Download it.", name=self.name))
        return {
            "id": shown.id,
            "original_id": original.id,
            "version_id": self.id,
            "name": self.name,
            "mimetype": mimetype,
            "checksum": shown.checksum,
        }

    def _office_preview(self):
        """The attachment that holds this Office document as PDF, converted once."""
        if not self.env["crm.file"]._setting("office_preview"):
            raise UserError(
                self.env._(
                    "%(name)s: previews of Office documents are switched off. Download it, or ask an administrator to"
                    " switch them on in the settings.",
                    name=self.name,
                )
            )
        # sudo: the preview is the system's; the user may read the version
        version = self.sudo()
        if not version.preview_pdf:
            if not office.program():
                raise UserError(
                    self.env._(
                        "%(name)s: Office documents are shown only where LibreOffice is installed on the server."
                        " Download it, or ask an administrator to install it.",
                        name=self.name,
                    )
                )
            # who asks for the same document meanwhile waits here; his call is repeated and finds the preview
            self.env.cr.execute("SELECT FROM crm_file_version WHERE id = %s FOR UPDATE", [self.id])
            self._await_turn()
            pdf = office.to_pdf(version.attachment_id.raw, names.extension(self.name))
            if not pdf:
                raise UserError(self.env._("%(name)s could not be shown as PDF. Download it.", name=self.name))
            version.with_context(crm_file_skip=SKIP).preview_pdf = base64.b64encode(pdf)
        return (
            self.env["ir.attachment"]
            .sudo()  # its name and number; the bytes are read with the user's own rights
            .search([("res_model", "=", self._name), ("res_field", "=", "preview_pdf"), ("res_id", "=", self.id)])
        )

    def _await_turn(self):
        """Be one of the few conversions that run now, until the end of the transaction.

        :raise UserError: there are enough of them
        """
        for number in range(CONVERSIONS):
            self.env.cr.execute("SELECT pg_try_advisory_xact_lock(hashtext('crm_file office'), %s)", [number])
            if self.env.cr.fetchone()[0]:
                return
        raise UserError(
            self.env._(
                "%(name)s: other documents are being converted at the moment. Try again in a few seconds, or download"
                " it.",
                name=self.name,
            )
        )

    def action_download(self):
        self.ensure_one()
        return self.file_id._download_action(self.attachment_id)

    def action_restore(self):
        """Make this version the newest again; those in between stay.

        :return: the client's action to show it
        """
        self.ensure_one()
        self.file_id._check_changeable()
        # the file says whether the user may; the document's own attachments are copied by the system then
        attachment = self.attachment_id.sudo()
        copy = attachment.with_context(crm_file_skip=SKIP).copy({"name": attachment.name})
        self.file_id._add_version(copy, note=self.env._("Version %(number)s restored", number=self.number))
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_removable(self):
        """Whether the user may delete these versions: the newest that he uploaded himself; administrators any.

        :raise UserError: he may not
        """
        if self.env.uid == SUPERUSER_ID or self.env.user.has_group("crm_base.group_crm_admin"):
            return
        for version in self:
            file = version.file_id
            document = self.env[file.res_model].browse(file.res_id) if file.res_model in self.env else file
            if not document.exists():
                continue  # it is being deleted, and its files with it
            file._check_not_checked_out()
            if version.user_id.id != self.env.uid or version.number != file.version_number:
                raise UserError(
                    self.env._(
                        "Version %(number)s of %(file)s stays: only the newest version is deleted, by whoever uploaded"
                        " it, or any by an administrator. Archive the file if it is no longer needed.",
                        number=version.number,
                        file=file.name,
                    )
                )
