import unicodedata

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, float_compare
from odoo.tools.sql import column_exists, create_column

from odoo.addons.crm_review.tools.guard import is_unlocked, text_of, unlocked

# what an approved order, or a quotation the customer has, does not change any more but by a revision or new version
TERMS = frozenset(
    {
        "client_order_ref",
        "commitment_date",
        "company_id",
        "crm_contract_number",
        "crm_end_customer_id",
        "crm_inspection_requirement",
        "crm_label_requirement",
        "crm_order_type_id",
        "crm_packing_requirement",
        "crm_po_duplicate_reason",
        "crm_technical_requirement",
        "currency_id",
        "fiscal_position_id",
        "incoterm",
        "incoterm_location",
        "note",
        "partner_id",
        "partner_invoice_id",
        "partner_shipping_id",
        "payment_term_id",
        "pricelist_id",
        "validity_date",
    }
)
# what is found out, mostly when an order is submitted, and written by nobody
FACTS = frozenset(
    {
        "crm_below_floor",
        "crm_credit_date",
        "crm_credit_exceeded",
        "crm_credit_limit",
        "crm_credit_overdue",
        "crm_credit_overdue_amount",
        "crm_credit_used",
        "crm_customer_country_id",
        "crm_customer_state_id",
        "crm_decided_on",
        "crm_lost_note",
        "crm_lost_reason_id",
        "crm_number",
        "crm_quotation_id",
        "crm_quotation_state",
        "crm_revision",
        "crm_version",
        "crm_version_of_id",
    }
)
# the key under which two numbers of customers' purchase orders are the same one: width, case and spaces tell nothing
PO_KEY = r"lower(regexp_replace(normalize(client_order_ref, NFKC), '\s', '', 'g'))"


