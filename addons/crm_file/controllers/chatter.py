from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.mail.controllers.attachment import AttachmentController


class ChatterController(AttachmentController):
    @route()
    def mail_attachment_upload(self, *args, **kwargs):
        """As usual; a file that is refused says why, in words instead of a status of HTTP."""
        try:
            with request.env.cr.savepoint():
                return super().mail_attachment_upload(*args, **kwargs)
        except UserError as error:
            return request.make_json_response({"error": {"message": str(error)}})
