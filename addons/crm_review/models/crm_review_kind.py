from ast import literal_eval

from odoo import Command, api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.kind import Kind
from .crm_review_mixin import REVIEW_STATES

# what talking about a document or a line of it writes: the fields of these models
TALK_MODELS = ("mail.thread", "mail.thread.main.attachment", "mail.activity.mixin", "rating.mixin", "portal.mixin")


def _is_list_of_lines(env, field):
    inverse = env[field.comodel_name]._fields.get(field.inverse_name) if field.type == "one2many" else None
    return inverse is not None and inverse.type == "many2one" and inverse.store


# which fields of its model a kind may name, so that reviewers are told nothing that only some groups see
FIELD_USES = {
    "number_field_id": lambda env, field: not field.groups,
    "amount_field_id": lambda env, field: not field.groups and field.type in ("monetary", "float", "integer"),
    "partner_field_id": lambda env, field: not field.groups and field.comodel_name == "res.partner",
    "line_field_ids": _is_list_of_lines,
    "open_field_ids": lambda env, field: True,
}
# the fields that a kind joined without code gets on its model, instead of the mixin's
JOINED_ID, JOINED_STATE = "x_crm_review_id", "x_crm_review_state"


class CrmReviewKind(models.Model):
    """A kind of document that is reviewed.

    The models of the suite join by `crm.review.mixin` and a record of this model. An administrator joins any other
    model by making such a record: its model then gets the two fields that the mixin has, the guards of the mixin, and
    the review panel in its forms.
    """

    _name = "crm.review.kind"
    _description = "Kind of Reviewed Document"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    model_id = fields.Many2one(  # required; but what has been reviewed outlives the add-on that its model came from
        "ir.model",
        ondelete="set null",
        domain="[('transient', '=', False), ('abstract', '=', False)]",
    )
    model = fields.Char(related="model_id.model", store=True, string="Technical Name")
    is_joined = fields.Boolean(
        compute="_compute_is_joined", help="Joined here, without code: what its documents are made of is set below."
    )
    without_flow = fields.Selection(
        [("refuse", "Refuse It"), ("approve", "Approve It at Once")],
        string="Document That No Flow Matches",
        default="refuse",
        required=True,
    )
    flow_ids = fields.One2many("crm.review.flow", "kind_id", string="Flows")

    number_field_id = fields.Many2one("ir.model.fields", string="Number", ondelete="set null")
    amount_field_id = fields.Many2one("ir.model.fields", string="Amount", ondelete="set null")
    partner_field_id = fields.Many2one("ir.model.fields", string="Customer", ondelete="set null")
    line_field_ids = fields.Many2many(
        "ir.model.fields",
        "crm_review_kind_line_field_rel",
        string="Lines",
        help="Lists of lines that are locked together with their document.",
    )
    open_field_ids = fields.Many2many(
        "ir.model.fields",
        "crm_review_kind_open_field_rel",
        string="Always Open Fields",
        help="Fields that may be changed while the document is under review.",
    )
    lock_approved = fields.Boolean(string="Stay Locked after Approval")
    gate_domain = fields.Char(
        string="Needs Approval",
        help="Documents may only come to match this condition once they are approved, such as: the state is Confirmed.",
    )
    view_id = fields.Many2one("ir.ui.view", string="Form with the Review Panel", readonly=True, copy=False)

    _model_id_uniq = models.UniqueIndex("(model_id)", "This model is a kind of reviewed document already.")

    @api.depends("model")
    def _compute_is_joined(self):
        for kind in self:
            kind.is_joined = bool(kind.model) and not self._is_native(kind.model)

    @api.model
    def _is_native(self, model_name):
        model = self.env.get(model_name)
        return model is not None and "review_state" in model._fields and hasattr(model, "_review_summary")

    @api.constrains("model_id")
    def _check_model_id(self):
        for kind in self:
            model = self.env.get(kind.model)
            if model is None or model._abstract or model._transient or kind.model.startswith("crm.review"):
                raise ValidationError(
                    self.env._("%(model)s cannot be reviewed. Choose a model that holds documents.", model=kind.model)
                )

    @api.constrains(*FIELD_USES)
    def _check_fields(self):
        for kind in self:
            known = self.env[kind.model]._fields
            for place, fits in FIELD_USES.items():
                for field in kind.sudo()[place]:  # sudo: names of fields only
                    if field.model != kind.model or field.name not in known or not fits(self.env, known[field.name]):
                        raise ValidationError(
                            self.env._(
                                "%(kind)s: %(field)s cannot be used as “%(place)s”. Choose another field.",
                                kind=kind.name,
                                field=field.field_description,
                                place=kind._fields[place]._description_string(self.env),
                            )
                        )

    @api.constrains("gate_domain")
    def _check_gate_domain(self):
        for kind in self.filtered("gate_domain"):
            try:
                Domain(literal_eval(kind.gate_domain)).validate(self.env[kind.model])
            except (ValueError, SyntaxError) as error:
                raise ValidationError(
                    self.env._("The condition “Needs Approval” cannot be read: %(reason)s", reason=error)
                ) from error

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        kinds = super().create(vals_list)
        kinds._check_model_id()
        self._definition_changed()
        kinds._join()
        return kinds

    def write(self, vals):
        if "model_id" in vals and any(kind.model_id.id not in (False, vals["model_id"]) for kind in self):
            raise ValidationError(
                self.env._("The model of a kind of document does not change. Make another kind for another model.")
            )
        result = super().write(vals)
        self._definition_changed()
        return result

    def unlink(self):
        leaving = [(kind.model_id, kind.view_id) for kind in self if kind.is_joined]
        result = super().unlink()
        self._leave(leaving)
        self._definition_changed()
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_except_used(self):
        # sudo: whether there are any
        flows = self.env["crm.review.flow"].sudo().with_context(active_test=False)
        used = flows.search([("kind_id", "in", self.ids)], limit=1).kind_id or (
            self.env["crm.review"].sudo().search([("kind_id", "in", self.ids)], limit=1).kind_id
        )
        if used:
            raise UserError(
                self.env._(
                    "%(kind)s has flows or reviews. Archive it instead: then nothing more of it is submitted.",
                    kind=used.name,
                )
            )

    @api.model
    def _definition_changed(self):
        self.env.registry.clear_cache()

    # SETTINGS OF A KIND

    @api.model
    @tools.ormcache("model_name")
    def _of(self, model_name):
        """What the engine has to know of a kind of document.

        :param str model_name: technical name of the documents' model
        :return: :class:`Kind`, None if the model is not reviewed
        """
        # sudo: definitions are the same for everybody; what is under review stays locked when its kind is archived
        kind = self.sudo().with_context(active_test=False).search([("model_id.model", "=", model_name)], limit=1)
        model = self.env.get(model_name)
        if model is None or (not kind and not self._is_native(model_name)):
            return None
        common = {
            "id": kind.id,
            "model": model_name,
            "active": kind.active,
            "without_flow": kind.without_flow or "refuse",
            "talk": frozenset(field for name in TALK_MODELS if name in self.env for field in self.env[name]._fields),
        }
        if self._is_native(model_name):
            return Kind(
                **common,
                id_field="review_id",
                state_field="review_state",
                number=model._review_number,
                amount=model._review_amount,
                partner=model._review_partner,
                lines=tuple(model._review_lines),
                open_fields=frozenset(model._review_open_fields),
                lock_approved=model._review_lock_approved,
                gate=(),
            )
        if JOINED_STATE not in model._fields:
            return None
        return Kind(
            **common,
            id_field=JOINED_ID,
            state_field=JOINED_STATE,
            number=kind.number_field_id.name or "display_name",
            amount=kind.amount_field_id.name,
            partner=kind.partner_field_id.name,
            lines=tuple(kind.line_field_ids.mapped("name")),
            open_fields=frozenset(kind.open_field_ids.mapped("name")),
            lock_approved=kind.lock_approved,
            gate=tuple(literal_eval(kind.gate_domain or "[]")),
        )

    @api.model
    @tools.ormcache()
    def _guarded(self):
        """What is locked.

        :return: {model: (its Kind or None, [(many2one to a document, that document's Kind, its one2many)])}
        """
        columns = {name for name, field in self._fields.items() if field.store and field.column_type}
        if not columns <= tools.sql.table_columns(self.env.cr, self._table).keys():
            return {}  # while this add-on is being installed, updated or taken away
        names = {name for name in self.env.registry if self._is_native(name) and not self.env[name]._abstract}
        kinds = self.sudo().with_context(active_test=False).search([])  # pylint: disable=no-search-all
        names.update(kinds.mapped("model"))  # sudo: as in _of
        guarded = {}
        for kind in filter(None, map(self._of, names)):
            _kind, parents = guarded.get(kind.model, (None, []))
            guarded[kind.model] = (kind, parents)
            for name in kind.lines:
                field = self.env[kind.model]._fields[name]
                guarded.setdefault(field.comodel_name, (None, []))[1].append((field.inverse_name, kind, name))
        return guarded

    # JOINING A MODEL WITHOUT CODE

    def _join(self):
        """Give the models of kinds joined without code their two fields and the review panel in their form."""
        for kind in self.filtered("is_joined"):
            # sudo: administrators of the CRM join models without being allowed to change models otherwise
            Field = self.env["ir.model.fields"].sudo()
            present = Field.search([("model_id", "=", kind.model_id.id)]).mapped("name")
            labels = dict(REVIEW_STATES)
            missing = [
                values
                for values in (
                    {
                        "name": JOINED_ID,
                        "field_description": "Review",
                        "ttype": "many2one",
                        "relation": "crm.review",
                        "on_delete": "set null",
                    },
                    {
                        "name": JOINED_STATE,
                        "field_description": "Review State",
                        "ttype": "selection",
                        "index": True,
                        "selection_ids": [
                            Command.create({"value": value, "name": label, "sequence": index})
                            for index, (value, label) in enumerate(labels.items())
                        ],
                    },
                )
                if values["name"] not in present
            ]
            if missing:
                Field.create(
                    [values | {"model_id": kind.model_id.id, "copied": False, "readonly": True} for values in missing]
                )
            kind._add_panel()

    def _add_panel(self):
        """Put the review panel on top of the sheet of the model's main form."""
        self.ensure_one()
        # sudo: as in _join
        View = self.env["ir.ui.view"].sudo()
        form = View.search([("model", "=", self.model), ("type", "=", "form"), ("mode", "=", "primary")], limit=1)
        if not form or self.view_id:
            return
        arch = form.get_combined_arch()
        place, where = ("//sheet", "inside") if "<sheet" in arch else ("/form", "inside")
        panel = '<widget name="crm_review"/>'
        self.sudo().view_id = View.create(
            {
                "name": f"{self.model}.form.review",
                "model": self.model,
                "inherit_id": form.id,
                "priority": 99,
                "arch": (
                    f'<data><xpath expr="{place}" position="before">{panel}</xpath></data>'
                    if place == "//sheet"
                    else f'<data><xpath expr="{place}/*[1]" position="before">{panel}</xpath></data>'
                ),
            }
        )

    @api.model
    def _leave(self, joined):
        """Take the panel and the two fields away again.

        :param joined: [(``ir.model``, ``ir.ui.view``)] of kinds that are gone; none of their documents has a review
        """
        # sudo: as in _join
        for model, view in joined:
            view.sudo().unlink()
            fields_ = (
                self.env["ir.model.fields"]
                .sudo()
                .search([("model_id", "=", model.id), ("name", "in", [JOINED_ID, JOINED_STATE])])
            )
            fields_.with_context(_force_unlink=True).unlink()
