from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.conditions import meets

MODES = [("any", "Any Signs"), ("all", "All Sign"), ("turn", "In Turn"), ("vote", "Vote")]
LEVELS = 10


class CrmReviewStep(models.Model):
    """A step of a review flow. Steps of one rank run side by side; a rank starts when the one before is done."""

    _name = "crm.review.step"
    _description = "Step of a Review Flow"
    _order = "flow_id, rank, sequence, id"

    flow_id = fields.Many2one("crm.review.flow", required=True, index=True, ondelete="cascade")
    model = fields.Char(related="flow_id.kind_id.model")
    model_id = fields.Many2one(related="flow_id.kind_id.model_id")
    rank = fields.Integer(default=1, required=True)
    sequence = fields.Integer(default=10, help="Order of the steps of one rank in the picture.")
    name = fields.Char(required=True)
    who = fields.Selection(
        [
            ("position", "Position"),
            ("users", "Named Users"),
            ("field", "User in a Field of the Document"),
            ("manager", "Requester's Manager"),
            ("level", "Manager of the Nth Level"),
            ("head", "Head of the Requester's Department"),
            ("choice", "Chosen by the Requester"),
        ],
        string="Reviewers",
        default="position",
        required=True,
    )
    position_id = fields.Many2one("crm.review.position", ondelete="restrict", index=True)
    user_ids = fields.Many2many("res.users", string="Users", domain="[('share', '=', False)]")
    user_field_id = fields.Many2one(
        "ir.model.fields",
        string="Field",
        ondelete="cascade",
        domain="[('model_id', '=', model_id), ('relation', 'in', ('res.users', 'hr.employee'))]",
    )
    level = fields.Integer(default=2)
    mode = fields.Selection(MODES, string="Signatures", default="any", required=True)
    vote_percent = fields.Integer(string="Share Needed (%)", default=51)
    domain = fields.Char(string="Condition", help="Documents that take this step. Empty: all.")
    is_default = fields.Boolean(
        string="Otherwise",
        help="Taken when the document meets no condition of the other steps of the same rank.",
    )
    editable_field_ids = fields.Many2many(
        "ir.model.fields", string="Editable Fields", help="Of the document or its lines, by the reviewers of this step."
    )
    lockable_model_ids = fields.Many2many("ir.model", compute="_compute_lockable_model_ids")
    comment_required = fields.Selection(
        [("never", "Never"), ("reject", "To Reject"), ("always", "Always")],
        string="Comment Needed",
        default="reject",
        required=True,
    )
    signature_required = fields.Boolean(string="Signature Needed")
    attachment_required = fields.Boolean(string="File Needed")
    deadline_hours = fields.Float(string="Deadline (Hours)", help="0: none.")
    deadline_type = fields.Selection(
        [("working", "Working Hours"), ("natural", "Natural Hours")], default="working", required=True
    )
    remind_hours = fields.Float(string="Remind Before (Hours)", help="Natural hours before the deadline. 0: not.")
    on_overdue = fields.Selection(
        [
            ("none", "Mark as Overdue"),
            ("escalate", "Hand to the Reviewer's Manager"),
            ("approve", "Approve"),
            ("return", "Return to the Requester"),
        ],
        string="When Overdue",
        default="none",
        required=True,
    )
    cc_user_ids = fields.Many2many("res.users", "crm_review_step_cc_rel", string="Copy To")
    can_forward = fields.Boolean(string="May Forward", default=True)
    can_add_signer = fields.Boolean(string="May Add Signers", default=True)
    reject_policy = fields.Selection(
        [("start", "To the Requester"), ("any", "To the Requester or an Earlier Step")],
        string="Rejects",
        default="any",
        required=True,
    )
    after_reject = fields.Selection(
        [("walk", "Walks All Steps Again"), ("back", "Comes Straight Back"), ("choose", "The Reviewer Chooses")],
        string="Then the Document",
        default="choose",
        required=True,
    )

    _vote_percent = models.Constraint(
        "CHECK (vote_percent BETWEEN 1 AND 100)", "The share needed must be from 1 to 100 percent."
    )
    _level = models.Constraint(f"CHECK (level BETWEEN 1 AND {LEVELS})", "The level must be from 1 to 10.")
    _hours = models.Constraint("CHECK (deadline_hours >= 0 AND remind_hours >= 0)", "Hours cannot be negative.")
    _rank = models.Constraint("CHECK (rank > 0)", "The first rank is 1.")

    @api.depends("flow_id.kind_id")
    def _compute_lockable_model_ids(self):
        """The models of the document and of the lines that are locked with it."""
        for step in self:
            kind = self.env["crm.review.kind"]._of(step.model)
            names = (
                {kind.model, *(self.env[kind.model]._fields[name].comodel_name for name in kind.lines)} if kind else ()
            )
            step.lockable_model_ids = self.env["ir.model"].browse(map(self.env["ir.model"]._get_id, names))

    @api.constrains("domain", "flow_id")
    def _check_domain(self):
        for step in self:
            step.flow_id._parse(step.domain, step.name)

    @api.constrains("is_default", "domain")
    def _check_is_default(self):
        for step in self:
            if step.is_default and step.domain and step.domain != "[]":
                raise ValidationError(
                    self.env._(
                        "%(step)s: a step taken “otherwise” has no condition. Clear one of the two.", step=step.name
                    )
                )

    @api.constrains("who", "position_id", "user_ids", "user_field_id", "flow_id")
    def _check_who(self):
        for step in self:
            needed = {"position": step.position_id, "users": step.user_ids, "field": step.user_field_id}
            if step.who in needed and not needed[step.who]:
                raise ValidationError(
                    self.env._("%(step)s: choose who reviews it: a position, users or a field.", step=step.name)
                )
            if step.who == "field" and step.user_field_id.model != step.flow_id.kind_id.model:
                raise ValidationError(
                    self.env._("%(step)s: the field with the reviewer is not one of the document.", step=step.name)
                )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps.flow_id._check_draft()
        return steps

    def write(self, vals):
        # a name may be improved at any time: what has been reviewed keeps the name it had
        if vals.keys() - {"name"}:
            self.flow_id._check_draft()
        result = super().write(vals)
        if "flow_id" in vals:
            self.flow_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.flow_id._check_draft()

    # WHO REVIEWS

    def _applies(self, document, meets=meets):
        """Whether the document meets the step's condition; the document comes with sudo."""
        return meets(document, self.flow_id._parse(self.domain, self.name))

    def _find_users(self, document, requester, department, directory, chosen, today):
        """Those whom the definition names, before absences and the rules of the flow.

        :return: ``res.users`` and the reason, a text for the record
        """
        self.ensure_one()
        who = self.who
        if who == "position":
            return (
                self.position_id._users_for(directory, department, today),
                self.env._("Position %(position)s", position=self.position_id.name),
            )
        if who == "users":
            return self.user_ids, self.env._("Named in the flow")
        if who == "field":
            value = document[self.user_field_id.name]
            users = value.user_id if value._name == "hr.employee" else value
            return users, self.env._("Field %(field)s", field=self.user_field_id.field_description)
        if who == "choice":
            return chosen, self.env._("Chosen by the requester")
        if who == "head":
            return directory.head(department), self.env._("Head of department %(name)s", name=department.name or "")
        level = 1 if who == "manager" else self.level
        return directory.superior(requester, level), self.env._("Manager of level %(level)s", level=level)

    def _assign(self, document, requester, department, directory, earlier=(), chosen=None):
        """Who is to review a document in this step, now.

        :param document: the document, with sudo
        :param requester: ``res.users``
        :param department: ``hr.department`` of the requester
        :param directory: ``Directory`` of the document's company
        :param earlier: for each rank gone before, in order, the set of ids of users who have approved
        :param chosen: ``res.users`` that the requester has chosen for this step
        :return: ([(user, user he stands in for or empty, reason)], [(user passed over, reason)])
        """
        flow = self.flow_id
        today = fields.Date.context_today(self)
        Users = self.env["res.users"]
        replace = self.env["crm.review.substitute"]._replace
        named, reason = self._find_users(document, requester, department, directory, chosen or Users, today)
        approved = self._who_approved(earlier)
        assigned, skipped = {}, []
        for user in named:
            if not user.active or user.share:
                skipped.append((user, self.env._("Has left")))
                continue
            present, why = replace(user, flow.kind_id.id, today), reason
            if present == requester and flow.self_review == "superior":
                present = replace(directory.superior(requester), flow.kind_id.id, today)
                why = self.env._("Manager of the requester, who is the reviewer himself")
            if flow._is_self_review(present, requester) or not present.active:
                skipped.append((user, self.env._("Is the requester himself")))
            elif present.id in approved:
                skipped.append((present, self.env._("Has approved before")))
            else:
                assigned.setdefault(present, (present, user if present != user else Users, why))
        return list(assigned.values()), skipped

    def _who_approved(self, earlier):
        """:return: ids of those who are not asked again in this step, as they have approved before

        :param earlier: as in :meth:`_assign`
        """
        return set().union(*{"first": earlier, "consecutive": earlier[-1:], "every": ()}[self.flow_id.repeated_review])

    def _stand_in(self, directory, requester):
        """Who reviews this step when nobody else is found: never dead.

        :param directory: ``Directory`` of the document's company
        :return: ``res.users`` and the reason; empty if the step is skipped
        """
        flow = self.flow_id
        if flow.empty_step == "skip":
            return self.env["res.users"], self.env._("Step without reviewers")
        named = flow.empty_user_id
        if flow.empty_step == "user" and named.active and not flow._is_self_review(named, requester):
            return named, self.env._("Named for steps without reviewers")
        people = directory.administrators
        others = people.filtered(lambda user: not flow._is_self_review(user, requester))
        return (others or people)[:1], self.env._("Review administrator, as the step has no reviewers")

    def _deadline(self, start, user, company):
        """:return: naive UTC datetime, False without a deadline"""
        if not self.deadline_hours:
            return False
        if self.deadline_type == "natural":
            return fields.Datetime.add(start, hours=self.deadline_hours)
        return company._review_working_time(start, self.deadline_hours, user)

    @api.model
    def _editable_names(self, steps, model_name):
        """:return: names of the fields of a model that the reviewers of `steps` may change"""
        fields_ = steps.sudo().editable_field_ids  # sudo: fields are read by administrators only
        return set(fields_.filtered_domain(Domain("model", "=", model_name)).mapped("name"))

    @api.model
    def _editable_labels(self, step):
        return step.editable_field_ids.mapped("field_description")
