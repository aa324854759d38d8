from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .crm_sample_feedback import ACTIVITY, RESULTS


class CrmSampleRequest(models.Model):
    """Samples for a customer: reviewed, delivered, and followed until one knows what came of them.

    Upon approval free samples become a delivery, charged ones a confirmed sales order with its delivery.
    """

    _name = "crm.sample.request"
    _description = "Sample Request"
    _inherit = ["crm.application.mixin"]
    _order = "id desc"

    _application_rule = "sample_request"
    _application_method_fields = frozenset(
        {"name", "state", "order_id", "delivered_on", "feedback_due", "reminded_on", "feedback_result", "is_converted"}
    )
    _review_amount = "amount_total"
    _review_open_fields = frozenset({"tracking_ref", "carrier", "feedback_ids", "reminded_on"})

    # FIELDS
    partner_id = fields.Many2one(required=True)
    shipping_id = fields.Many2one(
        "res.partner",
        string="Delivery Address",
        compute="_compute_shipping_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    charge = fields.Selection(
        [("free", "Free of Charge"), ("charged", "Charged")], default="free", required=True, tracking=True
    )
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    amount_total = fields.Monetary(string="Amount", compute="_compute_amount_total", store=True)
    purpose = fields.Selection(
        [
            ("evaluation", "Evaluation"),
            ("qualification", "Qualification"),
            ("trial_run", "Trial Production"),
            ("exhibition", "Exhibition"),
            ("replacement", "Replacement"),
            ("other", "Other"),
        ],
        required=True,
        default="evaluation",
        tracking=True,
    )
    project = fields.Char(help="What the customer wants to use it in, with yearly quantities if known.")
    parameters = fields.Text(help="Technical demands on the samples.")
    note = fields.Text()
    requested_date = fields.Date(string="Needed by", copy=False, tracking=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        default=lambda self: self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1),
        domain="[('company_id', '=', company_id)]",
    )
    line_ids = fields.One2many("crm.sample.line", "request_id", string="Lines", copy=True)
    order_id = fields.Many2one("sale.order", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    picking_count = fields.Integer(string="Deliveries", compute="_compute_picking_count")
    carrier = fields.Char(copy=False)
    tracking_ref = fields.Char(string="Waybill No.", copy=False, tracking=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "Under Review"),
            ("to_deliver", "To Deliver"),
            ("delivered", "Delivered"),
            ("feedback", "Feedback Given"),
            ("converted", "Converted"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    delivered_on = fields.Date(compute="_compute_delivered_on", store=True)
    feedback_days = fields.Integer(
        string="Ask for Feedback after (days)",
        default=lambda self: self.env["res.config.settings"]._sample_feedback_days(),
        help="So many days after the delivery the requester is reminded.",
    )
    feedback_due = fields.Date(compute="_compute_feedback_due", store=True)
    reminded_on = fields.Date(readonly=True, copy=False)
    feedback_ids = fields.One2many("crm.sample.feedback", "request_id")
    feedback_result = fields.Selection(RESULTS, string="Last Result", compute="_compute_feedback", store=True)
    is_converted = fields.Boolean(string="Converted to Order", compute="_compute_feedback", store=True)
    is_return_overdue = fields.Boolean(
        string="Return Overdue", compute="_compute_is_return_overdue", search="_search_is_return_overdue"
    )
    is_to_return = fields.Boolean(compute="_compute_is_return_overdue", export_string_translation=False)

    _feedback_days_positive = models.Constraint(
        "CHECK (feedback_days >= 0)", "The days after which feedback is asked for cannot be negative."
    )
    _to_remind = models.Index(
        "(feedback_due) WHERE state = 'delivered' AND reminded_on IS NULL AND feedback_due IS NOT NULL"
    )

    # COMPUTE
    @api.depends("partner_id")
    def _compute_shipping_id(self):
        for request in self:
            partner = request.partner_id
            request.shipping_id = partner.address_get(["delivery"])["delivery"] if partner else False

    @api.depends("charge", "line_ids.quantity", "line_ids.price", "currency_id")
    def _compute_amount_total(self):
        for request in self:
            amount = sum(line.quantity * line.price for line in request.line_ids) if request.charge == "charged" else 0
            request.amount_total = request.currency_id.round(amount) if request.currency_id else amount

    @api.depends("review_state", "delivered_on", "feedback_result", "is_converted")
    def _compute_state(self):
        for request in self:
            if request.review_state == "pending":
                request.state = "review"
            elif request.review_state != "approved":
                request.state = "draft"
            elif request.is_converted:
                request.state = "converted"
            elif request.feedback_result:
                request.state = "feedback"
            else:
                request.state = "delivered" if request.delivered_on else "to_deliver"

    @api.depends("line_ids.delivered_on")
    def _compute_delivered_on(self):
        for request in self:
            dates = request.line_ids.mapped("delivered_on")
            request.delivered_on = max(dates) if dates and all(dates) else False

    @api.depends("delivered_on", "feedback_days")
    def _compute_feedback_due(self):
        for request in self:
            day = request.delivered_on
            request.feedback_due = day + timedelta(days=request.feedback_days) if day else False

    @api.depends("feedback_ids.result", "feedback_ids.date", "feedback_ids.order_id")
    def _compute_feedback(self):
        for request in self:
            feedback = request.feedback_ids.sorted(lambda one: (one.date, one.id))
            request.feedback_result = feedback[-1:].result
            request.is_converted = bool(feedback.order_id)

    def _compute_picking_count(self):
        # sudo: only how many; the requester need not be a user of the warehouse
        moves = self.env["stock.move"].sudo()
        counts = dict(
            moves._read_group(
                [("crm_sample_request_id", "in", self.ids), ("picking_id", "!=", False)],
                ["crm_sample_request_id"],
                ["picking_id:count_distinct"],
            )
        )
        for request in self:
            request.picking_count = counts.get(request, 0)

    @api.depends("line_ids.out_quantity", "line_ids.return_date")
    def _compute_is_return_overdue(self):
        for request in self:
            request.is_return_overdue = any(request.line_ids.mapped("is_return_overdue"))
            request.is_to_return = any(line.return_date and line.out_quantity > 0 for line in request.line_ids)

    def _search_is_return_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("line_ids", "any", [("is_return_overdue", "=", True)])
        return overdue if True in value else ~overdue

    # REVIEW
    def _review_check(self):
        result = super()._review_check()
        if self.requested_date and self.requested_date < fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(document)s is needed by %(date)s, which is past. Set a later date.",
                    document=self.display_name,
                    date=self.requested_date,
                )
            )
        for number, line in self._numbered_lines():
            if self.charge == "charged" and not line.price:
                raise UserError(
                    self.env._(
                        "Line %(number)s: %(product)s is charged but has no price. Enter one, or make it free.",
                        number=number,
                        product=line.product_id.display_name,
                    )
                )
            if line.return_date and line.return_date < fields.Date.context_today(self):
                raise UserError(
                    self.env._(
                        "Line %(number)s: %(product)s is to be returned by %(date)s, which is past. Set a later date.",
                        number=number,
                        product=line.product_id.display_name,
                        date=line.return_date,
                    )
                )
        return result

    def _review_on_approved(self):
        result = super()._review_on_approved()
        # routes and rules that are archived bring nothing, though the engine looks at archived documents, too
        for request in self.with_context(active_test=True):
            request = request.with_company(request.company_id)
            if request.charge == "charged":
                request._create_order()
            else:
                request._create_delivery()
        return result

    def _create_order(self):
        """A confirmed sales order of the samples; with sudo."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner_id.id,
                "partner_shipping_id": self.shipping_id.id,
                "user_id": self.user_id.id,
                "company_id": self.company_id.id,
                "warehouse_id": self.warehouse_id.id,
                "origin": self.name,
                "commitment_date": self.requested_date,
            }
        )
        for line in self.line_ids:
            price = self.currency_id._convert(
                line.price, order.currency_id, self.company_id, fields.Date.context_today(self), round=False
            )
            order_line = {
                "product_id": line.product_id.id,
                "product_uom_qty": line.quantity,
                "product_uom_id": line.uom_id.id,
                "price_unit": price,
                "crm_sample_line_id": line.id,
            }
            order.order_line = [Command.create(order_line)]
        self.order_id = order  # it says that the order needs no review of its own
        order.action_confirm()

    def _create_delivery(self):
        """What the warehouse has to deliver, by the routes of the products; with sudo."""
        Rule = self.env["stock.rule"]
        date = fields.Datetime.to_datetime(self.requested_date) or fields.Datetime.now()
        reference = self.env["stock.reference"].create({"name": self.name})
        address = self.shipping_id or self.partner_id
        Rule.run(
            [
                Rule.Procurement(
                    line.product_id,
                    line.quantity,
                    line.uom_id,
                    address.property_stock_customer,
                    self.name,
                    self.name,
                    self.company_id,
                    {
                        "date_planned": date,
                        "date_deadline": date,
                        "warehouse_id": self.warehouse_id,
                        "partner_id": address.id,
                        "company_id": self.company_id,
                        "reference_ids": reference,
                        "crm_sample_line_id": line.id,
                    },
                )
                for line in self.line_ids
                if line.product_id.type == "consu"
            ]
        )

    # ACTIONS
    def action_open_pickings(self):
        self.ensure_one()
        return self.env["ir.actions.actions"]._for_xml_id("stock.action_picking_tree_all") | {
            "domain": [("move_ids.crm_sample_request_id", "=", self.id)],
            "context": {},
        }

    def action_open_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }

    def action_feedback(self):
        """The form of a new feedback."""
        self.ensure_one()
        self.env["crm.sample.feedback"]._check_delivered(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer Feedback"),
            "res_model": "crm.sample.feedback",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_request_id": self.id},
        }

    def action_return(self):
        """Announce to the warehouse what the customer gives back: all that is out and to be returned.

        :raise UserError: nothing is to be returned, or it has been announced already
        """
        self.check_access("write")
        for request in self:
            request.sudo()._create_return()  # sudo: the warehouse's document

    def _create_return(self):
        lines = self.line_ids.filtered(lambda line: line.return_date and line.out_quantity > 0)
        if not lines:
            raise UserError(self.env._("Nothing of %(document)s is to be returned.", document=self.display_name))
        moves = lines.move_ids
        if moves.filtered(lambda move: move._is_incoming() and move.state not in ("done", "cancel")):
            raise UserError(
                self.env._(
                    "The return of %(document)s has been announced to the warehouse already.",
                    document=self.display_name,
                )
            )
        delivered = moves.filtered(lambda move: move.state == "done" and move._is_outgoing())
        for picking, own in delivered.grouped("picking_id").items():
            wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
            for line in wizard.product_return_moves:
                returned = line.move_id.returned_move_ids.filtered(lambda move: move.state == "done")
                is_own = line.move_id in own
                line.quantity = max(line.move_id.quantity - sum(returned.mapped("quantity")), 0) if is_own else 0
            if any(wizard.product_return_moves.mapped("quantity")):
                wizard._create_return()

    # NIGHTLY
    @api.model
    def _cron_remind(self):
        """Remind requesters of feedback that is due."""
        today = fields.Date.context_today(self)
        due = self.search(
            [("state", "=", "delivered"), ("reminded_on", "=", False), ("feedback_due", "<=", today)], order="id"
        )
        due._schedule_application_activity(
            ACTIVITY,
            lambda request: request.user_id if request.user_id.active else request.customer_user_id,
            lambda request: request.env._("Ask for the feedback on %(document)s", document=request.display_name),
        )
        due.reminded_on = today

    # EXCEL
    def _excel_columns(self):
        names = (
            *("name", "partner_id", "user_id", "date", "charge", "amount_total", "purpose", "project", "parameters"),
            *("requested_date", "state", "delivered_on", "carrier", "tracking_ref", "feedback_result", "is_converted"),
        )
        return [
            *(self._excel_column(name) for name in names),
            self._excel_column(
                "lines",
                label=self.env._("Lines"),
                width=60,
                value=lambda request: "\n".join(
                    f"{line.product_id.display_name} × {line.quantity:g}" for line in request.line_ids
                ),
            ),
        ]
