from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools.directory import Directory
from ..tools.guard import texts_of

OPEN_STATES = ("waiting", "pending")
DECIDED = ("approved", "rejected")


class CrmReview(models.Model):
    """What the review panel of a form and the progress picture show."""

    _inherit = "crm.review"

    @api.model
    def panel(self, res_model, res_id):
        """Where a document stands, and what the user may do about it.

        :param str res_model: technical name of the document's model
        :param int res_id: its id
        :return: dict: ``state``, ``can_submit``, ``readonly`` (the user may change nothing of the document) and, once
            it has been submitted, ``review_id``, ``round``, ``requester``, ``comment`` (his), ``date_end`` (UTC),
            ``waiting_for`` [{step, users, deadline}], ``task`` (the user's open task, or None), ``withdraw_line_id``,
            ``refusal`` {step, user, comment}, which of ``can_recall``, ``can_urge``, ``can_copy`` hold, and
            ``reassignable`` [{id, step, user}], the open tasks, for the administrator
        :raise AccessError: the user may not read the document
        """
        kind = self._kind_of(res_model)
        document = (
            self.env[res_model]
            .with_context(active_test=False)
            .search_fetch([("id", "=", res_id)], [kind.state_field, kind.id_field])
        )
        if not document:
            raise AccessError(self.env._("This document is not there, or you may not read it."))
        state = document[kind.state_field] or "new"
        locked = state == "pending" or (state == "approved" and kind.lock_approved)
        review_id = document[kind.id_field].id
        panel = self._panel_of(review_id, state == "pending") if review_id else {}
        task = panel.get("task")
        return panel | {
            "state": state,
            "review_id": review_id,
            "can_submit": not locked and state != "approved" and document.has_access("write"),
            "readonly": locked and not kind.open_fields and not (task and task["editable"]),
        }

    @api.model
    def _panel_of(self, review_id, pending):
        rows = self._panel_rows(review_id)
        review, uid = rows[0], self.env.uid
        lines = [row for row in rows if row["id"]]
        steps = {}
        for row in lines:
            if row["state"] == "pending":
                step = steps.setdefault(row["step_id"], {"step": row["step_name"], "users": [], "deadline": False})
                step["users"].append(row["user_name"])
                step["deadline"] = step["deadline"] or row["deadline"]
        mine = next((row for row in lines if row["user_id"] == uid and row["state"] == "pending"), None)
        withdrawable = next(
            (row for row in reversed(lines) if row["acted_by_id"] == uid and row["state"] in DECIDED), None
        )
        refused = [row for row in lines if row["state"] == "rejected" and row["counts_as"] != "opinion"]
        refusal = refused[-1] if refused else None
        is_admin = self.env.user.has_group("crm_base.group_crm_admin")
        is_requester = review["requester_id"] == uid or is_admin
        decided = any(row["state"] in DECIDED for row in lines)
        recallable = review["recall"] != "never" and not (review["recall"] == "undecided" and decided)
        return {
            "round": review["round"],
            "requester": review["requester_name"],
            "comment": review["review_comment"] or "",
            "date_end": review["date_end"],
            "waiting_for": list(steps.values()),
            "task": mine and _task(mine, lines),
            "withdraw_line_id": pending
            and bool(withdrawable)
            and _may_withdraw(withdrawable, lines, review["review_lap"])
            and withdrawable["id"],
            "refusal": refusal
            and {"step": refusal["step_name"], "user": refusal["user_name"], "comment": refusal["comment"] or ""},
            "can_recall": pending and is_requester and recallable,
            "can_urge": pending and is_requester and bool(steps),
            "can_copy": is_requester or any(row["user_id"] == uid for row in lines),
            "reassignable": [
                {"id": row["id"], "step": row["step_name"], "user": row["user_name"]}
                for row in lines
                if is_admin and row["state"] in OPEN_STATES
            ],
        }

    @api.model
    def _panel_rows(self, review_id):
        """The tasks of a review with what the panel shows of it, in one query: a row without ``id`` if it has none.

        Who may read the document may see this much of its review, so no rules are asked here.
        """
        self.env.flush_all()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.user_id, line.state, line.kind, line.step_id, line.step_name, line.since,
                       line.deadline, line.comment, line.acted_by_id, line.lap, line.rank, line.sequence, line.mode,
                       line.counts_as, line.place, line.parent_id, line.reason,
                       partner.name AS user_name, origin_partner.name AS for_user,
                       step.comment_required, step.signature_required, step.attachment_required, step.can_forward,
                       step.can_add_signer, step.reject_policy, step.after_reject,
                       CASE WHEN line.state = 'pending' AND line.user_id = %(uid)s THEN ARRAY(
                           SELECT COALESCE(field.field_description->>%(lang)s, field.field_description->>'en_US')
                             FROM crm_review_step_ir_model_fields_rel rel
                             JOIN ir_model_fields field ON field.id = rel.ir_model_fields_id
                            WHERE rel.crm_review_step_id = line.step_id) END AS editable,
                       review.requester_id, review.round, review.lap AS review_lap, review.comment AS review_comment,
                       review.date_end, flow.recall, asker_partner.name AS requester_name
                  FROM crm_review review
                  JOIN res_users asker ON asker.id = review.requester_id
                  JOIN res_partner asker_partner ON asker_partner.id = asker.partner_id
                  LEFT JOIN crm_review_flow flow ON flow.id = review.flow_id
                  LEFT JOIN crm_review_line line ON line.review_id = review.id AND line.kind != 'cc'
                  LEFT JOIN crm_review_step step ON step.id = line.step_id
                  LEFT JOIN res_users reviewer ON reviewer.id = line.user_id
                  LEFT JOIN res_partner partner ON partner.id = reviewer.partner_id
                  LEFT JOIN res_users origin ON origin.id = line.origin_user_id
                  LEFT JOIN res_partner origin_partner ON origin_partner.id = origin.partner_id
                 WHERE review.id = %(review_id)s
                 ORDER BY line.id
                """,
                uid=self.env.uid,
                lang=self.env.lang or "en_US",
                review_id=review_id,
            )
        )

    @api.model
    def ask_submit(self, res_model, res_id):
        """:return: client action of the dialog in which the requester submits a document and chooses reviewers

        :raise UserError: as ``submit``
        """
        document = self._check_submit(res_model, [res_id])
        choices = self._choice_steps(document)
        return {
            "type": "ir.actions.client",
            "tag": "crm_review_submit",
            "params": {
                "res_model": res_model,
                "res_id": res_id,
                "steps": [{"id": step.id, "name": step.name} for step in choices],
            },
        }

    def progress(self):
        """The way of a document, for the picture: what has been, what is, what is still to come.

        :return: dict: ``number``, ``kind``, ``flow``, ``state``, ``requester``, ``date_submit``, ``date_end`` (UTC),
            ``round``, ``rounds`` [{id, round, state}] of the same document, ``copies`` [names] and ``stages``
            [{rank, lap, state, steps [{id, name, mode, state, lines [{id, user_id, user, for_user, kind, state, reason,
            since, acted_on, deadline, hours, comment}]}]}]; the state of stages and steps is ``done``, ``rejected``,
            ``current``, ``skipped`` or ``future``
        """
        self.ensure_one()
        self.check_access("read")
        review = self.sudo()  # sudo: who may read the review may see its whole way
        labels = {
            name: dict(self.env["crm.review.line"]._fields[name]._description_selection(self.env))
            for name in ("mode", "kind", "state")
        }
        stages = []
        lines = review.line_ids.filtered(lambda line: line.kind != "cc").sorted("id")
        for (lap, rank), stage_lines in sorted(lines.grouped(lambda line: (line.lap, line.rank)).items()):
            if (lap, rank) > (review.lap, review.rank):
                continue  # opened by a decision that has been withdrawn; it is still to come
            steps = [
                {
                    "id": step.id,
                    "name": step_lines[0].step_name,
                    "mode": labels["mode"].get(step_lines[0].mode, ""),
                    "state": step_lines._picture_state(),
                    "lines": [line._picture_values(labels) for line in step_lines],
                }
                for step, step_lines in stage_lines.grouped("step_id").items()
            ]
            stages.append({"rank": rank, "lap": lap, "state": stage_lines._picture_state(), "steps": steps})
        return {
            "id": review.id,
            "number": review.doc_name,
            "partner": review.partner_name or "",
            "kind": review.kind_id.name,
            "flow": review.flow_id.display_name or "",
            "state": review.state,
            "requester": review.requester_id.name,
            "requester_id": review.requester_id.id,
            "comment": review.comment or "",
            "date_submit": review.date_submit,
            "date_end": review.date_end,
            "round": review.round,
            "rounds": [
                {"id": one.id, "round": one.round, "state": one.state}
                for one in self.search(
                    [("res_model", "=", review.res_model), ("res_id", "=", review.res_id)], order="round"
                )
            ],
            "copies": review.line_ids.filtered(lambda line: line.kind == "cc").user_id.mapped("name"),
            "stages": stages + review._stages_to_come(labels),
        }

    def _stages_to_come(self, labels):
        """What the flow would do next if everybody approved and nothing changed."""
        document = self._document() if self.state == "pending" else None
        if not document:
            return []
        stages = []
        way = self.flow_id._plan(
            document,
            self.requester_id,
            self.department_id,
            Directory(self.env, self.company_id),
            after=self.rank,
            earlier=self._approvers_by_rank(),
            chosen=self.snapshot["chosen"],
        )
        for rank, stops in way:
            steps = [
                {
                    "id": stop.step.id,
                    "name": stop.step.name,
                    "mode": labels["mode"][stop.step.mode],
                    "state": "future",
                    "lines": [
                        {
                            "id": user.id,
                            "user_id": user.id,
                            "user": user.name,
                            "for_user": origin.name or "",
                            "reason": why,
                            "state": "future",
                        }
                        for user, origin, why in stop.assigned
                    ],
                }
                for stop in stops
            ]
            if steps:
                stages.append({"rank": rank, "lap": self.lap, "state": "future", "steps": steps})
        return stages

    def as_submitted(self):
        """The document as it was submitted, in the words of the reader.

        :return: {"fields": {label: text}, "lines": {label: [{label: text}]}}
        """
        self.ensure_one()
        self.check_access("read")
        return self.sudo()._told()  # sudo: what the review shows to all who read it

    def _told(self):
        snapshot = self.snapshot or {}
        document = self.env.get(self.res_model)
        fields = {} if document is None else document._fields
        lines = {}
        for name, rows in snapshot.get("lines", {}).items():
            field = fields.get(name)
            label = field._description_string(self.env) if field else name
            model = self.env.get(field.comodel_name) if field else None
            lines[label] = [texts_of(model, row) for row in rows]
        return {"fields": texts_of(document, snapshot.get("fields", {})), "lines": lines}

    def changes_since_last_round(self):
        """What the requester has changed since the round before.

        :return: [{"field", "before", "after"}], lines named by their list and place
        """
        self.ensure_one()
        self.check_access("read")
        review = self.sudo()  # sudo: as in progress
        last = self.sudo().search(
            [
                ("res_model", "=", review.res_model),
                ("res_id", "=", review.res_id),
                ("round", "<", review.round),
            ],
            order="round desc",
            limit=1,
        )
        if not last:
            return []
        before, after = _flat(last._told()), _flat(review._told())
        return [
            {"field": name, "before": before.get(name, ""), "after": after.get(name, "")}
            for name in {**before, **after}
            if before.get(name, "") != after.get(name, "")
        ]


def _flat(told):
    """What is told of a document and its lines as one {label: text}."""
    values = dict(told["fields"])
    for name, lines in told["lines"].items():
        for index, line in enumerate(lines, start=1):
            values |= {f"{name} {index} / {label}": text for label, text in line.items()}
    return values


def _task(mine, lines):
    """What the panel and its dialogs have to know of an open task, from the rows of its review."""
    earlier = {}
    if mine["reject_policy"] == "any":
        for row in lines:
            if row["rank"] < mine["rank"] and row["state"] not in ("skipped", "withdrawn"):
                earlier.setdefault(row["rank"], {})[row["step_name"]] = True
    names = ("id", "since", "deadline", "signature_required", "attachment_required", "can_forward", "can_add_signer")
    return {name: mine[name] for name in names} | {
        "step": mine["step_name"],
        "for_user": mine["for_user"] or "",
        "reason": mine["reason"] or "",
        "comment_required": mine["comment_required"] or "never",
        "after_reject": mine["after_reject"],
        "earlier": [{"rank": rank, "name": " / ".join(steps)} for rank, steps in sorted(earlier.items())],
        "editable": mine["editable"] or [],
    }


def _may_withdraw(own, lines, lap):
    """Whether the panel offers to withdraw a decision: as ``crm.review.line._why_not_withdraw``, on rows."""
    if own["lap"] != lap and own["state"] == "approved":
        return False
    for row in lines:
        acted = row["state"] in DECIDED or row["state"] == "forwarded"
        later = row["id"] > own["id"] and (row["lap"], row["rank"]) > (own["lap"], own["rank"])
        after = row["parent_id"] == own["id"] and row["place"] == "after"
        in_turn = (
            own["mode"] == "turn"
            and (own["step_id"], own["lap"]) == (row["step_id"], row["lap"])
            and own["sequence"] < row["sequence"]
        )
        asked_first = row["id"] == own["parent_id"] and (own["counts_as"] == "opinion" or own["place"] == "before")
        if acted and (later or after or in_turn or asked_first):
            return False
    return True


class CrmReviewLine(models.Model):
    _inherit = "crm.review.line"

    @api.model
    def todo_counts(self):
        """The user's open tasks for the badge in the menu bar.

        :return: [{"id", "name", "count", "overdue"}] for each kind of document, the most urgent first; ``overdue`` says
            whether any of them is
        """
        self.flush_model(["user_id", "state", "kind_id", "deadline", "company_id"])
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT task.kind_id AS id, COALESCE(kind.name->>%s, kind.name->>'en_US') AS name, task.count,
                       COALESCE(task.deadline < %s, FALSE) AS overdue
                  FROM (
                        SELECT kind_id, count(*) AS count, min(deadline) AS deadline
                          FROM crm_review_line
                         WHERE user_id = %s AND state = 'pending' AND (company_id IS NULL OR company_id = ANY(%s))
                         GROUP BY kind_id
                       ) task  -- counted from the index alone, then named
                  LEFT JOIN crm_review_kind kind ON kind.id = task.kind_id
                 ORDER BY task.deadline, task.kind_id
                """,
                self.env.lang or "en_US",
                fields.Datetime.now(),
                self.env.uid,
                self.env.companies.ids,
            )
        )

    def _panel_values(self):
        step = self.step_id
        earlier = self._earlier_ranks() if step.reject_policy == "any" else {}
        return {
            "id": self.id,
            "step": self.step_name,
            "for_user": self.origin_user_id.name or "",
            "reason": self.reason or "",
            "since": self.since,
            "deadline": self.deadline,
            "comment_required": step.comment_required or "never",
            "signature_required": step.signature_required,
            "attachment_required": step.attachment_required,
            "can_forward": step.can_forward,
            "can_add_signer": step.can_add_signer,
            "earlier": [{"rank": rank, "name": name} for rank, name in earlier.items()],
            "after_reject": step.after_reject,
            "editable": self.env["crm.review.step"].sudo()._editable_labels(step),
        }

    def _picture_state(self):
        """The state of the step, or stage, that these tasks belong to."""
        states = set(self.filtered(lambda line: line.state != "withdrawn").mapped("state"))
        if states & {*OPEN_STATES}:
            return "current"
        if self.filtered(lambda line: line.state == "rejected" and line.counts_as != "opinion"):
            return "rejected"
        return "skipped" if states <= {"skipped", "cancelled"} else "done"

    def _picture_values(self, labels):
        end = self.acted_on or (fields.Datetime.now() if self.state == "pending" else False)
        return {
            "id": self.id,
            "user_id": self.user_id.id,
            "user": self.user_id.name,
            "for_user": self.origin_user_id.name or "",
            "kind": self.kind,
            "kind_label": labels["kind"][self.kind],
            "state": self.state,
            "state_label": labels["state"][self.state],
            "reason": self.reason or "",
            "since": self.since,
            "acted_on": self.acted_on,
            "deadline": self.deadline,
            "is_overdue": bool(self.deadline and end and end > self.deadline),
            "hours": round((end - self.since).total_seconds() / 3600, 1) if end and self.since else None,
            "comment": self.comment or "",
            "files": self.attachment_ids.mapped("name"),
        }
