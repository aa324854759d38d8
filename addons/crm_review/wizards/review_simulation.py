from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.conditions import BatchConditions
from ..tools.directory import Directory

LIMIT = 5000  # documents, the latest ones
DAYS = 90
# tasks that somebody really had; the others were passed over or taken back before anybody looked at them
REAL_STATES = ("pending", "approved", "rejected", "forwarded", "cancelled")


class CrmReviewSimulation(models.AbstractModel):
    """What a flow would do with the documents of a past period, were it in force: nothing is written.

    The flow takes the place of its version in force among all flows of its kind. People, positions and the values of
    the documents are those of today.
    """

    _name = "crm.review.simulation"
    _description = "Simulation of a Review Flow"

    def _check_administrator(self):
        if not self.env.user.has_group("crm_base.group_crm_admin"):
            raise AccessError(self.env._("Only the administrator simulates review flows."))

    @api.model
    @api.readonly
    def get_flows(self):
        """The flows that can be simulated, drafts first in each kind of document.

        :return: list of dicts: ``id``, ``name``, ``kind`` and ``state``
        :raise AccessError: the user is no administrator
        """
        self._check_administrator()
        flows = self.env["crm.review.flow"].search([("step_ids", "!=", False)])
        order = {"draft": 0, "published": 1, "retired": 2}
        return [
            {"id": flow.id, "name": flow.display_name, "kind": flow.kind_id.name, "state": flow.state}
            for flow in flows.sorted(lambda flow: (flow.kind_id.sequence, flow.kind_id.id, order[flow.state]))
        ]

    @api.model
    @api.readonly
    def get_page(self, flow_id, date_from=False, date_to=False):
        """Lead the documents created in a period through a flow.

        A way is a list of [id of a step, ids of users, state], the state ``asked``, ``choice`` (the requester chooses),
        ``passed`` (all were passed over) or ``empty`` (nobody was found; who is named stands in). It is None for a
        document that no flow takes.

        :param int flow_id: id of a version of a flow: a draft, the one in force or a retired one
        :param str date_from: first day, in the user's time zone; by default 90 days before the last one
        :param str date_to: last day; by default today
        :return: dict:

            - ``flow``: {id, name, kind, model, state}
            - ``period``: [first, last day]
            - ``total``: number of documents in the period, of which the latest are looked at
            - ``steps``: {id: {name, rank, mode, mode_label, percent}}
            - ``people``: [{id, name, tasks, signatures, before, real}], the one with most tasks first; ``signatures``
              are those expected where not all have to sign, ``before`` are the tasks with the flows in force, ``real``
              those that he had in the last reviews of the documents
            - ``documents``: [{id, name, date, requester, flow, way, changed, real}]; ``changed`` against the flows in
              force, None if the flow is in force itself; ``real`` {flow, state, hours, way, same} of the last review or
              None, its way as [names of steps] of each rank, ``same`` as far as it has come
        :raise AccessError: the user is no administrator, or may not read such documents
        :raise UserError: the flow is gone or has no steps, or the period ends before it begins
        """
        self._check_administrator()
        flow = self.env["crm.review.flow"].browse(flow_id).exists().sudo()  # sudo: as the engine reads definitions
        if not flow.step_ids:
            raise UserError(self.env._("This flow has no steps yet. Add at least one, then simulate it."))
        today = fields.Date.context_today(self)
        last_day = fields.Date.to_date(date_to) or today
        first_day = fields.Date.to_date(date_from) or last_day - timedelta(days=DAYS)
        if last_day < first_day:
            raise UserError(self.env._("The period ends before it begins. Correct one of the two dates."))
        documents, total = self._documents(flow, first_day, last_day)
        run = _Run(flow, documents)
        return {
            "flow": {
                "id": flow.id,
                "name": flow.display_name,
                "kind": flow.kind_id.name,
                "model": flow.model,
                "state": flow.state,
            },
            "period": [first_day, last_day],
            "total": total,
            "steps": run.steps,
            "people": run.people(),
            "documents": run.rows,
        }

    def _documents(self, flow, first_day, last_day):
        """:return: the latest documents of the period that the user may read, and how many there are of it"""
        start, end = (
            self.env.tz.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (first_day, last_day + timedelta(days=1))
        )
        domain = Domain("create_date", ">=", start) & Domain("create_date", "<", end)
        Document = self.env[flow.model].with_context(active_test=False)
        documents = Document.search(domain, order="id desc", limit=LIMIT)
        return documents, Document.search_count(domain) if len(documents) == LIMIT else len(documents)


