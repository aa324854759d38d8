from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from odoo.addons.crm_review.tools.guard import text_of

from ..tools.payment_plan import split

# the terms of the head of a contract, which a change may change
TERMS = (
    "title",
    "partner_id",
    "contact_id",
    "partner_shipping_id",
    "date_start",
    "date_end",
    "incoterm_id",
    "incoterm_location",
    "our_signatory",
    "partner_signatory",
    "warranty_months",
    "warranty_terms",
    "quality_terms",
    "shipping_terms",
)


class CrmContractTermsMixin(models.AbstractModel):
    """What parties agree on: the terms of a contract, and those that a change of it proposes.

    A model joins with one2many fields ``line_ids``, ``milestone_ids`` and ``clause_ids`` of models with the mixins of
    lines, milestones and clauses, a ``company_id``, a ``currency_id`` and a ``currency_rate``.
    """

    _name = "crm.contract.terms.mixin"
    _description = "Terms of a Contract"

    # FIELDS
    currency_id = fields.Many2one("res.currency")
    title = fields.Char(string="Subject")
    partner_id = fields.Many2one("res.partner", string="Customer or Supplier", index=True, ondelete="restrict")
    contact_id = fields.Many2one(
        "res.partner",
        compute="_compute_partner_terms",
        store=True,
        readonly=False,
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id)]",
    )
    partner_shipping_id = fields.Many2one(
        "res.partner",
        string="Delivery Address",
        compute="_compute_partner_terms",
        store=True,
        readonly=False,
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id)]",
    )
    date_start = fields.Date(string="Effective From")
    date_end = fields.Date(string="Expires On")
    incoterm_id = fields.Many2one("account.incoterms")
    incoterm_location = fields.Char()
    our_signatory = fields.Char()
    partner_signatory = fields.Char(string="Their Signatory")
    warranty_months = fields.Integer(string="Warranty (Months)")
    warranty_terms = fields.Text()
    quality_terms = fields.Text()
    shipping_terms = fields.Text()
    amount_untaxed = fields.Monetary(string="Untaxed Amount", compute="_compute_amounts", store=True)
    amount_tax = fields.Monetary(string="Taxes", compute="_compute_amounts", store=True)
    amount_total = fields.Monetary(string="Total", compute="_compute_amounts", store=True)
    amount_words = fields.Char(string="Amount in Words", compute="_compute_amount_words")

    # COMPUTE
    @api.depends("partner_id")
    def _compute_partner_terms(self):
        for document in self:
            partner = document.partner_id
            addresses = partner.address_get(["contact", "delivery"]) if partner else {}
            for fname, kind in (("contact_id", "contact"), ("partner_shipping_id", "delivery")):
                if document[fname].commercial_partner_id != partner.commercial_partner_id or not partner:
                    document[fname] = addresses.get(kind)

    @api.depends("line_ids.price_total", "line_ids.price_subtotal", "line_ids.tax_ids", "currency_id", "currency_rate")
    def _compute_amounts(self):
        AccountTax = self.env["account.tax"]
        for document in self:
            company = document.company_id or self.env.company
            currency = document.currency_id or company.currency_id
            base_lines = [line._tax_base_line() for line in document.line_ids]
            AccountTax._add_tax_details_in_base_lines(base_lines, company)
            AccountTax._round_base_lines_tax_details(base_lines, company)
            totals = AccountTax._get_tax_totals_summary(base_lines=base_lines, currency=currency, company=company)
            document.amount_untaxed = totals["base_amount_currency"]
            document.amount_tax = totals["tax_amount_currency"]
            document.amount_total = totals["total_amount_currency"]

    @api.depends("amount_total", "currency_id")
    def _compute_amount_words(self):
        for document in self:
            currency = document.currency_id
            lang = "zh_CN" if currency.name == "CNY" else "en_US"  # whoever reads it
            document.amount_words = (
                currency._crm_amount_in_words(document.amount_total, lang=lang) if currency else False
            )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_computed(self, vals)
        return super().create(vals_list)

    def write(self, vals):
        refuse_computed(self, vals)
        return super().write(vals)

    # RIGHTS
    def _check_changer(self):
        """Who only reviews or keeps accounts changes terms under review only, as his step lets him.

        :raise AccessError: the user neither sells nor buys
        """
        roles = ("crm_base.group_salesperson", "crm_base.group_buyer")
        if self.env.su or any(self.env.user.has_group(role) for role in roles):
            return
        # sudo: where the review stands
        for document in self.sudo().filtered(lambda document: document.review_state != "pending"):
            raise AccessError(
                self.env._(
                    "%(document)s is changed by those who sell or buy only. Ask %(user)s.",
                    document=document.display_name,
                    user=document.user_id.name,
                )
            )

    # PAYMENT PLAN
    def _split_plan(self):
        """Set the amounts of the payments: they add up to the total once the plan covers it."""
        for document in self:
            milestones = document.milestone_ids._in_order()
            decimals = document.currency_id.decimal_places if document.currency_id else 2
            amounts = split(document.amount_total, [one._plan_part() for one in milestones], decimals)
            for milestone, amount in zip(milestones, amounts, strict=True):
                milestone.amount = amount

    # CHECKS
    def _terms_problems(self):
        """What is missing or wrong in these terms, line by line.

        :return: iterator of sentences
        """
        if not self.line_ids:
            yield self.env._("There are no lines. Add at least one.")
        if self.date_start and self.date_end and self.date_end < self.date_start:
            yield self.env._("It expires before it is effective: correct the dates.")
        for number, line in enumerate(self.line_ids._in_order(), start=1):
            for problem in line._terms_problems():
                yield self.env._("Line %(number)s: %(problem)s", number=number, problem=problem)
        yield from self._plan_problems()
        yield from self._rate_problems()

    def _plan_problems(self):
        if not self.amount_total and not self.milestone_ids:
            return
        currency = self.currency_id
        planned = sum(self.milestone_ids.mapped("amount"))
        if currency.compare_amounts(planned, self.amount_total):
            yield self.env._(
                "The payment plan covers %(planned)s of %(total)s. Make it cover all of it.",
                planned=currency.format(planned),
                total=currency.format(self.amount_total),
            )
        for number, milestone in enumerate(self.milestone_ids._in_order(), start=1):
            if currency.compare_amounts(milestone.amount, 0) <= 0:
                yield self.env._("Payment %(number)s has no amount.", number=number)

    def _rate_problems(self):
        company = self.company_id
        if self.currency_id == company.currency_id:
            return
        # sudo: whether there is a rate
        known = (
            self.env["res.currency.rate"]
            .sudo()
            .search_count(
                [
                    ("currency_id", "=", self.currency_id.id),
                    ("company_id", "in", (False, company.root_id.id)),
                    ("name", "<=", self.date),
                ],
                limit=1,
            )
        )
        if not known:
            yield self.env._(
                "There is no rate of %(currency)s for %(date)s. Ask the accountant to enter it.",
                currency=self.currency_id.name,
                date=format_date(self.env, self.date),
            )

    # CONTENT
    def _contract_content(self):
        """What has been agreed on, as plain values that are kept, compared and printed.

        :return: dict with ``terms`` {field: [value, text]}, ``amounts`` {field: number}, and ``lines``,
            ``milestones`` and ``clauses``: lists of {"key": which row of the contract it is, field: [value, text]}
        """
        self.ensure_one()
        # sudo: names of what the document names, as on its form
        document = self.sudo().with_context(lang=self._contract_lang())
        return {
            "terms": {name: document._content_value(name) for name in TERMS},
            "amounts": {name: document[name] for name in ("amount_untaxed", "amount_tax", "amount_total")},
            "parties": {
                "ours": document._content_party(document.company_id.partner_id),
                "theirs": document._content_party(document.partner_id),
            },
            "lines": document.line_ids._content_rows(),
            "milestones": document.milestone_ids._content_rows(),
            "clauses": document.clause_ids._content_rows(),
        }

    @api.model
    def _contract_lang(self):
        """The language in which contracts are kept: Chinese where it is installed."""
        return "zh_CN" if self.env["res.lang"]._get_data(code="zh_CN") else self.env.lang

    @api.model
    def _content_party(self, partner):
        """A party as the contract names it."""
        bank = partner.commercial_partner_id.bank_ids[:1]
        return {
            "name": partner.commercial_partner_id.name or "",
            "address": " ".join((partner._display_address(without_company=True) or "").split()),
            "phone": partner.phone or "",
            "email": partner.email or "",
            "vat": partner.vat or "",
            "bank": " ".join(filter(None, [bank.bank_id.name, bank.acc_number])) if bank else "",
        }

    def _content_value(self, name):
        """:return: [value as JSON, text that people read]"""
        return content_value(self, name)


def refuse_computed(records, vals):
    """Nobody enters what is computed and stored: amounts, whose customer it is, and the like.

    :raise AccessError: a user writes such a field
    """
    if records.env.su:
        return
    for name in vals:
        field = records._fields.get(name)
        if field is not None and field.store and field.compute and field.readonly:
            raise AccessError(
                records.env._(
                    "“%(field)s” is computed, not entered. Leave it out.",
                    field=field._description_string(records.env),
                )
            )


def content_value(record, name):
    """:return: [value as JSON, text that people read]"""
    value, field = record[name], record._fields[name]
    if field.relational:
        return [value.ids if field.type == "many2many" else value._origin.id, text_of(record, name)]
    if field.type == "date":
        text = fields.Date.to_string(value) or ""
        return [text or False, text]
    if field.type in ("float", "monetary"):
        return [value, f"{value:,.6f}".rstrip("0").rstrip(".")]
    return [value, text_of(record, name)]
