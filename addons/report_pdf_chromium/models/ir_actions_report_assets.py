import base64
import logging
import mimetypes
import re
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg2
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.http import request, root
from odoo.tools.image import image_guess_size_from_field_name, image_process
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.web.controllers.binary import Binary
from odoo.addons.web.controllers.report import ReportController

_logger = logging.getLogger(__name__)

CSS_ERROR = b"/* ## CSS error message ##*/"  # how Odoo marks a bundle that did not compile
ASSET = re.compile(r"/web/assets/(?:(?P<website_id>\d+)/)?(?P<unique>[^/]+)/(?P<filename>[^/]+)")
# the addresses are Odoo's own, the answers are ours: a document is answered inside the transaction that prints it
ROUTES = Map(
    [
        Rule(url, endpoint=endpoint)
        for endpoint, controller in (
            ("_pdf_resolve_image", Binary.content_image),
            ("_pdf_resolve_content", Binary.content_common),
            ("_pdf_resolve_company_logo", Binary.company_logo),
            ("_pdf_resolve_barcode", ReportController.report_barcode),
        )
        for url in controller.original_routing["routes"]
    ],
    strict_slashes=False,
    merge_slashes=False,
)


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _pdf_resolve(self, path, query=""):
        """What a document gets when it asks this server for an address. Hook for add-ons with images of their own.

        :param str path: path of the address, as written (percent-encoded)
        :param str query: its query string
        :return: (MIME type, bytes), or None where there is nothing or the printing user may not see it
        """
        path = unquote(path).replace("/./", "/")
        if ".." in path.split("/"):
            return None
        if static := root.get_static_file(path):
            with open(static, "rb") as file:
                return mimetypes.guess_type(static)[0] or "application/octet-stream", file.read()
        if asset := ASSET.fullmatch(path):
            return self._pdf_resolve_asset(path, **asset.groupdict())
        reader = self._pdf_reader()
        try:
            endpoint, arguments = ROUTES.bind("").match(path)
        except HTTPException:
            return reader._pdf_resolve_attachment(path)
        try:
            # one bad address costs its picture, neither the transaction nor the document
            with self.env.cr.savepoint(flush=False):
                return getattr(reader, endpoint)(**{**dict(parse_qsl(query)), **arguments})
        except (UserError, ValueError, TypeError, KeyError, AttributeError, psycopg2.Error) as error:
            _logger.info("A document asked for %s: %s", path, error)
            return reader._pdf_placeholder() if endpoint == "_pdf_resolve_image" else None

    def _pdf_reader(self):
        """:return: self as the person who prints, with no more rights than that person has. Jobs of the system itself
        (crons) have nobody behind them and see what the public sees."""
        uid = self.env.uid
        if uid == SUPERUSER_ID:
            uid = request and request.session.uid
        return self.with_user(uid or self.env.ref("base.public_user").id)

    def _pdf_resolve_asset(self, path, website_id, unique, filename):
        """A bundle of assets; it is generated when nobody asked for it yet."""
        # sudo: every visitor gets these bundles; create_uid tells them from files users put under such an address
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("url", "=", path),
                    ("public", "=", True),
                    ("res_model", "=", "ir.ui.view"),
                    ("res_id", "=", 0),
                    ("create_uid", "=", SUPERUSER_ID),
                ],
                limit=1,
            )
            if unique != "debug"
            else None
        )
        if attachment and not attachment.raw and attachment.store_fname:
            # a database without its file store, e.g. a copy of one: Odoo would go on serving nothing
            attachment.unlink()
            attachment = None
        # on a read-only cursor generating fails, and Odoo starts the request again on one that writes
        answer = (
            (attachment.mimetype, attachment.raw)
            if attachment
            else self._pdf_generate_asset(website_id, unique, filename)
        )
        if answer and not answer[1]:
            return None
        if answer and CSS_ERROR in answer[1]:
            raise UserError(
                self.env._(
                    "The stylesheet %(path)s of this document has an error. Ask your administrator to look at the "
                    "log of the server and at the last changes of the document layout.",
                    path=path,
                )
            )
        return answer

    def _pdf_generate_asset(self, website_id, unique, filename):
        debug = unique == "debug"
        try:
            name, rtl, kind, autoprefix = self.env["ir.asset"]._parse_bundle_name(filename, debug)
        except ValueError:
            return None
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            name,
            css=kind == "css",
            js=kind == "js",
            debug_assets=debug,
            rtl=rtl,
            autoprefix=autoprefix,
            assets_params={"website_id": int(website_id)} if website_id else {},
        )
        if kind == "css" and bundle.stylesheets:
            attachment = bundle.css()
        elif kind == "js" and bundle.javascripts:
            attachment = bundle.js()
        else:
            return None
        return attachment.mimetype, attachment.raw

    @api.model
    def _pdf_resolve_barcode(self, barcode_type, value, **arguments):
        return "image/png", self.barcode(barcode_type, value, **arguments)

    @api.model
    def _pdf_resolve_company_logo(self, company=None, **_unused):
        # sudo: the logo of a company is public, Odoo shows it before the login
        company = self.env["res.company"].sudo().browse(int(company or 0)).exists() or self.env.company.sudo()
        logo = company.logo_web and base64.b64decode(company.logo_web)
        return (guess_mimetype(logo), logo) if logo else self._pdf_resolve("/web/static/img/nologo.png")

    @api.model
    def _pdf_resolve_content(self, mimetype=None, **arguments):
        found = self._pdf_read_binary(**arguments)
        return found and (mimetype or found[0], found[1])

    @api.model
    def _pdf_resolve_image(self, width=0, height=0, crop=False, field="raw", **arguments):
        size = int(width), int(height)
        found = self._pdf_read_binary(field=field, **arguments)
        if not found or not found[0].startswith("image/"):
            return self._pdf_placeholder()
        if not any(size):
            size = image_guess_size_from_field_name(field)
        return found[0], image_process(found[1], size=size, crop=crop) if any(size) else found[1]

    @api.model
    def _pdf_read_binary(self, xmlid=None, model="ir.attachment", id=None, field="raw", access_token=None, **_unused):
        """Read a binary field by the rules of Odoo's /web/content.

        :return: (MIME type, bytes), or None where the field is empty
        :raise UserError: (AccessError, MissingError) where the user may not read it
        """
        record = self.env["ir.binary"]._find_record(xmlid, model, id and int(id), access_token, field=field)
        if record._fields[field].type != "binary":
            raise UserError(self.env._("The field %(field)s holds no file.", field=field))
        value = record.with_context(bin_size=False)[field]
        if record._name == "ir.attachment":
            if not value and record.type == "url":
                return self._pdf_resolve_redirect(record.url)
            content = value if field == "raw" else base64.b64decode(value or b"")
            return content and (record.mimetype, content)
        content = base64.b64decode(value or b"")
        return content and (guess_mimetype(content), content)

    @api.model
    def _pdf_resolve_redirect(self, url):
        """A file that is a link: followed to a static file of an add-on, nowhere else."""
        path = urlsplit(url or "")
        return self._pdf_resolve(path.path) if not path.netloc and "/static/" in path.path else None

    @api.model
    def _pdf_resolve_attachment(self, path):
        """A file that was given an address of its own, e.g. a picture put in by the HTML editor."""
        attachment = self.env["ir.attachment"].search([("url", "=", path), ("type", "=", "binary")], limit=1)
        return (attachment.mimetype, attachment.raw) if attachment.raw else None

    @api.model
    def _pdf_placeholder(self):
        return "image/png", self.env["ir.binary"]._placeholder()
