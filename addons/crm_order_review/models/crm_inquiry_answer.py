from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import formatLang

from .crm_inquiry import ACTIVITY

COST_READERS = "crm_product.group_see_cost,crm_base.group_engineer,crm_base.group_buyer"
# what an answerer writes while his answer is open
ANSWER_FIELDS = {
    "user_id",
    "feasibility",
    "feasibility_note",
    "product_id",
    "moq",
    "lead_time",
    "valid_until",
    "note",
    "price_ids",
    "cost_ids",
}


class CrmInquiryAnswer(models.Model):
    """What one engineer or buyer answers to one line of an inquiry.

    Made when the inquiry is approved; nobody makes or deletes any by hand.
    """

    _name = "crm.inquiry.answer"
    _description = "Answer to an Inquiry"
    _inherit = ["crm.customer.scope.mixin", "crm.excel.export.mixin"]
    _order = "due, id"

    # FIELDS
    inquiry_id = fields.Many2one("crm.inquiry", required=True, readonly=True, index=True, ondelete="cascade")
    line_id = fields.Many2one("crm.inquiry.line", required=True, readonly=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users",
        string="Answered by",
        required=True,
        domain=lambda self: self.env["crm.inquiry"]._answerer_domain(),
        help="May be handed to a colleague while the answer is open.",
    )
    company_id = fields.Many2one(related="inquiry_id.company_id", store=True, index=True)
    requester_id = fields.Many2one(related="inquiry_id.user_id", store=True, index=True, string="Requester")
    crm_customer_id = fields.Many2one(related="inquiry_id.crm_customer_id", store=True, index="btree_not_null")
    customer_user_id = fields.Many2one(related="inquiry_id.customer_user_id", store=True, index="btree_not_null")
    specification = fields.Text(related="line_id.name", string="Specification")
    asked_product_id = fields.Many2one(related="line_id.product_id", string="Product Asked for")
    quantities = fields.Char(related="line_id.quantities")
    uom_id = fields.Many2one(related="line_id.uom_id")
    target_price = fields.Float(related="line_id.target_price")
    currency_id = fields.Many2one(related="inquiry_id.currency_id")
    state = fields.Selection(
        [("open", "Not Answered"), ("answered", "Answered"), ("cancelled", "Cancelled")],
        default="open",
        required=True,
        readonly=True,
    )
    due = fields.Date(related="inquiry_id.needed_by", store=True, string="Needed by")
    opened_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    answered_on = fields.Datetime(readonly=True)
    hours = fields.Float(
        string="Hours to Answer", compute="_compute_hours", store=True, aggregator="avg", help="Day and night."
    )
    late = fields.Integer(string="Answered Late", compute="_compute_hours", store=True)
    is_overdue = fields.Boolean(string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue")
    feasibility = fields.Selection(
        [("yes", "Feasible"), ("conditional", "Feasible on Conditions"), ("no", "Not Feasible")]
    )
    feasibility_note = fields.Text(string="Conditions or Reasons")
    product_id = fields.Many2one(
        "product.product", string="Product Offered", help="For a specification, or instead of the product asked for."
    )
    moq = fields.Float(string="Least Quantity", digits="Product Unit")
    lead_time = fields.Integer(string="Lead Time (days)")
    valid_until = fields.Date()
    note = fields.Text()
    price_ids = fields.One2many("crm.inquiry.price", "answer_id", string="Prices")
    price_text = fields.Char(string="Prices Answered", compute="_compute_price_text")
    is_chosen = fields.Boolean(
        string="Chosen", readonly=True, help="This answer's prices are quoted, whatever others have answered."
    )
    cost_ids = fields.One2many("crm.inquiry.cost", "answer_id", string="Cost Breakdown", groups=COST_READERS)
    is_mine = fields.Boolean(compute="_compute_is_mine", export_string_translation=False)

    _line_user_uniq = models.UniqueIndex("(line_id, user_id)", "This colleague has been asked about this line already.")
    _open_by_user = models.Index("(user_id, due) WHERE state = 'open'")
    _by_user = models.Index("(user_id, inquiry_id)")
    _numbers_positive = models.Constraint(
        "CHECK (moq >= 0 AND lead_time >= 0)", "The least quantity and the lead time cannot be negative."
    )

    # COMPUTE
    @api.depends("inquiry_id.name", "line_id.display_name")
    def _compute_display_name(self):
        for answer in self:
            answer.display_name = " · ".join(filter(None, [answer.inquiry_id.name, answer.line_id.display_name]))

    @api.depends("opened_on", "answered_on", "state", "due")
    def _compute_hours(self):
        for answer in self:
            done = answer.state == "answered" and answer.answered_on
            answer.hours = (done - answer.opened_on) / timedelta(hours=1) if done else False
            answer.late = int(bool(done and answer._local_day(done) > answer.due))

    def _local_day(self, moment):
        answer = self.with_context(tz=self.company_id.partner_id.tz or self.env.user.tz)
        return fields.Datetime.context_timestamp(answer, moment).date()

    @api.depends("state", "due")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for answer in self:
            answer.is_overdue = answer.state == "open" and bool(answer.due) and answer.due < today

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("state", "=", "open") & Domain("due", "<", fields.Date.context_today(self))
        return overdue if True in value else ~overdue

    @api.depends("price_ids.quantity", "price_ids.price", "currency_id")
    def _compute_price_text(self):
        for answer in self:
            answer.price_text = self.env._(", ").join(
                f"{price.quantity:g}: {formatLang(self.env, price.price, dp='Product Price')} {answer.currency_id.name}"
                for price in answer.price_ids
                if price.price
            )

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_is_mine(self):
        for answer in self:
            answer.is_mine = answer.user_id == self.env.user

    # SCOPE: the answerer's own, and those of the inquiries whose requester or customer one looks after
    @api.model
    def _crm_scope_grants(self):
        owner_ids = self.env["res.users"].browse(self.env.uid)._crm_scope_owner_ids() or ()
        return [*super()._crm_scope_grants(), [("requester_id", "in", owner_ids)]]

    @api.model
    def _crm_scope_depends(self):
        return [*super()._crm_scope_depends(), "requester_id"]

    # CRUD
    def write(self, vals):
        if not self.env.su:
            if strange := vals.keys() - ANSWER_FIELDS:
                raise AccessError(
                    self.env._(
                        "“%(field)s” of an answer is not written by hand.",
                        field=self._fields[min(strange)]._description_string(self.env),
                    )
                )
            self._check_open()
            if vals.keys() != {"user_id"}:
                self._check_answerer()
            if "user_id" in vals:
                self._hand_over(self.env["res.users"].browse(vals["user_id"]))
        return super().write(vals)

    def _check_open(self):
        """:raise UserError: one of these answers is not to be changed (any more)"""
        for answer in self:
            if answer.state != "open":
                raise UserError(
                    self.env._(
                        "%(answer)s has been answered or closed already. Reopen it to change it.",
                        answer=answer.display_name,
                    )
                )

    def _hand_over(self, user):
        """Before these answers become another colleague's."""
        moved = self.filtered(lambda answer: answer.user_id != user)
        if not moved:
            return
        moved.inquiry_id[:1]._check_answerers(user)
        inquiries = moved.inquiry_id.sudo()  # sudo: the inquiry is its requester's
        for inquiry in inquiries:
            left = inquiry.answer_ids.filtered(lambda answer: answer.state == "open") - moved.sudo()
            for former in moved.user_id - left.user_id:
                inquiry._close_application_activities(ACTIVITY, former)
            if user not in left.user_id:
                inquiry._ask(user)

    # ACTIONS
    def action_answer(self):
        """Give these answers to the requester.

        :raise UserError: one of them lacks something, or is not open
        """
        self._check_answerer()
        self.inquiry_id._begin_answers()
        self._check_open()
        for answer in self:
            answer._check_complete()
        # sudo: the state of an answer is written by methods alone
        self.sudo().write({"state": "answered", "answered_on": fields.Datetime.now()})
        for user in self.user_id:
            self.filtered(lambda answer, user=user: answer.user_id == user).inquiry_id.sudo()._on_answered(user)

    def _check_complete(self):
        self.ensure_one()
        prices = self.price_ids.filtered("price")
        problem = False
        if not self.feasibility:
            problem = self.env._("%(answer)s: say whether it is feasible.", answer=self.display_name)
        elif self.feasibility != "yes" and not (self.feasibility_note or "").strip():
            problem = self.env._("%(answer)s: write the conditions or reasons.", answer=self.display_name)
        elif self.feasibility == "no" and prices:
            problem = self.env._(
                "%(answer)s: what is not feasible has no price. Remove the prices.", answer=self.display_name
            )
        elif prices and not self.valid_until:
            problem = self.env._("%(answer)s: say until when the prices are valid.", answer=self.display_name)
        elif self.valid_until and self.valid_until < fields.Date.context_today(self):
            problem = self.env._(
                "%(answer)s: the prices are valid until %(date)s, which is past. Set a later date.",
                answer=self.display_name,
                date=self.valid_until,
            )
        if problem:
            raise UserError(problem)

    def _check_answerer(self):
        self.check_access("read")
        for answer in self:
            if answer.user_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "%(answer)s is to be answered by %(user)s. Ask him to answer, or to hand it to you.",
                        answer=answer.display_name,
                        user=answer.user_id.name,
                    )
                )

    def action_reopen(self):
        """Let these answers be changed, by the one who has given them or the one who has asked for them."""
        self.check_access("read")
        for answer in self:
            if self.env.user not in answer.user_id | answer.requester_id:
                raise AccessError(
                    self.env._("%(answer)s is reopened by who asked or answered.", answer=answer.display_name)
                )
            if answer.state != "answered" or answer.inquiry_id.sudo().is_closed:  # sudo: only the flag
                raise UserError(
                    self.env._("%(answer)s is not answered, or its inquiry is closed.", answer=answer.display_name)
                )
        self.inquiry_id._begin_answers()
        # sudo: written by methods alone
        self.sudo().write({"state": "open", "answered_on": False, "is_chosen": False})
        for inquiry in self.inquiry_id.sudo():
            for user in (self & inquiry.answer_ids).user_id:
                if not inquiry.activity_search([ACTIVITY], user_id=user.id):
                    inquiry._ask(user)

    def action_choose(self):
        """Quote this answer's prices; said by who may change the inquiry."""
        self.ensure_one()
        self.inquiry_id.check_access("write")
        if self.state != "answered":
            raise UserError(self.env._("%(answer)s is not answered yet.", answer=self.display_name))
        # sudo: the answers to a line are several people's
        line = self.sudo().line_id
        line.answer_ids.write({"is_chosen": False})
        self.sudo().is_chosen = True

    # EXCEL
    def _excel_columns(self):
        names = (
            *("inquiry_id", "line_id", "requester_id", "user_id", "state", "due", "answered_on", "hours"),
            *("feasibility", "feasibility_note", "price_text", "moq", "lead_time", "valid_until", "note"),
        )
        return [self._excel_column(name) for name in names]


