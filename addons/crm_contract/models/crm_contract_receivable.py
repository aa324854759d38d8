from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.receivable import Worth
from .crm_contract import IN_FORCE

# found out by the program from orders, deliveries, invoices and payments; nobody enters them
FACTS = frozenset(
    {
        "amount_invoiced",
        "amount_open",
        "amount_received",
        "amount_to_invoice",
        "date_delivered",
        "date_due",
        "late_since",
        "next_delivery_date",
        "next_payment_date",
        "qty_delivered",
        "qty_ordered",
        "qty_to_deliver",
        "qty_to_order",
    }
)


class CrmContract(models.Model):
    """What a contract has been invoiced, and what has been received of it; all amounts in its currency.

    Each payment of the plan is a draft invoice from the approval on. What is invoiced and what is not add up to the
    payment, and the payments to the contract, taxes included.
    """

    _inherit = "crm.contract"

    # FIELDS
    move_ids = fields.One2many("account.move", "crm_contract_id", string="Invoices")
    move_count = fields.Integer(string="Invoice Count", compute="_compute_move_count", compute_sudo=True)
    amount_invoiced = fields.Monetary(string="Invoiced", compute="_compute_money", store=True)
    amount_received = fields.Monetary(string="Received", compute="_compute_money", store=True)
    amount_to_invoice = fields.Monetary(
        string="To Invoice", compute="_compute_money", store=True, help="The amount of the contract less the invoices."
    )
    amount_open = fields.Monetary(string="To Receive", compute="_compute_money", store=True)
    amount_overdue = fields.Monetary(string="Overdue", compute="_compute_amount_overdue", compute_sudo=True)
    next_payment_date = fields.Date(
        string="Next Payment Due", compute="_compute_next_payment_date", store=True, compute_sudo=True
    )

    # COMPUTE
    @api.depends("move_ids")
    def _compute_move_count(self):
        counts = dict(
            self.env["account.move"]._read_group(
                [("crm_contract_id", "in", self.ids)], ["crm_contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.move_count = counts.get(contract._origin, 0)

    @api.depends("amount_total", "kind", "move_ids.state", "move_ids.amount_total", "move_ids.amount_residual")
    def _compute_money(self):
        for contract in self:
            invoiced, received = contract.sudo().move_ids._crm_money()  # sudo: sums only, as in `move_count`
            contract.amount_invoiced = invoiced
            contract.amount_received = received
            contract.amount_to_invoice = contract.amount_total - invoiced if contract._is_planned() else 0
            contract.amount_open = (contract.amount_total if contract._is_planned() else invoiced) - received

    @api.depends("next_payment_date", "amount_open")
    def _compute_amount_overdue(self):
        today = fields.Date.context_today(self)
        for contract in self:
            late = contract.milestone_ids.filtered(lambda row: row.date_due and row.date_due < today)
            amount = sum(late.mapped("amount_open"))
            for move in contract._unplanned_moves():
                if move.invoice_date_due and move.invoice_date_due < today:
                    amount += move._crm_sign() * move.amount_residual
            contract.amount_overdue = amount

    @api.depends(
        "milestone_ids.date_due",
        "milestone_ids.amount_open",
        "move_ids.state",
        "move_ids.amount_residual",
        "move_ids.invoice_date_due",
    )
    def _compute_next_payment_date(self):
        for contract in self:
            dates = [row.date_due for row in contract.milestone_ids if row.date_due and row.amount_open > 0]
            dates += [move.invoice_date_due for move in contract._unplanned_moves() if move.amount_residual]
            contract.next_payment_date = min(filter(None, dates), default=False)

    def _unplanned_moves(self):
        """The posted invoices of orders of this contract, which are not payments of its plan."""
        return self.move_ids.filtered(lambda move: not move.crm_milestone_id and move.state == "posted")

    def _is_planned(self):
        """Whether this contract is invoiced by its payment plan; else its orders are invoiced."""
        self.ensure_one()
        return self.kind != "framework"

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        self._check_facts(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_facts([vals])
        result = super().write(vals)
        if vals.keys() & {"date_signed", "date_accepted"}:
            self.milestone_ids._tell_date_due()
        return result

    @api.model
    def _check_facts(self, vals_list):
        """:raise AccessError: a user writes what is found out"""
        if not self.env.su and any(FACTS & vals.keys() for vals in vals_list):
            raise AccessError(
                self.env._("What is delivered, invoiced and paid is found out by the program. Leave it out.")
            )

    # ACTION
    def action_view_moves(self):
        """Open the invoices of this contract."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_in_invoice_type" if self._is_purchase() else "account.action_move_out_invoice_type"
        )
        return action | {
            "domain": [("crm_contract_id", "=", self.id)],
            "context": {"create": False},
            "name": self.env._("Invoices of %(contract)s", contract=self.display_name),
        }

    def action_make_invoices(self):
        """Make draft invoices of all payments of the plan that are not invoiced yet."""
        self.check_access("read")
        self.env["account.move"].check_access("create")
        for contract in self:
            if contract.state not in (*IN_FORCE, "expired") or not contract._is_planned():
                raise UserError(
                    self.env._(
                        "%(contract)s is not in force, or invoiced by its orders.", contract=contract.display_name
                    )
                )
        self._sync_receivables()
        return self.action_view_moves()

    # HOOKS
    def _on_approved(self):
        result = super()._on_approved()
        self.filtered(lambda contract: contract.type_id.receivable_mode != "none")._sync_receivables()
        return result

    def _on_changed(self, change):
        result = super()._on_changed(change)
        if self.type_id.receivable_mode != "none" or self.move_ids:
            self._sync_receivables()
        return result

    def _on_terminated(self, change):
        result = super()._on_terminated(change)
        self._drop_draft_invoices()
        return result

    def _has_progress(self):
        # sudo: whether there are any
        return super()._has_progress() or any(move.state == "posted" for move in self.sudo().move_ids)

    def _is_paid(self):
        """Whether all of it is invoiced and paid."""
        is_zero = self.currency_id.is_zero
        return is_zero(self.amount_to_invoice) and self.currency_id.compare_amounts(self.amount_open, 0) <= 0

    def _change_problems(self, change):
        problems = super()._change_problems(change)
        if change.kind in ("termination", "renewal") or not self._is_planned():
            return problems
        rows = {row.contract_milestone_id: row for row in change.milestone_ids}
        for milestone in self.milestone_ids:
            amount = rows[milestone].amount if milestone in rows else 0
            # sudo: whether there are any
            is_kept = milestone in rows or not any(move.state == "posted" for move in milestone.sudo().move_ids)
            if not is_kept or self.currency_id.compare_amounts(amount, milestone.amount_invoiced) < 0:
                problems.append(
                    self.env._(
                        "Payment “%(payment)s”: %(invoiced)s are invoiced already. Let it be at least that much, or "
                        "make a credit note first.",
                        payment=milestone.name,
                        invoiced=self.currency_id.format(milestone.amount_invoiced),
                    )
                )
        return problems

    def _change_effects(self, change):
        effects = super()._change_effects(change)
        moves = self.sudo().move_ids  # sudo: how many there are, to whoever reads the change
        drafts = moves.filtered(lambda move: move.state == "draft" and move.crm_milestone_id)
        if change.kind == "termination":
            if drafts:
                effects.append(self.env._("%(count)s draft invoices are deleted.", count=len(drafts)))
            owed = self.amount_invoiced - self.amount_received
            if self.currency_id.compare_amounts(owed, 0) > 0:
                effects.append(
                    self.env._(
                        "%(amount)s are invoiced and not paid: they stay due.", amount=self.currency_id.format(owed)
                    )
                )
        elif change.kind != "renewal" and self._is_planned() and (drafts or self.type_id.receivable_mode != "none"):
            effects.append(
                self.env._(
                    "The draft invoices are made anew: %(amount)s are left to invoice, of %(total)s in total.",
                    amount=self.currency_id.format(change.amount_total - self.amount_invoiced),
                    total=self.currency_id.format(change.amount_total),
                )
            )
        return effects

    # BUSINESS
    def _sync_receivables(self):
        """Make the draft invoices of what is not invoiced yet of each payment, in place of those there are.

        :raise UserError: more has been invoiced of a payment than the plan says now
        """
        for contract in self.sudo():  # sudo: whoever approves needs no rights of accounting
            contract = contract.with_company(contract.company_id).with_context(lang=contract.partner_id.lang)
            if not contract._is_planned():
                continue
            contract.milestone_ids._check_invoiced()
            contract._drop_draft_invoices()
            left = contract._worth_left()
            values = []
            for milestone in contract.milestone_ids.sorted(lambda row: (row.sequence, row.id)):
                if contract.currency_id.compare_amounts(milestone.amount_to_invoice, 0) > 0:
                    values.append(milestone._prepare_invoice(left.take(milestone.amount_to_invoice)))
            moves = self.env["account.move"].sudo().with_company(contract.company_id).create(values)
            if contract.type_id.receivable_mode == "posted":
                for move in moves:
                    move.invoice_date = fields.Date.context_today(contract)
                moves._post(soft=False)

    def _drop_draft_invoices(self):
        """Take away the invoices that are not posted; with sudo."""
        self.move_ids.filtered(lambda move: move.state == "draft" and move.crm_milestone_id).unlink()

    def _worth(self):
        """:return: ``Worth`` of the whole contract, in its currency, with keys of tax ids"""
        self.ensure_one()
        base_lines = [line._tax_base_line() for line in self.line_ids]
        AccountTax = self.env["account.tax"]
        AccountTax._add_tax_details_in_base_lines(base_lines, self.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, self.company_id)
        return self._add_worth(Worth(self.currency_id.round), base_lines)

    def _worth_left(self):
        """:return: ``Worth`` of what no posted invoice has taken yet"""
        self.ensure_one()
        left, whole = self._worth(), self._worth()
        for move in self.move_ids.filtered(lambda move: move.state == "posted"):
            base_lines, _tax_lines = move._get_rounded_base_and_tax_lines()
            self._add_worth(left, base_lines, -move._crm_sign())
        amounts = [part["untaxed"] for part in left.parts.values()]
        if whole.parts.keys() != left.parts.keys() or min(amounts, default=0) < 0 or left.total() <= 0:
            # somebody has invoiced with other taxes: what is left is shared as the whole contract
            rest = max(self.amount_to_invoice, 0)
            left = whole.scaled(rest) if whole.total() else whole
        return left

    @api.model
    def _add_worth(self, worth, base_lines, sign=1):
        """Add base lines of taxes, rounded; amounts of invoices of purchases and sales alike are positive."""
        for base_line in base_lines:
            details = base_line["tax_details"]
            worth.add(
                tuple(base_line["tax_ids"].ids),
                details["total_excluded_currency"] + details["delta_total_excluded_currency"],
                {
                    str(data["tax"].id): (data["base_amount_currency"], data["tax_amount_currency"])
                    for data in details["taxes_data"]
                    if not data["is_reverse_charge"]
                },
                sign,
            )
        return worth


class CrmContractMilestone(models.Model):
    """A payment of the plan: what it is invoiced, and when it is due."""

    _inherit = "crm.contract.milestone"

    # FIELDS
    move_ids = fields.One2many("account.move", "crm_milestone_id", string="Invoices")
    amount_invoiced = fields.Monetary(string="Invoiced", compute="_compute_money", store=True)
    amount_received = fields.Monetary(string="Received", compute="_compute_money", store=True)
    amount_to_invoice = fields.Monetary(string="To Invoice", compute="_compute_money", store=True)
    amount_open = fields.Monetary(string="To Receive", compute="_compute_money", store=True)
    days_late = fields.Integer(compute="_compute_days_late")

    # COMPUTE
    @api.depends("amount", "move_ids.state", "move_ids.amount_total", "move_ids.amount_residual")
    def _compute_money(self):
        for milestone in self:
            invoiced, received = milestone.sudo().move_ids._crm_money()  # sudo: sums only
            milestone.amount_invoiced = invoiced
            milestone.amount_received = received
            milestone.amount_to_invoice = milestone.amount - invoiced
            milestone.amount_open = milestone.amount - received

    @api.depends(
        "due_event",
        "due_days",
        "contract_id.date_signed",
        "contract_id.date_accepted",
        "contract_id.date_delivered",
        "move_ids.invoice_date",
        "move_ids.state",
    )
    def _compute_date_due(self):
        return super()._compute_date_due()

    def _event_date(self):
        if self.due_event == "delivery":
            return self.contract_id.date_delivered
        if self.due_event == "invoice":
            # sudo: only the date
            moves = self.sudo().move_ids.filtered(lambda move: move.state == "posted" and move._crm_sign() > 0)
            return min(filter(None, moves.mapped("invoice_date")), default=False)
        return super()._event_date()

    @api.depends("date_due", "amount_open")
    def _compute_days_late(self):
        today = fields.Date.context_today(self)
        for milestone in self:
            late = milestone.date_due and milestone.currency_id.compare_amounts(milestone.amount_open, 0) > 0
            milestone.days_late = max((today - milestone.date_due).days, 0) if late else 0

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        self.env["crm.contract"]._check_facts(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self.env["crm.contract"]._check_facts([vals])
        return super().write(vals)

    # BUSINESS
    def _tell_date_due(self):
        """Open invoices are due when their payment is: called when something has happened that payments wait for."""
        for milestone in self.sudo():  # sudo: the dates of invoices follow the contract, whoever signs or delivers
            due = milestone._planned_date_due()
            for move in milestone.move_ids:
                is_open = move.state == "draft" or (move.state == "posted" and move.amount_residual)
                if is_open and move._crm_sign() > 0 and move.invoice_date_due != due:
                    move.invoice_date_due = due
                    terms = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
                    terms.date_maturity = due

    def _planned_date_due(self):
        """:return: when this payment is due, or will be as far as the contract tells"""
        self.ensure_one()
        contract = self.contract_id
        today = fields.Date.context_today(self)
        if self.date_due:
            return self.date_due
        planned = contract.date_signed or today
        if self.due_event in ("delivery", "acceptance"):
            planned = max(filter(None, contract.line_ids.mapped("delivery_date")), default=planned)
        return max(planned, today) + timedelta(days=self.due_days)

    def _check_invoiced(self):
        """:raise UserError: more is invoiced of a payment than it is"""
        for milestone in self:
            if milestone.currency_id.compare_amounts(milestone.amount_invoiced, milestone.amount) > 0:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s, payment “%(payment)s”: %(invoiced)s are invoiced, the payment is "
                        "%(amount)s. Change the contract, or make a credit note first.",
                        contract=milestone.contract_id.display_name,
                        payment=milestone.name,
                        invoiced=milestone.currency_id.format(milestone.amount_invoiced),
                        amount=milestone.currency_id.format(milestone.amount),
                    )
                )

    def _prepare_invoice(self, worth):
        """Values of the draft invoice of what is open of this payment.

        :param worth: ``Worth`` of it
        """
        self.ensure_one()
        contract = self.contract_id
        partner = contract.partner_id
        return {
            "move_type": "in_invoice" if contract._is_purchase() else "out_invoice",
            "partner_id": partner.address_get(["invoice"])["invoice"],
            "currency_id": contract.currency_id.id,
            "company_id": contract.company_id.id,
            "crm_contract_id": contract.id,
            "crm_milestone_id": self.id,
            "invoice_origin": contract.name,
            "ref": contract.name,
            "invoice_user_id": contract.user_id.id,
            "invoice_payment_term_id": False,
            "invoice_date_due": self._planned_date_due(),
            "fiscal_position_id": False,
            "invoice_line_ids": [
                Command.create(self._prepare_invoice_line(taxes, part)) for taxes, part in worth.parts.items()
            ],
        }

    def _prepare_invoice_line(self, taxes, part):
        """
        :param taxes: tuple of ids of the taxes
        :param part: amounts, see `Worth`
        """
        contract = self.contract_id
        amounts = {key[1]: (part["base", key[1]], amount) for key, amount in part.items() if key[0] == "tax"}
        included = self.env["account.tax"].browse(int(tax) for tax in amounts).filtered("price_include")
        price = part["untaxed"] + sum(amounts[str(tax.id)][1] for tax in included)
        label = f"{contract.name} {self.name}"
        if self.amount_type == "percent":
            label = f"{label} {self.percent:g} %"
        values = {
            "name": label,
            "quantity": 1,
            "price_unit": price,
            "tax_ids": [Command.set(taxes)],
            # Odoo takes these as they are, as it does with down payments of orders
            "extra_tax_data": {
                "computation_key": f"crm_contract_milestone,{self.id},{','.join(map(str, taxes))}",
                "manual_total_excluded_currency": part["untaxed"],
                "manual_tax_amounts": {
                    tax: {"base_amount_currency": base, "tax_amount_currency": amount}
                    for tax, (base, amount) in amounts.items()
                },
                "currency_id": contract.currency_id.id,
                "price_unit": price,
                "discount": 0.0,
                "quantity": 1.0,
            },
        }
        if account := self._invoice_account(taxes):
            values["account_id"] = account.id
        return values

    def _invoice_account(self, taxes):
        """The account of the contract's largest line with these taxes."""
        contract = self.contract_id
        lines = contract.line_ids.filtered(lambda line: tuple(line.tax_ids.ids) == taxes and line.product_id)
        line = lines.sorted("price_subtotal", reverse=True)[:1]
        accounts = line.product_id.product_tmpl_id.get_product_accounts() if line else {}
        return accounts.get("expense" if contract._is_purchase() else "income")
