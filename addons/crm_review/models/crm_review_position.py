from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmReviewPosition(models.Model):
    """A named post in reviews, such as “Technical reviewer”; who fills it may differ by department and over time."""

    _name = "crm.review.position"
    _description = "Review Position"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    description = fields.Char()
    member_ids = fields.One2many("crm.review.position.member", "position_id", string="Members", copy=True)
    current_user_ids = fields.Many2many("res.users", string="Today's Members", compute="_compute_current_user_ids")
    step_ids = fields.One2many("crm.review.step", "position_id", string="Steps")
    step_count = fields.Integer(compute="_compute_step_count", string="Steps in Use")

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE code IS NOT NULL",
        "Another position has this code already. Choose another code.",
    )

    @api.depends("member_ids.user_id", "member_ids.date_from", "member_ids.date_to")
    def _compute_current_user_ids(self):
        today = fields.Date.context_today(self)
        for position in self:
            position.current_user_ids = position.member_ids.filtered(lambda member: member._is_member(today)).user_id

    @api.depends("step_ids.flow_id.state")
    def _compute_step_count(self):
        counts = dict(
            self.env["crm.review.step"]._read_group(
                [("position_id", "in", self.ids), ("flow_id.state", "=", "published")], ["position_id"], ["__count"]
            )
        )
        for position in self:
            position.step_count = counts.get(position._origin, 0)

    def _users_for(self, directory, department, today):
        """Who fills the position for documents of a department: those of the nearest department above it, else of none.

        :param directory: ``Directory`` of the company
        :param department: ``hr.department``, may be empty
        :param today: date
        :return: ``res.users``
        """
        self.ensure_one()
        members = self.member_ids.filtered(lambda member: member._is_member(today))
        for one in directory.ancestors(department):
            if own := members.filtered(lambda member, one=one: member.department_id == one):
                return own.user_id
        return members.filtered(lambda member: not member.department_id).user_id


class CrmReviewPositionMember(models.Model):
    _name = "crm.review.position.member"
    _description = "Member of a Review Position"
    _order = "position_id, department_id, sequence, id"

    position_id = fields.Many2one("crm.review.position", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="cascade", domain="[('share', '=', False)]"
    )
    department_id = fields.Many2one("hr.department", help="Empty: for departments that have no member of their own.")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for member in self:
            if member.date_from and member.date_to and member.date_to < member.date_from:
                raise ValidationError(
                    self.env._(
                        "%(user)s: “Until” lies before “From”. Correct one of the two dates.",
                        user=member.user_id.name,
                    )
                )

    def _is_member(self, today):
        self.ensure_one()
        return (
            self.user_id.active
            and (not self.date_from or self.date_from <= today)
            and (not self.date_to or today <= self.date_to)
        )
