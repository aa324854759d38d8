from odoo import fields, models


class CrmCustomerStatusLog(models.Model):
    """A change of a customer's status: by whom and why, or by which fact."""

    _name = "crm.customer.status.log"
    _description = "Customer Status History"
    _order = "id desc"
    _rec_name = "partner_id"

    def _selection_status(self):
        return self.env["res.partner"]._fields["crm_status"]._description_selection(self.env)

    partner_id = fields.Many2one("res.partner", string="Customer", required=True, index=True, ondelete="cascade")
    from_status = fields.Selection(_selection_status, string="From")
    to_status = fields.Selection(_selection_status, string="To", required=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    cause = fields.Selection(
        [
            ("manual", "By hand"),
            ("quotation", "Quotation"),
            ("order", "Confirmed order"),
            ("followup", "Follow-up"),
            ("silence", "No order and no follow-up"),
        ],
        required=True,
    )
    reason = fields.Char()
    changed_by_id = fields.Many2one("res.users", help="Empty: the nightly check.")
