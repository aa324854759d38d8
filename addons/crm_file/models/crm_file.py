import base64
import logging

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models, tools
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_base.models.crm_search_mixin import COMMON
from odoo.addons.crm_base.tools.search_text import query_parts

from ..tools import content, names

_logger = logging.getLogger(__name__)

SKIP = object()  # as context value `crm_file_skip`: this is no upload. No call from outside can pass it.
MEGABYTE = 2**20
SETTINGS = {"max_size": "50", "forbidden": names.FORBIDDEN, "office_preview": "True", "share_days": "90"}
KINDS = {
    "pdf": "pdf",
    "image": "png jpg jpeg gif bmp webp tif tiff svg heic",
    "document": "doc docx odt rtf wps txt md",
    "sheet": "xls xlsx xlsm ods csv et",
    "slides": "ppt pptx odp dps",
    "drawing": "dwg dxf step stp igs iges sldprt sldasm prt stl 3mf gbr brd sch",
    "archive": "zip rar 7z tar gz bz2 xz",
    "mail": "eml msg",
    "media": "mp4 mov avi mkv webm mp3 wav m4a amr",
}
KIND_BY_EXTENSION = {extension: kind for kind, extensions in KINDS.items() for extension in extensions.split()}
EDITABLE = {"name", "folder_id", "tag_ids", "description", "active"}


