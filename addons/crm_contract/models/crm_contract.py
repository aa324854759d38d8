from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.crm_review.tools.guard import unlocked

from .crm_contract_template import TEMPLATE_TERMS
from .crm_contract_type import KINDS

STATES = [
    ("draft", "Draft"),
    ("review", "Under Review"),
    ("approved", "Approved"),
    ("signed", "Signed"),
    ("in_progress", "In Progress"),
    ("completed", "Completed"),
    ("terminated", "Terminated"),
    ("expired", "Expired"),
    ("cancelled", "Cancelled"),
]
TRANSITIONS = {
    "draft": {"review", "cancelled"},
    "review": {"draft", "approved"},
    "approved": {"signed", "terminated", "expired"},
    "signed": {"in_progress", "completed", "terminated", "expired"},
    "in_progress": {"completed", "terminated", "expired"},
    "expired": {"completed", "terminated"},
    "completed": set(),
    "terminated": set(),
    "cancelled": {"draft"},
}
REMIND = (90, 60, 30)  # days before a contract ends its owner is reminded
IN_FORCE = ("approved", "signed", "in_progress")
# written by methods, reviews and facts alone
METHOD_FIELDS = frozenset(
    {
        "name",
        "state",
        "version",
        "date_approved",
        "date_signed",
        "date_accepted",
        "date_closed",
        "reminded_days",
        "renewed_from_id",
        "signed_file_ids",
    }
)


