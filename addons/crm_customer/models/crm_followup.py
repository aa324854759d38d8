from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmFollowup(models.Model):
    _name = "crm.followup"
    _description = "Follow-up"
    _inherit = ["mail.thread", "crm.customer.scope.mixin"]
    _order = "date desc, id desc"
    _rec_name = "content"

    _crm_scope_customer = _crm_scope_partner = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('is_crm_customer', '=', True)]",
    )
    contact_id = fields.Many2one(
        "res.partner",
        domain="[('crm_customer_id', '=', partner_id), ('id', '!=', partner_id)]",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Followed Up By",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    customer_user_id = fields.Many2one(
        related="partner_id.user_id", string="Customer's Salesperson", store=True, index=True
    )
    method = fields.Selection(
        [
            ("call", "Call"),
            ("visit", "Visit"),
            ("cold_visit", "Cold Visit"),
            ("wechat", "WeChat"),
            ("mail", "E-mail"),
            ("meeting", "Meeting"),
        ],
        string="Way",
        required=True,
        default="call",
    )
    date = fields.Datetime(string="Time", required=True, default=fields.Datetime.now, index=True)
    content = fields.Text(required=True)
    outcome = fields.Char(string="Result")
    next_step = fields.Char()
    next_date = fields.Datetime(string="Next Contact")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True, required=True)

    @api.depends("partner_id")
    def _compute_contact_id(self):
        for followup in self:
            if followup.contact_id.crm_customer_id != followup.partner_id:
                followup.contact_id = False

    @api.constrains("next_date", "date")
    def _check_next_date(self):
        for followup in self:
            if followup.next_date and followup.next_date <= followup.date:
                raise ValidationError(
                    self.env._(
                        "Next Contact must lie after the follow-up's own time (%(time)s). Choose a later time.",
                        time=fields.Datetime.context_timestamp(followup, followup.date).strftime("%Y-%m-%d %H:%M"),
                    )
                )

    @api.constrains("partner_id", "contact_id")
    def _check_contact_id(self):
        for followup in self:
            if followup.contact_id and followup.contact_id.crm_customer_id != followup.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is not a contact of %(customer)s. Choose one of this customer's contacts.",
                        contact=followup.contact_id.name,
                        customer=followup.partner_id.name,
                    )
                )
