"""The lock on documents under review and on their lines."""

from odoo.exceptions import UserError
from odoo.fields import Domain

# What the engine's own writes carry in their context. It is compared by identity, so no request can send it.
UNLOCKED = object()
UNLOCKED_KEY = "crm_review_unlocked"

# what talking about a document writes
TALK = ("message_", "activity_", "website_message_", "rating_")


def unlocked(records):
    """The records in an environment whose writes pass the lock. For the engine only."""
    return records.with_context(**{UNLOCKED_KEY: UNLOCKED})


def is_unlocked(env):
    return env.context.get(UNLOCKED_KEY) is UNLOCKED


class Guard:
    """Holds the changes of one model's records against the reviews of the documents they belong to."""

    @staticmethod
    def of(records):
        """:return: the guard of the records' model, None if nothing of it is locked or the caller is the engine"""
        kind, parents = records.env["crm.review.kind"]._guarded().get(records._name, (None, ()))
        if kind is None and not parents or is_unlocked(records.env):
            return None
        return Guard(records.env, kind, parents)

    def __init__(self, env, kind, parents):
        self.env, self.kind, self.parents = env, kind, parents

    # CREATE

    def before_create(self, vals_list):
        for inverse, document_kind, lines in self.parents:
            ids = {vals[inverse] for vals in vals_list if vals.get(inverse)}
            self._check_lines(document_kind, ids, {lines}, None)

    def after_create(self, records):
        if self.kind:
            state = self.kind.state_field
            if any((record[state] or "new") != "new" or record[self.kind.id_field] for record in records.sudo()):
                self._refuse_state()
            self._check_gate(records, records.browse())
        for inverse, document_kind, lines in self.parents:
            # the parent may come from a default or a computation, too
            documents = records.sudo()[inverse]
            allowed = self._check_lines(document_kind, documents.ids, {lines}, None)
            self._log_lines(document_kind, allowed, records, inverse, "added", None)

    # WRITE

    def before_write(self, records, vals):
        """:return: what ``after_write`` needs"""
        before = {}
        if self.kind:
            if {self.kind.state_field, self.kind.id_field} & vals.keys():
                self._refuse_state()
            before["locked"] = self._check_documents(records, vals)
            if before["locked"]:
                before["values"] = _values(before["locked"], vals)
            if self.kind.gate:
                before["gate"] = records.sudo().filtered_domain(Domain(self.kind.gate))
        for inverse, document_kind, lines in self.parents:
            ids = set(records.sudo()[inverse].ids)
            if vals.get(inverse) and not ids >= {vals[inverse]} or inverse in vals and not vals[inverse]:
                # moved to another document: taken out of the one and added to the other
                self._check_lines(document_kind, ids | {vals[inverse] or 0}, {lines}, None)
            elif allowed := self._check_lines(document_kind, ids, {lines}, vals.keys()):
                before["lines", inverse] = allowed, _values(records.sudo(), vals)
        return before

    def after_write(self, records, vals, before):
        if before.get("locked"):
            self._log_changes(before["locked"], before["values"], vals)
        if "gate" in before:
            self._check_gate(records, before["gate"])
        for inverse, document_kind, _lines in self.parents:
            if ("lines", inverse) in before:
                allowed, values = before["lines", inverse]
                self._log_lines(document_kind, allowed, records, inverse, "changed", (values, vals))

    # UNLINK

    def before_unlink(self, records):
        if self.kind:
            locked = self._locked(records, self.kind)
            if locked:
                raise UserError(
                    self.env._(
                        "%(document)s is under review or approved and cannot be deleted. Recall it first.",
                        document=locked[:1].display_name,
                    )
                )
        for inverse, document_kind, lines in self.parents:
            allowed = self._check_lines(document_kind, records.sudo()[inverse].ids, {lines}, None)
            self._log_lines(document_kind, allowed, records, inverse, "removed", None)

    # RULES

    def _locked(self, documents, kind):
        """The documents that are locked, with sudo: whether a document is under review is no secret to its writers."""
        states = {"pending", "approved"} if kind.lock_approved else {"pending"}
        return documents.sudo().filtered(lambda document: document[kind.state_field] in states)

    def _check_documents(self, documents, vals):
        """:return: those of the documents that are locked and may be changed in this way"""
        locked = self._locked(documents, self.kind)
        # lines are looked at one by one by the guard of their own model
        names = {name for name in vals if not name.startswith(TALK)} - self.kind.open_fields - {*self.kind.lines}
        if not locked or not names:
            return locked.browse()
        refused = names - self.env["crm.review"]._editable_fields(locked, self.kind)
        if refused:
            raise UserError(self._locked_message(locked[:1], locked._name, refused))
        return locked

    def _check_lines(self, kind, ids, lines, names):
        """:param names: fields of the lines that change, None if lines come or go
        :return: the locked documents whose lines may be changed in this way
        """
        documents = self.env[kind.model].browse(id_ for id_ in ids if id_).exists() if ids else None
        locked = self._locked(documents, kind) if documents else None
        if not locked or lines <= kind.open_fields:
            return None
        editable = self.env["crm.review"]._editable_fields(locked, kind)
        if lines <= editable:
            return locked
        line_model = self.env[kind.model]._fields[next(iter(lines))].comodel_name
        names = None if names is None else {name for name in names if not name.startswith(TALK)}
        if names is not None:
            refused = names - self.env["crm.review"]._editable_fields(locked, kind, line_model)
            if not refused:
                return locked
            raise UserError(self._locked_message(locked[:1], line_model, refused))
        raise UserError(self._locked_message(locked[:1], kind.model, lines))

    def _locked_message(self, document, model, names):
        fields = self.env[model].fields_get(names, ["string"])
        return self.env._(
            "%(document)s is locked by its review: %(fields)s cannot be changed now. Have it rejected or recalled first.",
            document=document.display_name,
            fields=self.env._(", ").join(sorted(fields[name]["string"] for name in names if name in fields) or names),
        )

    def _refuse_state(self):
        raise UserError(
            self.env._("Where a document stands in its review is written by the review alone. Use its buttons.")
        )

    def _check_gate(self, records, before):
        """Documents come to match the kind's condition only once they are approved."""
        if not self.kind.gate:
            return
        entered = (records.sudo() - before).filtered_domain(Domain(self.kind.gate))
        missing = entered.filtered(lambda document: document[self.kind.state_field] != "approved")
        if missing:
            raise UserError(
                self.env._(
                    "%(document)s must be approved first. Submit it for review.", document=missing[:1].display_name
                )
            )

    # LOG OF PERMITTED CHANGES

    def _log_changes(self, locked, values, vals):
        for document in locked:
            after = _values(document, vals)[document.id]
            changed = {name: after[name] for name in after if values[document.id][name] != after[name]}
            if changed:
                self.env["crm.review"]._log_change(
                    document, self.kind, {name: values[document.id][name] for name in changed}, changed
                )

    def _log_lines(self, kind, documents, records, inverse, what, change):
        if not documents:
            return
        for line in records.sudo():
            document = line[inverse]
            if document not in documents:
                continue
            name = line.display_name
            if change is None:
                self.env["crm.review"]._log_change(
                    document, kind, {name: self.env._("removed")} if what == "removed" else {}, {name: what}
                )
                continue
            values, vals = change
            before, after = values[line.id], _values(line, vals)[line.id]
            changed = {key: after[key] for key in after if before[key] != after[key]}
            if changed:
                self.env["crm.review"]._log_change(
                    document,
                    kind,
                    {f"{name}: {key}": before[key] for key in changed},
                    {f"{name}: {key}": value for key, value in changed.items()},
                )


def _values(records, names):
    """{id: {label of a field: its value as text}} of simple fields."""
    fields = {name: records._fields[name] for name in names if name in records._fields}
    shown = [name for name, field in fields.items() if field.type not in ("one2many", "binary", "image")]
    labels = records.fields_get(shown, ["string"])
    return {
        record.id: {labels[name]["string"]: text_of(record, name) for name in shown if name in labels}
        for record in records
    }


def text_of(record, name):
    """The value of a record's field as a person reads it."""
    value = record[name]
    field = record._fields[name]
    if field.relational:
        return ", ".join(value.mapped("display_name"))
    if field.type == "selection":
        return dict(field._description_selection(record.env)).get(value, value or "")
    if value is False and field.type != "boolean":
        return ""
    return str(value)
