from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools.quantities import format_quantities, parse_quantities

DAYS_TO_ANSWER = 3
ACTIVITY = "crm_order_review.mail_activity_type_inquiry"
ANSWERER_GROUPS = ("crm_base.group_engineer", "crm_base.group_buyer")


class CrmInquiry(models.Model):
    """A salesperson asks engineers and buyers whether, for how much and by when something can be had.

    Once the inquiry is approved each of them gets an answer to fill in for each line (`crm.inquiry.answer`). The
    requester reads prices, least quantities and lead times of them, never what something costs.
    """

    _name = "crm.inquiry"
    _description = "Internal Inquiry"
    _inherit = ["crm.application.mixin"]
    _order = "id desc"

    _application_rule = "inquiry"
    _application_method_fields = frozenset({"name", "state", "is_closed", "answer_ids", "order_ids"})
    _review_open_fields = frozenset({"is_closed"})

    # FIELDS
    title = fields.Char(string="Subject", tracking=True)
    needed_by = fields.Date(
        required=True,
        copy=False,
        tracking=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=DAYS_TO_ANSWER),
    )
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    note = fields.Text()
    answerer_ids = fields.Many2many(
        "res.users",
        "crm_inquiry_answerer_rel",
        "inquiry_id",
        "user_id",
        string="Engineers and Buyers Asked",
        default=lambda self: self._default_answerer_ids(),
        domain=lambda self: self._answerer_domain(),
    )
    line_ids = fields.One2many("crm.inquiry.line", "inquiry_id", string="Lines", copy=True)
    answer_ids = fields.One2many("crm.inquiry.answer", "inquiry_id", string="Answers")
    order_ids = fields.One2many("sale.order", "crm_inquiry_id", string="Quotations")
    is_closed = fields.Boolean(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "Under Review"),
            ("waiting", "Waiting for Answers"),
            ("answered", "Answered"),
            ("quoted", "Quoted"),
            ("closed", "Closed"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    answer_progress = fields.Char(string="Answered", compute="_compute_answer_progress")

    # DEFAULT
    @api.model
    def _answerer_domain(self):
        groups = [self.env.ref(group).id for group in ANSWERER_GROUPS]
        return [("share", "=", False), ("all_group_ids", "in", groups)]

    @api.model
    def _default_answerer_ids(self):
        """Those whom the user has asked the last time."""
        return self.search([("user_id", "=", self.env.uid)], limit=1, order="id desc").answerer_ids.filtered("active")

    # COMPUTE
    @api.depends("review_state", "is_closed", "order_ids", "answer_ids.state")
    def _compute_state(self):
        for inquiry in self:
            if inquiry.review_state == "pending":
                inquiry.state = "review"
            elif inquiry.review_state != "approved":
                inquiry.state = "draft"
            elif inquiry.is_closed:
                inquiry.state = "closed"
            elif inquiry.order_ids:
                inquiry.state = "quoted"
            else:
                inquiry.state = "waiting" if "open" in inquiry.answer_ids.mapped("state") else "answered"

    @api.depends("answer_ids.state")
    def _compute_answer_progress(self):
        counts = {}
        # sudo: only how many; those who see the inquiry need not see each answer
        for inquiry, state, count in (
            self.env["crm.inquiry.answer"]
            .sudo()
            ._read_group([("inquiry_id", "in", self.ids)], ["inquiry_id", "state"], ["__count"])
        ):
            counts.setdefault(inquiry.id, {})[state] = count
        for inquiry in self:
            own = counts.get(inquiry.id, {})
            inquiry.answer_progress = f"{own.get('answered', 0)} / {sum(own.values())}" if own else False

    # REVIEW
    def _review_check(self):
        result = super()._review_check()
        if self.needed_by < fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(document)s: the answers are needed by %(date)s, which is past. Set a later date.",
                    document=self.display_name,
                    date=self.needed_by,
                )
            )
        self._check_answerers(self.answerer_ids)
        for number, line in self._numbered_lines():
            if not line.product_id and not (line.name or "").strip():
                raise UserError(
                    self.env._(
                        "Line %(number)s names neither a product nor a specification. Fill in one of them.",
                        number=number,
                    )
                )
            if not parse_quantities(line.quantities):
                raise UserError(
                    self.env._(
                        "Line %(number)s asks for no quantity. Write one or several, such as 100/500/1000.",
                        number=number,
                    )
                )
        return result

    def _check_answerers(self, users):
        if not users:
            raise UserError(
                self.env._(
                    "%(document)s asks nobody. Choose at least one engineer or buyer.", document=self.display_name
                )
            )
        for user in users.sudo():  # sudo: groups of colleagues
            if not user.active or not any(user.has_group(group) for group in ANSWERER_GROUPS):
                raise UserError(
                    self.env._(
                        "%(user)s is no engineer or buyer (any more) and cannot be asked. Choose somebody else.",
                        user=user.name,
                    )
                )

    def _review_on_approved(self):
        result = super()._review_on_approved()
        for inquiry in self:
            inquiry._check_answerers(inquiry.answerer_ids.filtered("active"))
        now = fields.Datetime.now()
        self.env["crm.inquiry.answer"].create(
            [
                {
                    "inquiry_id": inquiry.id,
                    "line_id": line.id,
                    "user_id": user.id,
                    "opened_on": now,
                    "price_ids": [
                        Command.create({"quantity": quantity}) for quantity in parse_quantities(line.quantities)
                    ],
                }
                for inquiry in self
                for line in inquiry.line_ids
                for user in inquiry.answerer_ids.filtered("active")
            ]
        )
        for inquiry in self:
            inquiry._ask(inquiry.answer_ids.user_id)
        return result

    def _ask(self, users):
        self._schedule_application_activity(
            ACTIVITY,
            lambda inquiry: users,
            lambda inquiry: inquiry.env._("Answer %(document)s", document=inquiry.display_name),
            lambda inquiry: inquiry.needed_by,
        )

    # SCOPE
    @api.model
    def _crm_scope_read_grants(self):
        self.env["crm.inquiry.answer"].flush_model(["user_id", "inquiry_id"])
        asked = SQL("SELECT inquiry_id FROM crm_inquiry_answer WHERE user_id = %s", self.env.uid)
        return [*super()._crm_scope_read_grants(), self._crm_scope_subquery("id", asked)]

    # ACTIONS
    def action_open_answers(self):
        self.ensure_one()
        return self.env["ir.actions.actions"]._for_xml_id("crm_order_review.crm_inquiry_answer_action") | {
            "domain": [("inquiry_id", "=", self.id)],
            "context": {},
        }

    def action_open_quotations(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quotations"),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("crm_inquiry_id", "=", self.id)],
        }

    def action_close(self):
        """The requester needs no more answers."""
        self.check_access("write")
        self._check_approved()
        for inquiry in self:
            inquiry._begin_answers()
            # sudo: the answers still open are other people's
            inquiry.sudo().answer_ids.filtered(lambda answer: answer.state == "open").write({"state": "cancelled"})
            inquiry.sudo().is_closed = True  # sudo: written by methods alone
            inquiry.sudo().activity_unlink([ACTIVITY])

    def action_make_quotation(self):
        """A quotation of the prices answered, with a line for each line of the inquiry and its quantities.

        :return: action that opens it
        :raise UserError: a line is not answered yet, or no price was answered at all
        """
        self.ensure_one()
        self.check_access("write")
        self._check_approved()
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "%(document)s has no customer, so it cannot become a quotation. Make the quotation by hand.",
                    document=self.display_name,
                )
            )
        offers = self._offers()
        order = self.env["sale.order"].create(self._prepare_quotation(offers))
        order.write({"order_line": [Command.create(values) for values in self._prepare_quotation_lines(order, offers)]})
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "views": [(False, "form")],
        }

    def _offers(self):
        """:return: [(line, the answer that is taken for it)] for the lines with a price"""
        offers = []
        for number, line in self._numbered_lines():
            answer = line._best_answer()
            if answer:
                offers.append((line, answer))
            elif "open" in line.answer_ids.mapped("state"):
                raise UserError(
                    self.env._(
                        "Line %(number)s: no price has been answered yet. Wait for it, or close the inquiry.",
                        number=number,
                    )
                )
        if not offers:
            raise UserError(
                self.env._(
                    "%(document)s: no price was answered, there is nothing to quote.", document=self.display_name
                )
            )
        return offers

    def _prepare_quotation(self, offers):
        """Hook: values of the quotation, without its lines.

        :param offers: what `_offers` returns
        """
        values = {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "crm_inquiry_id": self.id,
            "origin": self.name,
        }
        validity = [answer.valid_until for _line, answer in offers if answer.valid_until]
        return values | ({"validity_date": min(validity)} if validity else {})

    def _prepare_quotation_lines(self, order, offers):
        """Hook: values of the quotation's lines: each with its least quantity, further ones as its breaks.

        :param order: the quotation, in whose currency the prices are
        :param offers: what `_offers` returns
        """
        lines = []
        for line, answer in offers:
            product = line.product_id or answer.product_id or self.env.ref("crm_order_review.product_to_specification")
            breaks = [
                {
                    "quantity": price.quantity,
                    "price_unit": self._in_currency_of(order, price.price),
                    "lead_days": answer.lead_time,
                }
                for price in answer.price_ids.filtered("price")
            ]
            lines.append(
                {
                    "product_id": product.id,
                    "product_uom_id": line.uom_id.id,
                    "product_uom_qty": breaks[0]["quantity"],
                    "price_unit": breaks[0]["price_unit"],
                    "technical_price_unit": 0,  # agreed upon: another quantity does not bring the list price back
                    "customer_lead": answer.lead_time,
                    "crm_break_ids": [Command.create(one) for one in breaks] if len(breaks) > 1 else [],
                }
                | ({"name": line.name} if line.name else {})
            )
        return lines

    def _in_currency_of(self, order, amount):
        if self.currency_id == order.currency_id:
            return amount
        return self.currency_id._convert(
            amount, order.currency_id, self.company_id, fields.Date.context_today(self), round=False
        )

    # BUSINESS
    def _begin_answers(self):
        """Of two who answer or close at once the second goes on with what the first has left behind."""
        self.env.cr.execute(
            SQL("UPDATE crm_inquiry SET id = id WHERE id IN %s", tuple(sorted(self.ids))), log_exceptions=False
        )

    def _on_answered(self, user):
        """A user has answered; with sudo. The requester is told once everybody has."""
        for inquiry in self:
            open_answers = inquiry.answer_ids.filtered(lambda answer: answer.state == "open")
            if user not in open_answers.user_id:
                inquiry._close_application_activities(ACTIVITY, user)
            if not open_answers:
                told = inquiry.with_context(lang=inquiry.user_id.lang)
                text = told.env._("%(document)s is answered", document=told.display_name)
                told._message_log(body=text)
                told.message_notify(
                    partner_ids=told.user_id.partner_id.ids,
                    subject=text,
                    body=told.env._("All answers are there: it can become a quotation."),
                )

    def _print_answers(self, line):
        """The answers to a line that the reader sees."""
        return self.env["crm.inquiry.answer"].search([("line_id", "=", line.id), ("state", "=", "answered")])

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        names = ("name", "title", "partner_id", "user_id", "date", "needed_by", "state", "answer_progress")
        return [
            *(column(name) for name in names),
            column(
                "lines",
                label=self.env._("Lines"),
                width=60,
                value=lambda inquiry: "\n".join(f"{line.display_name}: {line.quantities}" for line in inquiry.line_ids),
            ),
        ]


