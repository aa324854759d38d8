from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmApproval(models.Model):
    """A general approval: whatever has to be reviewed and has no document of its own."""

    _name = "crm.approval"
    _description = "General Approval"
    _inherit = ["crm.review.mixin", "mail.thread.main.attachment", "mail.activity.mixin"]
    _order = "id desc"

    _mail_post_access = "read"  # reviewers and those with a copy talk about it, too
    _review_number = "display_name"
    _review_amount = "amount"
    _review_partner = "partner_id"
    _review_lock_approved = True

    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    title = fields.Char(required=True, tracking=True)
    user_id = fields.Many2one(
        "res.users", string="Requester", required=True, readonly=True, default=lambda self: self.env.user, index=True
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    partner_id = fields.Many2one("res.partner", string="Customer or Supplier")
    amount = fields.Monetary(tracking=True)
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    content = fields.Html(string="Text", sanitize=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files", copy=False)
    date = fields.Date(default=fields.Date.context_today, required=True)

    _name_uniq = models.UniqueIndex("(company_id, name) WHERE name IS NOT NULL", "This number is taken already.")
    _amount_positive = models.Constraint("CHECK (amount >= 0)", "The amount cannot be negative.")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_own(vals)
        return super().write(vals)

    def _check_own(self, vals):
        """Nobody asks for approval in another one's name, or writes the number that submitting draws."""
        if self.env.su:
            return
        if vals.get("user_id", self.env.uid) != self.env.uid and self.user_id.ids != [vals["user_id"]]:
            raise AccessError(self.env._("Everybody asks for approval in his own name only."))
        if vals.get("name") and self.mapped("name") != [vals["name"]]:
            raise AccessError(self.env._("The number is drawn when the approval is submitted."))

    @api.depends("name", "title")
    def _compute_display_name(self):
        for approval in self:
            approval.display_name = " ".join(filter(None, [approval.name, approval.title]))

    def _review_on_submitted(self):
        for approval in self.filtered(lambda approval: not approval.name):
            approval.name = self.env["crm.numbering.rule"]._next_number("approval", company=approval.company_id)
