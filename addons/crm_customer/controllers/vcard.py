from werkzeug.exceptions import Forbidden, NotFound

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

from ..tools.vcard import write_card

MAX_CARDS = 1000


class VCard(http.Controller):
    @http.route("/crm_customer/vcard", type="http", auth="user", readonly=True)
    def download(self, ids=""):
        """The cards of contacts, as the user may read them, in one file.

        :param str ids: of ``res.partner``, separated by commas; those that are gone are left out
        """
        wanted = [int(number) for number in ids.split(",") if number.isdecimal() and len(number) < 10][:MAX_CARDS]
        contacts = request.env["res.partner"].browse(wanted).exists()
        if not contacts:
            raise NotFound()
        try:
            contacts.check_access("read")
        except AccessError as error:
            raise Forbidden(str(error)) from None
        name = contacts.name if len(contacts) == 1 else request.env._("Contacts")
        return request.make_response(
            b"".join(write_card(contact._crm_card()) for contact in contacts),
            [
                ("Content-Type", "text/vcard; charset=utf-8"),
                ("Content-Disposition", content_disposition(f"{name}.vcf")),
            ],
        )
