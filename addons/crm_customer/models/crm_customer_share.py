from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

FEW = 200  # shares


class CrmCustomerShare(models.Model):
    """A customer opened to somebody outside the data scope of its owner, for reading or for editing.

    A share holds while it is active and its last day is not over; nothing has to end it. Only who may give the
    customer away shares it: its owner, who has the owner in his data scope, the administrator. Sharees never do.
    """

    _name = "crm.customer.share"
    _description = "Shared Customer"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_crm_customer', '=', True)]",
    )
    owner_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    user_id = fields.Many2one("res.users", string="Shared With", ondelete="cascade", domain="[('share', '=', False)]")
    department_id = fields.Many2one(
        "hr.department",
        ondelete="cascade",
        help="Everybody who works in this department or below it sees the customer.",
    )
    access = fields.Selection([("read", "Read"), ("edit", "Edit")], required=True, default="read")
    date_to = fields.Date(string="Until", help="The last day of the share. Empty: until it is revoked.")
    reason = fields.Char()
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("shared", "Shared"), ("expired", "Expired"), ("revoked", "Revoked")], compute="_compute_state"
    )

    _one_grantee = models.Constraint(
        "CHECK ((user_id IS NULL) != (department_id IS NULL))",
        "A customer is shared with a colleague or with a department: choose one of them.",
    )
    _user_uniq = models.UniqueIndex(
        "(user_id, partner_id) WHERE active AND user_id IS NOT NULL",
        "This customer is shared with this colleague already. Change that share.",
    )
    _department_uniq = models.UniqueIndex(
        "(department_id, partner_id) WHERE active AND department_id IS NOT NULL",
        "This customer is shared with this department already. Change that share.",
    )

    # COMPUTE
    @api.depends("active", "date_to")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for share in self:
            expired = share.date_to and share.date_to < today
            share.state = "revoked" if not share.active else "expired" if expired else "shared"

    @api.depends("partner_id", "user_id", "department_id")
    def _compute_display_name(self):
        for share in self:
            share.display_name = f"{share.partner_id.name} → {share.user_id.name or share.department_id.name}"

    # CONSTRAINTS
    @api.constrains("partner_id", "user_id")
    def _check_sharee(self):
        for share in self.filtered("active"):
            user, customer = share.sudo().user_id, share.sudo().partner_id  # sudo: any colleague may be named
            if not customer.is_crm_customer:
                raise UserError(self.env._("%(name)s is no customer. Share its customer.", name=customer.name))
            if user and user == customer.user_id:
                raise UserError(
                    self.env._(
                        "%(customer)s is %(user)s's own. Choose somebody else to share it with.",
                        customer=customer.name,
                        user=user.name,
                    )
                )
            if user and (user.share or not user.active):
                raise UserError(self.env._("%(user)s is no active colleague. Choose somebody else.", user=user.name))

    @api.constrains("date_to")
    def _check_date_to(self):
        today = fields.Date.context_today(self)
        for share in self:
            if share.date_to and share.date_to < today:
                raise UserError(self.env._("Until: %(date)s is over. Choose today or a later day.", date=share.date_to))

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("user_id") == self.env.uid and not self.env.su:
                raise UserError(self.env._("Nobody shares a customer with himself. Choose a colleague."))
        customers = self.env["res.partner"].browse(vals["partner_id"] for vals in vals_list if vals.get("partner_id"))
        customers._crm_check_may_give_away()
        # the newest share with somebody takes the earlier one's place
        names = ("partner_id", "user_id", "department_id")
        wanted = {tuple(vals.get(name) or False for name in names) for vals in vals_list}
        # sudo: the right to share them, which is checked above, is the right to end a share
        earlier = self.sudo().search([("partner_id", "in", customers.ids)])
        earlier.filtered(lambda share: tuple(share[name].id for name in names) in wanted).active = False
        self.flush_model(["active"])
        self._shares_changed()
        return super().create(vals_list)

    def write(self, vals):
        if {"partner_id", "user_id", "department_id"} & vals.keys():
            raise UserError(
                self.env._("With whom a customer is shared does not change. Revoke this share and make another.")
            )
        self.sudo().partner_id.with_env(self.env)._crm_check_may_give_away()
        self._shares_changed()
        return super().write(vals)

    def unlink(self):
        self._shares_changed()
        return super().unlink()

    # ACTION
    def action_revoke(self):
        """End the shares at once."""
        self.active = False

    # BUSINESS
    @api.model
    def _grants(self, fname, access):
        """What the shares in force open to the reader (``self.env.uid``).

        A few customers are named one by one, which lets PostgreSQL plan with their number; most readers have none,
        and their searches stay as they are. Many are looked up in a hash.

        :param fname: stored many2one field to the customer, or ``id``
        :param access: ``read`` or ``edit``: shares with exactly this access
        :return: list of domains, any of which is enough
        """
        few = self._few_in_force()
        if few is None:
            return [Domain(fname, "in", SQL("SELECT partner_id FROM (%s) AS share", self._in_force(access)))]
        return [Domain(fname, "in", few[access])] if few[access] else []

    @api.model
    def _few_in_force(self):
        """:return: {access: ids of customers}, kept for the transaction; None if there are many"""
        known = self.env.cr.cache.setdefault(self._name, {})
        if self.env.uid not in known:
            in_force = SQL("%s UNION ALL %s", self._in_force("read"), self._in_force("edit"))
            rows = self.env.execute_query(SQL("%s LIMIT %s", in_force, FEW + 1))
            few = {access: [id_ for id_, its_access in rows if its_access == access] for access in ("read", "edit")}
            known[self.env.uid] = few if len(rows) <= FEW else None
        return known[self.env.uid]

    @api.model
    def _shares_changed(self):
        self.env.cr.cache.pop(self._name, None)

    @api.model
    def _in_force(self, access):
        """SQL of the customers that are shared with the reader, and the access, answered by an index."""
        self.flush_model()
        departments = self._departments_of(self.env.uid)
        return SQL(
            "SELECT partner_id, access FROM crm_customer_share"
            " WHERE active AND access = %s AND (date_to IS NULL OR date_to >= %s) AND (user_id = %s%s)",
            access,
            fields.Date.context_today(self),
            self.env.uid,
            SQL(" OR department_id IN %s", departments) if departments else SQL(),
        )

    @api.model
    @tools.ormcache("user_id")
    def _departments_of(self, user_id):
        """Ids of the departments that a user works in or heads, and of those above; dropped like the data scope's."""
        # sudo: where somebody works decides on access, the reader need not see it
        working = self.env["hr.employee"].sudo().search([("user_id", "=", user_id)]).department_id
        headed = self.env["hr.department"].sudo().search([("manager_id.user_id", "=", user_id)])
        departments = working | headed
        return tuple(departments.search([("id", "parent_of", departments.ids)]).ids) if departments else ()
