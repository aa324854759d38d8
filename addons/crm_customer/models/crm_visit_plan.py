from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmVisitPlan(models.Model):
    """A visit that is planned; its follow-up says that and how it took place."""

    _name = "crm.visit.plan"
    _description = "Planned Visit"
    _inherit = ["crm.customer.scope.mixin"]
    _order = "date, id"
    _rec_name = "partner_id"

    _crm_scope_customer = _crm_scope_partner = "partner_id"

    # FIELDS
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_crm_customer', '=', True)]",
    )
    contact_id = fields.Many2one(
        "res.partner", domain="[('crm_customer_id', '=', partner_id), ('id', '!=', partner_id)]"
    )
    customer_user_id = fields.Many2one(
        related="partner_id.user_id", string="Customer's Salesperson", store=True, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Visitor",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    date = fields.Datetime(string="Planned for", required=True, index=True)
    purpose = fields.Char()
    is_cancelled = fields.Boolean(string="Cancelled", copy=False)
    followup_ids = fields.One2many("crm.followup", "visit_plan_id", string="Follow-ups")
    state = fields.Selection(
        [("planned", "Planned"), ("done", "Done"), ("cancelled", "Cancelled")],
        string="Status",
        compute="_compute_state",
        store=True,
    )
    is_late = fields.Boolean(compute="_compute_is_late")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True, required=True)

    _by_visitor = models.Index("(user_id, date)")

    # COMPUTE
    @api.depends("partner_id", "purpose")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = " · ".join(filter(None, [plan.partner_id.name, plan.purpose]))

    @api.depends("followup_ids", "is_cancelled")
    def _compute_state(self):
        for plan in self:
            plan.state = "done" if plan.followup_ids else "cancelled" if plan.is_cancelled else "planned"

    @api.depends("state", "date")
    def _compute_is_late(self):
        today, _tomorrow = self.env["res.partner"]._crm_day_bounds(fields.Date.context_today(self))
        for plan in self:
            plan.is_late = plan.state == "planned" and bool(plan.date) and plan.date < today

    # CONSTRAINTS
    @api.constrains("date")
    def _check_date(self):
        today, _tomorrow = self.env["res.partner"]._crm_day_bounds(fields.Date.context_today(self))
        for plan in self:
            if plan.date < today and plan.state == "planned":
                raise ValidationError(
                    self.env._(
                        "%(date)s is past. Plan the visit of %(customer)s for today or later; note a visit that took "
                        "place as a follow-up.",
                        date=fields.Datetime.context_timestamp(plan, plan.date).strftime("%Y-%m-%d"),
                        customer=plan.partner_id.name,
                    )
                )

    @api.constrains("partner_id", "contact_id")
    def _check_contact_id(self):
        for plan in self:
            if plan.contact_id and plan.contact_id.crm_customer_id != plan.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is not a contact of %(customer)s. Choose one of this customer's contacts.",
                        contact=plan.contact_id.name,
                        customer=plan.partner_id.name,
                    )
                )

    # CRUD
    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            self.check_access("write")  # only managers plan for others
        return result

    # ACTION
    def action_visit(self):
        """The form of the visit's follow-up, ready for the check-in."""
        self.ensure_one()
        if self.state != "planned":
            raise UserError(self.env._("This visit has been done or cancelled already."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Visit"),
            "res_model": "crm.followup",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_contact_id": self.contact_id.id,
                "default_method": "visit",
                "default_visit_plan_id": self.id,
            },
        }

    def action_cancel(self):
        self._crm_check_planned()
        self.is_cancelled = True

    def action_next_week(self):
        """Plan the same visits again a week later."""
        for plan in self:
            plan.copy({"date": fields.Datetime.add(plan.date, weeks=1)})

    def _crm_check_planned(self):
        if any(plan.state != "planned" for plan in self):
            raise UserError(self.env._("This visit has been done or cancelled already."))
