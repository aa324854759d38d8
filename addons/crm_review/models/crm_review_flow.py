from ast import literal_eval
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.conditions import meets

# what may change on a published version: it decides which documents will take it, not the way of those on it
ALWAYS_OPEN = {"sequence", "active"}
# in the context of the engine's own changes of state; compared by identity, so no request can send it
PUBLISHING = object()


class Candidate(NamedTuple):
    """A flow that documents might take; ids, False or empty for all."""

    flow_id: int
    company_id: int
    department_ids: frozenset
    domain: Domain

    def is_for(self, company, departments):
        """:param departments: ids of the requester's department and those above it"""
        return (not self.company_id or self.company_id == company.id) and (
            not self.department_ids or not self.department_ids.isdisjoint(departments)
        )


class Stop(NamedTuple):
    """What becomes of a document in a step."""

    step: models.Model
    assigned: list  # (user, user he stands in for or empty, reason)
    skipped: list  # (user passed over or empty, reason)
    is_empty: bool  # nobody was found; who is assigned all the same stands in


class CrmReviewFlow(models.Model):
    """The way of a kind of document through its reviewers, in versions.

    A published version does not change: documents keep the one they started with. Changing a flow means drafting the
    next version, looking at its simulation, and publishing it, which retires the version before.
    """

    _name = "crm.review.flow"
    _description = "Review Flow"
    _order = "kind_id, sequence, name, version desc"

    name = fields.Char(required=True)
    kind_id = fields.Many2one("crm.review.kind", required=True, index=True, ondelete="restrict", string="Document")
    model = fields.Char(related="kind_id.model")
    model_id = fields.Many2one(related="kind_id.model_id")
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    department_ids = fields.Many2many(
        "hr.department", string="Departments", help="Of the requester, with those below. Empty: all."
    )
    domain = fields.Char(string="Condition", help="Documents that take this flow. Empty: all.")
    sequence = fields.Integer(default=10, help="Of several flows that match a document, the first one is taken.")
    version = fields.Integer(default=1, readonly=True, copy=False)
    origin_id = fields.Many2one("crm.review.flow", string="First Version", readonly=True, copy=False, index=True)
    state = fields.Selection(
        [("draft", "Draft"), ("published", "In Force"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    active = fields.Boolean(default=True)
    step_ids = fields.One2many("crm.review.step", "flow_id", string="Steps", copy=True)
    self_review = fields.Selection(
        [("skip", "Skip Him"), ("keep", "He Reviews It"), ("superior", "His Manager Reviews It")],
        string="Requester Is a Reviewer",
        default="skip",
        required=True,
    )
    repeated_review = fields.Selection(
        [
            ("first", "Only the First Time"),
            ("consecutive", "Skip in Consecutive Steps"),
            ("every", "Every Time"),
        ],
        string="Reviewer Has Approved Before",
        default="every",
        required=True,
    )
    empty_step = fields.Selection(
        [("skip", "Skip the Step"), ("user", "A Named Person"), ("administrator", "The Review Administrator")],
        string="Step without Reviewers",
        default="administrator",
        required=True,
    )
    empty_user_id = fields.Many2one("res.users", string="Named Person", domain="[('share', '=', False)]")
    recall = fields.Selection(
        [("open", "While Under Review"), ("undecided", "Before the First Decision"), ("never", "Never")],
        string="Requester May Recall",
        default="open",
        required=True,
    )
    review_count = fields.Integer(compute="_compute_review_count", string="Documents")

    _published_uniq = models.UniqueIndex(
        "(origin_id) WHERE state = 'published'", "Another version of this flow has just been published. Reload."
    )
    _empty_user = models.Constraint(
        "CHECK (empty_step != 'user' OR empty_user_id IS NOT NULL)",
        "Choose the person who reviews steps that have no reviewers.",
    )

    # COMPUTE

    @api.depends("name", "version", "state")
    def _compute_display_name(self):
        for flow in self:
            flow.display_name = f"{flow.name} V{flow.version}" if flow.name else ""

    def _compute_review_count(self):
        counts = dict(
            self.env["crm.review"].sudo()._read_group([("flow_id", "in", self.ids)], ["flow_id"], ["__count"])
        )  # sudo: a number only
        for flow in self:
            flow.review_count = counts.get(flow._origin.sudo(), 0)

    # CONSTRAINTS

    @api.constrains("domain", "kind_id")
    def _check_domain(self):
        for flow in self:
            flow._parse(flow.domain, flow.name)

    def _parse(self, text, name):
        """:return: the ``Domain`` written in `text`, all documents if it is empty"""
        try:
            return self._read_domain(self.kind_id.model, text or "[]")
        except (ValueError, SyntaxError, TypeError, KeyError) as error:
            raise ValidationError(
                self.env._("The condition of “%(name)s” cannot be read: %(reason)s", name=name, reason=error)
            ) from error

    @api.model
    @tools.ormcache("model_name", "text")
    def _read_domain(self, model_name, text):
        domain = Domain(literal_eval(text))
        domain.validate(self.env[model_name])
        return domain

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        flows = super().create(vals_list)
        flows._check_draft()
        for flow in flows.filtered(lambda flow: not flow.origin_id):
            flow.origin_id = flow
        self.env.registry.clear_cache()
        return flows

    def write(self, vals):
        if vals.keys() - ALWAYS_OPEN - {"state"}:
            self._check_draft()
        if "state" in vals and self.env.context.get("crm_review_publishing") is not PUBLISHING:
            raise UserError(self.env._("A flow is published and retired with its buttons."))
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def copy_data(self, default=None):
        return [
            values | {"name": self.env._("%(name)s (copy)", name=flow.name)}
            if not (default or {}).get("name")
            else values
            for flow, values in zip(self, super().copy_data(default=default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_draft()

    def _check_draft(self):
        for flow in self:
            if flow.state != "draft":
                raise UserError(
                    self.env._(
                        "%(flow)s is or was in force and does not change any more: documents keep the definition they "
                        "started with. Make a new version of it.",
                        flow=flow.display_name,
                    )
                )

    # ACTIONS

    def action_publish(self):
        """Put these drafts in force; the versions before them retire."""
        for flow in self:
            flow._check_draft()
            if not flow.step_ids:
                raise UserError(self.env._("%(flow)s has no steps yet. Add at least one.", flow=flow.name))
            # what was right when it was entered may have changed since
            flow._check_domain()
            flow.step_ids._check_domain()
            flow.step_ids._check_who()
            before = self.search([("origin_id", "=", flow.origin_id.id), ("state", "=", "published")])
            before._set_state("retired")
            flow._set_state("published")
        return True

    def action_retire(self):
        self.filtered(lambda flow: flow.state == "published")._set_state("retired")
        return True

    def _set_state(self, state):
        self.with_context(crm_review_publishing=PUBLISHING).write({"state": state})
        self.flush_recordset(["state"])

    def action_new_version(self):
        """Draft the next version of this flow.

        :return: action that opens the draft, the one there is already if there is one
        """
        self.ensure_one()
        draft = self.search([("origin_id", "=", self.origin_id.id), ("state", "=", "draft")], limit=1)
        if not draft:
            versions = self.with_context(active_test=False).search([("origin_id", "=", self.origin_id.id)])
            draft = self.copy(
                {
                    "name": self.name,
                    "origin_id": self.origin_id.id,
                    "version": max(versions.mapped("version")) + 1,
                }
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_open_reviews(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("crm_review.crm_review_action_progress")
        return action | {"domain": [("flow_id", "=", self.id)], "context": {}}

    # BUSINESS

    @api.model
    @tools.ormcache("kind_id")
    def _candidates(self, kind_id):
        """:return: a :class:`Candidate` for each flow in force, in order of priority"""
        # sudo: the definition is the same for everybody
        flows = self.sudo().search([("kind_id", "=", kind_id), ("state", "=", "published")], order="sequence, id")
        return tuple(flow._candidate() for flow in flows)

    def _candidate(self):
        return Candidate(
            self.id, self.company_id.id, frozenset(self.department_ids.ids), self._parse(self.domain, self.name)
        )

    @api.model
    def _match(self, document, candidates, company, departments, meets=meets):
        """The flow that a document takes.

        :param document: the document, with sudo
        :param candidates: as from :meth:`_candidates`
        :param company: ``res.company`` of the document
        :param departments: ids of the requester's department and those above it
        :param meets: function (document, domain) → whether it meets it
        :return: ``crm.review.flow`` with sudo, empty if none matches
        """
        for candidate in candidates:
            if candidate.is_for(company, departments) and meets(document, candidate.domain):
                return self.sudo().browse(candidate.flow_id)
        return self.sudo().browse()

    def _is_self_review(self, user, requester):
        """Whether `user` must not review, as the document is his own."""
        return user == requester and self.self_review != "keep"

    def _ranks(self):
        """:return: the ranks of the flow's steps, in order"""
        return sorted(set(self.step_ids.mapped("rank")))

    def _steps_for(self, rank, document, meets=meets):
        """The steps of a rank that the document takes: those whose condition it meets, else the default ones."""
        steps = self.step_ids.filtered(lambda step: step.rank == rank)
        default = steps.filtered("is_default")
        met = (steps - default).filtered(lambda step: step._applies(document, meets))
        conditional = met.filtered("domain")
        return met if conditional or not default else met | default

    def _choice_steps(self, document, start=0):
        """:return: the steps from a rank on, of those the document takes now, whose reviewers its requester chooses"""
        ranks = [rank for rank in self._ranks() if rank >= start]
        return self.env["crm.review.step"].union(
            *(self._steps_for(rank, document).filtered(lambda step: step.who == "choice") for rank in ranks)
        )

    def _plan_rank(self, rank, document, requester, department, directory, earlier=(), chosen=None, meets=meets):
        """What becomes of a document in the steps of a rank: what the engine does, the picture and the simulation show.

        :param document: the document, with sudo
        :param requester: ``res.users``
        :param department: ``hr.department`` of the requester
        :param directory: ``Directory`` of the document's company
        :param earlier: for each rank gone before, in order, the set of ids of users who have approved
        :param chosen: {id of a step, as text: ids of users that the requester has chosen}
        :param meets: as in :meth:`_match`
        :return: list of :class:`Stop`
        """
        stops = []
        for step in self._steps_for(rank, document, meets):
            users = self.env["res.users"].browse((chosen or {}).get(str(step.id), ()))
            assigned, skipped = step._assign(document, requester, department, directory, earlier, users)
            approved = step._who_approved(earlier)
            is_empty = not assigned and not any(user.active and user.id in approved for user, _why in skipped)
            if is_empty:
                user, reason = step._stand_in(directory, requester)
                if user:
                    assigned = [(user, self.env["res.users"], reason)]
                elif not skipped:
                    skipped = [(user, reason)]
            stops.append(Stop(step, assigned, skipped, is_empty))
        return stops

    def _plan(self, document, requester, department, directory, after=0, earlier=(), **options):
        """The way of a document through the ranks after one, if everybody approved and nothing changed.

        Where several people are asked and one is enough, nobody can tell who will have approved; later steps then ask
        all of them again.

        :param int after: rank that the document has reached, 0 before the first
        :return: generator of (rank, list of :class:`Stop`); other arguments as in :meth:`_plan_rank`
        """
        earlier = list(earlier)
        for rank in self._ranks():
            if rank <= after:
                continue
            stops = self._plan_rank(rank, document, requester, department, directory, earlier, **options)
            yield rank, stops
            if any(stop.assigned for stop in stops):
                sure = [stop for stop in stops if len(stop.assigned) == 1 or stop.step.mode in ("all", "turn")]
                earlier.append({user.id for stop in sure for user, _for, _why in stop.assigned})