class CrmContract(models.Model):
    """A contract with a customer or a supplier: lines, payments, clauses; reviewed, signed, and changed by changes."""

    _name = "crm.contract"
    _description = "Contract"
    _inherit = [
        "crm.contract.terms.mixin",
        "crm.review.mixin",
        "crm.customer.scope.mixin",
        "crm.search.mixin",
        "mail.thread.main.attachment",
        "mail.activity.mixin",
        "crm.excel.export.mixin",
    ]
    _order = "id desc"

    _mail_post_access = "read"
    _review_number = "name"
    _review_amount = "amount_total"
    _review_partner = "partner_id"
    _review_lines = ("line_ids", "milestone_ids", "clause_ids", "commission_ids")
    _review_lock_approved = True
    _review_open_fields = frozenset({"user_id", "department_id", "crm_customer_id", "customer_user_id", "note"})
    _crm_scope_partner = "partner_id"
    _crm_search_names = ("title", "partner_id.name")
    _crm_search_codes = ("name", "customer_number")

    # FIELDS
    name = fields.Char(string="Number", copy=False, index="trigram", tracking=True)
    customer_number = fields.Char(string="Their Contract No.", copy=False)
    type_id = fields.Many2one(
        "crm.contract.type",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        default=lambda self: self.env["crm.contract.type"].search(
            [("company_id", "in", (False, self.env.company.id))], limit=1
        ),
    )
    kind = fields.Selection(KINDS, compute="_compute_kind", store=True, precompute=True, index=True)
    manual_number = fields.Boolean(related="type_id.manual_number")
    template_id = fields.Many2one(
        "crm.contract.template",
        copy=False,
        domain="[('type_id', '=', type_id)]",
        check_company=True,
        help="Fills in clauses, payments, products and terms.",
    )
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, copy=False, index=True, tracking=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        default=lambda self: self.env.user,
        copy=False,
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    department_id = fields.Many2one(
        "hr.department", compute="_compute_department_id", store=True, index="btree_not_null", compute_sudo=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company, index=True
    )
    partner_id = fields.Many2one(required=True, tracking=True)
    crm_customer_id = fields.Many2one(
        "res.partner",
        string="Customer File",
        compute="_compute_crm_customer_id",
        store=True,
        index="btree_not_null",
        compute_sudo=True,
    )
    customer_user_id = fields.Many2one(
        related="crm_customer_id.user_id", string="Customer's Salesperson", store=True, index="btree_not_null"
    )
    project = fields.Char(help="The customer's project or equipment that the contract is about.")
    date = fields.Date(
        string="Contract Date", default=fields.Date.context_today, required=True, copy=False, tracking=True
    )
    date_start = fields.Date(copy=False, tracking=True)
    date_end = fields.Date(copy=False, tracking=True)
    date_approved = fields.Date(string="Approved On", readonly=True, copy=False)
    date_signed = fields.Date(string="Signed On", readonly=True, copy=False, tracking=True, index="btree_not_null")
    date_accepted = fields.Date(string="Accepted On", readonly=True, copy=False, tracking=True)
    date_closed = fields.Date(string="Closed On", readonly=True, copy=False)
    reminded_days = fields.Integer(readonly=True, copy=False, export_string_translation=False)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id, tracking=True
    )
    currency_rate = fields.Float(
        string="Rate", compute="_compute_currency_rate", store=True, precompute=True, digits=0, copy=False
    )
    line_ids = fields.One2many("crm.contract.line", "contract_id", string="Lines", copy=True)
    milestone_ids = fields.One2many("crm.contract.milestone", "contract_id", string="Payment Plan", copy=True)
    clause_ids = fields.One2many("crm.contract.clause", "contract_id", string="Clauses", copy=True)
    commission_ids = fields.One2many("crm.contract.commission", "contract_id", string="Commissions", copy=True)
    signed_file_ids = fields.Many2many(
        "ir.attachment", "crm_contract_signed_file_rel", string="Signed Copies", readonly=True, copy=False
    )
    version = fields.Integer(readonly=True, copy=False)
    version_ids = fields.One2many("crm.contract.version", "contract_id", string="Versions", readonly=True)
    change_ids = fields.One2many("crm.contract.change", "contract_id", string="Changes", readonly=True)
    change_count = fields.Integer(string="Number of Changes", compute="_compute_change_count")
    renewed_from_id = fields.Many2one(
        "crm.contract", string="Renewal Of", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    renewal_ids = fields.One2many("crm.contract", "renewed_from_id", string="Renewals", readonly=True)
    is_expiring = fields.Boolean(string="Expires Soon", compute="_compute_is_expiring", search="_search_is_expiring")
    note = fields.Text(string="Internal Note", copy=False)

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL", "This contract number is taken already. Choose another one."
    )
    _signed_in_month = models.Index("(company_id, date_signed) WHERE date_signed IS NOT NULL")
    _ends = models.Index("(date_end) WHERE state IN ('approved', 'signed', 'in_progress') AND date_end IS NOT NULL")

    # COMPUTE
    @api.depends("type_id.kind")
    def _compute_kind(self):
        for contract in self:
            contract.kind = contract.type_id.kind

    @api.depends("user_id")
    def _compute_department_id(self):
        for contract in self:
            employees = contract.user_id.employee_ids
            own = employees.filtered(lambda one, contract=contract: one.company_id == contract.company_id)
            contract.department_id = (own or employees)[:1].department_id

    @api.depends("partner_id.crm_customer_id", "kind")
    def _compute_crm_customer_id(self):
        for contract in self:
            is_ours = contract.kind != "purchase"
            contract.crm_customer_id = contract.partner_id.crm_customer_id if is_ours else False

    @api.depends("currency_id", "company_id", "date")
    def _compute_currency_rate(self):
        for contract in self:
            company = contract.company_id or self.env.company
            contract.currency_rate = self.env["res.currency"]._get_conversion_rate(
                company.currency_id,
                contract.currency_id or company.currency_id,
                company,
                contract.date or fields.Date.context_today(contract),
            )

    def _compute_change_count(self):
        groups = self.env["crm.contract.change"]._read_group(
            [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
        )
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.change_count = counts.get(contract.id, 0)

    @api.depends("date_end", "state", "renewal_ids")
    def _compute_is_expiring(self):
        limit = fields.Date.add(fields.Date.context_today(self), days=90)
        for contract in self:
            contract.is_expiring = bool(
                contract.state in IN_FORCE
                and contract.date_end
                and contract.date_end <= limit
                and not contract.renewal_ids
            )

    def _search_is_expiring(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        limit = fields.Date.add(fields.Date.context_today(self), days=90)
        return [("state", "in", IN_FORCE), ("date_end", "<=", limit), ("renewal_ids", "=", False)]

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for contract in self:
            # sudo: the partner's name goes with the contract, as in its list
            partner = contract.partner_id.sudo().name
            contract.display_name = " ".join(filter(None, [contract.name or self.env._("New Contract"), partner]))

    # ONCHANGE: what a person sees at once while he enters a contract
    @api.onchange("type_id")
    def _onchange_type_id(self):
        if self.template_id.type_id != self.type_id:
            self.template_id = self.type_id.template_id

    @api.onchange("template_id")
    def _onchange_template_id(self):
        self._take_template()

    def _take_template(self):
        """Take over what the template says, where nothing is said yet or another template has said it.

        Without a template what another one has said goes, too.
        """
        for contract in self:
            template = contract.template_id
            head, rows = template._contract_values() if template else ({}, {})
            templates = self.env["crm.contract.template"].with_context(active_test=False)
            templates = templates.search([("company_id", "=", contract.company_id.id)])
            for name in TEMPLATE_TERMS:
                if not contract[name] or contract[name] in templates.mapped(name):
                    contract[name] = head.get(name)
            for name in ("clause_ids", "milestone_ids"):
                said = {row._terms() for row in templates[name]}
                if all(row._terms() in said for row in contract[name]):
                    contract[name] = [Command.clear(), *map(Command.create, rows.get(name, ()))]
            if not contract.line_ids:
                contract.line_ids = [Command.create(line) for line in rows.get("line_ids", ())]

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self.browse()._check_written(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_written(vals)
        return super().write(vals)

    def _check_written(self, vals):
        """Nobody writes what methods write, dates a contract back, or makes one for somebody else.

        :param vals: what is to be written into these contracts; without any, into a new one
        """
        if self.env.su:  # methods, which check what they write
            return
        for name in METHOD_FIELDS & vals.keys():
            if name == "name" and self._may_name(vals):
                continue
            if (
                any(contract._differs(name, vals[name]) for contract in self)
                if self
                else vals[name] and ((name, vals[name]) != ("state", "draft"))
            ):
                raise AccessError(
                    self.env._(
                        "“%(field)s” is not written by hand. Use the buttons of the contract.",
                        field=self._fields[name]._description_string(self.env),
                    )
                )
        if vals.get("name"):
            self._check_name(vals["name"])
        if "date" in vals:
            self._check_date(fields.Date.to_date(vals["date"]))
        user = self.env.user
        if vals.get("user_id", user.id) != user.id and any(
            contract.user_id.id != vals["user_id"] for contract in self or [self]
        ):
            roles = ("crm_base.group_sales_assistant", "crm_base.group_sales_manager")
            if not any(user.has_group(role) for role in roles):
                raise AccessError(self.env._("Contracts of colleagues are made by sales assistants and managers."))
        self._check_changer()

    def _check_name(self, name):
        """The unique index answers for two who enter a number at the same moment."""
        company = self.company_id or self.env.company
        # sudo: that the number is taken, whoever has it
        domain = [("name", "=", name), ("company_id", "in", company.ids), ("id", "not in", self.ids)]
        if self.sudo().search_count(domain, limit=1):
            raise UserError(self.env._("Contract number %(number)s is taken already. Choose another.", number=name))

    def _may_name(self, vals):
        """Whether the number may be typed: in a draft of a type whose numbers are."""
        new_type = self.env["crm.contract.type"].browse(vals.get("type_id"))
        return all(
            (new_type or contract.type_id).manual_number and (not contract or contract.state == "draft")
            for contract in self or [self]
        )

    def _differs(self, name, value):
        field = self._fields[name]
        if field.relational:
            return bool(value) and value != self[name].id
        return (field.convert_to_record(field.convert_to_cache(value, self), self) or False) != (self[name] or False)

    def _check_date(self, date):
        """A contract is not dated back."""
        for contract in self or [self]:
            entered = contract.create_date or fields.Datetime.now()
            first = fields.Datetime.context_timestamp(contract, entered).date()
            if date and date < first and date != contract.date:
                raise UserError(
                    self.env._(
                        "A contract cannot be dated back: it was entered on %(entered)s. Choose that day or later.",
                        entered=format_date(self.env, first),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_numbered(self):
        for contract in self:
            if contract.state != "draft" or (contract.name and not contract.manual_number):
                raise UserError(
                    self.env._("%(contract)s has a number and is kept. Cancel it.", contract=contract.display_name)
                )
        # before the database takes them along: what is computed of them would not find them any more
        self.milestone_ids.unlink()
        self.line_ids.unlink()

    def copy_data(self, default=None):
        values = super().copy_data(default)
        for contract, vals in zip(self, values, strict=True):
            vals["title"] = vals.get("title") or contract.title
        return values

    # REVIEW
    def _review_check(self):
        result = super()._review_check()
        if self.state != "draft":
            raise UserError(self.env._("%(contract)s is no draft any more.", contract=self.display_name))
        self._review_refuse(self._problems())
        return result

    def _problems(self):
        """What is wrong with the contract itself; what any set of terms may lack says `_terms_problems`."""
        if self.manual_number and not self.name:
            yield self.env._("The number of this type of contract is typed in: enter it.")
        yield from self._terms_problems()

    def _review_on_submitted(self):
        result = super()._review_on_submitted()
        for contract in self:
            if not contract.name:
                contract.name = self.env["crm.numbering.rule"]._next_number(
                    "contract", company=contract.company_id, values={"type": contract.type_id.code}
                )
            contract._set_state("review")
        return result

    def _review_on_rejected(self):
        result = super()._review_on_rejected()
        self.filtered(lambda contract: contract.state == "review")._set_state("draft")
        return result

    def _review_on_approved(self):
        result = super()._review_on_approved()
        for contract in self:
            contract._approve()
        return result

    def _approve(self):
        """The contract is agreed on within the company: version 1 is kept, receivables arise; with sudo, unlocked."""
        self.ensure_one()
        if self.state == "draft":  # approved at once, without a flow
            self._review_on_submitted()
        self.date_approved = fields.Date.context_today(self)
        self._set_state("approved")
        self._keep_version()
        self._on_approved()

    def _keep_version(self, change=None):
        """Keep what holds now as the next version; with sudo, unlocked."""
        self.ensure_one()
        self.version += 1
        return self.env["crm.contract.version"].create(
            {
                "contract_id": self.id,
                "number": self.version,
                "change_id": change.id if change else False,
                "content": self._contract_content(),
                "amount_total": self.amount_total,
            }
        )

    def _tell_approved(self):
        """Activities: the owner has it signed, finance sees to its payments; with sudo."""
        finance = self.env.ref("crm_base.group_receivables_accountant").all_user_ids
        finance = finance.filtered(lambda user: user.active and self.company_id in user.company_ids)
        for user in finance | self.user_id:
            env = self.with_context(lang=user.lang).env
            if user == self.user_id:
                summary = env._("%(contract)s is approved: have it signed.", contract=self.name)
            else:
                summary = env._("%(contract)s is approved: see to its payments.", contract=self.name)
            self.activity_schedule("crm_contract.mail_activity_type_contract", summary=summary, user_id=user.id)

    # HOOKS: called with sudo, unlocked, in the transaction of what has happened
    def _on_approved(self):
        """Hook: this contract has just been approved, or has come from an approved renewal."""
        self._tell_approved()

    def _on_changed(self, change):
        """Hook: a change of this contract has just been applied; invoices, orders and plans follow here."""

    def _on_terminated(self, change):
        """Hook: this contract has just been terminated; what is open is closed here."""

    def _change_problems(self, change):
        """Hook: what keeps a change of this contract from being applied, such as what is delivered or invoiced.

        :param change: ``crm.contract.change``
        :return: list of sentences
        """
        return []

    def _change_effects(self, change):
        """Hook: what a change does to invoices, orders and plans, told before it is applied.

        :param change: ``crm.contract.change``
        :return: list of sentences
        """
        return []

    def _has_progress(self):
        """Hook: whether something has been delivered, invoiced or paid."""
        return False

    def _is_fulfilled(self):
        """Hook: whether all is delivered and paid."""
        return False

    # STATES
    def _set_state(self, state):
        """Move contracts to a state; the only way to do so.

        :raise UserError: there is no way from the state they are in
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for contract in self:
            if state not in TRANSITIONS[contract.state]:
                raise UserError(
                    self.env._(
                        "%(contract)s is in the state “%(old)s” and cannot become “%(new)s”.",
                        contract=contract.display_name,
                        old=labels[contract.state],
                        new=labels[state],
                    )
                )
        values = {"state": state}
        if state in ("completed", "terminated", "expired", "cancelled"):
            values["date_closed"] = fields.Date.context_today(self)
        contracts = unlocked(self.sudo())  # sudo: states are written by methods alone, which check who calls them
        contracts.write(values)
        if state in ("completed", "terminated"):
            names = ("contract", "contract_expiry")
            contracts.activity_unlink([f"crm_contract.mail_activity_type_{name}" for name in names])

    def _advance(self):
        """Move contracts on as the facts are: signed → in progress → completed; called by what changes facts."""
        for contract in self:
            if contract.state == "signed" and contract._has_progress():
                contract._set_state("in_progress")
            if (
                contract.state in ("signed", "in_progress")
                and contract.kind != "framework"
                and contract._is_fulfilled()
            ):
                contract._set_state("completed")

    def action_cancel(self):
        """Give up drafts; what has been approved ends by a termination."""
        self.check_access("write")
        self._check_changer()
        for contract in self:
            if contract.state != "draft":
                raise UserError(
                    self.env._(
                        "%(contract)s is no draft any more. Recall its review, or terminate it.",
                        contract=contract.display_name,
                    )
                )
        self._set_state("cancelled")

    def action_reopen(self):
        """Take cancelled drafts up again."""
        self.check_access("write")
        self._check_changer()
        self._set_state("draft")

    def action_sign(self):
        return self._open_step("sign")

    def action_accept(self):
        return self._open_step("accept")

    def _open_step(self, step):
        """Ask for the day and the files of the signing or the acceptance."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Signing") if step == "sign" else self.env._("Acceptance"),
            "res_model": "crm.contract.fact",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_contract_id": self.id, "default_step": step},
        }

    def action_compare(self):
        """Two versions side by side: the last two, until others are chosen."""
        self.ensure_one()
        if len(self.version_ids) < 2:
            raise UserError(self.env._("There is one version only. Versions arise from changes."))
        versions = self.version_ids.sorted("number")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions of %(contract)s", contract=self.display_name),
            "res_model": "crm.contract.compare",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_contract_id": self.id,
                "default_old_id": versions[-2].id,
                "default_new_id": versions[-1].id,
            },
        }

    def _sign(self, date, our_signatory=None, partner_signatory=None, files=None):
        """The contract has been signed.

        :param date: when; from the approval to today
        :param files: ``ir.attachment`` with the signed copies
        """
        self.ensure_one()
        self.check_access("write")
        self._check_changer()
        today = fields.Date.context_today(self)
        if self.state != "approved":
            raise UserError(self.env._("%(contract)s is not approved, or signed already.", contract=self.display_name))
        self._check_fact_date(date, self.date_approved, self.env._("the approval"))
        values = {"date_signed": date, "date_start": self.date_start or date or today}
        for name, value in (("our_signatory", our_signatory), ("partner_signatory", partner_signatory)):
            if value:
                values[name] = value
        contract = unlocked(self.sudo())  # sudo: the user may write it, but the review has locked it
        if files:
            values["signed_file_ids"] = [Command.link(file.id) for file in files]
        contract.write(values)
        contract._set_state("signed")
        contract.activity_feedback(["crm_contract.mail_activity_type_contract"], user_id=self.user_id.id)
        contract._advance()

    def _accept(self, date, files=None):
        """The customer has accepted what was delivered.

        :param date: when; from the signing to today
        """
        self.ensure_one()
        self.check_access("write")
        self._check_changer()
        if self.state not in ("signed", "in_progress"):
            raise UserError(self.env._("%(contract)s is not signed, or closed already.", contract=self.display_name))
        self._check_fact_date(date, self.date_signed, self.env._("the signing"))
        values = {"date_accepted": date}
        if files:
            values["signed_file_ids"] = [Command.link(file.id) for file in files]
        contract = unlocked(self.sudo())  # sudo: as above
        contract.write(values)
        contract._advance()

    def _check_fact_date(self, date, first, event):
        """:raise UserError: a date is in the future or before what comes first"""
        if not date or date > fields.Date.context_today(self):
            raise UserError(self.env._("Enter the day when it happened: today or earlier."))
        if first and date < first:
            raise UserError(
                self.env._(
                    "%(date)s is before %(event)s on %(first)s. Enter a later day.",
                    date=format_date(self.env, date),
                    event=event,
                    first=format_date(self.env, first),
                )
            )

    # NIGHTLY
    @api.model
    def _cron_expiry(self):
        """Tell owners 90, 60 and 30 days before contracts end, expire what has ended, end what has been terminated."""
        today = fields.Date.context_today(self)
        ending = self.search([("state", "in", IN_FORCE), ("date_end", "<=", fields.Date.add(today, days=REMIND[0]))])
        for contract in ending:
            left = (contract.date_end - today).days
            if left < 0:
                contract._set_state("expired")
                continue
            step = min(days for days in REMIND if left <= days)
            if not contract.renewal_ids and not 0 < contract.reminded_days <= step:
                env = contract.with_context(lang=contract.user_id.lang).env
                contract.activity_schedule(
                    "crm_contract.mail_activity_type_contract_expiry",
                    summary=env._("%(contract)s expires in %(days)s days.", contract=contract.name, days=left),
                    user_id=contract.user_id.id,
                    date_deadline=today,
                )
                unlocked(contract).reminded_days = step
        waiting = self.env["crm.contract.change"].search(
            [
                ("kind", "=", "termination"),
                ("review_state", "=", "approved"),
                ("is_open", "=", True),
                ("date_termination", "<=", today),
            ]
        )
        for change in waiting:
            unlocked(change)._apply()

    # CHANGES
    def action_change(self):
        return self._begin_change("terms")

    def action_terminate(self):
        return self._begin_change("termination")

    def action_renew(self):
        return self._begin_change("renewal")

    def _begin_change(self, kind):
        """Begin a change of this contract, or go on with the one that is open.

        :return: action that opens it
        """
        self.ensure_one()
        self.check_access("write")
        Change = self.env["crm.contract.change"]
        # sudo: whether one is open, whoever has begun it
        opened = Change.sudo().search([("contract_id", "=", self.id), ("is_open", "=", True)], limit=1)
        if opened and not Change.browse(opened.id)._filtered_access("read"):
            raise UserError(
                self.env._(
                    "%(user)s has begun %(change)s already. Ask him.", user=opened.user_id.name, change=opened.name
                )
            )
        change = Change.browse(opened.id) or Change.create({"contract_id": self.id, "kind": kind})
        return change.get_formview_action()

    def action_changes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_contract.crm_contract_change_action")
        return {**action, "domain": [("contract_id", "=", self.id)], "context": {}}

    def _renewal_dates(self):
        """When the successor of this contract begins and ends: right after it, for as long."""
        if not (self.date_start and self.date_end):
            return {"date_start": fields.Date.add(self.date_end, days=1) if self.date_end else False, "date_end": False}
        start = fields.Date.add(self.date_end, days=1)
        return {"date_start": start, "date_end": start + (self.date_end - self.date_start)}

    def _is_purchase(self):
        return self.kind == "purchase"

    def _is_framework(self):
        return self.kind == "framework"

    # SCOPE
    @api.model
    def _crm_scope_read_grants(self):
        """Who reviews a change reads its contract; finance reads all of them."""
        grants = [*super()._crm_scope_read_grants(), *self._finance_grants()]
        reviewed = self.env["crm.contract.change"]._reviewed_sql("contract_id")
        return [*grants, self._crm_scope_subquery("id", reviewed)]

    @api.model
    def _finance_grants(self):
        """:return: what opens all contracts to finance"""
        user = self.env["res.users"].browse(self.env.uid)
        roles = ("crm_base.group_receivables_accountant", "crm_base.group_cashier")
        return [Domain.TRUE] if any(user.has_group(role) for role in roles) else []

    # EXCEL
    def _excel_columns(self):
        column = self._excel_column
        return [
            column("name", width=20),
            column("title", width=30),
            column("type_id"),
            column("partner_id", width=30),
            column("date"),
            column("date_signed"),
            column("date_start"),
            column("date_end"),
            column("amount_untaxed"),
            column("amount_tax"),
            column("amount_total"),
            column("state"),
            column("user_id"),
            column("department_id"),
        ]
