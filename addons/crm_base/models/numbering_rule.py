import re
from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

DEFAULT_TIMEZONE = "Asia/Shanghai"
DATE_PARTS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# How often a rule starts again at 1: the name of the period, and the date parts that its numbers must then show,
# because the same number would come up twice otherwise.
PERIODS = {
    "never": ("*", ()),
    "yearly": ("%Y", ({"YYYY", "YY"},)),
    "monthly": ("%Y-%m", ({"YYYY", "YY"}, {"MM"})),
    "daily": ("%Y-%m-%d", ({"YYYY", "YY"}, {"MM"}, {"DD"})),
}


class CrmNumberingRule(models.Model):
    """How the numbers of a type of document look, and where they stand.

    Numbers are gap-free: the counter is raised in the transaction of the document that takes the number, so a
    transaction that is rolled back gives its number back. The price is that drawers of one counter wait for each
    other until commit, and that under Odoo's REPEATABLE READ the one who waited gets a serialization failure, which
    `odoo.service.model.retrying` (every HTTP and RPC call) answers by running the call again. So draw late, when
    the document becomes final, and draw for many documents at once with `_next_numbers`.
    """

    _name = "crm.numbering.rule"
    _description = "Numbering Rule"
    _order = "code, company_id, id"

    code = fields.Selection("_selection_code", string="Document Type", required=True)
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: for every company that has no rule of its own."
    )
    active = fields.Boolean(default=True)
    prefix = fields.Char()
    suffix = fields.Char()
    digits = fields.Integer(default=4, required=True, help="Shorter numbers are filled up with zeros on the left.")
    reset = fields.Selection(
        [("never", "Never"), ("yearly", "Every Year"), ("monthly", "Every Month"), ("daily", "Every Day")],
        string="Start Again at 1",
        default="never",
        required=True,
    )
    counter_ids = fields.One2many("crm.numbering.counter", "rule_id", string="Counters")
    next_number = fields.Integer(compute="_compute_next_number", inverse="_inverse_next_number")
    preview = fields.Char(string="Next Numbers", compute="_compute_preview")
    placeholders = fields.Char(compute="_compute_placeholders")
    has_values = fields.Boolean(compute="_compute_has_values")

    _code_company_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE active",
        "There is already an active numbering rule for this document type and company. Change or archive that one.",
    )
    _digits_range = models.Constraint("CHECK (digits BETWEEN 1 AND 12)", "The digits must be from 1 to 12.")

    @api.model
    def _document_types(self):
        """Hook: the documents that draw numbers.

        :return: {code: (label, {name of a value usable in the prefix and suffix: sample for the preview})}
        """
        return {}

    @api.model
    def _selection_code(self):
        return [(code, label) for code, (label, _samples) in self._document_types().items()]

    # COMPUTE

    @api.depends("code", "company_id")
    def _compute_display_name(self):
        labels = dict(self._selection_code())
        for rule in self:
            label = labels.get(rule.code, rule.code or "")
            rule.display_name = f"{label} ({rule.company_id.name})" if rule.company_id else label

    @api.depends("code")
    def _compute_placeholders(self):
        for rule in self:
            rule.placeholders = " ".join(f"{{{name}}}" for name in [*DATE_PARTS, *rule._sample_values()])

    @api.depends("prefix", "suffix")
    def _compute_has_values(self):
        for rule in self:
            rule.has_values = bool(rule._value_names())

    @api.depends("code", "company_id", "prefix", "suffix", "reset", "counter_ids.number")
    def _compute_next_number(self):
        for rule in self:
            rule.next_number = rule._current_counter().number + 1

    def _inverse_next_number(self):
        for rule in self:
            counter = rule._current_counter()
            if rule.next_number == counter.number + 1:
                continue
            if rule._value_names():
                raise ValidationError(
                    self.env._(
                        "Each value of %(placeholders)s is counted by itself: set the next number in its counter.",
                        placeholders=", ".join(f"{{{name}}}" for name in rule._value_names()),
                    )
                )
            if counter:
                counter.next_number = rule.next_number
            else:
                self.env["crm.numbering.counter"].create(
                    {"rule_id": rule.id, "key": rule._current_key(), "number": rule.next_number - 1}
                )

    @api.depends("code", "company_id", "prefix", "suffix", "digits", "next_number")
    def _compute_preview(self):
        for rule in self:
            date = rule._local_date(rule.company_id)
            samples = rule._sample_values()
            rule.preview = ", ".join(
                rule._format(number, date, samples) for number in range(rule.next_number, rule.next_number + 3)
            )

    def _sample_values(self):
        return self._document_types().get(self.code, ("", {}))[1]

    def _current_key(self):
        return self._counter_key(self._local_date(self.company_id), self._sample_values())

    def _current_counter(self):
        domain = [("rule_id", "=", self._origin.id), ("key", "=", self._current_key())]
        return self.env["crm.numbering.counter"].search(domain, limit=1)

    # CONSTRAINT

    @api.constrains("code", "prefix", "suffix")
    def _check_placeholders(self):
        for rule in self:
            unknown = [name for name in rule._value_names() if name not in rule._sample_values()]
            literal = PLACEHOLDER.sub("", rule._pattern())
            if unknown or "{" in literal or "}" in literal:
                raise ValidationError(
                    self.env._(
                        "The prefix and suffix of %(rule)s may only contain these placeholders: %(placeholders)s",
                        rule=rule.display_name,
                        placeholders=rule.placeholders,
                    )
                )

    @api.constrains("prefix", "suffix", "reset")
    def _check_reset(self):
        for rule in self:
            names = set(PLACEHOLDER.findall(rule._pattern()))
            missing = [part for part in PERIODS[rule.reset][1] if not part & names]
            if missing:
                raise ValidationError(
                    self.env._(
                        "Numbers that start again at 1 would repeat: add %(placeholders)s to the prefix or suffix.",
                        placeholders=", ".join(f"{{{max(part, key=len)}}}" for part in missing),
                    )
                )

    # CRUD

    def write(self, vals):
        """Carry the highest number over when the period changes, as the new counters would repeat numbers."""
        carried = []
        for rule in self.filtered(lambda rule: rule.reset != vals.get("reset", rule.reset)):
            highest = {}
            for counter in rule.counter_ids:
                values = counter.key.partition("/")[2]
                highest[values] = max(counter.number, highest.get(values, 0))
            carried.append((rule, highest))
        result = super().write(vals)
        for rule, highest in carried:
            period = rule._period(rule._local_date(rule.company_id))
            for values, number in highest.items():
                rule._raise_counter("/".join(filter(None, (period, values))), number)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        for rule in self:
            if any(counter.number for counter in rule.counter_ids):
                raise UserError(
                    self.env._(
                        "Numbers of %(rule)s have been used, so it cannot be deleted. Archive it instead.",
                        rule=rule.display_name,
                    )
                )

    # BUSINESS

    @api.model
    def _next_number(self, code, *, company=None, date=None, values=None):
        """Draw the next number for one document. See `_next_numbers`."""
        return self._next_numbers(code, 1, company=company, date=date, values=values)[0]

    @api.model
    def _next_numbers(self, code, count, *, company=None, date=None, values=None):
        """Draw `count` numbers in a row, under one lock that is held until the end of the transaction.

        :param str code: document type, one of `_document_types()`
        :param company: res.company of the document, by default the current one
        :param date: date of the document, or naive UTC datetime, which is taken in the time zone of the company
            (then of the user, then Asia/Shanghai); by default now
        :param dict values: the named values of the document, {name: text}
        :return: list of `count` numbers (str)
        :raise UserError: there is no rule, or the document lacks a value that the rule asks for
        :raise psycopg2.errors.SerializationFailure: another transaction drew at the same time; run it again
        """
        if count < 1:
            return []
        company = company or self.env.company
        # sudo: the rule is configuration that a document needs, whatever its author may read.
        rules = self.sudo().search([("code", "=", code), ("company_id", "in", [company.id, False])])
        rule = rules.filtered("company_id") or rules
        if not rule:
            raise UserError(
                self.env._(
                    "There is no active numbering rule for %(document)s in %(company)s. Ask an administrator for one.",
                    document=dict(self._selection_code()).get(code, code),
                    company=company.display_name,
                )
            )
        return rule._draw(count, rule._local_date(company, date), values or {})

    def _draw(self, count, date, values):
        missing = [name for name in self._value_names() if not values.get(name)]
        if missing:
            raise UserError(
                self.env._(
                    "The numbering rule %(rule)s needs these values of the document, fill them in first: %(names)s",
                    rule=self.display_name,
                    names=", ".join(missing),
                )
            )
        last = self._raise_counter(self._counter_key(date, values), count, add=True)
        return [self._format(number, date, values) for number in range(last - count + 1, last + 1)]

    def _raise_counter(self, key, number, *, add=False):
        """Raise a counter to `number`, or by `number` with `add`, and return it.

        In SQL as only one statement can insert-or-raise without a race, and because drawing a number is no write
        access to the configuration.
        """
        self.flush_recordset()
        counters = self.env["crm.numbering.counter"]
        counters.flush_model()
        raised = SQL("counter.number + EXCLUDED.number" if add else "GREATEST(counter.number, EXCLUDED.number)")
        self.env.cr.execute(
            SQL(
                """INSERT INTO crm_numbering_counter AS counter (rule_id, key, number) VALUES (%s, %s, %s)
                   ON CONFLICT (rule_id, key) DO UPDATE SET number = %s RETURNING number""",
                self.id, key, number, raised,
            )
        )  # fmt: skip
        counters.invalidate_model()
        self.invalidate_recordset(["counter_ids", "next_number", "preview"])
        return self.env.cr.fetchone()[0]

    def _local_date(self, company, moment=None):
        if moment and not isinstance(moment, datetime):
            return fields.Date.to_date(moment)
        zone = pytz.timezone(company.partner_id.tz or self.env.user.tz or DEFAULT_TIMEZONE)
        return pytz.utc.localize(moment or fields.Datetime.now()).astimezone(zone).date()

    def _pattern(self):
        return f"{self.prefix or ''}{self.suffix or ''}"

    def _value_names(self):
        """Names of the values in prefix and suffix, in their order; each combination has a counter of its own."""
        return list(dict.fromkeys(name for name in PLACEHOLDER.findall(self._pattern()) if name not in DATE_PARTS))

    def _period(self, date):
        return date.strftime(PERIODS[self.reset or "never"][0])

    def _counter_key(self, date, values):
        return "/".join([self._period(date), *(str(values.get(name, "")) for name in self._value_names())])

    def _format(self, number, date, values):
        def text(match):
            name = match[1]
            return date.strftime(DATE_PARTS[name]) if name in DATE_PARTS else str(values.get(name, match[0]))

        prefix, suffix = (PLACEHOLDER.sub(text, part or "") for part in (self.prefix, self.suffix))
        return f"{prefix}{number:0{max(self.digits, 1)}d}{suffix}"


