from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """Who sees a customer. Contacts and addresses of a customer are seen with it and follow its salesperson."""

    _name = "res.partner"
    _inherit = ["res.partner", "crm.customer.scope.mixin"]

    _crm_scope_customer_owner = "user_id"

    user_id = fields.Many2one(index="btree_not_null", recursive=True, precompute=False)
    crm_customer_id = fields.Many2one(
        "res.partner",
        string="Belongs to Customer",
        compute="_compute_crm_customer_id",
        store=True,
        recursive=True,
        index=True,
        help="The customer that this customer, contact or address belongs to.",
    )
    crm_assistant_ids = fields.Many2many(
        "res.users",
        "res_partner_crm_assistant_rel",
        "partner_id",
        "user_id",
        string="Assistants",
        domain="[('share', '=', False)]",
        help="Sales assistants who see and edit this customer beside its salesperson.",
    )
    crm_assisted_by_me = fields.Boolean(
        string="I Assist", compute="_compute_crm_assisted_by_me", search="_search_crm_assisted_by_me"
    )

    share_ids = fields.One2many("crm.customer.share", "partner_id", string="Shares")
    crm_shared_with_me = fields.Boolean(
        string="Shared with Me", compute="_compute_crm_shared_with_me", search="_search_crm_shared_with_me"
    )

    # "IS NOT NULL" keeps the planner from reading all customers out of it where no salesperson is asked for
    _customers_by_owner = models.Index(
        "(user_id) WHERE is_crm_customer IS TRUE AND active IS TRUE AND user_id IS NOT NULL"
    )

    @api.depends("is_crm_customer", "parent_id.crm_customer_id")
    def _compute_crm_customer_id(self):
        for partner in self:
            partner.crm_customer_id = partner if partner.is_crm_customer else partner.parent_id.crm_customer_id

    @api.depends("parent_id.user_id", "crm_customer_id")
    def _compute_user_id(self):
        # a customer's salesperson never comes from another customer: it may lie in a pool
        others = self.filtered(lambda partner: not partner.is_crm_customer)
        result = super(ResPartner, others)._compute_user_id()
        for partner in others:
            if partner.crm_customer_id:
                partner.user_id = partner.parent_id.user_id
        return result

    @api.depends_context("uid")
    @api.depends("crm_assistant_ids")
    def _compute_crm_assisted_by_me(self):
        for partner in self:
            partner.crm_assisted_by_me = self.env.user in partner.crm_assistant_ids

    def _search_crm_assisted_by_me(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._crm_scope_subquery("id", self._crm_assisted_sql())

    @api.depends_context("uid")
    @api.depends("share_ids.access", "share_ids.active", "share_ids.date_to")
    def _compute_crm_shared_with_me(self):
        shared = self.search([("id", "in", self.ids), ("crm_shared_with_me", "=", True)])
        for partner in self:
            partner.crm_shared_with_me = partner._origin in shared

    def _search_crm_shared_with_me(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        share = self.env["crm.customer.share"]
        return Domain.OR([*share._grants("id", "read"), *share._grants("id", "edit")])

    @api.model
    def _crm_scope_grants(self):
        return [
            *super()._crm_scope_grants(),
            [("crm_customer_id", "=", False)],  # suppliers, colleagues and the like are no secret
        ]
