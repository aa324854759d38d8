from odoo import http
from odoo.http import request

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address is the key
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class ShareController(http.Controller):
    @http.route("/crm_file/share/<string:token>", type="http", auth="public", methods=["GET", "POST"], sitemap=False)
    def share(self, token, password="", **kwargs):
        """The page of a share link; its button downloads the file, so that whoever only looks at links does not.

        All links that do not work answer alike, whatever the reason.
        """
        share = request.env["crm.file.share"]._find(token)
        if not share:
            raise request.not_found()
        wrong = False
        if request.httprequest.method == "POST":
            attachment = share._open(password)
            if attachment:
                return self._download(share, attachment)
            if share.is_revoked:
                raise request.not_found()
            wrong = True
        response = request.render("crm_file.share_page", {"share": share, "wrong": wrong})
        response.headers.update(HEADERS)
        return response

    def _download(self, share, attachment):
        # sudo: the link gives the right to these bytes
        stream = request.env["ir.binary"].sudo()._get_stream_from(attachment.sudo(), "raw", filename=share.file_id.name)
        stream.mimetype = "application/octet-stream"
        response = stream.get_response(as_attachment=True, max_age=0)
        response.headers.update(HEADERS)
        return response