class CrmNumberingCounter(models.Model):
    _name = "crm.numbering.counter"
    _description = "Numbering Counter"
    _order = "key desc, id"
    _rec_name = "key"

    rule_id = fields.Many2one("crm.numbering.rule", required=True, ondelete="cascade")
    key = fields.Char(
        string="Period and Values",
        required=True,
        help="The period (* for a rule that never starts again) and the values of the placeholders, parted by /, "
        "for example 2026-11/HZ",
    )
    number = fields.Integer(string="Last Number", required=True, default=0)
    next_number = fields.Integer(compute="_compute_next_number", inverse="_inverse_next_number")

    _rule_key_uniq = models.UniqueIndex("(rule_id, key)", "This period and these values already have a counter.")
    _number_positive = models.Constraint("CHECK (number >= 0)", "The next number must be at least 1.")

    @api.depends("number")
    def _compute_next_number(self):
        for counter in self:
            counter.next_number = counter.number + 1

    def _inverse_next_number(self):
        for counter in self:
            counter.number = counter.next_number - 1

    @api.constrains("rule_id", "key")
    def _check_key(self):
        for counter in self:
            period, *values = counter.key.split("/")
            pattern = PERIODS[counter.rule_id.reset][0]
            try:
                good = datetime.strptime(period, pattern).strftime(pattern) == period and all(values)
            except ValueError:
                good = False
            if not good or len(values) < len(counter.rule_id._value_names()):
                raise ValidationError(
                    self.env._(
                        "The counter “%(key)s” does not fit its rule. It should look like: %(example)s",
                        key=counter.key,
                        example=counter.rule_id._current_key(),
                    )
                )

    def write(self, vals):
        if "number" in vals:
            for counter in self:
                if vals["number"] < counter.number:
                    raise ValidationError(
                        self.env._(
                            "Numbers up to %(last)s of “%(key)s” are already used: the next number must be larger.",
                            last=counter.number,
                            key=counter.key,
                        )
                    )
        return super().write(vals)

    def action_reset(self):
        """Start again at 1. Documents that kept their numbers may then meet the same number again."""
        return self.unlink()
