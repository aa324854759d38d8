from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("deposit", "Deposit"),
    ("lc", "L/C Received"),
    ("production", "Production Finished"),
    ("inspection", "Inspection"),
    ("booking", "Booking"),
    ("customs", "Customs Clearance"),
    ("loading", "Loading"),
    ("bl", "B/L Received"),
    ("documents", "Documents Sent"),
    ("balance", "Balance"),
]
# planned so many days after the order, or after the shipping date
AFTER_ORDER = {"deposit": 7, "lc": 14}
AFTER_SHIPPING = {
    "production": -10,
    "inspection": -7,
    "booking": -10,
    "customs": -3,
    "loading": 0,
    "bl": 3,
    "documents": 7,
    "balance": 14,
}
SHIPPING_DAYS = 30  # from the order to the shipping where nothing is promised


class CrmShipmentMilestone(models.Model):
    """A point in the follow-up of an overseas order, from its deposit to the balance."""

    _name = "crm.shipment.milestone"
    _description = "Shipment Milestone"
    _inherit = ["crm.customer.scope.mixin"]
    _order = "order_id, sequence, id"

    order_id = fields.Many2one("sale.order", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(KINDS, string="Milestone", required=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True, precompute=True)
    planned_date = fields.Date(string="Planned")
    done_date = fields.Date(string="Done On")
    note = fields.Char()
    days_late = fields.Integer(compute="_compute_days_late")
    user_id = fields.Many2one(related="order_id.user_id", store=True, index=True)
    crm_customer_id = fields.Many2one(related="order_id.crm_customer_id", store=True, index=True)
    customer_user_id = fields.Many2one(related="order_id.customer_user_id", store=True, index="btree_not_null")
    company_id = fields.Many2one(related="order_id.company_id", store=True)

    _kind_uniq = models.UniqueIndex("(order_id, kind)", "Each milestone stands in the time line of an order once.")
    _undone = models.Index("(planned_date) WHERE done_date IS NULL")

    @api.depends("kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for milestone in self:
            milestone.display_name = labels.get(milestone.kind, "")

    @api.depends("kind")
    def _compute_sequence(self):
        places = {kind: place for place, (kind, _label) in enumerate(KINDS, start=1)}
        for milestone in self:
            milestone.sequence = places.get(milestone.kind, 0)

    @api.depends("planned_date", "done_date")
    def _compute_days_late(self):
        today = fields.Date.context_today(self)
        for milestone in self:
            end = milestone.done_date or today
            milestone.days_late = max((end - milestone.planned_date).days, 0) if milestone.planned_date else 0

    @api.constrains("done_date")
    def _check_done_date(self):
        today = fields.Date.context_today(self)
        for milestone in self:
            if milestone.done_date and milestone.done_date > today:
                raise ValidationError(
                    self.env._(
                        "%(milestone)s: it cannot be done on a day to come. Change its planned date instead.",
                        milestone=milestone.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create(vals_list)
        milestones.order_id.check_access("write")
        return milestones

    def action_done(self):
        """Done today."""
        self.filtered(lambda milestone: not milestone.done_date).done_date = fields.Date.context_today(self)
        return True

    @api.model
    def _reach(self, orders, kind, date):
        """Note that orders have reached a milestone; called with sudo."""
        undone = self.search([("order_id", "in", orders.ids), ("kind", "=", kind), ("done_date", "=", False)])
        undone.done_date = date