class SaleOrder(models.Model):
    """Sales applications: orders with a type, confirmed by their review.

    An order without a type is a quotation, see `sale_order_quotation.py`. What has been approved changes by a revision
    only (`crm_order_revision.py`).
    """

    _name = "sale.order"
    _inherit = ["sale.order", "crm.review.mixin", "crm.excel.export.mixin"]

    _review_number = "name"
    _review_amount = "amount_total"
    _review_partner = "partner_id"
    _review_lines = ("order_line",)
    # who looks after the customer changes also while an order is under review
    _review_open_fields = frozenset({"user_id", "team_id", "crm_customer_id", "customer_user_id"})

    # FIELDS
    # the form shows how many there are, also to reviewers who read no accounts
    invoice_count = fields.Integer(compute_sudo=True)
    invoice_ids = fields.Many2many(compute_sudo=True)
    crm_order_type_id = fields.Many2one(
        "crm.order.type",
        string="Order Type",
        index="btree_not_null",
        tracking=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self._default_crm_order_type_id(),
        help="Makes this a sales application. Empty: a quotation.",
    )
    # with the order, so that the analysis of a year need not look up hundreds of thousands of customers
    crm_customer_state_id = fields.Many2one(related="crm_customer_id.state_id", string="Customer's Region", store=True)
    crm_customer_country_id = fields.Many2one(
        related="crm_customer_id.country_id", string="Customer's Country", store=True
    )
    crm_is_application = fields.Boolean(
        string="Sales Application", compute="_compute_crm_is_application", search="_search_crm_is_application"
    )
    crm_is_overseas_type = fields.Boolean(related="crm_order_type_id.is_overseas", string="Overseas Type")
    crm_needs_review = fields.Boolean(string="Needs a Review", compute="_compute_crm_needs_review")
    crm_is_frozen = fields.Boolean(string="Terms Fixed", compute="_compute_crm_is_frozen")
    crm_may_confirm = fields.Boolean(compute="_compute_crm_may_confirm", export_string_translation=False)
    crm_number = fields.Char(string="Drawn Number", readonly=True, copy=False)
    crm_po_duplicate_reason = fields.Char(
        string="Why the Customer's PO Comes Twice",
        copy=False,
        help="The same PO of one customer is taken once, unless there is a reason.",
    )
    crm_po_file_ids = fields.Many2many(
        "ir.attachment", "sale_order_crm_po_file_rel", string="Customer's PO (Files)", copy=False
    )
    crm_contract_number = fields.Char(string="Contract No.", copy=False)
    crm_end_customer_id = fields.Many2one("res.partner", string="End Customer", index="btree_not_null")
    crm_technical_requirement = fields.Text(string="Technical Requirements")
    crm_packing_requirement = fields.Text(string="Packing Requirements")
    crm_label_requirement = fields.Text(string="Label Requirements")
    crm_inspection_requirement = fields.Text(string="Inspection Requirements")
    crm_company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    crm_credit_date = fields.Datetime(string="Credit Looked up On", readonly=True, copy=False)
    crm_credit_limit = fields.Monetary(
        string="Credit Limit",
        currency_field="crm_company_currency_id",
        readonly=True,
        copy=False,
        help="0: no limit is set.",
    )
    crm_credit_used = fields.Monetary(
        string="Credit Used", currency_field="crm_company_currency_id", readonly=True, copy=False
    )
    crm_credit_overdue_amount = fields.Monetary(
        string="Overdue Amount", currency_field="crm_company_currency_id", readonly=True, copy=False
    )
    crm_credit_overdue = fields.Boolean(string="Customer Is Overdue", readonly=True, copy=False)
    crm_credit_exceeded = fields.Boolean(string="Above the Credit Limit", readonly=True, copy=False)
    crm_below_floor = fields.Boolean(string="Below the Floor Price", readonly=True, copy=False)
    crm_margin = fields.Monetary(
        string="Gross Margin",
        compute="_compute_crm_margin",
        groups="crm_product.group_see_cost",
        help="Untaxed amount less the cost of the products, as it was when the order was submitted.",
    )
    crm_margin_rate = fields.Float(
        string="Margin Rate", compute="_compute_crm_margin", groups="crm_product.group_see_cost"
    )

    _crm_po = models.Index(f"(crm_customer_id, ({PO_KEY})) WHERE client_order_ref IS NOT NULL")
    _crm_po_uniq = models.UniqueIndex(
        f"(crm_customer_id, ({PO_KEY}))"
        " WHERE crm_order_type_id IS NOT NULL AND client_order_ref IS NOT NULL AND crm_po_duplicate_reason IS NULL"
        " AND state <> 'cancel'",
        "There is an application for this PO of the customer already. Say why it comes twice, or take the other one.",
    )
    # the list counts its orders from the index alone, whoever reads it
    _crm_applications = models.Index(
        "(date_order DESC, id DESC) INCLUDE (company_id, user_id, customer_user_id, crm_customer_id)"
        " WHERE crm_order_type_id IS NOT NULL"
    )
    # the index of the customer analysis, for the order analysis, too
    _crm_confirmed = models.Index(
        "(date_order, company_id, user_id, customer_user_id, crm_customer_id)"
        " INCLUDE (id, amount_untaxed, currency_rate, crm_order_type_id, crm_customer_state_id,"
        " crm_customer_country_id) WHERE state = 'sale'"
    )
    _crm_number_uniq = models.UniqueIndex("(company_id, crm_number, crm_version) WHERE crm_number IS NOT NULL")

    def _auto_init(self):
        """Orders that are there already get their customer's region at once: the ORM would read every one."""
        cr = self.env.cr
        if not column_exists(cr, self._table, "crm_customer_state_id"):
            create_column(cr, self._table, "crm_customer_state_id", "int4")
            create_column(cr, self._table, "crm_customer_country_id", "int4")
            cr.execute(
                """
                UPDATE sale_order
                   SET crm_customer_state_id = customer.state_id, crm_customer_country_id = customer.country_id
                  FROM res_partner customer
                 WHERE customer.id = sale_order.crm_customer_id
                   AND (customer.state_id IS NOT NULL OR customer.country_id IS NOT NULL)
                """
            )
        return super()._auto_init()

    @api.model
    def _default_crm_order_type_id(self):
        """A new order in the list of applications is one; anywhere else it is a quotation."""
        if self.env.context.get("crm_new_application"):
            return self.env["crm.order.type"]._default_for(self.env["res.partner"], self.env.company)
        return False

    # COMPUTE
    @api.depends("crm_order_type_id")
    def _compute_crm_is_application(self):
        for order in self:
            order.crm_is_application = bool(order.crm_order_type_id)

    def _search_crm_is_application(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("crm_order_type_id", "!=" if True in value else "=", False)

    @api.depends("crm_order_type_id.needs_review", "company_id.crm_quotation_review", "order_line.crm_below_floor")
    def _compute_crm_needs_review(self):
        for order in self:
            if order.crm_order_type_id:
                order.crm_needs_review = order.crm_order_type_id.needs_review
            elif order.crm_is_history:
                order.crm_needs_review = False
            else:
                rule = order.company_id.crm_quotation_review
                order.crm_needs_review = rule == "all" or (rule == "below_floor" and order._crm_is_below_floor())

    @api.depends("review_state", "state", "crm_order_type_id")
    def _compute_crm_is_frozen(self):
        for order in self:
            order.crm_is_frozen = order.review_state == "approved" or (
                order.state == "sent" and not order.crm_order_type_id and bool(order.crm_number)
            )

    @api.depends("crm_needs_review", "review_state", "crm_order_type_id", "company_id.crm_application_required")
    def _compute_crm_may_confirm(self):
        for order in self:
            reviewed = not order.crm_needs_review or order.review_state == "approved"
            order.crm_may_confirm = reviewed and bool(
                order.crm_order_type_id or not order.company_id.crm_application_required
            )

    @api.depends("order_line.crm_margin", "amount_untaxed")
    def _compute_crm_margin(self):
        for order in self:
            order.crm_margin = sum(order.order_line.mapped("crm_margin"))
            order.crm_margin_rate = order.crm_margin / order.amount_untaxed if order.amount_untaxed else 0

    # PURCHASE ORDERS OF CUSTOMERS
    def _crm_check_po(self, vals):
        """Refuse a customer's PO that there is an order of already, before anything is written.

        The unique index answers for two who enter it at the same moment.

        :param vals: what is to be written into these orders; without any, into a new one
        """

        def new(record, name):
            return vals[name] if name in vals else record[name].id if name != "client_order_ref" else record[name]

        for order in self or [self.browse()]:
            reason = vals.get("crm_po_duplicate_reason", order.crm_po_duplicate_reason)
            reference, is_application = new(order, "client_order_ref"), new(order, "crm_order_type_id")
            if not reference or not is_application or reason or order.state == "cancel":
                continue
            # sudo: which customer a contact belongs to
            customer = self.env["res.partner"].sudo().browse(new(order, "partner_id") or ()).crm_customer_id
            if customer and (other := order._crm_same_po(customer, reference)):
                raise ValidationError(
                    self.env._(
                        "PO %(po)s of %(customer)s is in %(order)s already. Continue there, or say why it comes twice.",
                        po=reference,
                        customer=customer.name,
                        order=other.name,
                    )
                )

    def _crm_same_po(self, customer, reference):
        """:return: another order of the customer with the same PO number, with sudo: whoever has it; or empty"""
        key = "".join(unicodedata.normalize("NFKC", reference).split()).lower()
        self.env["sale.order"].flush_model(["client_order_ref", "crm_customer_id", "crm_order_type_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM sale_order
                 WHERE crm_customer_id = %s AND client_order_ref IS NOT NULL AND %s = %s AND id <> %s
                   AND (state = 'sale' OR crm_order_type_id IS NOT NULL AND state <> 'cancel')
                 LIMIT 1
                """,
                customer.id,
                SQL(PO_KEY),
                key,
                self.id or 0,
            )
        )
        # sudo: that the PO is there and where, to whoever enters it again
        return self.sudo().browse(row[0] for row in rows)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._crm_check_facts({name for name in vals if vals[name]})
            self.browse()._crm_check_po(vals)
        orders = super().create(vals_list)
        orders._crm_check_end_customer()
        for state in ("sent", "sale"):
            orders.filtered(lambda order, state=state: order.state == state)._crm_check_gate(state)
        return orders

    def write(self, vals):
        self._crm_check_facts(vals.keys())
        if vals.keys() & (TERMS | {"state", "user_id"}):
            self._crm_check_seller()
        if vals.keys() & {"client_order_ref", "crm_order_type_id", "partner_id", "crm_po_duplicate_reason"}:
            self._crm_check_po(vals)
        self._crm_check_frozen(vals.keys() & TERMS)
        entering = self.filtered(lambda order: order.state != vals["state"]) if "state" in vals else self.browse()
        result = super().write(vals)
        if "crm_end_customer_id" in vals:
            self._crm_check_end_customer()
        if vals.get("state") in ("sent", "sale"):
            entering._crm_check_gate(vals["state"])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        for order in self:
            if order.review_state == "approved" or order.crm_is_frozen:
                raise UserError(
                    self.env._(
                        "%(order)s has been approved or sent, and is kept. Cancel it instead.", order=order.display_name
                    )
                )

    @api.model
    def _crm_check_facts(self, names):
        # sudo: only methods go on with sudo, and they check what they write
        if not self.env.su and (names := FACTS.intersection(names)):
            labels = self.fields_get(names, ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s: found out by the program, not entered. Leave it out.",
                    fields=self.env._(", ").join(sorted(label["string"] for label in labels.values())),
                )
            )

    def _crm_check_seller(self):
        """Who only reviews, delivers or invoices orders changes their terms under review only, as his step lets him.

        :raise AccessError: the user does not sell
        """
        user = self.env.user
        if self.env.su or not user._is_internal():
            return
        if user.has_group("crm_base.group_salesperson") or user.has_group("sales_team.group_sale_salesman"):
            return
        # sudo: where the review stands
        if other := self.sudo().filtered(lambda order: order.review_state != "pending"):
            raise AccessError(
                self.env._(
                    "%(order)s is changed by salespeople only. Ask %(user)s.",
                    order=other[0].name,
                    user=other[0].user_id.name or "",
                )
            )

    def _crm_check_end_customer(self):
        if not self.env.su:
            self.crm_end_customer_id.check_access("read")

    def _crm_check_frozen(self, names):
        """Refuse changes of an approved order or of a quotation that the customer has.

        :param names: fields that change; none: nothing is refused
        :raise UserError: tells the way to change it
        """
        if not names or is_unlocked(self.env):
            return
        # a customer who chooses options of his quotation in the portal does what it offers him
        orders = self.sudo().filtered("crm_is_frozen")  # sudo: whether it is fixed is no secret
        if not self.env.user._is_internal():
            orders = orders.filtered("crm_needs_review")
        if not orders:
            return
        self.check_access("read")  # nothing is told of what one does not see
        order = orders[:1]
        values = {"order": order.display_name}
        if order.crm_order_type_id:
            raise UserError(
                self.env._("%(order)s is approved. Use “Change Order”: the change is reviewed and recorded.", **values)
            )
        raise UserError(
            self.env._("%(order)s is approved or with the customer. Use “New Version” to change it.", **values)
        )

    # THE GATE
    def _crm_check_gate(self, state):
        """Hold orders that have just come to a state against their reviews, whatever way they came.

        :param str state: ``sent`` or ``sale``
        """
        for order in self.sudo():  # sudo: settings, and whoever confirms, also the customer himself
            if order.crm_is_history and self.env.user.has_group("crm_base.group_crm_admin"):
                continue
            if state == "sent" and order.crm_order_type_id:
                continue
            if order.crm_needs_review and order.review_state != "approved":
                raise UserError(
                    self.env._(
                        "%(order)s must be approved first. Submit it for review.",
                        order=order.display_name,
                    )
                )
            if state == "sale" and not order.crm_order_type_id and order.company_id.crm_application_required:
                raise UserError(
                    self.env._(
                        "%(order)s is a quotation. Make a sales application of it, which is confirmed by its review.",
                        order=order.display_name,
                    )
                )

    # ACTION
    def action_confirm(self):
        self._crm_check_gate("sale")
        for order in self.filtered(lambda order: order.crm_order_type_id and order.review_state != "approved"):
            order._crm_check_ready()
            order._crm_draw_number()
        return super().action_confirm()

    def action_draft(self):
        fixed = self.filtered(lambda order: order.state == "sent" and order.crm_is_frozen)
        fixed._crm_check_frozen({"state"})
        result = super().action_draft()
        # sudo: a cancelled order that is taken up again goes through its review again
        reopened = self.sudo().filtered(lambda order: order.state == "draft" and order.review_state == "approved")
        unlocked(reopened).write({"review_state": "new"})
        return result

    def _action_cancel(self):
        self._crm_check_seller()  # here, as what follows goes on with sudo
        return super()._action_cancel()

    def action_crm_refresh_facts(self):
        """Look up floor prices, stock and credit now; the same is done when the order is submitted."""
        self.check_access("write")
        for order in self:
            if order.review_state == "pending" or order.crm_is_frozen or order.state not in ("draft", "sent"):
                raise UserError(
                    self.env._("%(order)s is fixed: its figures stay as submitted.", order=order.display_name)
                )
        self._crm_take_facts()
        return True

    def _get_report_base_filename(self):
        if self.crm_order_type_id:
            return f"{self.env._('Sales Application')} {self.name}"
        return super()._get_report_base_filename()

    # REVIEW
    def _review_check(self):
        result = super()._review_check()
        if self.state not in ("draft", "sent"):
            raise UserError(
                self.env._(
                    "%(order)s is confirmed or cancelled. Use “Change Order” to change a confirmed one.",
                    order=self.display_name,
                )
            )
        if not self.crm_order_type_id and self.crm_quotation_state != "open":
            raise UserError(
                self.env._("%(order)s is not open any more. Submit its latest version.", order=self.display_name)
            )
        self._crm_check_ready()
        self._crm_take_facts()
        return result

    def _review_on_submitted(self):
        result = super()._review_on_submitted()
        for order in self:
            order._crm_draw_number()
        return result

    def _review_on_approved(self):
        """An approved application is an order: confirmed at once.

        The hook runs with sudo, since reviewers need no rights of sales or stock; the messages are in the name of the
        one who has asked for it.
        """
        result = super()._review_on_approved()
        for order in self.filtered(lambda order: order.crm_order_type_id and order.state in ("draft", "sent")):
            requester = order.review_id.requester_id
            order.with_user(requester).sudo().action_confirm()
        return result

    def _crm_draw_number(self):
        """Give the order the number of its rule; it keeps it in later rounds."""
        self.ensure_one()
        order = unlocked(self.sudo())  # sudo: the number is written by the program alone
        if order.crm_number:
            return
        rule = self.env["crm.numbering.rule"]
        if order.crm_order_type_id:
            values = {"type": order.crm_order_type_id.code}
            number = rule._next_number("sale_application", company=order.company_id, values=values)
        else:
            number = rule._next_number("quotation", company=order.company_id)
        order.write({"crm_number": number, "name": number})

    # READY TO BE SUBMITTED
    def _crm_product_lines(self):
        """The lines that order something, in the order of the form."""
        return self.order_line.filtered(lambda line: not line.display_type and not line.is_downpayment)

    def _crm_check_ready(self):
        """Hold an application or quotation against all that it must be before anybody else sees it.

        :raise UserError: names each line and what to do
        """
        self.ensure_one()
        if message := self._confirmation_error_message():
            raise UserError(message)
        self._review_refuse(self._crm_problems())

    def _crm_problems(self):
        """Hook: what is wrong with this order.

        :return: generator of sentences
        """
        lines = self._crm_product_lines()
        if not lines:
            yield self.env._("There are no lines. Add at least one product.")
        # sudo: definitions of fields, and of the order type
        required = self.crm_order_type_id.sudo().required_field_ids
        for field in required.filtered(lambda field: field.model == self._name):
            if not self[field.name]:
                yield self.env._("Fill in “%(field)s”.", field=field.field_description)
        if self.crm_order_type_id.sudo().is_overseas and not self.incoterm:
            yield self.env._("Choose the Incoterm of the overseas order.")
        names = required.filtered(lambda field: field.model == lines._name)
        for number, line in enumerate(lines, start=1):
            for problem in line._crm_problems(names):
                yield self.env._("Line %(number)s: %(problem)s", number=number, problem=problem)

    # FACTS
    def _crm_is_below_floor(self):
        return any(self._crm_product_lines().mapped("crm_below_floor"))

    def _crm_take_facts(self):
        """Keep what is known now: floor prices, costs, stock and the customer's credit."""
        for order in unlocked(self.sudo()):  # sudo: costs and receivables that the requester does not see
            order._crm_product_lines()._crm_take_facts()
            order.write({"crm_below_floor": order._crm_is_below_floor(), **order._crm_credit_facts(order.amount_total)})

    def _crm_credit_facts(self, amount):
        """The customer's credit now, for an order of an amount in the order's currency.

        :return: values of the credit fields, amounts in the company's currency
        """
        self.ensure_one()
        company = self.company_id
        partner = self.partner_id.commercial_partner_id.sudo().with_company(company)  # sudo: receivables
        today = fields.Date.context_today(self)
        limit = partner.credit_limit
        domain = [
            ("partner_id", "child_of", partner.id),
            ("company_id", "=", company.id),
            ("account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("date_maturity", "<", today),
        ]
        # sudo: as above
        [[overdue]] = self.env["account.move.line"].sudo()._read_group(domain, [], ["amount_residual:sum"])
        overdue = max(overdue or 0, 0)
        used = partner.credit + partner.credit_to_invoice
        wanted = self.currency_id._convert(amount, company.currency_id, company, today)
        rounding = company.currency_id.rounding
        return {
            "crm_credit_date": fields.Datetime.now(),
            "crm_credit_limit": limit,
            "crm_credit_used": used,
            "crm_credit_overdue_amount": overdue,
            "crm_credit_overdue": float_compare(overdue, 0, precision_rounding=rounding) > 0,
            "crm_credit_exceeded": bool(limit) and float_compare(used + wanted, limit, precision_rounding=rounding) > 0,
        }

    # DUPLICATES
    def _fetch_duplicate_orders(self):
        """Those that the reader may read; a quotation is no duplicate of the application that it has become."""
        found = super()._fetch_duplicate_orders()
        for order in self.browse(found):
            others = self.browse(found[order.id])._filtered_access("read")
            family = order.sudo().crm_quotation_id | order.sudo().crm_application_ids  # sudo: only to be left out
            found[order.id] = [other for other in others.ids if other not in family.ids]
        return found

    # PRINT
    def _crm_sheet_text(self, name):
        """A field as the sheet of the application shows it."""
        # sudo: names of what the document points to, as in its form
        return text_of(self.sudo(), name)

    def _crm_sheet_facts(self):
        """Hook: what stands above the lines of the sheet.

        :return: list of (label, text); one without text is left out
        """
        names = ["crm_order_type_id", "partner_id", "client_order_ref", "crm_end_customer_id", "crm_contract_number"]
        names += ["date_order", "user_id", "payment_term_id", "incoterm", "incoterm_location", "commitment_date"]
        if self.partner_shipping_id != self.partner_id:
            names.append("partner_shipping_id")
        names += ["currency_id", "crm_revision"]
        return [
            (self._fields[name]._description_string(self.env), self._crm_sheet_text(name))
            for name in names
            if self[name]
        ]

    def _crm_sheet_notes(self):
        """Hook: what stands below the lines of the sheet.

        :return: list of (label, text of several lines); one without text is left out
        """
        names = ["technical", "packing", "label", "inspection"]
        return [
            (self._fields[name]._description_string(self.env), self[name])
            for name in (f"crm_{name}_requirement" for name in names)
        ]

    def _crm_sheet_totals(self):
        """:return: list of (label, amount) below the lines, the sum of all last"""
        untaxed = (self.env._("Untaxed Amount"), self._crm_print_amount(self.amount_untaxed))
        if not self.amount_tax:
            return [(self.env._("Total"), untaxed[1])]
        return [
            untaxed,
            (self.env._("Taxes"), self._crm_print_amount(self.amount_tax)),
            (self.env._("Total"), self._crm_print_amount(self.amount_total)),
        ]

    def _crm_review_rows(self, document=None):
        """Who has decided what in the last review, for prints.

        :param document: another document than this order
        :return: list of dicts ``step``, ``user``, ``state``, ``acted_on``, ``comment``
        """
        # sudo: who reads the document may know how its review has gone
        review = (document or self).sudo().review_id
        states = dict(self.env["crm.review.line"]._fields["state"]._description_selection(self.env))
        lines = review.line_ids.filtered(lambda line: line.kind != "cc" and line.state not in ("cancelled", "skipped"))
        return [
            {
                "step": line.step_name,
                "user": (line.acted_by_id or line.user_id).name,
                "state": states.get(line.state, ""),
                "acted_on": line.acted_on,
                "comment": line.comment or "",
            }
            for line in lines.sorted(lambda line: (line.lap, line.rank, line.id))
        ]

    # EXCEL
    def _excel_title(self):
        return self.env._("Orders and Quotations")

    def _excel_columns(self):
        column = self._excel_column
        return [
            column("name", width=18),
            column("crm_order_type_id"),
            column("client_order_ref", width=18),
            column("partner_id", width=30),
            column("crm_end_customer_id", width=24),
            column("date_order"),
            column("commitment_date"),
            column("amount_untaxed"),
            column("amount_total"),
            column("crm_margin"),
            column("crm_margin_rate", type="number"),
            column("review_state"),
            column("state"),
            column("delivery_status"),
            column("user_id"),
        ]

    # SCOPE
    @api.model
    def _crm_scope_read_grants(self):
        """Who reviews the revision of an order reads the order."""
        reviewed = self.env["crm.order.revision"]._reviewed_sql("order_id")
        return [*super()._crm_scope_read_grants(), self._crm_scope_subquery("id", reviewed)]