class CrmInquiryPrice(models.Model):
    """The price of a quantity in an answer: what the salesperson may offer."""

    _name = "crm.inquiry.price"
    _description = "Price in an Answer"
    _order = "answer_id, quantity, id"

    answer_id = fields.Many2one("crm.inquiry.answer", required=True, readonly=True, index=True, ondelete="cascade")
    quantity = fields.Float(required=True, readonly=True, digits="Product Unit")
    currency_id = fields.Many2one(related="answer_id.currency_id")
    price = fields.Float(string="Suggested Price", digits="Product Price", help="Per unit.")
    unit_cost = fields.Float(digits="Product Price", compute="_compute_unit_cost", groups=COST_READERS)
    margin = fields.Float(string="Margin (%)", digits=(16, 1), compute="_compute_unit_cost", groups=COST_READERS)

    _price_positive = models.Constraint("CHECK (price >= 0)", "The price cannot be negative.")

    @api.depends_context("uid")
    @api.depends("price", "quantity", "answer_id.cost_ids.amount", "answer_id.cost_ids.kind")
    def _compute_unit_cost(self):
        # as the user, not from the cache: of others' costs he sees none
        costs = self.env["crm.inquiry.cost"].search([("answer_id", "in", self.answer_id.ids)]).grouped("answer_id")
        for price in self:
            own = costs.get(price.answer_id._origin, self.env["crm.inquiry.cost"])
            once = own.filtered(lambda cost: cost.kind == "tooling")
            per_unit = sum((own - once).mapped("amount"))
            price.unit_cost = per_unit + (sum(once.mapped("amount")) / price.quantity if price.quantity else 0)
            known = price.unit_cost and price.price
            price.margin = 100 * (price.price - price.unit_cost) / price.price if known else False

    def write(self, vals):
        if not self.env.su:
            self._check_answer_open(vals)
        return super().write(vals)

    def _check_answer_open(self, vals):
        if vals.keys() - {"price"}:
            raise AccessError(self.env._("Only the price itself is answered."))
        self.answer_id._check_answerer()
        self.answer_id._check_open()


class CrmInquiryCost(models.Model):
    """What something costs, in an answer. Its answerer and those who may see costs read it, nobody else."""

    _name = "crm.inquiry.cost"
    _description = "Cost in an Answer"
    _order = "answer_id, id"
    _rec_name = "kind"

    answer_id = fields.Many2one("crm.inquiry.answer", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(related="answer_id.user_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("material", "Material"),
            ("labour", "Labour"),
            ("tooling", "Tooling (once)"),
            ("other", "Other"),
        ],
        default="material",
        required=True,
    )
    name = fields.Char(string="Description")
    currency_id = fields.Many2one(related="answer_id.currency_id")
    amount = fields.Float(digits="Product Price", required=True, help="Per unit; tooling once for the whole quantity.")

    _amount_positive = models.Constraint("CHECK (amount >= 0)", "A cost cannot be negative.")

    @api.model_create_multi
    def create(self, vals_list):
        costs = super().create(vals_list)
        costs._check_answer_open()
        return costs

    def write(self, vals):
        self._check_answer_open()
        result = super().write(vals)
        self._check_answer_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_while_open(self):
        self._check_answer_open()

    def _check_answer_open(self):
        if not self.env.su:
            self.answer_id._check_answerer()
            self.answer_id._check_open()
