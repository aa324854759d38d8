import random
import time

from psycopg2 import IntegrityError

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import mute_logger

BATCH = 200
FOREGROUND_SECONDS = 2  # whoever waits longer gets a progress bar
TURN_SECONDS = 45  # well under Odoo's default limit_time_real of 120 s
MAX_TRIES = 5
KEEP_DAYS = 90


class CrmCustomerBulk(models.Model):
    """One change to many customers: a selection, or all that a search finds.

    It runs as who made it, with nothing but his rights, customer by customer where a batch meets one that may not be
    changed. What two seconds do not do goes on in the background; each batch is committed together with
    ``processed_count``, so that it goes on where it was when the server dies.
    """

    _name = "crm.customer.bulk"
    _description = "Bulk Action on Customers"
    _order = "id desc"
    _rec_name = "action"

    # FIELDS
    action = fields.Selection(
        [
            ("assign", "Assign to a Salesperson"),
            ("share", "Share"),
            ("tag", "Add Tags"),
            ("untag", "Remove Tags"),
            ("level", "Set Level"),
            ("archive", "Archive"),
        ],
        string="What to Do",
        required=True,
        default="assign",
    )
    selection = fields.Json(
        required=True, default=lambda self: self._default_selection(), export_string_translation=False
    )
    customer_count = fields.Integer(string="Number of Customers", compute="_compute_customer_count")
    user_id = fields.Many2one("res.users", string="Salesperson", domain="[('share', '=', False)]", ondelete="cascade")
    sharee_id = fields.Many2one("res.users", string="Shared With", domain="[('share', '=', False)]", ondelete="cascade")
    access = fields.Selection([("read", "Read"), ("edit", "Edit")], default="read")
    date_to = fields.Date(string="Until", help="The last day of the share. Empty: until it is revoked.")
    tag_ids = fields.Many2many("res.partner.category", string="Tags")
    level_id = fields.Many2one("crm.customer.level", string="Customer Level", ondelete="cascade")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        default="draft",
        required=True,
        copy=False,
    )
    customer_ids_json = fields.Json(copy=False, export_string_translation=False)
    run_context = fields.Json(copy=False, export_string_translation=False)
    total_count = fields.Integer(string="Total", copy=False)
    processed_count = fields.Integer(string="Processed", copy=False)
    failed_count = fields.Integer(string="With Errors", copy=False)
    progress = fields.Float(compute="_compute_progress")
    message = fields.Text(copy=False)
    turn_date = fields.Datetime(copy=False, help="When it last had a turn in the background.")
    finish_date = fields.Datetime(string="Finished On", copy=False)
    error_ids = fields.One2many("crm.customer.bulk.error", "bulk_id", string="Errors")

    _running = models.Index("(turn_date, id) WHERE state = 'running'")

    # COMPUTE
    @api.model
    def _default_selection(self):
        """What the list has selected: ids, or a domain where it is more than the web client sends ids of."""
        context = self.env.context
        ids = context.get("active_ids") or []
        # sudo: a technical parameter
        limit = int(self.env["ir.config_parameter"].sudo().get_param("web.active_ids_limit", 20000))
        if context.get("active_domain") is not None and len(ids) >= limit:
            return {"domain": context["active_domain"]}
        return {"ids": ids}

    @api.depends("selection", "total_count")
    def _compute_customer_count(self):
        for bulk in self:
            bulk.customer_count = bulk.total_count or bulk._selected(count=True)

    @api.depends("processed_count", "total_count")
    def _compute_progress(self):
        for bulk in self:
            bulk.progress = 100 * bulk.processed_count / bulk.total_count if bulk.total_count else 0

    def _selected(self, count=False):
        """The selected customers that the user sees, or their number."""
        selection = self.selection or {}
        ids = selection.get("ids") or []
        domain = selection["domain"] if "domain" in selection else [("id", "in", ids)]
        domain = [("is_crm_customer", "=", True), *domain]
        # archived ones may be selected one by one, a search says itself whether it wants them
        Partner = self.env["res.partner"].with_context(active_test="domain" in selection)
        return Partner.search_count(domain) if count else Partner.search(domain, order="id")

    # ACTION
    def action_start(self):
        """Begin; what is not done after two seconds goes on in the background.

        :return: action that shows what became of it
        """
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("This has been started already."))
        self._check_values()
        ids = self._selected().ids
        if not ids:
            raise UserError(self.env._("No customer is selected that you may see. Select some in the list."))
        self.write(
            {
                "customer_ids_json": ids,
                "total_count": len(ids),
                "state": "running",
                "run_context": {
                    "lang": self.env.lang,
                    "tz": self.env.context.get("tz") or self.env.user.tz,
                    "allowed_company_ids": self.env.companies.ids,
                },
            }
        )
        end = time.monotonic() + FOREGROUND_SECONDS
        runner = self._as_its_user()
        while self.state == "running" and time.monotonic() < end:
            runner._process_batch()
        if self.state == "done" and not self.failed_count:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._("%(count)s customers changed.", count=self.total_count),
                    "next": {"type": "ir.actions.client", "tag": "soft_reload"},
                },
            }
        if self.state == "running":
            # sudo: waking the scheduled action gives the user no right
            self.env.ref("crm_customer.ir_cron_customer_bulk").sudo()._trigger()
        return self._action_open()

    def action_cancel(self):
        """Stop; customers that are changed already stay so."""
        self.filtered(lambda bulk: bulk.state == "running").write(
            {"state": "cancelled", "finish_date": fields.Datetime.now()}
        )

    def action_failed_customers(self):
        """Show the customers with errors, to choose something else for them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.res_partner_action_customers")
        return {**action, "domain": [("id", "in", self.error_ids.partner_id.ids)], "context": {"active_test": False}}

    def _action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bulk Action on Customers"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("crm_customer.crm_customer_bulk_view_form").id, "form")],
            "target": "current",
        }

    def _check_values(self):
        """:raise UserError: what to set is missing"""
        needed = {"assign": "user_id", "share": "sharee_id", "tag": "tag_ids", "untag": "tag_ids", "level": "level_id"}
        fname = needed.get(self.action)
        if fname and not self[fname]:
            raise UserError(self.env._("Fill in %(field)s.", field=self._fields[fname]._description_string(self.env)))

    # BUSINESS
    def _as_its_user(self):
        """Itself with the rights, language and companies of who made it."""
        return self.with_user(self.create_uid).with_context(**(self.run_context or {}))

    @api.model
    def _cron_process(self):
        """Give the running ones their turns, the one that waited longest first, until the time is used up."""
        end = time.monotonic() + TURN_SECONDS
        cron = self.env["ir.cron"]
        domain = [("state", "=", "running")]
        while bulk := self.search(domain, order="turn_date NULLS FIRST, id", limit=1).try_lock_for_update():
            bulk.turn_date = fields.Datetime.now()
            try:
                bulk._process_turn(end)
            except Exception as error:
                self.env.cr.rollback()
                if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                    raise
                bulk.write({"state": "failed", "message": str(error), "finish_date": fields.Datetime.now()})
            cron._commit_progress(1, remaining=self.search_count(domain))
            if time.monotonic() >= end:
                break

    def _process_turn(self, end):
        """Work in the background, batch by batch, until ``end`` (time.monotonic)."""
        runner = self._as_its_user()
        while self.state == "running" and time.monotonic() < end:
            for attempt in range(1, MAX_TRIES + 1):
                try:
                    runner._process_batch()
                    self.env["ir.cron"]._commit_progress(1, remaining=1)
                    break
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    self.env.cr.rollback()
                    if attempt == MAX_TRIES:
                        raise
                    time.sleep(random.uniform(0, 0.2 * 2**attempt))
        if self.state == "done":
            self._notify()

    def _process_batch(self):
        """Change the next customers and note which could not be changed, and why."""
        if not self.create_uid.active:
            raise UserError(self.env._("The account of who started this is frozen."))
        ids = self.customer_ids_json[self.processed_count : self.processed_count + BATCH]
        customers = self.env["res.partner"].browse(ids)
        errors = {} if self._try(customers) is None else self._one_by_one(customers)
        processed = self.processed_count + len(ids)
        done = processed >= self.total_count
        self.env["crm.customer.bulk.error"].create(
            [
                {"bulk_id": self.id, "partner_id": customer.exists().id, "message": message}
                for customer, message in errors.items()
            ]
        )
        self.write(
            {
                "processed_count": processed,
                "failed_count": self.failed_count + len(errors),
                **({"state": "done", "finish_date": fields.Datetime.now()} if done else {}),
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def _one_by_one(self, customers):
        return {customer: message for customer in customers if (message := self._try(customer)) is not None}

    def _try(self, customers):
        """:return: why these customers cannot be changed, ``None`` if they are"""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self._apply(customers)
                self.env.flush_all()
        except (UserError, IntegrityError) as error:
            self.env.invalidate_all(flush=False)
            return str(error)
        return None

    def _apply(self, customers):
        match self.action:
            case "assign":
                customers.write({"user_id": self.user_id.id})
            case "share":
                common = {"user_id": self.sharee_id.id, "access": self.access, "date_to": self.date_to}
                self.env["crm.customer.share"].create([{"partner_id": customer.id, **common} for customer in customers])
            case "tag":
                customers.write({"category_id": [Command.link(tag.id) for tag in self.tag_ids]})
            case "untag":
                customers.write({"category_id": [Command.unlink(tag.id) for tag in self.tag_ids]})
            case "level":
                customers.write({"crm_level_id": self.level_id.id})
            case "archive":
                customers.action_archive()

    def _notify(self):
        """Tell who made it that it is over."""
        runner = self._as_its_user()
        runner.env.user._bus_send(
            "simple_notification",
            {
                "type": "warning" if self.failed_count else "success",
                "title": runner.env._("Bulk action finished"),
                "message": runner.env._(
                    "%(done)s of %(total)s customers changed, %(failed)s with errors.",
                    done=self.total_count - self.failed_count,
                    total=self.total_count,
                    failed=self.failed_count,
                ),
                "sticky": True,
            },
        )

    @api.autovacuum
    def _gc_old(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        old = ["|", ("finish_date", "<", limit), "&", ("state", "=", "draft"), ("create_date", "<", limit)]
        self.search(old, limit=1000).unlink()


class CrmCustomerBulkError(models.Model):
    _name = "crm.customer.bulk.error"
    _description = "Error of a Bulk Action on Customers"
    _rec_name = "message"

    bulk_id = fields.Many2one("crm.customer.bulk", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Customer", index="btree_not_null", ondelete="cascade")
    message = fields.Text(string="Error", required=True)
