from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request


class ReviewMailLink(http.Controller):
    """The link in a message about a task: login needed, good for the one task, and only as long as it is open."""

    @http.route("/crm_review/<int:line_id>/<string:token>", type="http", auth="user", methods=["GET", "POST"])
    def open_task(self, line_id, token, decision=None, comment=None, **_kwargs):
        # sudo: the token and the owner are checked before anything is shown
        line = request.env["crm.review.line"].sudo().browse(line_id).exists()
        if not line or not line._token_matches(token) or line.user_id.id != request.env.uid:
            return self._page(None, error=request.env._("This link is not for you, or is not valid any more."))
        own = line.sudo(False)
        if request.httprequest.method == "POST" and decision in ("approve", "reject"):
            try:
                with request.env.cr.savepoint():
                    own.action_approve(comment) if decision == "approve" else own.action_reject(comment)
            except (UserError, AccessError) as error:
                return self._page(line, error=str(error), comment=comment)
            return self._page(line, done=True)
        return self._page(line)

    def _page(self, line, **values):
        needs_form = bool(line) and (line.step_id.signature_required or line.step_id.attachment_required)
        return request.render(
            "crm_review.mail_link_page",
            {
                "line": line,
                "needs_form": needs_form,
                "error": None,
                "done": False,
                "comment": "",
                **values,
            },
        )
