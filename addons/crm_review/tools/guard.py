"""The lock on documents under review and on their lines."""

from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, format_datetime, html2plaintext

# What the engine's own writes carry in their context. It is compared by identity, so no request can send it.
UNLOCKED = object()
UNLOCKED_KEY = "crm_review_unlocked"

# technical fields that tell nothing about a document
NOT_TOLD = {"create_uid", "create_date", "write_uid", "write_date", "id", "display_name", "access_token"}


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
            self._log_lines(document_kind, allowed, records, inverse, {}, self._line_values(allowed, records))

    # WRITE

    @classmethod
    @contextmanager
    def changing(cls, records, vals):
        """While `vals` are written into the records."""
        guard = cls.of(records)
        before = guard and guard.before_write(records, vals)
        yield
        if guard:
            guard.after_write(records, vals, before)

    def before_write(self, records, vals):
        """:return: what ``after_write`` needs"""
        before = {}
        if self.kind:
            if {self.kind.state_field, self.kind.id_field} & vals.keys():
                self._refuse_state()
            before["locked"] = self._check_documents(records, vals)
            if before["locked"]:
                before["values"] = values_of(before["locked"], vals)
            if self.kind.gate:
                before["gate"] = records.sudo().filtered_domain(Domain(self.kind.gate))
        for inverse, document_kind, lines in self.parents:
            ids = set(records.sudo()[inverse].ids)
            moved = inverse in vals and ids != {vals[inverse]}
            if moved:  # taken out of the one document and added to the other
                allowed = self._check_lines(document_kind, ids | {vals[inverse]}, {lines}, None)
                self._log_lines(document_kind, allowed, records, inverse, self._line_values(allowed, records), {})
                values = {}
            else:
                allowed = self._check_lines(document_kind, ids, {lines}, vals.keys())
                values = self._line_values(allowed, records, vals)
            before["lines", inverse] = allowed, values, None if moved else vals
        return before

    def after_write(self, records, vals, before):
        if before.get("locked"):
            self._log_changes(before["locked"], before["values"], vals)
        if "gate" in before:
            self._check_gate(records, before["gate"])
        for inverse, document_kind, _lines in self.parents:
            allowed, values, names = before["lines", inverse]
            self._log_lines(
                document_kind, allowed, records, inverse, values, self._line_values(allowed, records, names)
            )

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
            self._log_lines(document_kind, allowed, records, inverse, self._line_values(allowed, records), {})

    # RULES

    def _locked(self, documents, kind):
        """The documents that are locked, with sudo: whether a document is under review is no secret to its writers."""
        states = {"pending", "approved"} if kind.lock_approved else {"pending"}
        return documents.sudo().filtered(lambda document: document[kind.state_field] in states)

    def _check_documents(self, documents, vals):
        """:return: those of the documents that are locked and may be changed in this way"""
        locked = self._locked(documents, self.kind)
        # lines are looked at one by one by the guard of their own model
        names = vals.keys() - self.kind.open_fields - self.kind.talk - {*self.kind.lines} if locked else ()
        if not names:
            return locked.browse()
        refused = names - self.env["crm.review"]._editable_fields(locked, self.kind)
        if refused:
            raise UserError(self._locked_message(locked[:1], locked._name, refused))
        self._hold(locked, self.kind)
        return locked

    def _check_lines(self, kind, ids, lines, names):
        """:param names: fields of the lines that change, None if lines come or go
        :return: the locked documents whose lines may be changed in this way
        """
        documents = self.env[kind.model].browse(id_ for id_ in ids if id_)
        if not documents or lines <= kind.open_fields:
            return None
        self._meet(documents)
        locked = self._locked(documents, kind)
        if not locked:
            return None
        editable = self.env["crm.review"]._editable_fields(locked, kind)
        if lines <= editable:
            refused = set()
        elif names is None:
            refused, model = lines, kind.model
        else:
            model = self.env[kind.model]._fields[next(iter(lines))].comodel_name
            refused = names - kind.talk - self.env["crm.review"]._editable_fields(locked, kind, model)
        if refused:
            raise UserError(self._locked_message(locked[:1], model, refused))
        self._hold(locked, kind)
        return locked

    def _meet(self, documents):
        """Changing its lines changes the document: who submits or decides it at the same time meets us."""
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET id = id WHERE id IN %s", SQL.identifier(documents._table), tuple(sorted(documents._ids))
            ),
            log_exceptions=False,
        )

    def _hold(self, documents, kind):
        """A permitted change and the decision that ends the permission do not pass each other."""
        documents.sudo()[kind.id_field].sudo()._begin()  # sudo: the user's own task permits the change

    @staticmethod
    def check_files(files):
        """Hold the change or deletion of attachments against the reviews of their documents.

        What a binary field of a document holds is written by the document's own `write`, with sudo.
        """
        if is_unlocked(files.env):
            return
        guarded = files.env["crm.review.kind"]._guarded()
        for model, own in files.sudo().grouped("res_model").items():
            kind = guarded.get(model, (None,))[0]
            if kind is None:
                continue
            guard = Guard(files.env, kind, ())
            for document in guard._locked(files.env[model].browse({*own.mapped("res_id")} - {0}).exists(), kind):
                submitted = document[kind.id_field].date_submit
                for file in own.filtered(lambda one, id_=document.id: one.res_id == id_):
                    if not (file.res_field and files.env.su) and file.create_date <= submitted:
                        raise UserError(guard._locked_message(document, "ir.attachment", {"datas"}))

    def _locked_message(self, document, model, names):
        fields = self.env[model].fields_get(names, ["string"])
        return self.env._(
            "%(document)s is locked by its review: %(fields)s cannot be changed now. Have it rejected or recalled "
            "first.",
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
        after = values_of(locked, vals)
        for document in locked:
            self._log_change(document, self.kind, values[document.id], after[document.id])

    def _line_values(self, documents, lines, names=None):
        """{id: what is told of the line} for the event log, nothing if no document is locked."""
        return values_of(lines.sudo(), names) if documents else {}

    def _log_lines(self, kind, documents, lines, inverse, before, after):
        for line in lines.sudo() if documents else ():
            if line[inverse] in documents:
                self._log_change(line[inverse], kind, before.get(line.id, {}), after.get(line.id, {}), line)

    def _log_change(self, document, kind, before, after, line=None):
        changed = [name for name in {**before, **after} if before.get(name, "") != after.get(name, "")]
        if changed:
            self.env["crm.review"]._log_change(
                document,
                kind,
                {name: before[name] for name in changed if name in before},
                {name: after[name] for name in changed if name in after},
                line,
            )


def is_told(field):
    """Whether a field's value is told to whoever may read about the review; what only some groups see is not."""
    return (
        field.store
        and not field.groups
        and field.type not in ("one2many", "many2one_reference", "binary", "image", "json", "properties")
        and field.name not in NOT_TOLD
    )


def values_of(records, names=None):
    """What is kept of records in the events and rounds of a review, the same whoever writes it down.

    :return: {id: {name: value as JSON}} of the fields that are told and have a value: of `names`, or of all
    """
    told = [name for name, field in records._fields.items() if (names is None or name in names) and is_told(field)]
    return {
        record.id: {name: value for name in told if (value := _kept(record, name)) not in (None, "")}
        for record in records
    }


def texts_of(model, values):
    """What has been kept of a record, in the words of who reads it.

    :param model: recordset in the reader's environment; None if its add-on is gone
    :param values: {name: value}, as of `values_of`; what is of no field is text already
    :return: {label: text}
    """
    fields = {} if model is None else model._fields
    return {
        fields[name]._description_string(model.env) if name in fields else name: _text(model, name, value)
        for name, value in values.items()
    }


def text_of(record, name):
    """The value of a record's field as a person reads it, in the language and time zone of the record's user."""
    value = _kept(record, name)
    return "" if value is None else _text(record, name, value)


def _kept(record, name):
    """A field's value as JSON without language or time zone, None if it is empty."""
    value, field = record[name], record._fields[name]
    if field.relational:
        return ", ".join(value.mapped("display_name"))
    if field.type == "boolean":
        return value
    if value is False:
        return None
    if field.type in ("date", "datetime"):
        return field.to_string(value)
    if field.type == "html":
        return html2plaintext(value)
    if field.type == "monetary":
        currency = record[field.get_currency_field(record)]
        return f"{value:,.{currency.decimal_places if currency else 2}f}"
    if field.type == "float":
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    return value if field.type == "selection" else str(value)


def _text(model, name, value):
    field = model._fields.get(name) if model is not None else None
    match field and field.type:
        case "boolean" if isinstance(value, bool):
            return model.env._("Yes") if value else model.env._("No")
        case "selection":
            return dict(field._description_selection(model.env)).get(value, value)
        case "date":
            return format_date(model.env, value)
        case "datetime":
            return format_datetime(model.env, value, tz=model.env.context.get("tz"), dt_format="short")
    return str(value)
