from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..tools.contract_diff import diff, differs, is_changed
from .crm_contract import IN_FORCE
from .crm_contract_terms_mixin import TERMS

CHANGE_KINDS = [
    ("price", "Price"),
    ("quantity", "Quantity"),
    ("delivery", "Delivery"),
    ("terms", "Terms"),
    ("party", "Party"),
    ("termination", "Termination"),
    ("renewal", "Renewal"),
]
FIXED = frozenset(
    {
        "name",
        "number",
        "contract_id",
        "base_version",
        "before",
        "amount_before",
        "applied_on",
        "effects_taken",
        "dropped",
        "renewal_id",
        "user_id",
        "date",
    }
)


class CrmContractChange(models.Model):
    """A change of an approved contract: made on a copy, reviewed side by side with what holds, applied as a whole.

    A termination and a renewal are changes, too: the one ends the contract, the other makes its successor.
    """

    _name = "crm.contract.change"
    _description = "Contract Change"
    _inherit = [
        "crm.contract.terms.mixin",
        "crm.review.mixin",
        "crm.customer.scope.mixin",
        "mail.thread.main.attachment",
        "mail.activity.mixin",
        "crm.excel.export.mixin",
    ]
    _order = "id desc"

    _mail_post_access = "read"
    _review_number = "name"
    _review_amount = "amount_total"
    _review_partner = "partner_id"
    _review_lines = ("line_ids", "milestone_ids", "clause_ids")
    _review_lock_approved = True
    _review_open_fields = frozenset({"crm_customer_id", "customer_user_id"})
    _crm_scope_partner = "partner_id"

    # FIELDS
    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    number = fields.Integer(string="Change No.", readonly=True, copy=False)
    contract_id = fields.Many2one("crm.contract", required=True, readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(CHANGE_KINDS, required=True, default="terms", index=True)
    contract_kind = fields.Selection(related="contract_id.kind", string="Kind of Contract")
    user_id = fields.Many2one(
        "res.users", string="Requester", required=True, readonly=True, default=lambda self: self.env.user, index=True
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    crm_customer_id = fields.Many2one(related="contract_id.crm_customer_id", store=True, index="btree_not_null")
    customer_user_id = fields.Many2one(related="contract_id.customer_user_id", store=True, index="btree_not_null")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    currency_rate = fields.Float(related="contract_id.currency_rate")
    date = fields.Date(default=fields.Date.context_today, required=True, readonly=True, copy=False)
    reason = fields.Text()
    line_ids = fields.One2many("crm.contract.change.line", "change_id", string="Lines")
    milestone_ids = fields.One2many("crm.contract.change.milestone", "change_id", string="Payment Plan")
    clause_ids = fields.One2many("crm.contract.change.clause", "change_id", string="Clauses")
    date_termination = fields.Date(string="Ends On", copy=False)
    settlement = fields.Text(copy=False, help="How what is delivered and paid is settled at the end.")
    base_version = fields.Integer(string="Changes Version", readonly=True, copy=False)
    before = fields.Json(readonly=True, copy=False, export_string_translation=False)
    amount_before = fields.Monetary(string="Total Before", readonly=True, copy=False)
    amount_difference = fields.Monetary(string="Difference", compute="_compute_amount_difference", store=True)
    applied_on = fields.Datetime(readonly=True, copy=False)
    effects_taken = fields.Json(readonly=True, copy=False, export_string_translation=False)
    renewal_id = fields.Many2one("crm.contract", string="New Contract", readonly=True, copy=False, ondelete="restrict")
    dropped = fields.Boolean(string="Given Up", readonly=True, copy=False)
    is_open = fields.Boolean(compute="_compute_is_open", store=True)
    diff_html = fields.Html(string="Before and After", compute="_compute_diff_html", sanitize=False)
    effects_html = fields.Html(string="Effects", compute="_compute_effects_html", sanitize=False)

    _open_uniq = models.UniqueIndex(
        "(contract_id) WHERE is_open",
        "There is a change of this contract on its way already. Continue with that one, or give it up.",
    )
    _number_uniq = models.UniqueIndex(
        "(contract_id, number)", "Somebody else has just begun a change of this contract."
    )

    # COMPUTE
    @api.depends("amount_total", "amount_before", "kind")
    def _compute_amount_difference(self):
        for change in self:
            plain = change.kind not in ("termination", "renewal")
            change.amount_difference = change.amount_total - change.amount_before if plain else 0

    @api.depends("applied_on", "dropped")
    def _compute_is_open(self):
        for change in self:
            change.is_open = not change.applied_on and not change.dropped

    @api.depends("before", "line_ids", "milestone_ids", "clause_ids", "amount_total", "kind", *TERMS)
    @api.depends_context("lang")
    def _compute_diff_html(self):
        for change in self:
            if change.kind == "termination":
                change.diff_html = False
                continue
            # sudo: the labels and amounts of what the change itself shows
            contract = change.contract_id.sudo()
            change.diff_html = contract._render_diff(change.before or {}, change._contract_content())

    @api.depends("diff_html", "date_termination", "effects_taken", "contract_id.state")
    @api.depends_context("lang")
    def _compute_effects_html(self):
        for change in self:
            effects = change.effects_taken if change.applied_on else change._effects()
            items = [Markup("<li>%s</li>") % effect for effect in effects or ()]
            change.effects_html = Markup("<ul>%s</ul>") % Markup("").join(items) if items else False

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("user_id", self.env.uid) != self.env.uid for vals in vals_list):
            raise AccessError(self.env._("Everybody asks for changes in his own name only."))
        return super().create([self._from_contract(vals) for vals in vals_list])

    def write(self, vals):
        if not self.env.su and FIXED & vals.keys():
            raise AccessError(
                self.env._("The contract and the numbers of a change are not entered. Begin another change.")
            )
        self._check_changer()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for change in self:
            if change.review_state != "new" or change.review_id:
                raise UserError(
                    self.env._("%(change)s has been submitted and is kept. Give it up instead.", change=change.name)
                )
        self.milestone_ids.unlink()
        self.line_ids.unlink()

    @api.model
    def _from_contract(self, vals):
        """The values of a new change: a copy of its contract, and what is changed from the start."""
        contract = self.env["crm.contract"].browse(vals.get("contract_id")).exists()
        if not contract:
            raise UserError(self.env._("Begin a change in the form of its contract."))
        contract.check_access("write")
        renews = vals.get("kind") == "renewal"
        states = ("approved", "signed", "in_progress", *(("completed", "expired") if renews else ()))
        if contract.state not in states:
            raise UserError(
                self.env._("%(contract)s is not in force, so it is not changed.", contract=contract.display_name)
            )
        # sudo: how many changes there are, whoever has asked for them
        last = self.sudo().search([("contract_id", "=", contract.id)], order="number desc", limit=1)
        number = last.number + 1
        head = contract._convert_to_write({name: contract[name] for name in TERMS})
        values = {
            **head,
            "line_ids": self._copies(contract.line_ids, "contract_line_id", renews),
            "milestone_ids": self._copies(contract.milestone_ids, "contract_milestone_id", renews),
            "clause_ids": self._copies(contract.clause_ids, "contract_clause_id", renews),
        }
        if renews:
            values |= contract._renewal_dates()
        own = {name: value for name, value in vals.items() if name not in FIXED - {"user_id"}}
        return {
            **values,
            **own,
            "contract_id": contract.id,
            "number": number,
            "name": f"{contract.name}-C{number}",
            "base_version": contract.version,
            "before": contract._contract_content(),
            "amount_before": contract.amount_total,
        }

    @api.model
    def _copies(self, rows, fname, renews):
        """Commands that create copies of a contract's rows; what a renewal delivers has no dates yet."""
        own = {"delivery_date": False} if renews and "delivery_date" in rows._fields else {}
        return [Command.create({**row._copy_values(), **own, fname: row.id}) for row in rows._in_order()]

    def _is_purchase(self):
        return self.contract_kind == "purchase"

    def _is_framework(self):
        return self.contract_kind == "framework"

    # REVIEW
    def _review_check(self):
        result = super()._review_check()
        if self.dropped:
            raise UserError(self.env._("%(change)s has been given up. Begin another one.", change=self.name))
        self._review_refuse(self._problems())
        return result

    def _problems(self):
        """What keeps this change from being submitted or applied.

        :return: iterator of sentences
        """
        contract = self.contract_id
        if not (self.reason or "").strip():
            yield self.env._("Say why the contract changes.")
        states = (*IN_FORCE, *(("completed", "expired") if self.kind == "renewal" else ()))
        if contract.state not in states:
            yield self.env._("%(contract)s is not in force any more.", contract=contract.display_name)
        if contract.version != self.base_version:
            yield self.env._("The contract has been changed in the meantime. Give this change up and begin anew.")
        if self.kind == "termination":
            yield from self._termination_problems()
        else:
            if self.kind != "renewal" and not is_changed(diff(self.before or {}, self._contract_content())):
                yield self.env._("Nothing is changed.")
            yield from self._terms_problems()
        # sudo: what is ordered, delivered and invoiced, whoever asks for the change
        yield from contract.sudo()._change_problems(self.sudo())

    def _termination_problems(self):
        contract = self.contract_id
        first = contract.date_signed or contract.date_approved
        if not self.date_termination:
            yield self.env._("Say on which day the contract ends.")
        elif first and self.date_termination < first:
            yield self.env._(
                "The contract cannot end before it was signed or approved on %(first)s.",
                first=format_date(self.env, first),
            )

    def _review_on_approved(self):
        result = super()._review_on_approved()
        today = fields.Date.context_today(self)
        for change in self:
            if change.kind != "termination" or change.date_termination <= today:
                change._apply()
        return result

    # APPLICATION
    def _effects(self):
        """What this change does besides changing the text, told before it is applied.

        :return: list of sentences
        """
        self.ensure_one()
        contract, currency = self.contract_id, self.currency_id
        effects = []
        if self.kind == "termination":
            effects.append(
                self.env._(
                    "%(contract)s ends on %(date)s.",
                    contract=contract.name,
                    date=format_date(self.env, self.date_termination) if self.date_termination else "…",
                )
            )
        elif self.kind == "renewal":
            effects.append(
                self.env._(
                    "A new contract arises from %(start)s to %(end)s over %(amount)s, approved with this change; "
                    "%(contract)s stays as it is.",
                    start=format_date(self.env, self.date_start) if self.date_start else "…",
                    end=format_date(self.env, self.date_end) if self.date_end else "…",
                    amount=currency.format(self.amount_total),
                    contract=contract.name,
                )
            )
        elif currency.compare_amounts(self.amount_total, self.amount_before):
            effects.append(
                self.env._(
                    "The total becomes %(new)s, it was %(old)s.",
                    new=currency.format(self.amount_total),
                    old=currency.format(self.amount_before),
                )
            )
        # sudo: what follows for orders and invoices, to whoever reads the change
        return effects + contract.sudo()._change_effects(self.sudo())

    def _apply(self):
        """Change the contract, all of it or nothing; called with sudo, unlocked, by the last approval."""
        self.ensure_one()
        contract = self.contract_id
        self.env.cr.execute("SELECT id FROM crm_contract WHERE id = %s FOR UPDATE", [contract.id])
        self.env.cr.execute("SELECT id FROM crm_contract_line WHERE contract_id = %s FOR UPDATE", [contract.id])
        contract.invalidate_recordset()
        contract.line_ids.invalidate_recordset()
        problems = list(self._problems())
        if problems:
            raise UserError(
                self.env._(
                    "%(change)s does not fit the contract any more. Reject it:\n%(problems)s",
                    change=self.name,
                    problems="\n".join(problems),
                )
            )
        self.effects_taken = self._effects()
        match self.kind:
            case "termination":
                self._apply_termination()
            case "renewal":
                self._apply_renewal()
            case _:
                self._apply_terms()
        self.applied_on = fields.Datetime.now()
        contract.message_post(
            body=self.env._("Changed by %(change)s: %(reason)s", change=self.name, reason=self.reason or "")
        )

    def _apply_terms(self):
        contract = self.contract_id
        before = (self.before or {}).get("terms", {})
        changed = [name for name in TERMS if differs(self._content_value(name)[0], before.get(name, [False])[0])]
        if changed:
            values = {name: self[name] for name in changed}
            contract.write(self._convert_to_write(values) | {"reminded_days": 0})
        gone = [
            rows.filtered(lambda row, copies=copies, fname=fname: row not in copies[fname])
            for rows, copies, fname in self._row_pairs()
        ]
        for rows, copies, fname in self._row_pairs():
            for copy in copies:
                if copy[fname]:
                    copy[fname].write(copy._copy_values())
                else:
                    copy[fname] = rows.create({"contract_id": contract.id, **copy._copy_values()})
        for rows in gone:
            rows._remove()
        contract._keep_version(self)
        contract._on_changed(self)
        contract._advance()

    def _row_pairs(self):
        """:return: [(rows of the contract, their copies in this change, the field that links them)]"""
        contract = self.contract_id
        return [
            (contract.line_ids, self.line_ids, "contract_line_id"),
            (contract.milestone_ids, self.milestone_ids, "contract_milestone_id"),
            (contract.clause_ids, self.clause_ids, "contract_clause_id"),
        ]

    def _apply_termination(self):
        contract = self.contract_id
        contract._set_state("terminated")
        contract.date_closed = self.date_termination
        contract._on_terminated(self)

    def _apply_renewal(self):
        """The successor, approved as its terms have been reviewed here."""
        contract = self.contract_id
        names = ("type_id", "company_id", "user_id", "currency_id", "project", "customer_number")
        values = contract._convert_to_write({name: contract[name] for name in names})
        values |= self._convert_to_write({name: self[name] for name in TERMS})
        for (rows, copies, _fname), name in zip(
            self._row_pairs(), ("line_ids", "milestone_ids", "clause_ids"), strict=True
        ):
            del rows
            values[name] = [Command.create(copy._copy_values()) for copy in copies._in_order()]
        values["commission_ids"] = [Command.create(row._copy_values()) for row in contract.commission_ids]
        renewal = contract.create(values | {"renewed_from_id": contract.id, "date": fields.Date.context_today(self)})
        self.renewal_id = renewal
        renewal.review_state = "approved"
        renewal._approve()

    def action_drop(self):
        """Give up changes that are not under review."""
        self.check_access("write")
        self._check_changer()
        for change in self:
            if change.review_state in ("pending", "approved") or not change.is_open:
                raise UserError(
                    self.env._("%(change)s is under review or approved. Recall it first.", change=change.name)
                )
        self.sudo().dropped = True  # sudo: written by methods alone

    def action_contract(self):
        self.ensure_one()
        return self.contract_id.get_formview_action()

    def action_renewal(self):
        self.ensure_one()
        return self.renewal_id.get_formview_action()

    # SCOPE
    @api.model
    def _crm_scope_read_grants(self):
        return [*super()._crm_scope_read_grants(), *self.env["crm.contract"]._finance_grants()]

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("name", width=22),
            column("contract_id", width=30),
            column("kind"),
            column("partner_id", width=30),
            column("date"),
            column("reason", width=40),
            column("amount_before"),
            column("amount_total"),
            column("amount_difference"),
            column("review_state"),
            column("applied_on"),
            column("user_id"),
        ]
