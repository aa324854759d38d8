from odoo import fields, models
from odoo.exceptions import UserError


class TestCrmDocument(models.Model):
    """A document that joins by the mixin and writes down which hooks it was called by."""

    _name = "test.crm.document"
    _inherit = ["crm.review.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Test Document"
    _order = "id"

    _review_number = "name"
    _review_amount = "amount"
    _review_partner = "partner_id"
    _review_lines = ("line_ids",)
    _review_open_fields = frozenset({"note"})

    name = fields.Char(required=True)
    title = fields.Char(translate=True)
    note = fields.Char()
    message_text = fields.Char(help="Begins as the fields of the chatter do, but is the document's own.")
    active = fields.Boolean(default=True)
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    reviewer_id = fields.Many2one("res.users")
    partner_id = fields.Many2one("res.partner")
    amount = fields.Monetary()
    is_urgent = fields.Boolean(string="Urgent")
    due_on = fields.Datetime()
    currency_id = fields.Many2one("res.currency", default=lambda self: self.env.company.currency_id)
    file = fields.Binary()
    file_ids = fields.Many2many("ir.attachment", string="Files")
    secret = fields.Char(groups="base.group_system", copy=False)
    fault = fields.Selection([("check", "Not Ready"), ("approved", "Refuses Its Approval")])
    hooks = fields.Char(default="")
    line_ids = fields.One2many("test.crm.document.line", "document_id", copy=True)

    def _review_check(self):
        if self.fault == "check":
            raise UserError(self.env._("%(document)s is not ready.", document=self.name))

    def _review_on_submitted(self):
        self._note_hook("submitted")

    def _review_on_approved(self):
        if self.fault == "approved":
            raise UserError(self.env._("%(document)s cannot be carried out.", document=self.name))
        self._note_hook("approved")

    def _review_on_rejected(self):
        self._note_hook("rejected")

    def _note_hook(self, name):
        self.hooks = f"{self.hooks} {name}".strip()


class TestCrmDocumentLine(models.Model):
    _name = "test.crm.document.line"
    _description = "Test Document Line"
    _order = "id"

    document_id = fields.Many2one("test.crm.document", ondelete="cascade", index=True)
    name = fields.Char()
    price = fields.Float()
    quantity = fields.Integer(default=1)
