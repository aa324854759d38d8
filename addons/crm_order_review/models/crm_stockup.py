from odoo import api, fields, models
from odoo.exceptions import UserError

ACTIVITY = "crm_order_review.mail_activity_type_stockup_idle"


class CrmStockupRequest(models.Model):
    """Stock that a salesperson wants to have before its orders come.

    Upon approval each line becomes a manufacturing order or a request for quotation, by the routes of its product.
    Later orders use the lines up, the oldest first (`crm.stockup.line._update_used`); what nobody has used so many days
    after its expected use is idle, and somebody bears it.
    """

    _name = "crm.stockup.request"
    _description = "Stock-up Request"
    _inherit = ["crm.application.mixin"]
    _order = "id desc"

    _application_rule = "stockup_request"
    _application_method_fields = frozenset({"name", "state", "approved_on", "warned_on"})
    _review_open_fields = frozenset({"warned_on"})

    # FIELDS
    partner_id = fields.Many2one(help="Empty: for orders of any customer.")
    reason = fields.Text(tracking=True)
    forecast_source = fields.Selection(
        [
            ("contract", "Frame Contract"),
            ("customer", "Customer's Forecast"),
            ("sales", "Sales Forecast"),
            ("history", "Past Orders"),
            ("shortage", "Long Lead Time or Shortage"),
            ("other", "Other"),
        ],
        required=True,
        default="customer",
        tracking=True,
    )
    forecast_note = fields.Char(string="Basis of the Forecast")
    bearer = fields.Selection(
        [("department", "Department"), ("customer", "Customer"), ("salesperson", "Salesperson")],
        string="Borne by",
        required=True,
        default="department",
        tracking=True,
        help="Who bears what is not used in time.",
    )
    bearer_days = fields.Integer(
        string="Idle after (days)", default=90, tracking=True, help="Counted from the expected date of use."
    )
    department_id = fields.Many2one(
        "hr.department",
        default=lambda self: self.env.user.sudo().employee_id.department_id,  # sudo: the user's own department
        index="btree_not_null",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        default=lambda self: self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1),
        domain="[('company_id', '=', company_id)]",
    )
    line_ids = fields.One2many("crm.stockup.line", "request_id", string="Lines", copy=True)
    approved_on = fields.Datetime(readonly=True, copy=False)
    warned_on = fields.Date(string="Idle Warning", readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("review", "Under Review"), ("open", "In Use"), ("used", "Used Up")],
        compute="_compute_state",
        store=True,
        index=True,
    )
    is_idle = fields.Boolean(string="Idle", compute="_compute_is_idle", search="_search_is_idle")

    _bearer_days_positive = models.Constraint(
        "CHECK (bearer_days >= 0)", "The days after which stock is idle cannot be negative."
    )

    # COMPUTE
    @api.depends("review_state", "line_ids.remaining_quantity")
    def _compute_state(self):
        for request in self:
            if request.review_state == "pending":
                request.state = "review"
            elif request.review_state != "approved":
                request.state = "draft"
            else:
                is_open = any(line.remaining_quantity > 0 for line in request.line_ids)
                request.state = "open" if is_open else "used"

    @api.depends("line_ids.is_idle")
    def _compute_is_idle(self):
        for request in self:
            request.is_idle = any(request.line_ids.mapped("is_idle"))

    def _search_is_idle(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("line_ids", "any" if True in value else "not any", [("is_idle", "=", True)])]

    # REVIEW
    def _review_check(self):
        result = super()._review_check()
        if not (self.reason or "").strip():
            raise UserError(self.env._("%(document)s: write why stock is needed.", document=self.display_name))
        if self.bearer == "customer" and not self.partner_id:
            raise UserError(
                self.env._(
                    "%(document)s: a customer is to bear what is not used, but none is named. Fill in the customer.",
                    document=self.display_name,
                )
            )
        for number, line in self._numbered_lines():
            if line.expected_date < fields.Date.context_today(self):
                raise UserError(
                    self.env._(
                        "Line %(number)s: %(product)s is expected to be used on %(date)s, which is past. "
                        "Set a later date.",
                        number=number,
                        product=line.product_id.display_name,
                        date=line.expected_date,
                    )
                )
            line.sudo()._check_supply(number)  # sudo: routes, suppliers and bills of materials are not the requester's
        return result

    def _review_on_approved(self):
        result = super()._review_on_approved()
        # routes and rules that are archived bring nothing, though the engine looks at archived documents, too
        for request in self.with_context(active_test=True):
            request = request.with_company(request.company_id)
            request.approved_on = fields.Datetime.now()
            for number, line in request._numbered_lines():
                line._check_supply(number)
            request.line_ids._procure()
        return result

    # NIGHTLY
    @api.model
    def _cron_stockups(self):
        """Use stock-ups up by the orders there are, and warn of those that are idle."""
        self.env["crm.stockup.line"]._update_used()
        idle = self.search([("is_idle", "=", True), ("warned_on", "=", False)], order="id")
        idle._schedule_application_activity(
            ACTIVITY,
            lambda request: request.user_id if request.user_id.active else request.customer_user_id,
            lambda request: request.env._(
                "Stock of %(document)s is not used; now borne by: %(bearer)s",
                document=request.display_name,
                bearer=request._print_text("bearer"),
            ),
        )
        idle.warned_on = fields.Date.context_today(self)

    # ACTIONS
    def action_open_lines(self):
        self.ensure_one()
        return self.env["ir.actions.actions"]._for_xml_id("crm_order_review.crm_stockup_line_action") | {
            "domain": [("request_id", "=", self.id)],
            "context": {},
        }

    # EXCEL
    def _excel_columns(self):
        names = (
            *("name", "partner_id", "user_id", "date", "reason", "forecast_source", "forecast_note", "bearer"),
            *("bearer_days", "department_id", "state", "approved_on"),
        )
        return [
            *(self._excel_column(name) for name in names),
            self._excel_column(
                "lines",
                label=self.env._("Lines"),
                width=60,
                value=lambda request: "\n".join(
                    f"{line.product_id.display_name}: {line.quantity:g} / {line.remaining_quantity:g}"
                    for line in request.line_ids
                ),
            ),
        ]
