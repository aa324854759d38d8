from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.crm_review.tools.guard import unlocked

STATES = [
    ("draft", "Draft"),
    ("pending", "Under Review"),
    ("approved", "Released"),
    ("packed", "Packed"),
    ("shipped", "Shipped"),
    ("signed", "Signed"),
    ("cancelled", "Cancelled"),
]
METHOD_FIELDS = frozenset(
    {
        "name",
        "state",
        "approved_on",
        "packed_on",
        "shipped_on",
        "signed_on",
        "crm_credit_overdue",
        "overdue_amount",
        "overdue_days",
    }
)
PACKING_STATES = ("draft", "approved")  # in which packages may be changed
# what the warehouse and the forwarder tell, whenever they do
LOGISTICS = frozenset(
    {
        "carrier_name",
        "waybill_no",
        "planned_date",
        "expected_date",
        "photo_ids",
        "signed_by",
        "signature",
        "transport_mode",
        "vessel",
        "booking_no",
        "container_no",
        "seal_no",
        "bl_no",
        "bl_date",
        "etd",
        "eta",
        "remark",
        "package_ids",
        "declaration_ids",
    }
)


class CrmShipmentRequest(models.Model):
    """A salesperson asks for the goods of confirmed orders to be shipped; once approved, their delivery is released.

    A request takes pieces off what its order lines have open from the moment it is written, so two requests never
    ship the same pieces. Where it stands moves by its buttons, its review and the delivery only.
    """

    _name = "crm.shipment.request"
    _description = "Shipment Request"
    _inherit = ["crm.application.mixin"]
    _order = "id desc"

    _application_rule = "shipment_request"
    _application_method_fields = METHOD_FIELDS
    _review_amount = "amount"
    _review_open_fields = LOGISTICS

    # FIELDS
    state = fields.Selection(STATES, default="draft", required=True, readonly=True, copy=False, index=True)
    partner_id = fields.Many2one(required=True)
    partner_shipping_id = fields.Many2one(
        "res.partner",
        string="Delivery Address",
        required=True,
        compute="_compute_partner_shipping_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    planned_date = fields.Date(string="Planned Shipping Date", tracking=True, copy=False)
    note = fields.Text(string="Shipping Demands")
    remark = fields.Text(string="Remarks of the Warehouse", copy=False)
    line_ids = fields.One2many("crm.shipment.request.line", "request_id", string="Lines", copy=False)
    add_order_id = fields.Many2one(
        "sale.order", string="Add the Open Lines Of", store=False, domain="[('state', '=', 'sale')]"
    )
    order_ids = fields.Many2many("sale.order", string="Sales Orders", compute="_compute_order_ids")
    order_names = fields.Char(string="Orders", compute="_compute_order_names")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", store=True)
    amount = fields.Monetary(string="Untaxed Amount", compute="_compute_amount", store=True)
    is_overseas = fields.Boolean(string="Overseas", compute="_compute_is_overseas", store=True)

    # review
    crm_credit_overdue = fields.Boolean(string="Overdue Credit", readonly=True, copy=False)
    overdue_amount = fields.Monetary(
        string="Overdue Receivables",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
        help="Of the customer when the request was submitted, in the company's currency.",
    )
    overdue_days = fields.Integer(string="Days Overdue", readonly=True, copy=False)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    quality_missing = fields.Boolean(string="Quality to Release", compute="_compute_quality_missing", store=True)

    # delivery
    picking_ids = fields.One2many("stock.picking", "crm_shipment_request_id", string="Deliveries", readonly=True)
    picking_count = fields.Integer(compute="_compute_picking_count")
    approved_on = fields.Datetime(string="Released On", readonly=True, copy=False)
    packed_on = fields.Datetime(readonly=True, copy=False)
    shipped_on = fields.Datetime(readonly=True, copy=False, index="btree_not_null")
    signed_on = fields.Datetime(readonly=True, copy=False)
    carrier_name = fields.Char(string="Carrier", copy=False)
    waybill_no = fields.Char(string="Waybill No.", copy=False, index="btree_not_null")
    expected_date = fields.Date(string="Expected Arrival", copy=False)
    photo_ids = fields.Many2many(
        "ir.attachment", "crm_shipment_request_photo_rel", string="Photos of the Load", copy=False
    )
    signed_by = fields.Char(copy=False)
    signature = fields.Image(copy=False, max_width=1024, max_height=1024)
    transport_mode = fields.Selection(
        [("sea", "Sea"), ("air", "Air"), ("express", "Express"), ("rail", "Rail"), ("road", "Road")]
    )
    vessel = fields.Char(string="Vessel and Voyage / Flight", copy=False)
    booking_no = fields.Char(string="Booking No.", copy=False)
    container_no = fields.Char(string="Container No.", copy=False)
    seal_no = fields.Char(string="Seal No.", copy=False)
    bl_no = fields.Char(string="B/L or Air Waybill No.", copy=False)
    bl_date = fields.Date(string="B/L Date", copy=False)
    etd = fields.Date(string="ETD", copy=False)
    eta = fields.Date(string="ETA", copy=False)

    # packages
    package_ids = fields.One2many("crm.shipment.package", "request_id", string="Packages", copy=False)
    declaration_ids = fields.One2many("crm.customs.declaration", "request_id", string="Customs Declarations")
    carton_count = fields.Integer(string="Cartons", compute="_compute_package_totals", store=True)
    net_weight = fields.Float(string="Net Weight (kg)", digits=(16, 3), compute="_compute_package_totals", store=True)
    gross_weight = fields.Float(
        string="Gross Weight (kg)", digits=(16, 3), compute="_compute_package_totals", store=True
    )
    volume = fields.Float(string="Volume (CBM)", digits=(16, 3), compute="_compute_package_totals", store=True)
    requested_qty = fields.Float(
        string="Requested", digits="Product Unit", compute="_compute_quantities", help="Pieces of all lines."
    )
    packed_qty = fields.Float(string="In Packages", digits="Product Unit", compute="_compute_quantities")

    _number_uniq = models.UniqueIndex("(company_id, name) WHERE name IS NOT NULL", "This number is taken already.")
    _under_way = models.Index("(planned_date, id) WHERE state IN ('approved', 'packed')")

    # COMPUTE
    @api.depends("partner_id")
    def _compute_partner_shipping_id(self):
        for request in self:
            if not request.partner_shipping_id and request.partner_id:
                address = request.partner_id.address_get(["delivery"])["delivery"]
                request.partner_shipping_id = address

    @api.depends("line_ids.order_id")
    def _compute_order_ids(self):
        for request in self:
            request.order_ids = request.line_ids.order_id

    @api.depends("line_ids.order_id.name")
    def _compute_order_names(self):
        # sudo: numbers of the orders that the request ships, for the warehouse and the reviewers
        for request in self.sudo():
            request.order_names = ", ".join(request.line_ids.order_id.mapped("name"))

    @api.depends("line_ids.order_id.currency_id", "company_id")
    def _compute_currency_id(self):
        for request in self:
            request.currency_id = request.line_ids.order_id.currency_id[:1] or request.company_id.currency_id

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for request in self:
            request.amount = sum(request.line_ids.mapped("amount"))

    @api.depends("line_ids.order_id.crm_is_overseas")
    def _compute_is_overseas(self):
        for request in self:
            request.is_overseas = any(request.line_ids.order_id.mapped("crm_is_overseas"))

    @api.depends("line_ids.quality_released", "company_id.crm_shipment_quality")
    def _compute_quality_missing(self):
        for request in self:
            request.quality_missing = request.company_id.crm_shipment_quality and not all(
                request.line_ids.mapped("quality_released")
            )

    @api.depends("picking_ids")
    def _compute_picking_count(self):
        counts = dict(
            self.env["stock.picking"]
            .sudo()  # sudo: how many there are
            ._read_group([("crm_shipment_request_id", "in", self.ids)], ["crm_shipment_request_id"], ["__count"])
        )
        for request in self:
            request.picking_count = counts.get(request._origin, 0)

    @api.depends(
        "package_ids.carton_count", "package_ids.total_net", "package_ids.total_gross", "package_ids.total_volume"
    )
    def _compute_package_totals(self):
        """The sums of what the packing list shows row by row, so that it adds up on paper."""
        for request in self:
            packages = request.package_ids
            request.carton_count = sum(packages.mapped("carton_count"))
            request.net_weight = sum(packages.mapped("total_net"))
            request.gross_weight = sum(packages.mapped("total_gross"))
            request.volume = sum(packages.mapped("total_volume"))

    @api.depends("line_ids.quantity", "line_ids.packed_qty")
    def _compute_quantities(self):
        for request in self:
            request.requested_qty = sum(request.line_ids.mapped("quantity"))
            request.packed_qty = sum(request.line_ids.mapped("packed_qty"))

    @api.onchange("add_order_id")
    def _onchange_add_order_id(self):
        order = self.add_order_id
        if not order:
            return
        self.partner_id = self.partner_id or order.partner_id
        if not self.line_ids:
            self.partner_id, self.partner_shipping_id = order.partner_id, order.partner_shipping_id
        known = self.line_ids.order_line_id
        self.line_ids = [
            Command.create({"order_line_id": line.id, "quantity": line.crm_open_qty})
            for line in order.order_line._crm_shippable()
            if line not in known
        ]
        self.add_order_id = False

    # CONSTRAINTS
    @api.constrains("partner_id", "partner_shipping_id", "company_id")
    def _check_orders(self):
        self.line_ids._check_order()

    @api.constrains("etd", "eta")
    def _check_voyage(self):
        for request in self:
            if request.etd and request.eta and request.eta < request.etd:
                raise ValidationError(
                    self.env._(
                        "%(request)s: the ETA is before the ETD. Correct one of the two.", request=request.display_name
                    )
                )

    # CRUD
    def write(self, vals):
        if "signature" in vals and not self.env.su:
            self._check_signing()
        result = super().write(vals)
        if vals.get("signature"):
            self._mark_signed()
        if vals.get("photo_ids"):
            self._adopt_photos()
        if vals.get("bl_date"):
            self._reach_milestone("bl", self[:1].bl_date)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for request in self:
            if request.state != "draft":
                raise UserError(
                    self.env._(
                        "%(request)s is not a draft any more and cannot be deleted. Recall or cancel it instead.",
                        request=request.display_name,
                    )
                )

    def _reach_milestone(self, kind, date):
        # sudo: the time line of the orders follows their shipments
        self.env["crm.shipment.milestone"].sudo()._reach(self.sudo().line_ids.order_id, kind, date)

    def _adopt_photos(self):
        """Whoever reads the request sees its photos."""
        for request in self:
            # sudo: files that the user has just uploaded, they have no document yet
            photos = request.photo_ids.sudo().filtered(
                lambda file: not file.res_id and file.create_uid == self.env.user
            )
            photos.write({"res_model": self._name, "res_id": request.id})

    def _address_text(self):
        """The delivery address without empty lines, for sheets and labels."""
        text = self.partner_shipping_id._display_address(without_company=True)
        return "\n".join(line.strip(" ,") for line in text.splitlines() if line.strip(" ,"))

    def _delivery_text(self):
        """Who receives the goods and where, for sheets."""
        partner = self.partner_shipping_id
        company = partner.commercial_partner_id
        person = partner.name if partner != company else ""
        return "\n".join(filter(None, [company.name, person, self._address_text(), partner.phone]))

    def _record(self):
        """:return: the request with sudo, in an environment in which its own methods may write it"""
        return unlocked(self.sudo())

    # REVIEW
    def _review_check(self):
        self.ensure_one()
        result = super()._review_check()
        self.line_ids._lock_order_lines()
        self.line_ids._check_quantity()
        problems = self._document_problems() if self.is_overseas else []
        if problems:
            raise UserError("\n".join(problems))
        # sudo: what the customer owes goes into the document as a fact, whatever its author may read
        self.sudo().write(self.sudo()._credit_values())
        return result

    def _product_problem(self, product):
        """What has been ordered is shipped, also after its product has left the programme."""

    def _credit_values(self):
        """What the customer owes past its due date now; called with sudo.

        :return: values of the credit fields, the amount in the company's currency
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        [(amount, due)] = self.env["account.move.line"]._read_group(
            [
                ("partner_id", "child_of", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("date_maturity", "<", today),
            ],
            [],
            ["amount_residual:sum", "date_maturity:min"],
        )
        overdue = self.company_id.currency_id.compare_amounts(amount or 0, 0) > 0
        return {
            "crm_credit_overdue": overdue,
            "overdue_amount": amount if overdue else 0,
            "overdue_days": (today - due).days if overdue else 0,
        }

    def _review_on_submitted(self):
        self.state = "pending"
        return super()._review_on_submitted()

    def _review_on_rejected(self):
        self.state = "draft"
        return super()._review_on_rejected()

    def _review_on_approved(self):
        for request in self:
            request._check_quality()
            request.write({"state": "approved", "approved_on": fields.Datetime.now()})
            request._release()
        return super()._review_on_approved()

    def _check_quality(self):
        if self.quality_missing:
            lines = self.line_ids.filtered(lambda line: not line.quality_released)
            raise UserError(
                self.env._(
                    "%(request)s: the quality of line %(lines)s is not released yet. An engineer releases it on the "
                    "request first.",
                    request=self.display_name,
                    lines=", ".join(str(line.number) for line in lines),
                )
            )

    # ACTION
    def action_release_quality(self):
        """Release the quality of all lines; engineers and R&D managers only."""
        return self.line_ids.action_release_quality()

    def action_cancel(self):
        """Give the pieces of a released request back to their orders."""
        self.check_access("write")
        for request in self:
            if request.state not in ("approved", "packed"):
                raise UserError(
                    self.env._(
                        "%(request)s cannot be cancelled: only what is released and not shipped yet can. A request "
                        "under review is recalled, a draft deleted.",
                        request=request.display_name,
                    )
                )
            if not (request.user_id == self.env.user or self.env.user.has_group("crm_base.group_sales_manager")):
                raise AccessError(self.env._("Its requester or a sales manager cancels a shipment request."))
            own = request._record()
            own._take_back()
            own.state = "cancelled"
            own.message_post(body=self.env._("Cancelled by %(user)s", user=self.env.user.name))
        return True

    def action_view_deliveries(self):
        self.ensure_one()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Deliveries"),
            "res_model": "stock.picking",
            "domain": [("crm_shipment_request_id", "=", self.id)],
            "views": [(False, "list"), (False, "form")],
        }
        if self.picking_count == 1:
            action |= {"views": [(False, "form")], "res_id": self.picking_ids.id}
        return action

    @api.model
    def action_sync_deliveries(self):
        """Write a draft for what lies ready in deliveries and no request covers yet, customer by customer.

        :return: action that shows the drafts
        :raise UserError: there is nothing to be shipped
        """
        self.check_access("create")
        groups = defaultdict(list)
        for line, quantity, date in self._shipment_candidates():
            order = line.order_id
            key = (order.company_id, order.partner_id, order.partner_shipping_id, order.currency_id)
            groups[key].append((line, quantity, date))
        requests = self.create(
            [
                {
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "partner_shipping_id": address.id,
                    "planned_date": min((date for _line, _quantity, date in rows if date), default=False),
                    "line_ids": [
                        Command.create({"order_line_id": line.id, "quantity": quantity})
                        for line, quantity, _date in rows
                    ],
                }
                for (company, partner, address, _currency), rows in groups.items()
            ]
        )
        if not requests:
            raise UserError(
                self.env._("No delivery of your customers lies ready that is not covered by a shipment request yet.")
            )
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("From Deliveries"),
            "res_model": self._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", requests.ids)],
        }
        return action | ({"views": [(False, "form")], "res_id": requests.id} if len(requests) == 1 else {})

    # HOOKS
    @api.model
    def _shipment_candidates(self):
        """Hook: order lines of the user whose goods lie ready and that no shipment request covers.

        Here: the reserved pieces of Odoo's outgoing deliveries. A connected ERP adds its own.

        :return: list of (sale.order.line, quantity in the line's unit, date or False)
        """
        orders = self.env["sale.order"].search(
            [("state", "=", "sale"), ("delivery_status", "!=", "full"), ("user_id", "=", self.env.uid)]
        )
        # sudo: deliveries of orders that are the user's
        moves = (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("sale_line_id", "in", orders.order_line.ids),
                    ("state", "in", ("assigned", "partially_available")),
                    ("location_dest_usage", "=", "customer"),
                    ("crm_shipment_line_id", "=", False),
                ]
            )
        )
        candidates = []
        for line, own in moves.grouped("sale_line_id").items():
            line = line.with_env(self.env)
            ready = sum(
                move.product_uom._compute_quantity(move.quantity, line.product_uom_id, rounding_method="DOWN")
                for move in own
                if move.product_id == line.product_id
            ) or (line.crm_open_qty if all(move.product_id != line.product_id for move in own) else 0)
            quantity = min(ready, line.crm_open_qty)
            if line.product_uom_id.compare(quantity, 0) > 0:
                candidates.append((line, quantity, min(own.mapped("date")).date()))
        return candidates

    # SCOPE
    @api.model
    def _crm_scope_grants(self):
        """The warehouse packs and ships what has been released, whoever's it is."""
        grants = super()._crm_scope_grants()
        if self.env["res.users"].browse(self.env.uid).has_group("stock.group_stock_user"):
            grants.append([("state", "in", ("approved", "packed", "shipped", "signed"))])
        return grants

    @api.model
    def _crm_scope_depends(self):
        return [*super()._crm_scope_depends(), "state"]

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("name"),
            column("state"),
            column("date"),
            column("partner_id", width=30),
            column("order_names", width=24),
            column("planned_date"),
            column("amount"),
            column("carton_count"),
            column("gross_weight"),
            column("volume"),
            column("carrier_name"),
            column("waybill_no"),
            column("shipped_on"),
            column("signed_on"),
            column("user_id"),
        ]