class CrmInquiryLine(models.Model):
    _name = "crm.inquiry.line"
    _description = "Line of an Inquiry"
    _order = "inquiry_id desc, sequence, id"

    inquiry_id = fields.Many2one("crm.inquiry", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one("product.product", domain="[('sale_ok', '=', True)]", index="btree_not_null")
    name = fields.Text(string="Specification", help="What is wanted, if it is no product yet or differs from it.")
    quantities = fields.Char(
        help="One quantity, or several of which each gets its price, such as 100/500/1000.", default="1"
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        required=True,
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    target_price = fields.Float(digits="Product Price", help="Per unit, as the customer wishes it.")
    currency_id = fields.Many2one(related="inquiry_id.currency_id")
    answer_ids = fields.One2many("crm.inquiry.answer", "line_id", string="Answers")

    @api.depends("product_id", "name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.product_id.display_name or (line.name or "").partition("\n")[0] or str(line.id)

    @api.depends("product_id")
    def _compute_uom_id(self):
        for line in self:
            line.uom_id = line.product_id.uom_id or line.uom_id or self.env.ref("uom.product_uom_unit")

    @api.constrains("quantities")
    def _check_quantities(self):
        for line in self:
            try:
                parse_quantities(line.quantities)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Line %(number)s: “%(text)s” is no quantity. Write numbers parted by /, such as 100/500/1000.",
                        number=line.inquiry_id._line_number(line),
                        text=error,
                    )
                ) from error

    @api.constrains("target_price")
    def _check_target_price(self):
        for line in self:
            if line.target_price < 0:
                raise ValidationError(
                    self.env._(
                        "Line %(number)s: the target price cannot be negative.",
                        number=line.inquiry_id._line_number(line),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean(vals))

    @api.model
    def _clean(self, vals):
        try:
            return vals | {"quantities": format_quantities(parse_quantities(vals["quantities"]))}
        except (KeyError, ValueError):  # a wrong one is refused with the number of its line
            return vals

    def _best_answer(self):
        """The answer whose prices are quoted: the one chosen, else the last with a price."""
        self.ensure_one()
        priced = self.answer_ids.filtered(
            lambda answer: answer.state == "answered" and any(answer.price_ids.mapped("price"))
        )
        return (priced.filtered("is_chosen") or priced.sorted(lambda answer: (answer.answered_on, answer.id)))[-1:]
