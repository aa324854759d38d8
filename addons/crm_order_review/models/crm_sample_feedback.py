from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

ACTIVITY = "crm_order_review.mail_activity_type_sample_feedback"
RESULTS = [
    ("passed", "Passed"),
    ("conditional", "Passed on Conditions"),
    ("testing", "Still Testing"),
    ("failed", "Not Passed"),
    ("unused", "Not Used"),
]


class CrmSampleFeedback(models.Model):
    """What a customer says of samples; the last one counts, earlier ones stay."""

    _name = "crm.sample.feedback"
    _description = "Sample Feedback"
    _order = "date desc, id desc"

    request_id = fields.Many2one("crm.sample.request", required=True, readonly=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users", string="Noted by", required=True, readonly=True, default=lambda self: self.env.user, index=True
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    crm_customer_id = fields.Many2one(related="request_id.crm_customer_id", store=True, index="btree_not_null")
    date = fields.Date(required=True, default=fields.Date.context_today)
    result = fields.Selection(RESULTS, required=True)
    test_data = fields.Text(help="What the customer has measured.")
    next_step = fields.Char()
    next_date = fields.Date()
    order_id = fields.Many2one(
        "sale.order",
        string="Converted to Order",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('crm_customer_id', '=', crm_customer_id), ('state', '=', 'sale'), ('id', '!=', sample_order_id)]",
        help="The order that came of the samples.",
    )
    sample_order_id = fields.Many2one(related="request_id.order_id", string="Order of the Samples")

    # CONSTRAINTS
    @api.constrains("order_id")
    def _check_order_id(self):
        for feedback in self.filtered("order_id"):
            order = feedback.order_id
            if (
                order.crm_customer_id != feedback.crm_customer_id
                or order.state != "sale"
                or order == feedback.request_id.order_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(order)s is no confirmed order of this customer, or the order of the samples itself. "
                        "Choose another one.",
                        order=order.display_name,
                    )
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        feedback = super().create(vals_list)
        feedback._check_delivered(feedback.request_id)
        feedback.request_id._close_application_activities(ACTIVITY)
        for one in feedback.filtered("next_date"):
            one.request_id._schedule_application_activity(
                ACTIVITY,
                lambda request, user=one.user_id: user,
                lambda request, step=one.next_step: step or request.env._("Next step with the samples"),
                lambda request, date=one.next_date: date,
            )
        return feedback

    def write(self, vals):
        if not self.env.su and vals.keys() & {"request_id", "user_id"}:
            raise AccessError(self.env._("A feedback stays with its samples and its author."))
        return super().write(vals)

    @api.model
    def _check_delivered(self, requests):
        """:raise UserError: samples that have not been delivered can have no feedback
        :raise AccessError: the user may not change the request
        """
        requests.check_access("write")
        for request in requests:
            if not any(request.line_ids.mapped("delivered_quantity")):
                raise UserError(
                    self.env._(
                        "%(document)s has not been delivered yet, so there is no feedback on it.",
                        document=request.display_name,
                    )
                )
