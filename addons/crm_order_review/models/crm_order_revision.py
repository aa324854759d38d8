from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_is_zero

from odoo.addons.crm_review.tools.guard import text_of, unlocked

# what a revision may change of the order itself; each has a field here with the value asked for
HEADER = (
    "client_order_ref",
    "payment_term_id",
    "incoterm",
    "incoterm_location",
    "partner_shipping_id",
    "commitment_date",
)
FIXED = frozenset({"name", "number", "order_id", "before", "applied_on", "crm_below_floor", "crm_credit_overdue"})


class CrmOrderRevision(models.Model):
    """A change of an approved order: proposed, reviewed side by side with what holds, then applied as a whole.

    Until it is approved the order stays as it is. Old revisions are kept.
    """

    _name = "crm.order.revision"
    _description = "Order Change"
    _inherit = [
        "crm.review.mixin",
        "crm.customer.scope.mixin",
        "mail.thread.main.attachment",
        "mail.activity.mixin",
        "crm.excel.export.mixin",
    ]
    _order = "id desc"

    _mail_post_access = "read"
    _review_number = "name"
    _review_amount = "amount_after"
    _review_partner = "partner_id"
    _review_lines = ("line_ids",)
    _review_lock_approved = True
    _review_open_fields = frozenset({"crm_customer_id", "customer_user_id"})

    # FIELDS
    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    number = fields.Integer(string="Revision", readonly=True, copy=False)
    order_id = fields.Many2one("sale.order", required=True, readonly=True, index=True, ondelete="restrict")
    user_id = fields.Many2one(
        "res.users", string="Requester", required=True, readonly=True, default=lambda self: self.env.user, index=True
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer", store=True)
    crm_customer_id = fields.Many2one(related="order_id.crm_customer_id", store=True, index=True)
    customer_user_id = fields.Many2one(related="order_id.customer_user_id", store=True, index="btree_not_null")
    currency_id = fields.Many2one(related="order_id.currency_id")
    date = fields.Date(default=fields.Date.context_today, required=True, copy=False)
    reason = fields.Text()
    line_ids = fields.One2many("crm.order.revision.line", "revision_id", string="Lines")
    client_order_ref = fields.Char(string="Customer's PO No.")
    payment_term_id = fields.Many2one("account.payment.term", string="Payment Terms", check_company=True)
    incoterm = fields.Many2one("account.incoterms")
    incoterm_location = fields.Char()
    partner_shipping_id = fields.Many2one("res.partner", string="Delivery Address", check_company=True)
    commitment_date = fields.Datetime(string="Delivery Date")
    before = fields.Json(readonly=True, copy=False, export_string_translation=False)
    header_changes = fields.Json(string="Changes of the Order", compute="_compute_header_changes")
    amount_before = fields.Monetary(string="Untaxed Amount Before", readonly=True, copy=False)
    amount_after = fields.Monetary(string="Untaxed Amount After", compute="_compute_amount_after", store=True)
    crm_below_floor = fields.Boolean(string="Below the Floor Price", readonly=True, copy=False)
    crm_credit_overdue = fields.Boolean(string="Customer Is Overdue", readonly=True, copy=False)
    applied_on = fields.Datetime(readonly=True, copy=False)

    _open_uniq = models.UniqueIndex(
        "(order_id) WHERE review_state <> 'approved'",
        "There is a change of this order on its way already. Continue with that one, or delete it.",
    )
    _number_uniq = models.UniqueIndex("(order_id, number)", "Somebody else has just begun a change of this order.")

    # COMPUTE
    @api.depends("line_ids.price_subtotal")
    def _compute_amount_after(self):
        for revision in self:
            revision.amount_after = sum(revision.line_ids.mapped("price_subtotal"))

    @api.depends(*HEADER, "before")
    def _compute_header_changes(self):
        for revision in self:
            before = revision.before or {}
            revision.header_changes = [
                [self._fields[name]._description_string(self.env), before.get(name, ["", ""])[1], after[1]]
                for name in HEADER
                if (after := revision._header_value(revision, name))[0] != before.get(name, ["", ""])[0]
            ]

    @api.model
    def _header_value(self, record, name):
        """:return: [what is compared, text that people read]"""
        value = record[name]
        # sudo: the name of what the document shows anyway
        text = text_of(record.sudo(), name)
        return [value.id if isinstance(value, models.BaseModel) else str(value or ""), text]

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                if vals.get("user_id", self.env.uid) != self.env.uid:
                    raise AccessError(self.env._("Everybody asks for changes in his own name only."))
        values = [self._from_order(vals) for vals in vals_list]
        return super().create(values)

    def write(self, vals):
        if not self.env.su and (FIXED | {"user_id"}) & vals.keys():
            raise AccessError(
                self.env._("The order and the numbers of a change are not entered. Begin another change.")
            )
        return super().write(vals)

    @api.model
    def _from_order(self, vals):
        """The values of a new revision: those of its order, and what is changed from the start."""
        order = self.env["sale.order"].browse(vals.get("order_id")).exists()
        if not order:
            raise UserError(self.env._("Begin a change in the form of its order."))
        order.check_access("write")
        if order.state != "sale" or order.review_state != "approved":
            raise UserError(
                self.env._(
                    "%(order)s is not an approved order. Change it directly, or have it approved first.",
                    order=order.display_name,
                )
            )
        # sudo: how many changes there are, whoever has asked for them
        last = self.sudo().search([("order_id", "=", order.id)], order="number desc", limit=1)
        number = last.number + 1
        lines = [
            Command.create(self.env["crm.order.revision.line"]._from_order_line(line))
            for line in order._crm_product_lines()
        ]
        header = {name: order[name].id if isinstance(order[name], models.BaseModel) else order[name] for name in HEADER}
        clean = {name: value for name, value in vals.items() if name not in FIXED and name != "line_ids"}
        return {
            **header,
            **clean,
            "order_id": order.id,
            "number": number,
            "name": f"{order.name}-R{number}",
            "before": {name: self._header_value(order, name) for name in HEADER},
            "amount_before": order.amount_untaxed,
            "line_ids": lines,
        }

    # REVIEW
    def _review_check(self):
        result = super()._review_check()
        order = self.order_id
        if order.state != "sale":
            raise UserError(self.env._("%(order)s is not in force any more.", order=order.display_name))
        self._review_refuse(self._problems())
        self._take_facts()
        return result

    def _problems(self):
        if not (self.reason or "").strip():
            yield self.env._("Say why the order changes.")
        if not self.header_changes and not any(line.change != "same" for line in self.line_ids):
            yield self.env._("Nothing is changed.")
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if all(float_is_zero(line.product_uom_qty, precision_digits=digits) for line in self.line_ids):
            yield self.env._("Nothing is left of the order. Cancel it instead.")
        for number, line in enumerate(self.line_ids, start=1):
            for problem in line._problems():
                yield self.env._("Line %(number)s: %(problem)s", number=number, problem=problem)

    def _take_facts(self):
        for revision in unlocked(self.sudo()):  # sudo: receivables that the requester does not see
            amount = max(revision.amount_after - revision.amount_before, 0)
            credit = revision.order_id._crm_credit_facts(amount)
            revision.write(
                {
                    "crm_below_floor": any(revision.line_ids.mapped("is_below_floor")),
                    "crm_credit_overdue": credit["crm_credit_overdue"],
                }
            )

    def _review_on_approved(self):
        result = super()._review_on_approved()
        for revision in self:
            revision._apply()
        return result

    def _apply(self):
        """Change the order, all of it or nothing; called with sudo, unlocked, by the last approval."""
        self.ensure_one()
        order = self.order_id.with_user(self.user_id).sudo()  # sudo: as for the confirmation of the order itself
        self.env.cr.execute("SELECT id FROM sale_order_line WHERE order_id = %s FOR UPDATE", [order.id])
        order.invalidate_recordset()
        order.order_line.invalidate_recordset()
        problems = [
            self.env._("Line %(number)s: %(problem)s", number=number, problem=problem)
            for number, line in enumerate(self.line_ids, start=1)
            for problem in line._problems(today=False)
        ]
        if order.state != "sale":
            problems.append(self.env._("%(order)s is not in force any more.", order=order.display_name))
        if problems:
            raise UserError(
                self.env._(
                    "%(change)s does not fit the order any more. Reject it:\n%(problems)s",
                    change=self.name,
                    problems="\n".join(problems),
                )
            )
        locked = order.locked
        order.locked = False
        before = self.before or {}
        changes = {name for name in HEADER if self._header_value(self, name)[0] != before.get(name, ["", ""])[0]}
        if changes:
            values = {name: self[name] for name in changes}
            order.write(self._convert_to_write(values) | {"crm_revision": self.number})
        else:
            order.crm_revision = self.number
        for line in self.line_ids.filtered(lambda line: line.change != "same"):
            line._apply(order)
        order.locked = locked
        self.applied_on = fields.Datetime.now()
        order.message_post(
            body=self.env._("Changed by %(change)s: %(reason)s", change=self.name, reason=self.reason or "")
        )

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("name", width=20),
            column("order_id", width=18),
            column("partner_id", width=30),
            column("date"),
            column("reason", width=40),
            column("amount_before"),
            column("amount_after"),
            column("review_state"),
            column("applied_on"),
            column("user_id"),
        ]