class _Run:
    """One simulation: all documents through the flow in its place, and through the flows in force."""

    def __init__(self, flow, documents):
        env = flow.env
        self.env, self.flow = env, flow
        self.documents = documents.sudo()  # sudo: conditions are looked at as the engine does
        self.kind = env["crm.review.kind"]._of(flow.model)
        if self.kind is None:
            raise UserError(env._("Documents of the model %(model)s are not reviewed.", model=flow.model))
        self.meets = BatchConditions(self.documents)
        self.reviews = self._last_reviews()
        self.requesters = {document: self._requester(document) for document in self.documents}
        self.directories = self._directories()
        self.plans = {}  # (document, flow): its way
        self.steps = {}
        self.work = {name: Counter() for name in ("tasks", "signatures", "before", "real")}
        real = self._real_ways()
        in_force = env["crm.review.flow"]._candidates(self.kind.id)
        candidates = None if flow.state == "published" else self._candidates_with_flow()
        self.rows = [self._row(document, in_force, candidates, real) for document in self.documents]

    def _candidates_with_flow(self):
        """The flows in force, with the simulated one in the place of its own version in force."""
        flows = self.flow.search([("kind_id", "=", self.kind.id), ("state", "=", "published")])
        flows = flows.filtered(lambda other: other.origin_id != self.flow.origin_id) | self.flow
        return tuple(flow._candidate() for flow in flows.sorted(lambda flow: (flow.sequence, flow.id)))

    def _last_reviews(self):
        reviews = self.env["crm.review"].search_fetch(
            [("res_model", "=", self.flow.model), ("res_id", "in", self.documents.ids)],
            ["res_id", "requester_id", "flow_id", "state", "date_submit", "date_end"],
            order="id",
        )
        return {review.res_id: review for review in reviews}

    def _requester(self, document):
        review = self.reviews.get(document.id)
        if review:
            return review.requester_id
        field = document._fields.get("user_id")
        owner = document["user_id"] if field and field.comodel_name == "res.users" else None
        return owner or document.create_uid

    def _directories(self):
        users = self.env["res.users"].union(*self.requesters.values())
        companies = {self._company(document) for document in self.documents}
        return {company: Directory(self.env, company).load(users) for company in companies}

    def _company(self, document):
        return self.env["crm.review"]._company_of(document)

    def _row(self, document, in_force, candidates, real):
        now_flow, now_way = self._way(document, in_force)
        flow, way = self._way(document, candidates) if candidates else (now_flow, now_way)
        self._count(way, self.work["tasks"], self.work["signatures"])
        self._count(now_way, self.work["before"])
        review = self.reviews.get(document.id)
        number = document[self.kind.number]
        return {
            "id": document.id,
            "name": number if number and isinstance(number, str) else document.display_name,
            "date": document.create_date,
            "requester": self.requesters[document].name,
            "flow": {"id": flow.id, "name": flow.display_name} if flow else False,
            "way": way,
            "changed": self._plain(way) != self._plain(now_way) if candidates else None,
            "real": review
            and {
                "flow": review.flow_id.display_name or "",
                "state": review.state,
                "hours": (review.date_end - review.date_submit).total_seconds() / 3600 if review.date_end else None,
                "way": real[review],
                "same": self._is_as_planned(way, real[review], review.state),
            },
        }

    def _way(self, document, candidates):
        """:return: the flow that a document takes, and its way as in `get_page`"""
        requester = self.requesters[document]
        directory = self.directories[self._company(document)]
        department = directory.department(requester)
        departments = {one.id for one in directory.ancestors(department)}
        flow = self.flow._match(document, candidates, directory.company, departments, self.meets)
        if not flow:
            return flow, [] if self.kind.without_flow == "approve" else None
        if (document, flow) not in self.plans:
            ranks = flow._plan(document, requester, department, directory, meets=self.meets)
            self.plans[document, flow] = [self._stop(stop) for _rank, stops in ranks for stop in stops]
        return flow, self.plans[document, flow]

    def _stop(self, stop):
        step = stop.step
        if step.id not in self.steps:
            modes = dict(step._fields["mode"]._description_selection(self.env))
            self.steps[step.id] = {
                "name": step.name,
                "rank": step.rank,
                "mode": step.mode,
                "mode_label": modes[step.mode],
                "percent": step.vote_percent,
            }
        if step.who == "choice":
            return step.id, [], "choice"
        state = "empty" if stop.is_empty else "asked" if stop.assigned else "passed"
        return step.id, [user.id for user, _for, _why in stop.assigned], state

    def _count(self, way, tasks, signatures=None):
        for step_id, users, _state in way or ():
            tasks.update(users)
            if signatures is not None and users:
                step = self.steps[step_id]
                needed = {"any": 1, "vote": len(users) * step["percent"] / 100}.get(step["mode"], len(users))
                for user in users:
                    signatures[user] += needed / len(users)

    def _plain(self, way):
        """A way by what matters to people: other versions have other steps of the same names."""
        return way and [
            (self.steps[step_id]["rank"], self.steps[step_id]["name"], sorted(users), state)
            for step_id, users, state in way
        ]

    def _is_as_planned(self, way, real, state):
        """Whether the steps that people really had are those of `way`, as far as the review has come."""
        names = self._by_rank(
            (self.steps[id_]["rank"], self.steps[id_]["name"]) for id_, users, _s in way or () if users
        )
        return names == real if state == "approved" else names[: len(real)] == real

    @staticmethod
    def _by_rank(steps):
        """:return: [names of steps] of each rank, in order"""
        ranks = defaultdict(set)
        for rank, name in steps:
            ranks[rank].add(name)
        return [sorted(ranks[rank]) for rank in sorted(ranks)]

    def _real_ways(self):
        """:return: {last review of a document: [names of the steps that people had] of each rank}"""
        lines = self.env["crm.review.line"].search_fetch(
            [
                ("review_id", "in", [review.id for review in self.reviews.values()]),
                ("kind", "in", ("normal", "substitute")),
                ("state", "in", REAL_STATES),
            ],
            ["review_id", "rank", "step_name", "user_id", "state"],
        )
        steps = defaultdict(list)
        for line in lines:
            steps[line.review_id].append((line.rank, line.step_name))
            self.work["real"][line.user_id.id] += 1
        return {review: self._by_rank(steps[review]) for review in self.reviews.values()}

    def people(self):
        work = self.work
        users = self.env["res.users"].browse({id_ for counter in work.values() for id_ in counter})
        people = [
            {"id": user.id, "name": user.name, **{name: counter[user.id] for name, counter in work.items()}}
            for user in users
        ]
        return sorted(people, key=lambda one: (-one["tasks"], -one["before"], one["name"]))
