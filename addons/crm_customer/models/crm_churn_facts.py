from odoo import api, fields, models
from odoo.tools import format_date

LEVELS = [("0", "None"), ("1", "Attention"), ("2", "High"), ("3", "Critical")]


class CrmChurnFacts(models.AbstractModel):
    """What is known of a customer's buying rhythm at the end of a day, and the level of warning that follows.

    Dates are days in the company's time zone, orders of one day count once, amounts are untaxed.
    """

    _name = "crm.churn.facts"
    _description = "Buying Rhythm of a Customer"
    _inherit = ["crm.customer.scope.mixin"]

    _crm_scope_owner = _crm_scope_customer_owner = "customer_user_id"
    _crm_scope_customer = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True, ondelete="cascade")
    customer_user_id = fields.Many2one(
        related="partner_id.user_id", string="Salesperson", store=True, index="btree_not_null"
    )
    level = fields.Selection(LEVELS, string="Warning Level", required=True, readonly=True, default="0")
    method = fields.Selection(
        [("extended", "Model and company facts"), ("model", "Model"), ("rules", "Rule of thumb")],
        string="Estimated By",
        readonly=True,
    )
    order_count = fields.Integer(
        string="Order Days",
        readonly=True,
        aggregator="avg",
        help="Days with confirmed orders; orders of a day count once.",
    )
    first_order_date = fields.Date(string="First Order", readonly=True)
    last_order_date = fields.Date(string="Last Order", readonly=True)
    average_interval = fields.Float(
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Days from one order to the next, on average. 0: there is only one.",
    )
    days_overdue = fields.Integer(
        readonly=True, aggregator="avg", help="Days beyond the customer's own average interval since the last order."
    )
    p_alive = fields.Float(
        string="P(alive)", readonly=True, aggregator="avg", help="The probability that the customer has not left."
    )
    standing = fields.Float(
        readonly=True,
        aggregator="avg",
        help="The expected orders as a part of what they were right after the last order; "
        "the warning level follows it.",
    )
    expected_orders = fields.Float(
        readonly=True, digits=(16, 2), help="How many orders are expected in the coming window of days."
    )
    order_chance = fields.Float(
        string="Chance of an Order",
        readonly=True,
        aggregator="avg",
        help="The probability of at least one order in the coming window of days.",
    )
    amount_total = fields.Monetary(string="Amount of All Orders", readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    reason = fields.Text(compute="_compute_reason")

    def _compute_currency_id(self):
        # amounts are computed at night, for all companies at once, in the first company's currency
        self.currency_id = self.env["crm.churn.score"]._churn_company().currency_id

    @api.depends("order_count", "average_interval", "days_overdue", "last_order_date", "standing", "method")
    @api.depends_context("lang")
    def _compute_reason(self):
        for record in self:
            record.reason = record._churn_reason()

    def _churn_reason(self):
        """What speaks for the level, in words, in the language of the context."""
        self.ensure_one()
        if not self.last_order_date:
            return False
        if not self.average_interval:
            text = self.env._("Ordered on one day only, %(last)s.", last=format_date(self.env, self.last_order_date))
        elif self.days_overdue > 0:
            text = self.env._(
                "Ordered on %(count)s days, every %(interval)s days on average, last on %(last)s: "
                "%(overdue)s days over the own rhythm.",
                count=self.order_count,
                interval=round(self.average_interval),
                last=format_date(self.env, self.last_order_date),
                overdue=self.days_overdue,
            )
        else:
            text = self.env._(
                "Ordered on %(count)s days, every %(interval)s days on average, last on %(last)s: "
                "within the own rhythm.",
                count=self.order_count,
                interval=round(self.average_interval),
                last=format_date(self.env, self.last_order_date),
            )
        parts = [text]
        if self.level != "0":
            parts.append(
                self.env._(
                    "Expected orders have fallen to %(percent)s %% of what they were right after the last one.",
                    percent=round(100 * self.standing),
                )
            )
        if self.method == "rules":
            parts.append(self.env._("By a rule of thumb, as there is too little history for the model."))
        return " ".join(parts)
