from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.directory import Directory
from ..tools.guard import unlocked, values_of
from .crm_review_mixin import REVIEW_STATES

OPEN = ("waiting", "pending")
SNAPSHOT_LINES = 200


class CrmReview(models.Model):
    """One round of the review of a document: from its submission to the decision, or to its recall.

    Users read reviews; all changes go through the methods here and on `crm.review.line`, which check who asks. Each of
    them begins with :meth:`_begin`, so that of two who act at once the second acts on what the first has left.
    """

    _name = "crm.review"
    _description = "Review"
    _order = "id desc"
    _rec_name = "doc_name"

    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(string="Document ID", model_field="res_model", required=True, readonly=True)
    kind_id = fields.Many2one("crm.review.kind", string="Document", readonly=True, index=True, ondelete="restrict")
    flow_id = fields.Many2one("crm.review.flow", readonly=True, index=True, ondelete="restrict")
    round = fields.Integer(default=1, readonly=True)
    state = fields.Selection(
        [state for state in REVIEW_STATES if state[0] != "new"], required=True, readonly=True, default="pending"
    )
    rank = fields.Integer(readonly=True, help="Rank of the steps that are open.")
    lap = fields.Integer(default=1, readonly=True, help="Counts up each time the review goes back to an earlier step.")
    return_rank = fields.Integer(readonly=True, help="Rank that the review comes straight back to. 0: none.")
    requester_id = fields.Many2one("res.users", readonly=True, index=True, ondelete="restrict", required=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    doc_name = fields.Char(string="Number", readonly=True)
    partner_name = fields.Char(string="Customer", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    lock_version = fields.Integer(default=0, readonly=True)
    comment = fields.Text(string="Requester's Comment", readonly=True)
    snapshot = fields.Json(string="Document as Submitted", readonly=True)
    date_submit = fields.Datetime(string="Submitted On", readonly=True, default=fields.Datetime.now)
    date_end = fields.Datetime(string="Ended On", readonly=True)
    urged_on = fields.Datetime(readonly=True)
    line_ids = fields.One2many("crm.review.line", "review_id", string="Tasks", readonly=True)
    event_ids = fields.One2many("crm.review.event", "review_id", string="History", readonly=True)
    waiting_for = fields.Char(compute="_compute_waiting_for", compute_sudo=True)
    is_mine = fields.Boolean(string="Submitted by Me", compute="_compute_is_mine", search="_search_is_mine")
    is_reviewer = fields.Boolean(string="Waits for Me", compute="_compute_is_reviewer", search="_search_is_reviewer")
    document_readable = fields.Boolean(
        compute="_compute_document_readable", search="_search_document_readable", export_string_translation=False
    )

    _pending_uniq = models.UniqueIndex(
        "(res_model, res_id) WHERE state = 'pending'", "This document has just been submitted by somebody else. Reload."
    )
    _document = models.Index("(res_model, res_id)")

    # COMPUTE

    @api.depends("line_ids.state")
    def _compute_waiting_for(self):
        lines = self.env["crm.review.line"].search([("review_id", "in", self.ids), ("state", "=", "pending")])
        for review, own in lines.grouped("review_id").items():
            review.waiting_for = ", ".join(
                f"{step}: {', '.join(step_lines.user_id.mapped('name'))}"
                for step, step_lines in own.grouped("step_name").items()
            )
        (self - lines.review_id).waiting_for = ""

    @api.depends_context("uid")
    def _compute_is_mine(self):
        for review in self:
            review.is_mine = review.requester_id == self.env.user

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("requester_id", "=" if True in value else "!=", self.env.uid)

    @api.depends_context("uid")
    def _compute_is_reviewer(self):
        waiting = self.sudo().search(
            [("id", "in", self.ids), ("is_reviewer", "=", True)]
        )  # sudo: only the flag is told
        for review in self:
            review.is_reviewer = review.id in waiting._ids

    def _search_is_reviewer(self, operator, value):
        if operator != "in" or True not in value or False in value:
            return NotImplemented
        self.env["crm.review.line"].flush_model(["user_id", "state", "review_id"])
        pending = SQL("SELECT review_id FROM crm_review_line WHERE user_id = %s AND state = 'pending'", self.env.uid)
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = ANY(ARRAY(%s))", model._field_to_sql(alias, "id", query), pending
            )
        )

    @api.depends_context("uid")
    def _compute_document_readable(self):
        visible = set(self.sudo().search([("id", "in", self.ids), ("document_readable", "=", True)])._ids)
        for review in self:
            review.document_readable = review.id in visible

    def _search_document_readable(self, operator, value):
        """Reviews of documents that the user may read: asked, sent by or put before him, or within his rights."""
        if operator != "in" or True not in value:
            return NotImplemented
        if self.env["res.users"].browse(self.env.uid).has_group("crm_base.group_crm_admin"):
            return Domain.TRUE
        uid = self.env.uid
        self.env["crm.review.line"].flush_model(["user_id", "review_id"])
        mine = SQL("SELECT review_id FROM crm_review_line WHERE user_id = %s", uid)
        domains = [
            Domain("requester_id", "=", uid),
            Domain.custom(
                to_sql=lambda model, alias, query: SQL(
                    "%s = ANY(ARRAY(%s))", model._field_to_sql(alias, "id", query), mine
                )
            ),
        ]
        kinds = self.env["crm.review.kind"].sudo().search([])  # pylint: disable=no-search-all
        for kind in kinds:  # sudo: names of models only
            documents = self.env.get(kind.model)
            documents = None if documents is None else documents.with_user(uid).sudo(False)
            if documents is not None and documents.has_access("read"):
                readable = documents.with_context(active_test=False)._search([])
                domains.append(Domain("res_model", "=", kind.model) & Domain("res_id", "in", readable))
        return Domain.OR(domains)

    # NOBODY CHANGES HISTORY

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of a review is not deleted."))

    # DOCUMENT

    def _document(self):
        """:return: the document with sudo in an unlocked environment; empty if it has been deleted"""
        self.ensure_one()
        if self.res_model not in self.env:
            return self.browse()
        return unlocked(self.env[self.res_model].sudo().with_context(active_test=False)).browse(self.res_id).exists()

    @api.model
    def _kind_of(self, res_model):
        kind = self.env["crm.review.kind"]._of(res_model)
        if kind is None:
            raise UserError(self.env._("Documents of the model %(model)s are not reviewed.", model=res_model))
        return kind

    @api.model
    def _summary_of(self, document):
        kind = self._kind_of(document._name)
        number = document[kind.number]
        return {
            "number": number if isinstance(number, str) else document.display_name,
            "partner": document[kind.partner] if kind.partner else self.env["res.partner"],
            "amount": document[kind.amount] if kind.amount else None,
            "currency": document["currency_id"] if "currency_id" in document._fields else self.env["res.currency"],
        }

    @api.model
    def _summary_values(self, document):
        """:return: the values of the fields that reviews and tasks copy from their document"""
        has_hook = hasattr(document, "_review_summary")
        summary = document._review_summary() if has_hook else self._summary_of(document)
        currency = summary["currency"] or self._company_of(document).currency_id
        return {
            "doc_name": summary["number"] or document.display_name,
            "partner_name": summary["partner"].display_name if summary["partner"] else False,
            "amount": summary["amount"] or 0.0,
            "currency_id": currency.id if summary["amount"] is not None else False,
        }

    @api.model
    def _company_of(self, document):
        company = document["company_id"] if "company_id" in document._fields else self.env["res.company"]
        return company or self.env.company

    @api.model
    def _snapshot_of(self, document, kind):
        """What is kept of the document, for `as_submitted`.

        :return: {"fields": {name: value}, "lines": {name: [{name: value}]}}
        """

        def values(records):
            silent = kind.talk | {kind.id_field, kind.state_field}
            names = {name for name in records._fields if not name.startswith("crm_search_")} - silent
            return [*values_of(records, names).values()]

        return {
            "fields": values(document)[0],
            "lines": {name: values(document[name][:SNAPSHOT_LINES]) for name in kind.lines},
        }

    # SUBMIT

    @api.model
    def action_submit(self, res_model, res_ids):
        """Submit documents, or open the dialog where a step needs reviewers chosen by the requester.

        :return: action of the dialog, or True
        """
        documents = self._check_submit(res_model, res_ids)
        for document in documents:
            choices = self._choice_steps(document)
            if choices and len(documents) > 1:
                raise UserError(
                    self.env._(
                        "%(document)s: its reviewers must be chosen. Submit it alone.", document=document.display_name
                    )
                )
            if choices:
                return self.ask_submit(res_model, document.id)
        self.submit(res_model, res_ids)
        return True

    @api.model
    def submit(self, res_model, res_ids, comment=None, chosen=None):
        """Submit documents for review.

        :param str res_model: technical name of their model
        :param res_ids: ids
        :param str comment: for the reviewers
        :param dict chosen: {id of a step: ids of users}, for the steps whose reviewers the requester chooses
        :return: ids of the reviews
        :raise UserError: a document is under review, not ready, or matches no flow
        """
        documents = self._check_submit(res_model, res_ids)
        reviews = self.sudo().browse()
        for document in documents:
            reviews |= self._submit_one(document, comment, chosen or {})
        return reviews.ids

    @api.model
    def _check_submit(self, res_model, res_ids):
        kind = self._kind_of(res_model)
        if not kind.active:
            raise UserError(self.env._("Documents of this kind are not submitted for review any more."))
        documents = self.env[res_model].browse(res_ids).exists()
        documents.check_access("write")
        for document in documents:
            state = document.sudo()[kind.state_field]
            if state == "pending":
                raise UserError(self.env._("%(document)s is under review already.", document=document.display_name))
            if state == "approved" and kind.lock_approved:
                raise UserError(self.env._("%(document)s is approved already.", document=document.display_name))
            if hasattr(document, "_review_check"):
                document._review_check()
        # sudo: the way of a document and its marks are the engine's business; who asks has been checked
        return unlocked(documents.sudo())

    @api.model
    def _plan(self, document):
        """Which way a document will go.

        :return: flow (empty if none matches), ``Directory``, the requester's department, the review before (empty for
            the first round) and the rank to start with, as the document was rejected there; 0: the first
        """
        # sudo: the rounds before, whoever submitted them
        last = self.sudo().search([("res_model", "=", document._name), ("res_id", "=", document.id)], limit=1)
        directory = Directory(self.env, self._company_of(document))
        department = directory.department(self.env.user)
        if last.state == "rejected" and last.return_rank and last.flow_id.active:
            return last.flow_id, directory, department, last, last.return_rank
        departments = {one.id for one in directory.ancestors(department)}
        Flow = self.env["crm.review.flow"]
        candidates = Flow._candidates(self._kind_of(document._name).id)
        return Flow._match(document, candidates, directory.company, departments), directory, department, last, 0

    @api.model
    def _choice_steps(self, document):
        """:return: the steps on a document's way whose reviewers its requester chooses"""
        flow, _directory, _department, _last, start = self._plan(document)
        return flow._choice_steps(document, start)

    def _submit_one(self, document, comment, chosen):
        kind = self._kind_of(document._name)
        flow, directory, department, last, start = self._plan(document)
        if not flow and kind.without_flow == "refuse":
            raise UserError(
                self.env._(
                    "No review flow matches %(document)s. Ask the administrator to put one in force.",
                    document=document.display_name,
                )
            )
        chosen = (last.snapshot or {}).get("chosen", {}) | {str(step): users for step, users in chosen.items()}
        chosen = self._check_choices(flow._choice_steps(document, start), chosen)
        review = self.sudo().create(
            {
                "res_model": document._name,
                "res_id": document.id,
                "kind_id": kind.id,
                "flow_id": flow.id,
                "round": last.round + 1,
                "requester_id": self.env.uid,
                "department_id": department.id,
                "company_id": directory.company.id,
                "comment": comment,
            }
        )
        document.write({kind.id_field: review.id, kind.state_field: "pending"})
        self._adopt_files(document, kind)
        if hasattr(document, "_review_on_submitted"):
            document._review_on_submitted()
        review.write(
            self._summary_values(document) | {"snapshot": self._snapshot_of(document, kind) | {"chosen": chosen}}
        )
        review._log("submit", comment=comment)
        review._post(self.env._("Submitted for review"), comment)
        review._advance(directory, start=start)
        return review

    def _check_choices(self, steps, chosen):
        """:return: {id of a step, as text: ids of users}, of these steps only"""
        checked = {}
        for step in steps:
            users = self.env["res.users"].sudo().browse(chosen.get(str(step.id), ())).exists()
            wrong = users.filtered(lambda user: user.share or not user.active)
            if wrong:
                raise UserError(self.env._("%(user)s cannot review. Choose somebody else.", user=wrong[0].name))
            if not users or (users == self.env.user and step.flow_id.self_review == "skip"):
                raise UserError(self.env._("Choose who is to review “%(step)s”, other than yourself.", step=step.name))
            checked[str(step.id)] = users.ids
        return checked

    @api.model
    def _adopt_files(self, document, kind):
        """Files that the requester has uploaded into fields of the document become its own, and are locked with it."""
        for name, field in document._fields.items():
            if field.type == "many2many" and field.comodel_name == "ir.attachment" and name not in kind.talk:
                files = document[name].filtered(lambda file: not file.res_id and file.create_uid.id == self.env.uid)
                files.write({"res_model": document._name, "res_id": document.id})

    # CONCURRENCY

    def _begin(self):
        """Become the only one who acts on these reviews until the end of the transaction.

        Whoever comes second waits for the first and then gets a serialization failure, upon which Odoo repeats his call
        on what the first has left behind. (A row lock alone would let him go on with what he had read before.)
        """
        for review in self.sorted("id"):
            self.env.cr.execute(
                SQL("UPDATE crm_review SET lock_version = lock_version + 1 WHERE id = %s RETURNING state", review.id),
                log_exceptions=False,  # that two meet is no error
            )
            if not self.env.cr.fetchall():
                raise errors.SerializationFailure
        self.invalidate_recordset(["lock_version"])

    def _check_pending(self):
        for review in self:
            if review.state != "pending":
                raise UserError(
                    self.env._(
                        "The review of %(document)s has ended: %(state)s.",
                        document=review.doc_name,
                        state=dict(review._fields["state"]._description_selection(self.env))[review.state],
                    )
                )

    # THE WAY THROUGH THE STEPS; all of it with sudo

    def _advance(self, directory=None, start=0):
        """Open the next steps that somebody has to look at; without any, the document is approved.

        :param int start: rank to begin with, 0 for the one after the present one
        """
        self.ensure_one()
        directory = directory or Directory(self.env, self.company_id)
        document = self._document()
        if not document:
            self._finish("recalled", self.env._("The document has been deleted"))
            return
        if not start and self.return_rank:
            start, self.return_rank = self.return_rank, 0
        for rank in self.flow_id._ranks():
            if rank < start or (not start and rank <= self.rank):
                continue
            self.rank = rank
            if self._open_rank(rank, document, directory):
                return
        self._finish("approved")

    def _open_rank(self, rank, document, directory):
        """:return: whether anybody has something to do in this rank"""
        opened = self.env["crm.review.line"]
        stops = self.flow_id._plan_rank(
            rank,
            document,
            self.requester_id,
            self.department_id,
            directory,
            self._approvers_by_rank(),
            self.snapshot["chosen"],
        )
        for stop in stops:
            opened |= self.env["crm.review.line"]._open_step(self, stop.step, stop.assigned, stop.skipped)
        return bool(opened)

    def _approvers_by_rank(self):
        """:return: [ids of who approved the last time that the document went through a rank] for the ranks gone"""
        gone = self.line_ids.filtered(
            lambda line: line.rank < self.rank and line.counts_as in ("reviewer", "signer") and line.state == "approved"
        )
        latest = (sorted(lines.grouped("lap").items())[-1][1] for _rank, lines in sorted(gone.grouped("rank").items()))
        return [{*lines.acted_by_id.ids} for lines in latest]

    def _settle(self, line):
        """Draw the consequences of a decision on `line` for others' turns, its step, its rank and the review."""
        self.ensure_one()
        step_lines = self.line_ids.filtered(lambda one: one.step_id == line.step_id and one.lap == line.lap)
        if step_lines._outcome(("reviewer",)) is not None:  # added signers are still waited for
            step_lines.filtered(lambda one: one.state in OPEN and one.counts_as == "reviewer")._close("cancelled", line)
        step_lines._wake()
        outcome = step_lines._outcome()
        if outcome is False:
            self._go_back(line, line.reject_rank, line.come_back)
        elif outcome:
            rank_lines = self.line_ids.filtered(lambda one: one.rank == line.rank and one.lap == line.lap)
            if not rank_lines.filtered(lambda one: one.state in OPEN):
                self._advance()

    def _go_back(self, line, rank, come_back):
        """After a rejection: to the steps of `rank` again, or to the requester."""
        self.line_ids.filtered(lambda one: one.state in OPEN)._close("cancelled", line)
        self.return_rank = line.rank if come_back else 0
        if rank:
            self.lap += 1
            back_rank = self.return_rank
            self.return_rank = 0  # not what the earlier step itself comes back to
            document, directory = self._document(), Directory(self.env, self.company_id)
            self.rank = rank
            opened = self._open_rank(rank, document, directory)
            self.return_rank = back_rank
            if not opened:
                self._advance(directory)
        else:
            self._finish("rejected", line.comment)

    def _finish(self, state, comment=None):
        """End this review."""
        self.ensure_one()
        self.line_ids.filtered(lambda one: one.state in OPEN)._close("cancelled")
        self.write({"state": state, "date_end": fields.Datetime.now()})
        self.flush_recordset(["state"])  # before a new round begins, for the unique index
        self._log("finish", comment=comment, after={"state": state})
        document = self._document()
        if not document:
            return
        document.write({self._kind_of(self.res_model).state_field: state})
        hook = "_review_on_approved" if state == "approved" else "_review_on_rejected"
        if hasattr(document, hook):
            getattr(document, hook)()
        labels = dict(self._fields["state"]._description_selection(self.env))
        self._post(self.env._("Review ended: %(state)s", state=labels[state]), comment)
        if state != "recalled":
            self._notify(
                self.requester_id,
                self.env._("%(document)s: %(state)s", document=self.doc_name, state=labels[state]),
                comment,
            )

    # ACTIONS OF THE REQUESTER AND THE ADMINISTRATOR

    def _check_requester(self):
        self.check_access("read")
        for review in self.sudo():
            if review.requester_id != self.env.user and not self.env.user.has_group("crm_base.group_crm_admin"):
                raise AccessError(
                    self.env._(
                        "%(document)s was submitted by %(user)s. Ask him or the administrator.",
                        document=review.doc_name,
                        user=review.requester_id.name,
                    )
                )

    def action_recall(self, comment=None):
        """Take these documents back out of review, as their requester or the administrator.

        :raise UserError: the review has ended, or the flow does not allow it (any more)
        """
        self._check_requester()
        self._begin()
        for review in self.sudo():
            review._check_pending()
            decided = review.line_ids.filtered(lambda line: line.state in ("approved", "rejected"))
            allowed = review.flow_id.recall
            if allowed == "never" or (allowed == "undecided" and decided):
                raise UserError(
                    self.env._(
                        "%(document)s cannot be recalled any more. Ask a reviewer to reject it.",
                        document=review.doc_name,
                    )
                )
            review._log("recall", comment=comment)
            review._finish("recalled", comment)
        return True

    def action_urge(self, comment=None):
        """Remind those whom these reviews wait for.

        :raise UserError: they were reminded a short while ago
        """
        self._check_requester()
        self._begin()
        for review in self.sudo():
            review._check_pending()
            pause = review.company_id.review_urge_minutes
            again = review.urged_on and fields.Datetime.add(review.urged_on, minutes=pause)
            if again and again > fields.Datetime.now():
                local = fields.Datetime.context_timestamp(self, again)
                raise UserError(
                    self.env._(
                        "%(document)s was urged a short while ago. You may urge again after %(time)s.",
                        document=review.doc_name,
                        time=local.strftime("%H:%M"),
                    )
                )
            review.urged_on = fields.Datetime.now()
            pending = review.line_ids.filtered(lambda line: line.state == "pending")
            review._log("urge", comment=comment, after={"users": ", ".join(pending.user_id.mapped("name"))})
            for line in pending:
                review._notify(
                    line.user_id,
                    self.env._("Urged: please review %(document)s", document=review.doc_name),
                    comment,
                    line,
                )
        return True

    def action_cc(self, user_ids, comment=None):
        """Send copies of these reviews to users, who may then read them and their documents.

        :raise AccessError: only who has part in a review sends copies of it
        """
        self.check_access("read")
        users = self.env["res.users"].browse(user_ids).exists()
        wrong = users.filtered(lambda user: user.share or not user.active)
        if wrong:
            raise UserError(self.env._("%(user)s cannot be sent a copy. Choose a colleague.", user=wrong[0].name))
        if not self.env.user.has_group("crm_base.group_crm_admin"):
            for review in self.sudo():  # sudo: who has part in it
                people = review.requester_id | review.line_ids.filtered(lambda line: line.kind != "cc").user_id
                if self.env.user not in people:
                    raise AccessError(
                        self.env._(
                            "Copies of %(document)s are sent by its requester and its reviewers.",
                            document=review.doc_name,
                        )
                    )
        self._begin()
        for review in self.sudo():
            lines = self.env["crm.review.line"].sudo()._copy_to(review, users, comment=comment)
            if lines:
                review._log("cc", comment=comment, after={"users": ", ".join(lines.user_id.mapped("name"))})
        return True

    # TELLING PEOPLE

    def _log(self, action, line=None, **vals):
        """Add an event to each of these reviews."""
        self.env["crm.review.event"]._log(
            [
                {
                    "review_id": review.id,
                    "action": action,
                    "line_id": line.id if line else False,
                    "step_name": line.step_name if line else False,
                    "for_user_id": (
                        line.origin_user_id.id or (line.user_id.id if line.user_id.id != self.env.uid else False)
                    )
                    if line
                    else False,
                    **vals,
                }
                for review in self
            ]
        )

    def _post(self, text, comment=None):
        """Note something in the document's chatter, if it has one."""
        document = self._document()
        if document and hasattr(document, "_message_log"):
            body = f"{text}: {comment}" if comment else text
            document._message_log(body=body, author_id=self.env.user.partner_id.id)

    def _notify(self, user, subject, comment=None, line=None):
        """Send a user a message about this review, in the way he receives Odoo's messages."""
        document = self._document()
        if not document or user == self.env.user or not user.active:
            return
        record = user.with_context(lang=user.lang)
        body = (
            self.env["ir.qweb"]
            .with_context(lang=user.lang)
            ._render(
                "crm_review.crm_review_message",
                {"review": self, "line": line, "comment": comment, "url": line._mail_url() if line else self._url()},
                minimal_qcontext=True,
            )
        )
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=record.partner_id.ids,
            subject=subject,
            body=body,
            model=self.res_model if hasattr(document, "message_notify") else False,
            res_id=self.res_id if hasattr(document, "message_notify") else False,
            email_layout_xmlid="mail.mail_notification_light",
        )

    def action_open_document(self):
        """:return: action that opens the document"""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _url(self):
        return f"{self.get_base_url()}/odoo/{self.res_model}/{self.res_id}"

    # WHAT THE GUARD ASKS AND TELLS

    @api.model
    def _editable_fields(self, documents, kind, model_name=None):
        """:return: names of fields that the user may change now on each of the documents under review

        :param documents: with sudo
        :param model_name: the model of the fields, the documents' own by default
        """
        # sudo: the user's own tasks, and the definition of their steps
        lines = (
            self.env["crm.review.line"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.env.uid),
                    ("state", "=", "pending"),
                    ("res_model", "=", kind.model),
                    ("res_id", "in", documents.ids),
                    ("kind", "!=", "cc"),
                ]
            )
        )
        names = None
        for document in documents:
            steps = lines.filtered(lambda line, id_=document.id: line.res_id == id_).step_id
            own = self.env["crm.review.step"]._editable_names(steps, model_name or kind.model) if steps else set()
            names = own if names is None else names & own
        return names or set()

    @api.model
    def _log_change(self, document, kind, before, after, line=None):
        """:param line: record of the document's lines that has changed, None: the document itself"""
        # sudo: the permitted change of a document is recorded whoever makes it
        review = document.sudo()[kind.id_field]
        if review:
            part = {} if line is None else {"part_model": line._name, "part_name": line.display_name}
            review._log("change", before=before, after=after, **part)
