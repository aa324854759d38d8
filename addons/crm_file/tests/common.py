import base64

from odoo.addons.crm_customer.tests.common import CustomerCase


class FileCase(CustomerCase):
    """A seller's customer, and a quotation to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})  # messages are compared
        cls.customer = cls.new_customer("Nordic Radio AB")
        cls.order = cls.env["sale.order"].with_user(cls.seller).create({"partner_id": cls.customer.id})

    @classmethod
    def attach(cls, name, raw=b"content", user=None, document=None, **values):
        """An attachment of a document, as the chatter makes it."""
        document = document or cls.customer
        return (
            cls.env["ir.attachment"]
            .with_user(user or cls.seller)
            .create({"name": name, "raw": raw, "res_model": document._name, "res_id": document.id, **values})
        )

    @classmethod
    def file_of(cls, attachment, user=None):
        version = cls.env["crm.file.version"].search([("attachment_id", "=", attachment.id)])
        return version.file_id.with_user(user or cls.seller)

    @classmethod
    def upload(cls, name, raw=b"content", user=None, **place):
        """A file as over RPC."""
        File = cls.env["crm.file"].with_user(user or cls.seller)
        return File.browse(File.upload(name, base64.b64encode(raw).decode(), **place))

    @classmethod
    def contents(cls, file):
        return {version.number: version.attachment_id.raw for version in file.sudo().version_ids}

    @classmethod
    def company_folder(cls, name="Forms"):
        return cls.env["crm.file.folder"].create({"name": name, "is_company": True})

    @classmethod
    def set_password(cls, user):
        user.password = f"{user.login}-Secret-1"
        return user.password
