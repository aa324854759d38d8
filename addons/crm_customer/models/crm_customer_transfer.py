import random
import time
from collections import namedtuple
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

BATCH_SIZE = 500
AT_ONCE = 200  # customers that are handed over within the request
TURN_SECONDS = 45  # well under Odoo's default limit_time_real of 120 s
MAX_TRIES = 5
OPEN_STATES = ("waiting", "running")

# Documents that go along: the option that says so, their model, the path to their customer, the field of their
# owner, and which of them.
Along = namedtuple("Along", "option model customer owner domain")


class CrmCustomerTransfer(models.Model):
    """A hand-over of customers to a colleague, with what their salespeople have open for them, or to a public pool.

    A handful of customers is handed over at once. More are a job in the background: each batch is one transaction, in
    which its customers move with all that goes along, so that whatever stops the job leaves no customer half moved,
    and it goes on where it was. Users write drafts only; the rest is written by the methods here.
    """

    _name = "crm.customer.transfer"
    _description = "Customer Hand-over"
    _inherit = ["crm.review.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    _review_number = "name"
    _review_lines = ("line_ids",)

    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    user_id = fields.Many2one(
        "res.users", string="Requester", required=True, readonly=True, default=lambda self: self.env.user, index=True
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today, copy=False)
    to_user_id = fields.Many2one(
        "res.users", string="Hand Over To", index=True, domain="[('share', '=', False)]", tracking=True
    )
    to_pool_id = fields.Many2one("crm.customer.pool", string="Into the Pool", tracking=True)
    reason = fields.Text(tracking=True)
    with_quotations = fields.Boolean(string="Open Quotations", default=True)
    with_opportunities = fields.Boolean(string="Open Opportunities", default=True)
    with_visit_plans = fields.Boolean(string="Planned Visits", default=True)
    with_activities = fields.Boolean(string="Planned Activities", default=True)
    keep_read_days = fields.Integer(
        string="Former Salesperson Reads On (days)",
        help="For how many days the former salespeople may still read the customers. 0: not at all.",
    )
    leaver_id = fields.Many2one(
        "res.users", readonly=True, copy=False, help="All else of this user is handed over at the end, too."
    )
    from_user_id = fields.Many2one(
        "res.users", string="All Customers Of", context={"active_test": False}, domain="[('share', '=', False)]"
    )
    state_ids = fields.Many2many("res.country.state", string="Regions")
    line_ids = fields.One2many("crm.customer.transfer.line", "transfer_id", string="Customers")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("stopped", "Stopped"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    message = fields.Char(readonly=True, copy=False)
    total_count = fields.Integer(string="Customers in All", readonly=True, copy=False)
    processed_count = fields.Integer(string="Processed", readonly=True, copy=False)
    skipped_count = fields.Integer(string="Left Out", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    turn_date = fields.Datetime(readonly=True, copy=False, help="When it last had a turn in the background.")
    finish_date = fields.Datetime(string="Finished On", readonly=True, copy=False)
    needs_review = fields.Boolean(compute="_compute_needs_review")
    has_opportunities = fields.Boolean(compute="_compute_has_opportunities")

    _keep_read_days_positive = models.Constraint(
        "CHECK (keep_read_days >= 0)", "The days of further reading cannot be negative."
    )
    _name_uniq = models.UniqueIndex("(company_id, name) WHERE name IS NOT NULL", "This number is taken already.")

    # COMPUTE
    @api.depends("name")
    def _compute_display_name(self):
        for transfer in self:
            transfer.display_name = transfer.name or self.env._("Draft hand-over")

    @api.depends("processed_count", "total_count")
    def _compute_progress(self):
        for transfer in self:
            transfer.progress = 100 * transfer.processed_count / transfer.total_count if transfer.total_count else 0

    def _compute_needs_review(self):
        Review = self.env["crm.review"]
        for transfer in self:
            draft = transfer.sudo()._origin if transfer.state == "draft" else False
            transfer.needs_review = bool(draft and Review._plan(draft)[0])

    def _compute_has_opportunities(self):
        self.has_opportunities = "crm.lead" in self.env

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_writable(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_writable(vals)
        if not self.env.su and vals.keys() - self.env["crm.review.kind"]._of(self._name).talk:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts(self):
        self._check_draft()

    def _check_writable(self, vals):
        if self.env.su:
            return
        written = {name for name in vals if name in self._fields and self._fields[name].readonly}
        if vals.get("user_id") == self.env.uid:
            written -= {"user_id"}
        if written - self.env["crm.review.kind"]._of(self._name).talk:
            raise AccessError(self.env._("How far a hand-over is, and whose it is, is not written by hand."))

    def _check_draft(self):
        for transfer in self:
            if transfer.state != "draft":
                raise UserError(
                    self.env._(
                        "%(name)s is not a draft any more and stays as it is. Make another hand-over.",
                        name=transfer.display_name,
                    )
                )

    # ACTION
    def action_add_customers(self):
        """Add the customers of the chosen salesperson, or of the chosen regions, or both, in the user's data scope."""
        self.ensure_one()
        self._check_draft()
        if not self.from_user_id and not self.state_ids:
            raise UserError(self.env._("Choose the salesperson or the regions whose customers are to be added."))
        domain = Domain("is_crm_customer", "=", True) & Domain("id", "not in", self.line_ids.partner_id.ids)
        if self.from_user_id:
            domain &= Domain("user_id", "=", self.from_user_id.id)
        if self.state_ids:
            domain &= Domain("state_id", "in", self.state_ids.ids)
        owner_ids = self.env.user._crm_scope_owner_ids()
        domain &= Domain("user_id", "!=", False) if owner_ids is None else Domain("user_id", "in", owner_ids)
        customers = self.env["res.partner"].search(domain & Domain("user_id", "!=", self.to_user_id.id), order="id")
        if not customers:
            raise UserError(self.env._("No further customers in your data scope are found."))
        self._add_customers(customers)
        return True

    def _add_customers(self, customers):
        self.env["crm.customer.transfer.line"].create(
            [{"transfer_id": self.id, "partner_id": customer.id} for customer in customers]
        )

    def action_hand_over(self):
        """Hand over at once, or submit for review where a review flow is in force for it."""
        self.ensure_one()
        if self.needs_review:
            return self.action_review_submit()
        self.check_access("write")
        self._review_check()
        # sudo: who asks, and for which customers, has been checked
        self.sudo()._start()
        return True

    def action_stop(self):
        """Stop a job in the background; what is handed over stays so."""
        self.check_access("write")
        # sudo: users write drafts only, this one may stop it
        self.sudo().filtered(lambda transfer: transfer.state in OPEN_STATES).state = "stopped"

    def action_continue(self):
        """Go on with a job that was stopped or has failed."""
        self.check_access("write")
        stopped = self.filtered(lambda transfer: transfer.state in ("stopped", "failed"))
        stopped.sudo().write({"state": "waiting", "message": False})  # sudo: as in action_stop
        self._wake_cron()

    def action_refresh(self):
        return True

    # REVIEW
    def _review_check(self):
        self._check_draft()
        if bool(self.to_user_id) == bool(self.to_pool_id):
            raise UserError(self.env._("Choose the colleague to whom, or the pool into which the customers go."))
        if not self.line_ids:
            raise UserError(self.env._("Add the customers to be handed over."))
        if not (self.reason or "").strip():
            raise UserError(self.env._("Give the reason of the hand-over."))
        if self.to_user_id:
            self.env["res.partner"]._crm_check_receiver(self.to_user_id.sudo())  # sudo: any colleague may be named
        self.to_pool_id.check_access("read")
        self.line_ids._check_partner()

    def _review_on_submitted(self):
        self._give_number()

    def _review_on_approved(self):
        self._start()

    @api.model
    def _crm_scope_read_grants(self):
        return [*super()._crm_scope_read_grants(), [("to_user_id", "=", self.env.uid)]]

    @api.model
    def _crm_scope_depends(self):
        return [*super()._crm_scope_depends(), "to_user_id"]

    # BUSINESS
    @api.model
    def _documents_along(self):
        """What the receiver gets with a customer. Add-ons add their documents, each with an option field.

        :return: list of ``Along``
        """
        along = [
            Along("with_quotations", "sale.order", "crm_customer_id", "user_id", [("state", "in", ("draft", "sent"))]),
            Along("with_visit_plans", "crm.visit.plan", "partner_id", "user_id", [("state", "=", "planned")]),
        ]
        if "crm.lead" in self.env:
            along.append(
                Along(
                    "with_opportunities",
                    "crm.lead",
                    "partner_id.crm_customer_id",
                    "user_id",
                    [("won_status", "=", "pending")],
                )
            )
        return along

    def _give_number(self):
        for transfer in self.filtered(lambda transfer: not transfer.name):
            transfer.name = self.env["crm.numbering.rule"]._next_number(
                "customer_transfer", company=transfer.company_id
            )

    def _start(self):
        """Hand over now, or in the background if there are many customers."""
        self._give_number()
        for transfer in self:
            count = len(transfer.line_ids)
            transfer.write({"total_count": count, "state": "waiting" if count > AT_ONCE else "running"})
            if count <= AT_ONCE:
                transfer._process_batch(transfer.line_ids)
                transfer._finish()
            else:
                self._wake_cron()

    @api.model
    def _wake_cron(self):
        # sudo: waking the scheduled action says nothing to the user and gives him no right
        self.env.ref("crm_customer.customer_transfer_cron").sudo()._trigger()

    @api.model
    def _cron_process(self):
        """Give the open jobs their turns, the one that waited longest first, until the time is used up."""
        self = self.sudo()  # sudo: users write drafts only; the hand-over itself is in the requester's name
        end = time.monotonic() + TURN_SECONDS
        domain = [("state", "in", OPEN_STATES)]
        while transfer := self.search(domain, order="turn_date NULLS FIRST, id", limit=1).try_lock_for_update():
            try:
                transfer._process_turn(end)
            except Exception as error:
                self.env.cr.rollback()
                if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                    raise
                message = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
                transfer.write({"state": "failed", "message": message})
            self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
            if time.monotonic() >= end:
                break

    def _process_turn(self, end):
        self.write({"state": "running", "turn_date": fields.Datetime.now()})
        self.env["ir.cron"]._commit_progress(remaining=1)
        while self._commit_batch():
            if time.monotonic() >= end:
                return
        if self.state == "running":
            self._finish()

    def _commit_batch(self):
        """Hand over and commit the next customers, again if another transaction was in the way.

        :return: whether to go on
        """
        for attempt in range(1, MAX_TRIES + 1):
            lines = self.env["crm.customer.transfer.line"].search(
                [("transfer_id", "=", self.id), ("state", "=", "waiting")], limit=BATCH_SIZE, order="id"
            )
            if not lines or self.state != "running":  # stopped meanwhile
                return False
            try:
                self._process_batch(lines)
                self.env["ir.cron"]._commit_progress(len(lines), remaining=1)
                return True
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if attempt == MAX_TRIES:
                    raise
                time.sleep(random.uniform(0, 0.2 * 2**attempt))

    def _process_batch(self, lines):
        """Hand over some customers with all that goes along, in the name of the requester."""
        # sudo: the requester's right to give them away was checked when he asked for it
        self = self.with_user(self.user_id).sudo().with_context(active_test=False)
        lines = lines.with_env(self.env)
        moving = lines.filtered(lambda line: not line._why_left_out())
        for line in lines - moving:
            line.write({"state": "skipped", "message": line._why_left_out()})
        if self.to_user_id:  # a pool has no use for documents
            self._move_documents(moving)
        # browsed anew: what comes of lines is prefetched by lines, whose cache the change empties
        customers = self.env["res.partner"].browse(moving.partner_id.ids)
        customers._crm_change_owner(
            "transferred", user=self.to_user_id, pool=self.to_pool_id, reason=self._history_reason()
        )
        self._keep_reading(moving)
        moving.state = "done"
        self.processed_count += len(lines)
        self.skipped_count += len(lines - moving)
        self.env.flush_all()
        self.env.invalidate_all()

    def _history_reason(self):
        return f"{self.name} {self.reason or ''}".strip()

    def _move_documents(self, lines):
        """Give what the former salespeople have open for their customers to the receiver."""
        owners = {line.partner_id.id: line.from_user_id for line in lines if line.from_user_id}
        among_them = Domain("user_id", "in", lines.from_user_id.ids)
        partners = self.env["res.partner"].search([("crm_customer_id", "in", list(owners))])
        # {model: {id of what an activity may hang on: whose of its activities move}}
        places = {"res.partner": {partner.id: owners[partner.crm_customer_id.id] for partner in partners}}
        for along in self._documents_along():
            domain = Domain(along.customer, "in", list(owners)) & Domain(along.owner, "in", lines.from_user_id.ids)
            documents = self._open_documents(along, domain).filtered(
                lambda document, along=along: document[along.owner] == owners[document.mapped(along.customer).id]
            )
            places[along.model] = {document.id: document[along.owner] for document in documents}
            self._give(documents, along.owner)
        if self.with_activities:
            domain = Domain.OR(
                Domain("res_model", "=", model) & Domain("res_id", "in", list(place)) for model, place in places.items()
            )
            activities = self._open_activities(domain & among_them)
            self._give(activities.filtered(lambda one: one.user_id == places[one.res_model][one.res_id]), "user_id")

    def _open_documents(self, along, domain):
        Model = self.env[along.model]
        return Model.search(Domain(along.domain) & domain) if self[along.option] else Model

    def _open_activities(self, domain):
        return self.env["mail.activity"].with_context(active_test=True).search(domain)

    def _give(self, records, owner):
        """
        :param owner: field of the records' owner, who is now the receiver
        """
        # the receiver is told of the whole once
        records = records.with_context(tracking_disable=True, mail_activity_quick_update=True)
        followed = "message_follower_ids" in records._fields
        for former, own in records.grouped(owner).items() if followed else ():
            own.message_unsubscribe(former.partner_id.ids)
        records.write({owner: self.to_user_id.id})
        if followed and records:
            records.message_subscribe(self.to_user_id.partner_id.ids)

    def _keep_reading(self, lines):
        if not self.keep_read_days or not self.to_user_id:  # what lies in a pool is shared with nobody
            return
        until = fields.Date.context_today(self) + timedelta(days=self.keep_read_days)
        self.env["crm.customer.share"].create(
            [
                {
                    "partner_id": line.partner_id.id,
                    "user_id": line.from_user_id.id,
                    "date_to": until,
                    "reason": self.name,
                }
                for line in lines
                if line.from_user_id.active
            ]
        )

    def _finish(self):
        if self.leaver_id:
            self._finish_leaving()
        self.write({"state": "done", "finish_date": fields.Datetime.now()})
        moved = self.line_ids.filtered(lambda line: line.state == "done").partner_id
        moved.with_user(self.user_id)._crm_notify_owner(self.to_user_id, self._history_reason())

    def _finish_leaving(self):
        """Hand over what a leaver has beside his customers, and freeze his account."""
        # sudo: only administrators let somebody leave
        self = self.with_user(self.user_id).sudo()
        leaver, heir = self.leaver_id, self.to_user_id
        reviews = self.env["crm.review.handover"].sudo(False)  # it asks itself whether the user is an administrator
        reviews.create({"user_id": leaver.id, "heir_id": heir.id, "comment": self._history_reason()}).action_hand_over()
        for along in self._documents_along():
            self._give(self._open_documents(along, Domain(along.owner, "=", leaver.id)), along.owner)
        self._give(self._open_activities(Domain("user_id", "=", leaver.id)), "user_id")
        shares = self.env["crm.customer.share"].search([("user_id", "=", leaver.id)])
        for share in shares.filtered(lambda share: share.owner_id != heir and share.state == "shared"):
            share.copy({"user_id": heir.id})
        shares.active = False
        assisted = self.env["res.partner"].with_context(active_test=False)
        assisted = assisted.search([("crm_assistant_ids", "in", leaver.ids)])
        assisted.crm_assistant_ids = [Command.unlink(leaver.id), Command.link(heir.id)]
        leaver.active = False


class CrmCustomerTransferLine(models.Model):
    _name = "crm.customer.transfer.line"
    _description = "Customer of a Hand-over"
    _rec_name = "partner_id"

    transfer_id = fields.Many2one("crm.customer.transfer", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_crm_customer', '=', True), ('user_id', '!=', False)]",
    )
    from_user_id = fields.Many2one(
        "res.users", string="Salesperson", compute="_compute_from_user_id", store=True, precompute=True
    )
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Handed over"), ("skipped", "Left out")],
        default="waiting",
        required=True,
        readonly=True,
    )
    message = fields.Char(readonly=True)

    _partner_uniq = models.UniqueIndex("(transfer_id, partner_id)", "A customer is handed over once by one hand-over.")
    _waiting = models.Index("(transfer_id, id) WHERE state = 'waiting'")

    @api.depends("partner_id")
    def _compute_from_user_id(self):
        for line in self:
            line.from_user_id = line.partner_id.user_id

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any({"state", "message", "from_user_id"} & vals.keys() for vals in vals_list):
            self._refuse()
        if not self.env.su:
            transfers = {vals.get("transfer_id") for vals in vals_list} - {None, False}
            self.env["crm.customer.transfer"].browse(transfers)._check_draft()
        lines = super().create(vals_list)
        lines._check_partner()
        return lines

    def write(self, vals):
        if not self.env.su and {"state", "message", "from_user_id", "transfer_id"} & vals.keys():
            self._refuse()
        self._check_draft()
        result = super().write(vals)
        if "partner_id" in vals:
            self._check_partner()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts(self):
        self._check_draft()

    def _refuse(self):
        raise AccessError(self.env._("What became of a customer of a hand-over is not written by hand."))

    def _check_draft(self):
        if not self.env.su:
            self.transfer_id._check_draft()

    def _check_partner(self):
        """:raise UserError, AccessError: a customer is not one that the user may give away"""
        if self.env.su:
            return
        self.partner_id._crm_check_may_give_away()
        for line in self:
            if not line.partner_id.is_crm_customer:
                raise UserError(
                    self.env._("%(name)s is no customer. Hand over its customer.", name=line.partner_id.name)
                )

    def _why_left_out(self):
        """:return: why this customer cannot be handed over now, or False"""
        self.ensure_one()
        customer, receiver = self.partner_id, self.transfer_id.to_user_id
        if not customer.is_crm_customer:
            return self.env._("No customer any more.")
        if receiver and customer.user_id == receiver:
            return self.env._("Is %(user)s's already.", user=receiver.name)
        if customer.user_id != self.from_user_id:
            return self.env._("Not %(user)s's any more.", user=self.from_user_id.name or "-")
        return False
