import logging
import secrets

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import consteq

from ..tools.directory import Directory
from ..tools.outcome import step_outcome
from .crm_review import OPEN
from .crm_review_step import MODES

_logger = logging.getLogger(__name__)
DECIDED = ("approved", "rejected")


class CrmReviewLine(models.Model):
    """One person's task in a review, or his copy of it.

    The name of the step, the mode and the person are as they were when the step opened; nothing here depends on what
    the definition says today.
    """

    _name = "crm.review.line"
    _description = "Review Task"
    _order = "deadline, id"
    _rec_name = "doc_name"

    review_id = fields.Many2one("crm.review", required=True, readonly=True, ondelete="restrict")
    step_id = fields.Many2one(
        "crm.review.step", string="Step Definition", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    lap = fields.Integer(readonly=True)
    rank = fields.Integer(readonly=True)
    sequence = fields.Integer(readonly=True)
    step_name = fields.Char(string="Step", readonly=True)
    mode = fields.Selection(MODES, readonly=True)
    user_id = fields.Many2one("res.users", string="Reviewer", required=True, readonly=True, ondelete="restrict")
    origin_user_id = fields.Many2one("res.users", string="In the Name Of", readonly=True, ondelete="restrict")
    kind = fields.Selection(
        [
            ("normal", "Reviewer"),
            ("substitute", "Substitute"),
            ("forwarded", "Forwarded To"),
            ("delegated", "Delegate"),
            ("added", "Added Signer"),
            ("cc", "Copy"),
        ],
        string="As",
        required=True,
        readonly=True,
        default="normal",
    )
    counts_as = fields.Selection(
        [("reviewer", "Reviewer"), ("signer", "Added Signer"), ("opinion", "Opinion"), ("nothing", "Nothing")],
        required=True,
        readonly=True,
        default="reviewer",
        help="What the signature means for the outcome of the step.",
    )
    place = fields.Selection(
        [("before", "Before Me"), ("parallel", "Beside Me"), ("after", "After Me")],
        readonly=True,
        help="When an added signer signs, seen from who added him.",
    )
    parent_id = fields.Many2one(
        "crm.review.line", string="Comes From", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    reason = fields.Char(string="How Found", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("pending", "To Review"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("forwarded", "Forwarded"),
            ("skipped", "Passed Over"),
            ("cancelled", "No Longer Needed"),
            ("withdrawn", "Withdrawn"),
            ("copied", "Copied"),
        ],
        required=True,
        readonly=True,
        default="pending",
    )
    since = fields.Datetime(readonly=True)
    deadline = fields.Datetime(readonly=True)
    reminded = fields.Boolean(readonly=True)
    overdue_handled = fields.Boolean(readonly=True)
    acted_on = fields.Datetime(string="Decided On", readonly=True)
    acted_by_id = fields.Many2one("res.users", string="Decided By", readonly=True, ondelete="restrict")
    closed_by_id = fields.Many2one("crm.review.line", string="Settled By", readonly=True, ondelete="restrict")
    comment = fields.Text(readonly=True)
    signature = fields.Binary(readonly=True, attachment=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files", readonly=True)
    reject_rank = fields.Integer(readonly=True)
    come_back = fields.Boolean(readonly=True)
    return_rank = fields.Integer(
        readonly=True, help="Where the review would come straight back to when this was decided."
    )
    token = fields.Char(readonly=True, groups=NO_ACCESS, copy=False)
    seen_on = fields.Datetime(readonly=True)

    # as on the review, copied here so that lists need no other table
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True, readonly=True)
    kind_id = fields.Many2one("crm.review.kind", string="Document", readonly=True, ondelete="restrict")
    doc_name = fields.Char(string="Number", readonly=True)
    partner_name = fields.Char(string="Customer", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    requester_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    requester_name = fields.Char(string="Requester's Name", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue", string="Overdue")
    can_withdraw = fields.Boolean(compute="_compute_can_withdraw", compute_sudo=True)

    _todo = models.Index("(user_id, kind_id, deadline) INCLUDE (company_id) WHERE state = 'pending'")
    _person = models.Index("(user_id, res_model, res_id)")
    _done = models.Index("(user_id, acted_on DESC) WHERE state != 'pending'")
    _review = models.Index("(review_id, rank)")
    _document = models.Index("(res_model, res_id)")
    _deadlines = models.Index("(deadline) WHERE state = 'pending' AND deadline IS NOT NULL")

    # COMPUTE

    @api.depends("deadline", "state")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for line in self:
            line.is_overdue = line.state == "pending" and bool(line.deadline) and line.deadline < now

    def _search_is_overdue(self, operator, value):
        if operator != "in" or True not in value or False in value:
            return NotImplemented
        return [("state", "=", "pending"), ("deadline", "<", fields.Datetime.now())]

    @api.depends("state", "review_id.state", "review_id.rank", "review_id.lap")
    @api.depends_context("uid")
    def _compute_can_withdraw(self):
        for line in self:
            line.can_withdraw = line.acted_by_id.id == self.env.uid and not line._why_not_withdraw()

    # NOBODY CHANGES HISTORY

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of a review is not deleted."))

    # OPENING; with sudo

    @api.model
    def _open_step(self, review, step, assigned, skipped):
        """Make the tasks of a step.

        :return: those of them that are open
        """
        now = fields.Datetime.now()
        common = self._common_values(review) | {
            "step_id": step.id,
            "lap": review.lap,
            "rank": step.rank,
            "step_name": step.name,
            "mode": step.mode,
        }
        vals_list = [
            common
            | {
                "user_id": user.id,
                "origin_user_id": origin.id,
                "kind": "substitute" if origin else "normal",
                "sequence": index,
                "reason": reason,
                "state": "waiting" if step.mode == "turn" and index else "pending",
                "since": now,
                "deadline": step._deadline(now, user, review.company_id),
                "token": secrets.token_urlsafe(24),
            }
            for index, (user, origin, reason) in enumerate(assigned)
        ]
        vals_list += [
            common
            | {
                "user_id": user.id or review.requester_id.id,
                "kind": "normal",
                "counts_as": "nothing",
                "reason": reason,
                "state": "skipped",
                "acted_on": now,
            }
            for user, reason in skipped
        ]
        lines = self.create(vals_list)
        opened = lines.filtered(lambda line: line.state in OPEN)
        if opened:
            review._log("open", comment=step.name, after={"users": ", ".join(opened.user_id.mapped("name"))})
        for line in lines - opened:
            review._log("skip", line, comment=line.reason)
        self._copy_to(review, step.cc_user_ids.filtered("active"), step)
        opened._announce()
        return opened

    @api.model
    def _common_values(self, review):
        return {
            "review_id": review.id,
            "res_model": review.res_model,
            "res_id": review.res_id,
            "kind_id": review.kind_id.id,
            "doc_name": review.doc_name,
            "partner_name": review.partner_name,
            "amount": review.amount,
            "currency_id": review.currency_id.id,
            "requester_id": review.requester_id.id,
            "requester_name": review.requester_id.name,
            "company_id": review.company_id.id,
        }

    @api.model
    def _copy_to(self, review, users, step=None, comment=None):
        """Send copies to those who have none yet."""
        users -= review.line_ids.filtered(lambda line: line.kind == "cc").user_id
        lines = self.create(
            [
                self._common_values(review)
                | {
                    "user_id": user.id,
                    "kind": "cc",
                    "counts_as": "nothing",
                    "state": "copied",
                    "step_name": step.name if step else False,
                    "rank": review.rank,
                    "lap": review.lap,
                    "since": fields.Datetime.now(),
                    "comment": comment,
                }
                for user in users
            ]
        )
        for line in lines:
            review._notify(
                line.user_id, self.env._("Copy of the review of %(document)s", document=review.doc_name), comment
            )
        return lines

    def _announce(self, comment=None):
        """Tell the people of tasks that have just become theirs: badge, activity, message.

        :param str comment: what who passed the task on has to say; the requester's comment by default
        """
        pending = self.filtered(lambda line: line.state == "pending")
        pending._create_activities()
        for line in pending:
            line.user_id._bus_send("crm_review/todo", {})
            line.review_id._notify(
                line.user_id,
                self.env._("Please review %(document)s", document=line.doc_name),
                comment or line.review_id.comment,
                line,
            )

    def _close(self, state, by=None, **vals):
        """End these tasks, or let them wait; what hangs on a task that comes to nothing lapses with it."""
        was_pending = self.filtered(lambda line: line.state == "pending")
        self.write({"state": state, "closed_by_id": by.id if by else False, **vals})
        was_pending._close_activities()
        for user in was_pending.user_id:
            user._bus_send("crm_review/todo", {})
        if state in ("rejected", "cancelled"):
            hanging = self.review_id.line_ids.filtered(lambda line: line.state in OPEN and line.parent_id in self)
            if hanging:
                hanging._close("cancelled", by or self[:1])

    def _wake(self):
        """Tasks of one step: let those act whose turn has come."""
        for line in self.filtered(lambda line: line.state == "waiting").sorted("sequence"):
            awaited = self.filtered(lambda one, line=line: one.state in OPEN and one._is_awaited_by(line))
            if awaited or (line.place == "after" and line.parent_id.state != "approved"):
                continue
            now = fields.Datetime.now()
            line.write({"state": "pending", "since": now, "deadline": line._deadline_from(now)})
            line._announce()

    def _is_awaited_by(self, line):
        """Whether, of two tasks of one step, this one has to be done before that one's turn comes."""
        asked_first = self.parent_id == line and (self.counts_as == "opinion" or self.place == "before")
        return asked_first or self._comes_before(line)

    def _comes_before(self, line):
        """Whether, in a step signed in turn, this task's turn is before that one's."""
        return (
            self.mode == "turn"
            and (self.step_id, self.lap) == (line.step_id, line.lap)
            and self.sequence < line.sequence
        )

    def _deadline_from(self, start):
        return self.step_id._deadline(start, self.user_id, self.company_id)

    def _outcome(self, parts=("reviewer", "signer"), open_states=OPEN):
        """What the signatures on these tasks of one step make of it.

        :param parts: which signatures count
        :param open_states: states of tasks that are not decided yet
        :return: True, False or None while it is open
        """
        votes = {"approved": True, "rejected": False}
        counted = self.filtered(lambda line: line.state in (*open_states, *DECIDED)).sorted(
            lambda line: (line.acted_on or fields.Datetime.now(), line.id)
        )

        def signatures(part):
            return [votes.get(line.state) for line in counted if line.counts_as == part and part in parts]

        return step_outcome(
            self[:1].mode, signatures("reviewer"), signatures("signer"), self[:1].step_id.vote_percent or 100
        )

    # WHO MAY ACT

    def _start(self):
        """Begin an action of the user on his own open tasks.

        :return: generator of the tasks, with sudo, that are still open when their turn comes: the action on the one
            before may have settled them
        :raise AccessError: one is somebody else's
        :raise UserError: one is not open
        """
        lines = self.sudo()  # sudo: nobody has the right to write tasks; that they are his own is checked here
        lines.review_id._begin()
        for line in lines:
            if line.user_id.id != self.env.uid:
                raise AccessError(
                    self.env._(
                        "This task on %(document)s is %(user)s's, not yours.",
                        document=line.doc_name,
                        user=line.user_id.name,
                    )
                )
            if line.state != "pending" or line.review_id.state != "pending":
                raise UserError(line._not_open_message())
        for line in lines:
            if line.state == "pending":
                yield line

    def _not_open_message(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        if self.closed_by_id.acted_by_id:
            return self.env._(
                "%(document)s: %(user)s has decided this step already.",
                document=self.doc_name,
                user=self.closed_by_id.acted_by_id.name,
            )
        return self.env._(
            "%(document)s is not waiting for you (%(state)s).", document=self.doc_name, state=states[self.state]
        )

    # DECISIONS

    def action_approve(self, comment=None, signature=None, attachment_ids=None):
        """Approve, as the reviewer whose open tasks these are.

        :param str comment: what he has to say
        :param str signature: drawn signature, base64
        :param attachment_ids: ids of files that he has uploaded
        """
        for line in self._start():
            line._check_needs("approve", comment, signature, attachment_ids)
            line._decide("approved", comment, signature, attachment_ids)
        return True

    def action_reject(self, comment=None, rank=0, come_back=None, signature=None, attachment_ids=None):
        """Reject, as the reviewer whose open tasks these are.

        :param int rank: rank of the earlier step that the document goes back to, 0 for its requester
        :param bool come_back: whether it then comes straight back to this step; None: as the step says
        """
        for line in self._start():
            line._check_needs("reject", comment, signature, attachment_ids)
            step = line.step_id
            if rank and (step.reject_policy != "any" or rank not in line._earlier_ranks()):
                raise UserError(
                    self.env._("%(document)s cannot be sent back to that step. Choose another.", document=line.doc_name)
                )
            back = step.after_reject == "back" or (step.after_reject == "choose" and bool(come_back))
            line._decide("rejected", comment, signature, attachment_ids, reject_rank=rank, come_back=back)
        return True

    def _earlier_ranks(self):
        """:return: {rank: name} of the steps that the document has gone through before this one"""
        gone = self.review_id.line_ids.filtered(
            lambda line: line.rank < self.rank and line.kind != "cc" and line.state not in ("skipped", "withdrawn")
        )
        return {
            rank: " / ".join(dict.fromkeys(lines.mapped("step_name")))
            for rank, lines in sorted(gone.grouped("rank").items())
        }

    def _check_needs(self, decision, comment, signature, attachment_ids):
        step = self.step_id
        wanted = step.comment_required
        if (wanted == "always" or (wanted == "reject" and decision == "reject")) and not (comment or "").strip():
            raise UserError(self.env._("%(document)s: write a comment, this step needs one.", document=self.doc_name))
        if decision == "approve" and step.signature_required and not signature:
            raise UserError(self.env._("%(document)s: this step needs your signature.", document=self.doc_name))
        if decision == "approve" and step.attachment_required and not attachment_ids:
            raise UserError(self.env._("%(document)s: this step needs a file. Attach one.", document=self.doc_name))

    def _decide(self, state, comment, signature, attachment_ids, **vals):
        before = self.state
        files = self._take_files(attachment_ids)
        self._close(
            state,
            acted_on=fields.Datetime.now(),
            acted_by_id=self.env.uid,
            comment=(comment or "").strip(),
            signature=signature,
            attachment_ids=[Command.set(files.ids)],
            return_rank=self.review_id.return_rank,
            **vals,
        )
        self.review_id._log(
            "approve" if state == "approved" else "reject",
            self,
            comment=comment,
            before={"state": before},
            after={"state": state, **({"back to": self.reject_rank} if state == "rejected" else {})},
        )
        self.review_id._post(
            self.env._("%(step)s: approved", step=self.step_name)
            if state == "approved"
            else self.env._("%(step)s: rejected", step=self.step_name),
            comment,
        )
        if self.counts_as == "opinion":
            self.review_id._log("return", self.parent_id, comment=comment)
        self.review_id._settle(self)

    def _take_files(self, attachment_ids):
        """The user's own uploads become files of the review, readable by whoever may read it."""
        review = self.review_id
        own = {"res_model": review._name, "res_id": review.id}
        taken = self.env["ir.attachment"].sudo()  # sudo: whose they are is checked next
        for file in taken.browse(attachment_ids or ()).exists():
            is_reviewed = file.res_model == review._name and file.res_id  # the same file for several tasks
            if file.create_uid.id != self.env.uid or file.res_field or (file.res_id and not is_reviewed):
                raise AccessError(self.env._("%(file)s is not a file of yours. Upload it again.", file=file.name))
            if is_reviewed:
                taken |= file.copy(own)
            else:
                file.write(own)
                taken |= file
        return taken

    # PASSING ON

    def _check_person(self, user):
        """:raise UserError: `user` is no colleague at work, or it is his own document"""
        if not user.exists():
            raise UserError(self.env._("Choose a colleague."))
        if not user.active or user.share:
            raise UserError(self.env._("%(user)s has left or is no colleague. Choose somebody else.", user=user.name))
        if self.review_id.flow_id._is_self_review(user, self.requester_id):
            raise UserError(
                self.env._(
                    "%(document)s is %(user)s's own. Choose somebody else.", document=self.doc_name, user=user.name
                )
            )

    def _check_new(self, user):
        """:raise UserError: `user` has an open task in this step already"""
        same_step = self.review_id.line_ids.filtered(lambda one: one.state in OPEN and one.step_id == self.step_id)
        if user in same_step.user_id:
            raise UserError(self._has_it_message(user))

    def _has_it_message(self, user):
        return self.env._("%(user)s has this task already. Choose somebody else.", user=user.name)

    def _check_can_read(self, user):
        """After `user` got his task: he must be able to open the document.

        :raise UserError: his roles do not let him read this kind of document at all
        """
        # sudo: only whether he may is told; in all his companies, not in those that are switched on here
        context = {"allowed_company_ids": user.sudo().company_ids.ids}
        document = self.env[self.res_model].browse(self.res_id).with_user(user).with_context(**context)
        if not document.has_access("read"):
            raise UserError(
                self.env._(
                    "%(user)s may not read %(document)s. Choose somebody else, or have the administrator give him a "
                    "role for it.",
                    user=user.name,
                    document=self.doc_name,
                )
            )

    def _pass_on(self, user, comment=None, **vals):
        """A new open task in the same step for `user`."""
        self.ensure_one()
        now = fields.Datetime.now()
        line = self.create(
            self._common_values(self.review_id)
            | {
                "step_id": self.step_id.id,
                "lap": self.lap,
                "rank": self.rank,
                "sequence": self.sequence,
                "step_name": self.step_name,
                "mode": self.mode,
                "user_id": user.id,
                "parent_id": self.id,
                "since": now,
                "deadline": self.step_id._deadline(now, user, self.company_id) if self.step_id else False,
                "token": secrets.token_urlsafe(24),
                **vals,
            }
        )
        line._check_can_read(user)
        line._announce(comment)
        return line

    def action_forward(self, user_id, comment=None):
        """Hand these tasks to somebody else for good."""
        user = self.env["res.users"].browse(user_id)
        for line in self._start():
            if not line.step_id.can_forward:
                raise UserError(self.env._("%(step)s does not allow forwarding.", step=line.step_name))
            line._check_person(user)
            line._check_new(user)
            line._forward(user, "forward", comment)
        return True

    def _forward(self, user, action, comment):
        """Move an open task to `user`, with what hangs on it."""
        self.ensure_one()
        was = self.state
        self._close("forwarded", acted_on=fields.Datetime.now(), acted_by_id=self.env.uid, comment=comment)
        reason = (
            self.env._("Forwarded by %(user)s", user=self.env.user.name)
            if action == "forward"
            else self.env._("Reassigned from %(user)s", user=self.user_id.name)
        )
        line = self._pass_on(
            user, comment, kind="forwarded", counts_as=self.counts_as, place=self.place, state=was, reason=reason
        )
        if self.counts_as == "opinion" or self.place:
            line.parent_id = self.parent_id  # an opinion or added signature still goes to who asked for it
        self._bequeath(line)
        self.review_id._log(
            action, self, comment=comment, before={"user": self.user_id.name}, after={"user": user.name}
        )
        self.review_id._post(self.env._("%(step)s: handed to %(user)s", step=self.step_name, user=user.name), comment)
        return line

    def _bequeath(self, heir, states=OPEN):
        """What hangs on this task hangs on `heir` from now on."""
        hanging = self.review_id.line_ids.filtered(
            lambda line: line.parent_id == self and line != heir and line.state in states
        )
        hanging.write({"parent_id": heir.id})

    def action_delegate(self, user_id, comment=None):
        """Ask somebody to look at the document first; the task then comes back with his opinion."""
        user = self.env["res.users"].browse(user_id)
        for line in self._start():
            if not line.step_id.can_forward:
                raise UserError(self.env._("%(step)s does not allow delegating.", step=line.step_name))
            line._check_person(user)
            line._check_new(user)
            line._close("waiting")
            line._pass_on(
                user,
                comment,
                kind="delegated",
                counts_as="opinion",
                origin_user_id=line.user_id.id,
                reason=self.env._("Delegated by %(user)s", user=self.env.user.name),
            )
            line.review_id._log("delegate", line, comment=comment, after={"user": user.name})
        return True

    def action_add_signer(self, user_ids, place="parallel", comment=None):
        """Have more people sign this step, each of whom must approve.

        :param user_ids: ids of users
        :param str place: ``before`` they sign first and the task comes back; ``parallel``; ``after`` they sign once the
            user has approved
        """
        if place not in dict(self._fields["place"].selection):
            raise UserError(self.env._("Added signers sign before, beside or after you."))
        users = self.env["res.users"].browse(user_ids)
        for line in self._start():
            if not line.step_id.can_add_signer:
                raise UserError(self.env._("%(step)s does not allow adding signers.", step=line.step_name))
            if line._depth() >= 5:
                raise UserError(self.env._("Signers have been added to added signers too often. Decide the task."))
            for user in users:
                line._check_person(user)
                line._check_new(user)
            if place == "before":
                line._close("waiting")
            for user in users:
                line._pass_on(
                    user,
                    comment,
                    kind="added",
                    counts_as="signer",
                    place=place,
                    state="waiting" if place == "after" else "pending",
                    reason=self.env._("Added by %(user)s", user=self.env.user.name),
                )
            line.review_id._log(
                "add_signer", line, comment=comment, after={"users": ", ".join(users.mapped("name")), "place": place}
            )
        return True

    def _depth(self):
        """How often signers have been added to signers, or opinions asked of who was asked, to come to this task."""
        depth, line = 0, self
        while line.parent_id:
            depth, line = depth + (line.counts_as != "reviewer"), line.parent_id
        return depth

    # WITHDRAWING A DECISION

    def action_withdraw(self, comment=None):
        """Take back the user's own decision, while nobody has acted upon it."""
        lines = self.sudo()  # sudo: as in _start
        lines.review_id._begin()
        for line in lines:
            if line.acted_by_id.id != self.env.uid:
                raise AccessError(self.env._("Only who decided withdraws the decision."))
            if reason := line._why_not_withdraw():
                raise UserError(reason)
            line._withdraw(comment)
        return True

    def _later_lines(self):
        """The tasks whose turn came because of the decision on this one."""
        self.ensure_one()
        return self.review_id.line_ids.filtered(
            lambda line: (
                line.kind != "cc"
                and line.state != "withdrawn"
                and (
                    line.id > self.id
                    and (line.lap > self.lap or (line.lap == self.lap and line.rank > self.rank))
                    or (line.parent_id == self and line.place == "after")
                    or self._is_awaited_by(line)
                )
            )
        )

    def _why_not_withdraw(self):
        """:return: the sentence that tells why the decision can no longer be withdrawn, empty if it can"""
        if self.state not in DECIDED:
            return self.env._("%(document)s: there is no decision to withdraw.", document=self.doc_name)
        review = self.review_id
        if review.state != "pending":
            return self.env._("The review of %(document)s has ended; its decisions stand.", document=self.doc_name)
        if self.lap != review.lap and self.state == "approved":
            return self.env._("%(document)s has gone back to an earlier step since.", document=self.doc_name)
        acted = self._later_lines().filtered(lambda line: line.state in (*DECIDED, "forwarded"))
        if acted:
            return self.env._(
                "It is too late to withdraw: %(user)s has acted on %(document)s since.",
                document=self.doc_name,
                user=acted[0].acted_by_id.name or acted[0].user_id.name,
            )
        return ""

    def _withdraw(self, comment):
        """Take this decision back: what has opened since is closed, what was closed by it is open again."""
        review = self.review_id
        later = self._later_lines()
        (later & self._same_rank()).filtered(lambda line: line.state == "pending")._close("waiting")
        (later - self._same_rank()).filtered(lambda line: line.state in (*OPEN, "skipped"))._close("withdrawn")
        review.write({"rank": self.rank, "lap": self.lap, "return_rank": self.return_rank})
        review._log("withdraw", self, comment=comment, before={"state": self.state}, after={"state": "pending"})
        self._reopen()
        for step_lines in self._same_rank().grouped("step_id").values():
            if step_lines._outcome(open_states=(*OPEN, "cancelled")) is None:
                closed = step_lines.filtered(lambda line: line.state == "cancelled")
                closed.filtered(lambda line: line.parent_id.state != "rejected")._reopen()
        for step_lines in self._same_rank().grouped("step_id").values():
            step_lines._wake()
        review._post(self.env._("%(step)s: decision withdrawn", step=self.step_name), comment)

    def _same_rank(self):
        return self.review_id.line_ids.filtered(
            lambda line: (line.rank, line.lap) == (self.rank, self.lap) and line.kind != "cc"
        )

    def _reopen(self):
        """These tasks again, waiting for their turn; what was decided stays as history."""
        heirs = {
            line: line.copy(
                {
                    "state": "waiting",
                    "closed_by_id": False,
                    "acted_on": False,
                    "acted_by_id": False,
                    "comment": False,
                    "signature": False,
                    "attachment_ids": False,
                    "reject_rank": 0,
                    "come_back": False,
                    "reminded": False,
                    "overdue_handled": False,
                    "token": secrets.token_urlsafe(24),
                }
            )
            for line in self.sorted("id")
        }
        self.write({"state": "withdrawn"})
        for line, heir in heirs.items():
            line._bequeath(heir, OPEN + DECIDED)

    # ADMINISTRATION

    def action_reassign(self, user_id, comment):
        """Give open tasks to somebody else, as the administrator.

        :param str comment: the reason, needed
        """
        if not self.env.user.has_group("crm_base.group_crm_admin"):
            raise AccessError(self.env._("Only the administrator reassigns tasks. Forward your own ones instead."))
        if not (comment or "").strip():
            raise UserError(self.env._("Write the reason why the tasks are reassigned."))
        lines = self.sudo()  # sudo: as in _start
        lines.review_id._begin()
        user = self.env["res.users"].browse(user_id)
        for line in lines:
            if line.state not in OPEN:
                raise UserError(line._not_open_message())
            line._check_person(user)
            if user == line.user_id:
                raise UserError(line._has_it_message(user))
            line._reassign(user, comment)
        return True

    def _reassign(self, user, comment):
        """Move an open task to `user`; if he has one in the same step already, this one simply ends."""
        twin = self.review_id.line_ids.filtered(
            lambda one: (
                one != self
                and one.state in OPEN
                and (one.step_id, one.lap, one.counts_as, one.user_id) == (self.step_id, self.lap, self.counts_as, user)
            )
        )
        if not twin:
            self._forward(user, "reassign", comment)
            return
        self._close("forwarded", comment=comment, acted_on=fields.Datetime.now(), acted_by_id=self.env.uid)
        self._bequeath(twin[0])
        self.review_id._log(
            "reassign", self, comment=comment, before={"user": self.user_id.name}, after={"user": user.name}
        )
        self.review_id._settle(self)

    def _hand_over(self, comment, heir=None):
        """Give open tasks to `heir`, or to whom they fall by themselves where there is none or he may not have them."""
        self.review_id._begin()
        for line in self:
            for user in [heir, *line._successors()] if heir else line._successors():
                try:
                    with self.env.cr.savepoint():
                        if line.state in OPEN:
                            line._check_person(user)
                            line._reassign(user, comment)
                    break
                except UserError as error:  # the next one, then
                    _logger.info("Review task %s is not handed to %s: %s", line.id, user.login, error)

    def _successors(self):
        """:return: who may take this task when its owner does not act: his manager, the review administrators"""
        directory = Directory(self.env, self.company_id)
        return directory.superior(self.user_id) + directory.administrators - self.user_id

    def action_seen(self):
        """The user has looked at these copies of his."""
        mine = self.sudo().filtered(lambda line: line.user_id.id == self.env.uid and not line.seen_on)  # sudo: own ones
        mine.write({"seen_on": fields.Datetime.now()})
        return True

    # OPENING

    def action_open_document(self):
        """:return: action that opens the document, at its review panel"""
        self.ensure_one()
        self.check_access("read")
        if self.kind == "cc":
            self.action_seen()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
        }

    def action_open_progress(self):
        """:return: action that opens the review with its progress picture"""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("crm_review.crm_review_action_progress")
        return action | {"res_id": self.review_id.id, "views": [(False, "form")]}

    def _ask(self, decision):
        """:return: client action of the dialog in which the user comments his decision on these tasks"""
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "crm_review_decide",
            "params": {
                "decision": decision,
                "line_ids": self.ids,
                "tasks": [line._panel_values() for line in self.sudo()],  # sudo: readable tasks, as checked
            },
        }

    def action_ask_approve(self):
        return self._ask("approve")

    def action_ask_reject(self):
        return self._ask("reject")

    def action_ask_forward(self):
        return self._ask("forward")

    def action_ask_withdraw(self):
        return self._ask("withdraw")

    def _mail_url(self):
        return f"{self.get_base_url()}/crm_review/{self.id}/{self.token}"

    def _local_deadline(self):
        """:return: the deadline in the reviewer's time zone, as text"""
        timed = self.with_context(tz=self.user_id.tz or "Asia/Shanghai")
        return fields.Datetime.context_timestamp(timed, self.deadline).strftime("%Y-%m-%d %H:%M")

    def _token_matches(self, token):
        return bool(self.token) and consteq(self.token, token)

    # ACTIVITIES: a picture of the open tasks for Odoo's clock menu, never the store

    def _create_activities(self):
        kind = self.env.ref("crm_review.mail_activity_type_review", raise_if_not_found=False)
        lines = self.filtered(lambda line: hasattr(self.env.get(line.res_model, self), "activity_ids"))
        if not kind or not lines:
            return
        model_ids = {name: self.env["ir.model"]._get_id(name) for name in set(lines.mapped("res_model"))}
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": kind.id,
                    "res_model_id": model_ids[line.res_model],
                    "res_id": line.res_id,
                    "user_id": line.user_id.id,
                    "summary": f"{line.kind_id.name}: {line.step_name}",
                    "date_deadline": fields.Date.to_date(line.deadline) or fields.Date.today(),
                    "automated": True,
                    "crm_review_line_id": line.id,
                }
                for line in lines
            ]
        )

    def _close_activities(self):
        self.env["mail.activity"].search([("crm_review_line_id", "in", self.ids)]).unlink()
