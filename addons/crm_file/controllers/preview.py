from odoo import http
from odoo.http import request

from ..tools import content

SIZE = 2**20  # bytes of a text that are shown


class PreviewController(http.Controller):
    @http.route("/crm_file/text/<int:version_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def text(self, version_id, **kwargs):
        """A text for the viewer, readable whatever its encoding; never a page under our address."""
        version = request.env["crm.file.version"].search([("id", "=", version_id)])
        if not version:
            raise request.not_found()
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'",
            "Content-Type": "text/plain; charset=utf-8",
            "X-Content-Type-Options": "nosniff",
        }
        return request.make_response(content.decoded(version.attachment_id.raw, SIZE), headers)