class CrmFile(models.Model):
    """A file with all its versions, of a document or of its owner.

    Whoever reads a document reads its files, and whoever changes it changes them; a file of no document follows the
    data scope of its owner, and everybody reads it in a company folder. Bytes are attachments of the document, so that
    Odoo's own routes hold them to the same rights. Every attachment of a document comes here by itself, one of a name
    that is there already as a new version.
    """

    _name = "crm.file"
    _inherit = ["crm.scope.mixin", "crm.search.mixin"]
    _description = "File"
    _order = "upload_date desc, id desc"

    _crm_search_names = ("name", "tag_ids.name", "description")

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    folder_id = fields.Many2one("crm.file.folder", ondelete="restrict", index=True)
    tag_ids = fields.Many2many("crm.file.tag", string="Tags")
    description = fields.Char()
    res_model = fields.Selection(selection="_selection_res_model", string="Kind of Document", readonly=True)
    res_id = fields.Many2oneReference(string="Document ID", model_field="res_model", readonly=True)
    document_name = fields.Char(string="Document", compute="_compute_document_name", compute_sudo=True)
    user_id = fields.Many2one(
        "res.users", string="Owner", required=True, readonly=True, index=True, default=lambda self: self.env.user
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, index="btree_not_null", help="Of a file that belongs to no document."
    )
    version_ids = fields.One2many("crm.file.version", "file_id", string="Versions", readonly=True)
    version_number = fields.Integer(string="Version", readonly=True, aggregator=None)
    attachment_id = fields.Many2one("ir.attachment", string="Content", readonly=True, index="btree_not_null")
    upload_date = fields.Datetime(string="Uploaded on", readonly=True)
    upload_user_id = fields.Many2one("res.users", string="Uploaded by", readonly=True)
    file_size = fields.Integer(string="Size (bytes)", readonly=True)
    human_size = fields.Char(string="Size", compute="_compute_human_size")
    kind = fields.Selection(
        [
            ("pdf", "PDF"),
            ("image", "Image"),
            ("document", "Text Document"),
            ("sheet", "Spreadsheet"),
            ("slides", "Presentation"),
            ("drawing", "Drawing"),
            ("archive", "Archive File"),
            ("mail", "E-Mail"),
            ("media", "Audio and Video"),
            ("other", "Other"),
        ],
        string="Type",
        compute="_compute_kind",
        store=True,
    )
    checked_out_uid = fields.Many2one("res.users", string="Checked out by", readonly=True, index="btree_not_null")
    checked_out_date = fields.Datetime(string="Checked out on", readonly=True)
    is_checked_out = fields.Boolean(compute="_compute_checked_out")
    is_mine = fields.Boolean(string="Checked out by Me", compute="_compute_checked_out")
    share_ids = fields.One2many("crm.file.share", "file_id", string="Share Links")
    share_count = fields.Integer(compute="_compute_share_count")
    content_text = fields.Text(prefetch=False, readonly=True, copy=False, groups=fields.NO_ACCESS)
    is_indexed = fields.Boolean(readonly=True, copy=False, groups=fields.NO_ACCESS)
    full_search = fields.Char(
        string="Name or Content",
        compute="_compute_full_search",
        search="_search_full_search",
        exportable=False,
    )

    # one name in one place: a document; without one, a folder of an owner
    _place_unique = models.UniqueIndex(
        "(COALESCE(res_model, ''), COALESCE(res_id, 0), lower(name),"
        " (CASE WHEN res_id IS NULL THEN COALESCE(folder_id, 0) ELSE 0 END),"
        " (CASE WHEN res_id IS NULL THEN user_id ELSE 0 END)) WHERE active",
        "There is a file of this name in this place already. Give it another name, or archive the other one.",
    )
    _document_idx = models.Index("(res_model, res_id)")
    _order_idx = models.Index("(upload_date DESC, id DESC)")
    _not_indexed_idx = models.Index("(id) WHERE is_indexed IS NOT TRUE")

    def init(self):
        self.env.cr.execute(
            "ALTER TABLE crm_file ADD COLUMN IF NOT EXISTS content_grams integer[];"
            " ALTER TABLE crm_file ALTER content_grams SET STATISTICS 1000;"
            " CREATE INDEX IF NOT EXISTS crm_file__content_grams_index ON crm_file USING gin (content_grams);"
            # its cost tells the planner to ask everything else first: contents lie outside of the row and are unpacked
            " CREATE OR REPLACE FUNCTION crm_file_holds(content text, part text) RETURNS boolean LANGUAGE plpgsql"
            " IMMUTABLE PARALLEL SAFE COST 1000 AS 'BEGIN RETURN strpos(content, part) > 0; END'"
        )
        return super().init()

    # -- fields

    @api.model
    @tools.ormcache()
    def _document_models(self):
        """Names of the models whose attachments are files of the centre: documents with a data scope and a chatter.

        :return: tuple; extended by add-ons that have others
        """
        scoped = self.env.registry["crm.scope.mixin"]
        found = {
            name
            for name, model in self.env.registry.items()
            if issubclass(model, scoped) and hasattr(model, "message_post") and model._auto and not model._transient
        }
        found.update({"crm.lead", "hr.employee", "project.project", "project.task"} & set(self.env.registry))
        return tuple(sorted(found))

    def _selection_res_model(self):
        return [(name, self.env["ir.model"]._get(name).name) for name in self._document_models()]

    @api.depends("res_model", "res_id")
    def _compute_document_name(self):
        self.document_name = False
        for model, files in self.filtered("res_id").grouped("res_model").items():
            if model in self.env:
                documents = self.env[model].browse(files.mapped("res_id")).exists()
                display_names = dict(zip(documents.ids, documents.mapped("display_name"), strict=True))
                for file in files:
                    file.document_name = display_names.get(file.res_id)

    @api.depends("name")
    def _compute_kind(self):
        for file in self:
            file.kind = KIND_BY_EXTENSION.get(names.extension(file.name or ""), "other")

    @api.depends("file_size")
    def _compute_human_size(self):
        for file in self:
            file.human_size = names.human_size(file.file_size)

    @api.depends("checked_out_uid")
    @api.depends_context("uid")
    def _compute_checked_out(self):
        for file in self:
            file.is_checked_out = bool(file.checked_out_uid)
            file.is_mine = file.checked_out_uid.id == self.env.uid

    @api.depends("share_ids")
    def _compute_share_count(self):
        counts = dict(self.env["crm.file.share"]._read_group([("file_id", "in", self.ids)], ["file_id"], ["__count"]))
        for file in self:
            file.share_count = counts.get(file, 0)

    @api.depends("crm_search_text")
    def _compute_full_search(self):
        for file in self:
            file.full_search = file.name

    @api.model
    def _full_search_parts(self, domain):
        return [
            part
            for condition in Domain(domain).iter_conditions()
            if condition.field_expr == "full_search" and isinstance(condition.value, str)
            for part in query_parts(condition.value)
        ]

    @api.model
    def _crm_parts(self, domain):
        return super()._crm_parts(domain) + self._full_search_parts(domain)

    @api.model
    def _crm_finds_few(self, domain):
        # of contents the planner itself knows which words are rare
        return not self._full_search_parts(domain) and super()._crm_finds_few(domain)

    def _search_full_search(self, operator, value):
        """Every word is in the name, the tags, the description, or in the content."""
        if operator not in ("ilike", "like") or not isinstance(value, str):
            return NotImplemented
        parts = query_parts(value)
        if not parts:
            return Domain.FALSE
        return Domain.AND(self._crm_search_part_domain(part) | self._content_domain(part) for part in parts)

    @api.model
    def _content_domain(self, part):
        grams = content.part_grams(part)
        if not grams:
            return Domain.FALSE

        def to_sql(model, alias, query):
            text = SQL.identifier(alias, "content_text", to_flush=model._fields["content_text"])
            # what is common is met in the list's own order, what is rare is looked up in the index
            common = self._content_frequency(part) > COMMON
            condition = "crm_has_grams(%s, VARIADIC %s::integer[])" if common else "%s @> %s::integer[]"
            held = SQL(condition, SQL.identifier(alias, "content_grams"), grams)
            # one gram is the part itself; of several it is asked whether they stand together
            return held if len(grams) == 1 else SQL("(%s AND crm_file_holds(%s, %s))", held, text, part)

        return Domain.custom(to_sql=to_sql)

    @api.model
    @tools.ormcache("part")
    def _content_frequency(self, part):
        """The share of all files whose content may hold a part, by the statistics of the database."""
        frequencies = dict(
            self.env.execute_query(
                SQL(
                    "SELECT gram, frequency FROM pg_stats, unnest(most_common_elems::text::integer[],"
                    " most_common_elem_freqs) AS common (gram, frequency) WHERE schemaname = current_schema"
                    " AND tablename = %s AND attname = 'content_grams' AND gram = ANY(%s)",
                    self._table,
                    content.part_grams(part),
                )
            )
        )
        return min(frequencies.get(gram, 0) for gram in content.part_grams(part))

    # -- rights

    @api.model
    def _crm_scope_depends(self):
        return [*super()._crm_scope_depends(), "res_model", "res_id", "folder_id.is_company"]

    @api.model
    def _crm_scope_read_grants(self):
        return [*super()._crm_scope_read_grants(), [("folder_id", "any", [("is_company", "=", True)])]]

    def _search_crm_in_scope(self, operator, value):
        return self._search_scope(operator, value, "read", super()._search_crm_in_scope)

    def _search_crm_in_write_scope(self, operator, value):
        return self._search_scope(operator, value, "write", super()._search_crm_in_write_scope)

    @api.model
    def _search_scope(self, operator, value, operation, own_scope):
        if operator != "in" or True not in value:
            return NotImplemented
        if False in value:
            return Domain.TRUE
        own = Domain("res_model", "=", False) & own_scope(operator, value)
        return Domain.OR([own, *self._document_domains(operation)])

    @api.model
    def _document_domains(self, operation):
        """The files of the documents that the user may read (or change), one domain for each kind that has files."""
        used = self.env.execute_query(
            SQL(
                "SELECT model FROM unnest(%s) AS model WHERE EXISTS (SELECT FROM crm_file WHERE res_model = model)",
                list(self._document_models()),
            )
        )
        for (model,) in used:
            # a rule is asked in the system's name, but for this user
            documents = self.env[model].sudo(False).with_context(active_test=False)
            if not documents.has_access(operation):
                continue
            with_files = SQL("(SELECT res_id FROM crm_file WHERE res_model = %s)", model)
            domain = Domain("id", "in", with_files)
            if operation == "write":
                domain &= self.env["ir.rule"].sudo(False)._compute_domain(model, "write")
            yield Domain("res_model", "=", model) & Domain("res_id", "in", documents._search(domain))

    def _crm_compute_scope(self, fname):
        # of single files the document itself is asked, with all that it asks besides rules
        operation = "read" if fname == "crm_in_scope" else "write"
        own = self.filtered(lambda file: not file.res_model)
        for model, files in (self - own).grouped("res_model").items():
            if model not in self.env:
                files[fname] = False
            else:
                documents = self.env[model].sudo(False).with_context(active_test=False).browse(files.mapped("res_id"))
                allowed = set(documents.exists()._filtered_access(operation)._ids)
                for file in files:
                    file[fname] = file.res_id in allowed
        return super(CrmFile, own)._crm_compute_scope(fname)

    def _check_changeable(self):
        """Whether the user may change these files now.

        :raise AccessError: he may not change their document
        :raise UserError: another one has checked them out
        """
        self.check_access("write")
        self._check_not_checked_out()

    def _check_not_checked_out(self):
        for file in self.sudo():  # sudo: only the name of who works on it is told
            if file.checked_out_uid and file.checked_out_uid.id != self.env.uid:
                raise UserError(
                    self.env._(
                        "%(file)s is checked out by %(user)s since %(date)s. Wait until it is checked in, or upload"
                        " yours under another name.",
                        file=file.name,
                        user=file.checked_out_uid.name,
                        date=fields.Datetime.context_timestamp(self, file.checked_out_date).strftime("%Y-%m-%d %H:%M"),
                    )
                )

    # -- settings

    @api.model
    def _setting(self, name):
        """A setting of the file centre: ``max_size`` (MB), ``forbidden`` (set of extensions), ``office_preview``,
        ``share_days``."""
        # sudo: settings that everybody is held to
        value = self.env["ir.config_parameter"].sudo().get_param(f"crm_file.{name}") or SETTINGS[name]
        if name == "forbidden":
            return set(value.lower().replace(",", " ").replace(".", " ").split())
        return tools.str2bool(value, False) if name == "office_preview" else float(value)

    @api.model
    def _check_upload(self, name, raw):
        """Whether a file is taken.

        :param raw: bytes
        :raise ValidationError: its type is forbidden, it is too large or has no name
        """
        if not names.clean(name):
            raise ValidationError(self.env._("A file needs a name. Give it one and upload it again."))
        if kind := names.refused(name, raw, self._setting("forbidden")):
            raise ValidationError(
                self.env._(
                    "%(file)s: files of type %(type)s are not taken, whatever they are called. An administrator decides"
                    " in the settings which are.",
                    file=name,
                    type=kind,
                )
            )
        self._check_size(name, len(raw))

    @api.model
    def _check_size(self, name, size):
        """
        :param size: of a file, in bytes
        :raise ValidationError: it is too large
        """
        limit = self._setting("max_size")
        if size > limit * MEGABYTE:
            raise ValidationError(
                self.env._(
                    "%(file)s has %(size)s MB; files of up to %(limit)s MB are taken. Make it smaller, or ask an"
                    " administrator to raise the limit in the settings.",
                    file=name,
                    size=f"{size / MEGABYTE:.1f}",
                    limit=f"{limit:g}",
                )
            )

    # -- CRUD

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - EDITABLE:
                raise UserError(
                    self.env._("Of a file only name, folder, tags and description are changed. Upload a new version.")
                )
            self._check_changeable()
        if "name" in vals:
            vals = vals | {"name": names.clean(vals["name"])}
            self._check_upload(vals["name"], b"")
        result = super().write(vals)
        if "name" in vals:
            # sudo: what was checked for the file holds for its content; downloads carry the new name
            self.sudo().attachment_id.with_context(crm_file_skip=SKIP).name = vals["name"]
        return result

    def unlink(self):
        self._check_not_checked_out()
        attachments = self.sudo().version_ids.attachment_id  # sudo: who may delete the file deletes its content
        result = super().unlink()
        attachments.with_context(crm_file_skip=SKIP).unlink()
        return result

    # -- uploads

    @api.model
    def upload(self, name, datas, res_model=None, res_id=None, folder_id=None, file_id=None, note=None):
        """Take a file; one of the same name in the same place gets a new version.

        :param str name: with its extension
        :param datas: base64
        :param res_model: of the document it belongs to, with ``res_id``; without one it is the user's own
        :param folder_id: of a file that is new
        :param file_id: the file this is a new version of, whatever the name
        :param note: what is new in this version
        :return: id of the file
        :raise AccessError: the user may not change the document
        :raise ValidationError: the type is forbidden or the file too large
        """
        raw = datas if isinstance(datas, bytes) else base64.b64decode(datas or "")
        return self._upload(name, raw, res_model, res_id, folder_id, file_id, note).id

    @api.model
    def _upload(self, name, raw, res_model=None, res_id=None, folder_id=None, file_id=None, note=None):
        self.check_access("read")
        self._check_upload(name, raw)
        if file_id:
            file = self.browse(int(file_id)).exists()
            if not file:
                raise UserError(self.env._("The file is gone. Upload yours as a new file."))
            file._check_changeable()
        elif res_model:
            if res_model not in self._document_models():
                raise UserError(self.env._("Documents of this kind have no files."))
            file = self.browse()
            document = self.env[res_model].browse(int(res_id or 0)).exists()
            if not document:
                raise UserError(self.env._("The document is gone. Upload the file to another one."))
            document.check_access("write")
        else:
            # sudo: a user's own file needs nobody's leave
            file = self.sudo()._find_or_create(
                {
                    "name": names.clean(name),
                    "folder_id": self.env["crm.file.folder"].browse(folder_id).exists().id,
                    "user_id": self.env.uid,
                    "company_id": self.env.company.id,
                }
            )
        attachment = (
            self.env["ir.attachment"]
            .with_context(crm_file_skip=SKIP)
            .sudo()  # the rights on the document or the file were asked above
            .create({"name": names.clean(name), "raw": raw})
        )
        if res_model and not file:
            place = {"name": attachment.name, "res_model": res_model, "res_id": document.id}
            file = self.sudo()._find_or_create(place | {"user_id": self.env.uid, "folder_id": folder_id or False})
        file.sudo()._add_version(attachment, note)
        return file.with_env(self.env)

    @api.model
    def _file_attachments(self, attachments):
        """Make attachments of documents files of the centre, or versions of such.

        :param attachments: `ir.attachment` whose documents the user may change
        """
        files = self.sudo()  # whoever may attach to a document adds to its files
        for attachment in attachments.sudo().sorted("id"):
            name = names.clean(attachment.name) or "_"
            if name != attachment.name:
                attachment.with_context(crm_file_skip=SKIP).name = name  # a path in it would go into archives
            if attachment.res_model == self._name:
                file = files.browse(attachment.res_id)
            else:
                place = {"res_model": attachment.res_model, "res_id": attachment.res_id}
                file = files._find_or_create(place | {"name": name, "user_id": attachment.create_uid.id})
            file._add_version(attachment)

    @api.model
    def _file_existing(self):
        """Take in the attachments that documents had before the file centre was installed."""
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "in", self._document_models()),
                ("res_id", "!=", 0),
                ("res_field", "=", False),
                ("type", "=", "binary"),
                ("id", "not in", SQL("(SELECT attachment_id FROM crm_file_version)")),
            ]
        )
        self._file_attachments(attachments)

    def _find_or_create(self, vals):
        """The file of a name in its place; made if there is none. Two at once make one."""
        place = {fname: vals.get(fname) or False for fname in ("res_model", "res_id")}
        if not place["res_id"]:
            place |= {fname: vals.get(fname) or False for fname in ("folder_id", "user_id")}
        domain = Domain.AND(Domain(fname, "=", value) for fname, value in place.items())

        def same_name(model, alias, query):
            column = SQL.identifier(alias, "name", to_flush=model._fields["name"])
            return SQL("lower(%s) = lower(%s)", column, vals["name"])

        file = self.search(domain & Domain.custom(to_sql=same_name), limit=1)
        if file:
            return file
        try:
            with self.env.cr.savepoint(), tools.mute_logger("odoo.sql_db"):
                file = self.create(vals)
                file.flush_recordset()
        except UniqueViolation as error:
            # somebody else made it in this very moment: the whole call is repeated and finds it
            raise ConcurrencyError(f"a file {vals['name']!r} was made meanwhile") from error
        return file

    def _add_version(self, attachment, note=None):
        """Make an attachment the newest version. Two at once get two numbers.

        :param attachment: `ir.attachment` that is no version yet
        """
        self.ensure_one()
        # the second of two waits here, and then its whole call is repeated
        self.flush_recordset()
        self.env.cr.execute("SELECT FROM crm_file WHERE id = %s FOR UPDATE", [self.id])
        self._check_not_checked_out()
        file = self.sudo()  # versions are made by uploads only
        place = {"res_model": file.res_model, "res_id": file.res_id} if file.res_id else {}
        place = place or {"res_model": self._name, "res_id": file.id}
        if any(attachment[fname] != value for fname, value in place.items()):
            attachment.sudo().with_context(crm_file_skip=SKIP).write(place)
        self.env["crm.file.version"].sudo().create(
            {
                "file_id": file.id,
                "number": max(file.version_ids.mapped("number"), default=0) + 1,
                "attachment_id": attachment.id,
                "user_id": attachment.create_uid.id,
                "upload_date": attachment.create_date,
                "note": note,
            }
        )
        file._take_newest()

    def _take_newest(self):
        """Show what the newest version holds; a file without one is gone."""
        empty = self.filtered(lambda file: not file.version_ids)
        for file in self - empty:
            version = file.version_ids.sorted("number")[-1]
            file.write(
                {
                    "attachment_id": version.attachment_id.id,
                    "version_number": version.number,
                    "file_size": version.attachment_id.file_size,
                    "upload_date": version.upload_date,
                    "upload_user_id": version.user_id.id,
                    "is_indexed": False,
                }
            )
        empty.unlink()
        if self - empty:
            # sudo: the words of the content are looked up by the system, soon
            self.env.ref("crm_file.ir_cron_index").sudo()._trigger()

    # -- search of contents

    @api.model
    def _cron_index(self):
        """Look up the words in new contents."""
        domain = [("is_indexed", "!=", True)]
        files = self.with_context(active_test=False)
        for file in files.search(domain, limit=200, order="id"):
            file._index_content()
            if not self.env["ir.cron"]._commit_progress(1):
                return
        self.env["ir.cron"]._commit_progress(remaining=files.search_count(domain))

    def _index_content(self):
        for file in self:
            try:
                is_large = file.file_size > content.SIZE  # and not even brought into memory
                found = "" if is_large else content.text(file.attachment_id.name, file.attachment_id.raw or b"")
            except Exception as error:  # noqa: BLE001  broken files fail in any way; they are found by their names
                _logger.info("No words read from file %s: %s", file.id, error)
                found = ""
            file.write({"content_text": found, "is_indexed": True})
            file.flush_recordset()
            self.env.cr.execute("UPDATE crm_file SET content_grams = %s WHERE id = %s", [content.grams(found), file.id])

    # -- actions

    def preview(self):
        """See `crm.file.version.preview`, of the newest version."""
        self.ensure_one()
        return self.version_ids.sorted("number")[-1:].preview()

    def _download_action(self, attachment):
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def action_download(self):
        self.ensure_one()
        return self._download_action(self.attachment_id)

    def action_check_out(self):
        """Keep these files for oneself until they are checked in: nobody else changes them or uploads a version."""
        self._check_changeable()
        self.env.cr.execute("SELECT FROM crm_file WHERE id IN %s FOR UPDATE", [tuple(self.ids)])
        # sudo: the mark is set in this way only
        self.sudo().write({"checked_out_uid": self.env.uid, "checked_out_date": fields.Datetime.now()})

    def action_check_in(self):
        """Give the files free. Managers and administrators also free what others hold."""
        self.check_access("write")
        if not self.env.user.has_groups("crm_base.group_sales_manager,crm_base.group_crm_admin"):
            self._check_not_checked_out()
        self.sudo().write({"checked_out_uid": False, "checked_out_date": False})  # sudo: as above

    def action_share(self):
        """The form of a new share link."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share Link"),
            "res_model": "crm.file.share",
            "view_mode": "form",
            "target": "new",
            "context": {"default_file_id": self.id},
        }

    def action_shares(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_file.crm_file_share_action")
        return action | {"domain": [("file_id", "=", self.id)], "context": {"default_file_id": self.id}}

    def action_open_document(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    @api.model
    def _action_of_document(self, document):
        """The client's action that shows the files of a document, and takes new ones for it."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_file.crm_file_action")
        place = {"default_res_model": document._name, "default_res_id": document.id}
        return action | {
            "domain": [("res_model", "=", document._name), ("res_id", "=", document.id)],
            "context": place,
            "display_name": self.env._("Files: %(document)s", document=document.display_name),
        }
