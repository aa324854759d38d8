from datetime import timedelta

from pytz import timezone, utc

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.sql import column_exists, create_column

from .crm_shipment_milestone import AFTER_ORDER, AFTER_SHIPPING, SHIPPING_DAYS

# what is completed while an overseas order is under way, also after its review
OVERSEAS_FIELDS = frozenset(
    {
        "crm_port_loading",
        "crm_port_discharge",
        "crm_destination_country_id",
        "crm_origin_country_id",
        "crm_marks",
        "crm_payment_method",
        "crm_lc_number",
        "crm_lc_bank",
        "crm_lc_issue_date",
        "crm_lc_expiry_date",
        "crm_lc_latest_shipment",
        "crm_lc_terms",
        "crm_insurance_terms",
        "crm_freight",
        "crm_insurance",
        "crm_partial_allowed",
        "crm_transshipment_allowed",
        "crm_milestone_ids",
    }
)


class SaleOrder(models.Model):
    """Trade terms of overseas orders, and the way of any order's goods."""

    _inherit = "sale.order"

    crm_shipment_line_ids = fields.One2many("crm.shipment.request.line", "order_id", readonly=True)
    crm_shipment_count = fields.Integer(compute="_compute_crm_shipment_count")
    crm_is_overseas = fields.Boolean(
        related="crm_order_type_id.is_overseas", string="Overseas Order", store=True, related_sudo=True
    )
    crm_port_loading = fields.Char(string="Port of Loading")
    crm_port_discharge = fields.Char(string="Port of Discharge")
    crm_destination_country_id = fields.Many2one(
        "res.country",
        string="Country of Destination",
        compute="_compute_crm_destination_country_id",
        store=True,
        readonly=False,
    )
    crm_origin_country_id = fields.Many2one(
        "res.country",
        string="Country of Origin",
        compute="_compute_crm_origin_country_id",
        store=True,
        readonly=False,
        help="Of the goods; products that name another one keep it.",
    )
    crm_marks = fields.Text(string="Shipping Marks")
    crm_payment_method = fields.Selection(
        [
            ("tt", "T/T"),
            ("lc", "L/C"),
            ("dp", "D/P"),
            ("da", "D/A"),
            ("oa", "O/A"),
        ],
        string="Method of Payment",
    )
    crm_lc_number = fields.Char(string="L/C No.")
    crm_lc_bank = fields.Char(string="Issuing Bank")
    crm_lc_issue_date = fields.Date(string="L/C Issued On")
    crm_lc_expiry_date = fields.Date(string="L/C Expiry")
    crm_lc_latest_shipment = fields.Date(string="Latest Shipment")
    crm_lc_terms = fields.Text(string="L/C Terms")
    crm_insurance_terms = fields.Char(string="Insurance Terms")
    crm_freight = fields.Monetary(
        string="Freight Included", help="What the prices hold for freight, in the order's currency: CFR, CIF, CPT, CIP."
    )
    crm_insurance = fields.Monetary(
        string="Insurance Included", help="What the prices hold for insurance, in the order's currency: CIF, CIP."
    )
    crm_partial_allowed = fields.Boolean(string="Partial Shipments Allowed", default=True)
    crm_transshipment_allowed = fields.Boolean(string="Transshipment Allowed", default=True)
    crm_milestone_ids = fields.One2many("crm.shipment.milestone", "order_id", string="Follow-up Time Line")
    crm_next_milestone_id = fields.Many2one(
        "crm.shipment.milestone", string="Next Milestone", compute="_compute_crm_next_milestone_id"
    )
    crm_due_date = fields.Date(
        string="Promised",
        compute="_compute_crm_due_date",
        store=True,
        help="When the earliest line that is not delivered is promised, else the last one.",
    )
    crm_milestone_days_late = fields.Integer(string="Days Late", compute="_compute_crm_next_milestone_id")

    _crm_overseas = models.Index("(date_order DESC, id DESC) WHERE crm_is_overseas IS TRUE")
    # the progress page, most delayed first, and its count, whoever reads it
    _crm_undelivered = models.Index(
        "(crm_due_date, id DESC) INCLUDE (company_id, user_id, customer_user_id, crm_customer_id)"
        " WHERE state = 'sale' AND crm_is_history IS NOT TRUE AND delivery_status IN ('pending', 'started', 'partial')"
    )

    def _auto_init(self):
        """A million orders that are there already are not computed one by one when the add-on is installed."""
        if not column_exists(self.env.cr, "sale_order", "crm_is_overseas"):
            create_column(self.env.cr, "sale_order", "crm_is_overseas", "boolean")
            create_column(self.env.cr, "sale_order", "crm_destination_country_id", "int4")
            create_column(self.env.cr, "sale_order", "crm_origin_country_id", "int4")
            if column_exists(self.env.cr, "sale_order", "crm_order_type_id"):
                self.env.cr.execute(
                    """
                    UPDATE sale_order SET crm_is_overseas = kind.is_overseas
                      FROM crm_order_type kind WHERE kind.id = sale_order.crm_order_type_id
                    """
                )
        if not column_exists(self.env.cr, "sale_order", "crm_due_date"):
            create_column(self.env.cr, "sale_order", "crm_due_date", "date")
            self.env.cr.execute(
                """
                WITH promise AS (
                     SELECT order_id,
                            COALESCE(min(crm_promised_date) FILTER (WHERE qty_delivered < product_uom_qty),
                                     max(crm_promised_date)) AS date
                       FROM sale_order_line
                      WHERE display_type IS NULL AND crm_promised_date IS NOT NULL
                      GROUP BY order_id)
                UPDATE sale_order
                   SET crm_due_date = COALESCE(promise.date, (sale.commitment_date AT TIME ZONE 'UTC'
                                                              AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date)
                  FROM sale_order sale
                  JOIN res_company company ON company.id = sale.company_id
                  LEFT JOIN resource_calendar calendar ON calendar.id = company.resource_calendar_id
                  LEFT JOIN promise ON promise.order_id = sale.id
                 WHERE sale.id = sale_order.id AND (promise.date IS NOT NULL OR sale.commitment_date IS NOT NULL)
                """
            )
        return super()._auto_init()

    # COMPUTE
    @api.depends(
        "commitment_date",
        "order_line.crm_promised_date",
        "order_line.display_type",
        "order_line.product_uom_qty",
        "order_line.qty_delivered",
    )
    def _compute_crm_due_date(self):
        for order in self:
            lines = order.order_line.filtered(lambda line: not line.display_type and line.crm_promised_date)
            undelivered = lines.filtered(lambda line: line.qty_delivered < line.product_uom_qty)
            if undelivered:
                order.crm_due_date = min(undelivered.mapped("crm_promised_date"))
            elif lines:
                order.crm_due_date = max(lines.mapped("crm_promised_date"))
            else:
                zone = timezone(order.company_id.resource_calendar_id.tz or "UTC")
                agreed = order.commitment_date
                order.crm_due_date = agreed and utc.localize(agreed).astimezone(zone).date()

    @api.depends("crm_shipment_line_ids.request_id")
    def _compute_crm_shipment_count(self):
        # requests that the user may not read are not counted
        counts = dict(
            self.env["crm.shipment.request.line"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["request_id:count_distinct"]
            )
        )
        for order in self:
            order.crm_shipment_count = counts.get(order._origin, 0)

    @api.depends("partner_shipping_id.country_id")
    def _compute_crm_destination_country_id(self):
        for order in self:
            order.crm_destination_country_id = order.partner_shipping_id.country_id or order.crm_destination_country_id

    @api.depends("company_id")
    def _compute_crm_origin_country_id(self):
        for order in self:
            order.crm_origin_country_id = order.crm_origin_country_id or order.company_id.country_id

    @api.depends("crm_milestone_ids.done_date", "crm_milestone_ids.planned_date")
    def _compute_crm_next_milestone_id(self):
        today = fields.Date.context_today(self)
        for order in self:
            undone = order.crm_milestone_ids.filtered(lambda milestone: not milestone.done_date)
            planned = undone.filtered("planned_date").sorted("planned_date")
            following = planned[:1] or undone[:1]
            order.crm_next_milestone_id = following
            late = (today - following.planned_date).days if following.planned_date else 0
            order.crm_milestone_days_late = max(late, 0)

    # CONSTRAINTS
    @api.constrains("crm_freight", "crm_insurance")
    def _check_crm_charges(self):
        for order in self:
            if order.crm_freight < 0 or order.crm_insurance < 0:
                raise ValidationError(
                    self.env._(
                        "%(order)s: freight and insurance are not below zero. Enter 0 for none.", order=order.name
                    )
                )

    # REVIEW
    @property
    def _review_open_fields(self):
        return super()._review_open_fields | OVERSEAS_FIELDS

    # ACTION
    def _action_cancel(self):
        # sudo: what shipment requests hold, whoever's they are
        if held := self.sudo().crm_shipment_line_ids.filtered(lambda line: line.held_qty > 0):
            raise UserError(
                self.env._(
                    "%(order)s cannot be cancelled: %(requests)s ships goods of it. Cancel or delete that first.",
                    order=held[:1].order_id.name,
                    requests=", ".join(held.request_id.mapped("display_name")),
                )
            )
        return super()._action_cancel()

    def _action_confirm(self):
        result = super()._action_confirm()
        self.filtered("crm_is_overseas").sudo()._crm_plan_milestones()  # sudo: whoever confirms, the time line begins
        return result

    def action_crm_plan_milestones(self):
        """Begin the follow-up time line of overseas orders that have none yet."""
        self.check_access("write")
        self._crm_plan_milestones()
        return True

    def _crm_plan_milestones(self):
        for order in self.filtered(lambda order: not order.crm_milestone_ids):
            self.env["crm.shipment.milestone"].create(order._crm_milestone_plan())

    def action_crm_request_shipment(self):
        """Write a shipment request for all that these orders have open.

        :return: action that shows it
        :raise UserError: nothing is open, or the orders go to several customers or addresses
        """
        orders = self.filtered(lambda order: order.order_line._crm_shippable())
        if not orders:
            raise UserError(
                self.env._("Nothing is open to be shipped: it is delivered, or in shipment requests already.")
            )
        if len(orders.partner_id) > 1 or len(orders.partner_shipping_id) > 1 or len(orders.company_id) > 1:
            raise UserError(
                self.env._(
                    "One shipment request goes to one customer and delivery address. Choose orders of one of them."
                )
            )
        request = self.env["crm.shipment.request"].create(
            {
                "company_id": orders.company_id.id,
                "partner_id": orders.partner_id.id,
                "partner_shipping_id": orders.partner_shipping_id.id,
                "planned_date": orders._crm_promised_date(),
                "transport_mode": "sea" if any(orders.mapped("crm_is_overseas")) else False,
                "line_ids": [
                    Command.create({"order_line_id": line.id, "quantity": line.crm_open_qty})
                    for line in orders.order_line._crm_shippable()
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.shipment.request",
            "res_id": request.id,
            "views": [(False, "form")],
        }

    def action_crm_view_shipments(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Shipments"),
            "res_model": "crm.shipment.request",
            "domain": [("line_ids.order_id", "in", self.ids)],
            "views": [(False, "list"), (False, "form")],
        }

    def get_crm_timeline(self):
        """How far the goods of an order have come, for the picture in its form.

        :return: dict with ``stages`` (label, moment in UTC or False, days since the one before), the ``promised`` date,
            ``days_late``, and for overseas orders the ``milestones``
        """
        self.ensure_one()
        progress = self.env["crm.shipment.progress"].search([("order_id", "=", self.id)])
        moments = [
            (self.env._("Application"), progress.submitted_on or progress.date_order or self.date_order),
            (self.env._("Review"), progress.reviewed_on),
            (self.env._("Production"), progress.produced_on),
            (self.env._("Released"), progress.released_on),
            (self.env._("Packed"), progress.packed_on),
            (self.env._("Shipped"), progress.shipped_on),
            (self.env._("Signed"), progress.signed_on),
        ]
        stages, before = [], None
        for label, moment in moments:
            days = (moment - before).days if moment and before else None
            stages.append(
                {"label": label, "date": fields.Datetime.to_string(moment) if moment else False, "days": days}
            )
            before = moment or before
        labels = dict(self.env["crm.shipment.milestone"]._fields["kind"]._description_selection(self.env))
        return {
            "stages": stages,
            "promised": fields.Date.to_string(progress.promised_date) if progress.promised_date else False,
            "days_late": progress.days_late,
            "milestones": [
                {
                    "id": milestone.id,
                    "label": labels[milestone.kind],
                    "planned": fields.Date.to_string(milestone.planned_date) if milestone.planned_date else False,
                    "done": fields.Date.to_string(milestone.done_date) if milestone.done_date else False,
                    "days_late": milestone.days_late,
                }
                for milestone in self.crm_milestone_ids
            ],
        }

    # HOOKS
    def _crm_milestone_plan(self):
        """Hook: the milestones of an overseas order with their planned dates.

        :return: list of values of ``crm.shipment.milestone``
        """
        self.ensure_one()
        begin = fields.Datetime.context_timestamp(self, self.date_order or fields.Datetime.now()).date()
        shipping = self._crm_promised_date() or begin + timedelta(days=SHIPPING_DAYS)
        plan = {kind: begin + timedelta(days=days) for kind, days in AFTER_ORDER.items()}
        plan |= {kind: max(begin, shipping + timedelta(days=days)) for kind, days in AFTER_SHIPPING.items()}
        if self.crm_payment_method != "lc":
            del plan["lc"]
        return [{"order_id": self.id, "kind": kind, "planned_date": date} for kind, date in plan.items()]

    # BUSINESS
    def _crm_promised_date(self):
        """:return: the earliest date by which the open lines of these orders are promised, False if none is"""
        promised = self.order_line._crm_shippable().filtered("crm_promised_date").mapped("crm_promised_date")
        agreed = [
            fields.Datetime.context_timestamp(self, date).date() for date in self.mapped("commitment_date") if date
        ]
        return min(promised or agreed, default=False)

    def _crm_needs_shipment_review(self):
        """Whether the goods of this order leave the house by an approved shipment request only; called with sudo."""
        self.ensure_one()
        if self.crm_is_history:
            return False
        return self.crm_order_type_id.shipment_review if self.crm_order_type_id else self.company_id.crm_shipment_review
