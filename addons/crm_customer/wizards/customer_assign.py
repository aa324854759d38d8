from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.assignment import NoRoom, Receiver, share_out


class CrmCustomerAssign(models.TransientModel):
    """The manager of a public pool gives customers of it to its members."""

    _name = "crm.customer.assign"
    _description = "Assign Customers of a Pool"

    # ids of crm.customer.pool.customer, which has no table to refer to
    customer_ids = fields.Json(required=True, default=lambda self: self.env.context.get("active_ids"))
    customer_count = fields.Integer(string="Customers", compute="_compute_pool_id")
    pool_id = fields.Many2one("crm.customer.pool", string="Public Pool", compute="_compute_pool_id")
    member_ids = fields.Many2many(related="pool_id.member_ids")
    mode = fields.Selection(
        [
            ("one", "All to One"),
            ("even", "Evenly"),
            ("load", "By Load: to who owns least"),
            ("region", "By Region: to who owns most in the customer's region"),
            ("capacity", "By Capacity: to who may own most more"),
        ],
        string="How",
        required=True,
        default="even",
    )
    user_ids = fields.Many2many(
        "res.users", string="Receivers", compute="_compute_user_ids", store=True, readonly=False
    )
    reason = fields.Char()
    preview = fields.Text(compute="_compute_preview")

    @api.depends("customer_ids")
    def _compute_pool_id(self):
        for wizard in self:
            customers = wizard._customers()
            wizard.customer_count = len(customers)
            wizard.pool_id = customers.pool_id if len(customers.pool_id) == 1 else False

    @api.depends("pool_id", "mode")
    def _compute_user_ids(self):
        for wizard in self:
            wizard.user_ids = False if wizard.mode == "one" else wizard.pool_id.member_ids

    @api.depends("customer_ids", "user_ids", "mode")
    def _compute_preview(self):
        for wizard in self:
            try:
                wizard._check()
                receivers = wizard._receivers()
                wizard._share_out(wizard._customers(), receivers)
            except (AccessError, UserError) as error:
                wizard.preview = str(error)
                continue
            wizard.preview = "\n".join(
                self.env._(
                    "%(user)s: %(got)s customers, then %(total)s",
                    user=receiver.key.name,
                    got=receiver.got,
                    total=receiver.load + receiver.got,
                )
                for receiver in receivers
            )

    def action_assign(self):
        """Give the customers to the receivers, who are told in one message each.

        :raise AccessError: the user does not manage the pool
        :raise UserError: the receivers are no members, or have not enough room
        """
        self.ensure_one()
        self._check()
        customers, refused = self._customers()._crm_take()
        if not customers:
            raise UserError("\n".join(refused))
        self._users().sudo()._crm_take_turn()  # sudo: only the mark that keeps two claims apart
        users = self._share_out(customers, self._receivers())
        given = {}
        for customer, user in zip(customers, users, strict=True):
            given.setdefault(user, []).append(customer)
        for user, parts in given.items():
            self.pool_id._check_private_limit(user, [customer.level_id.id for customer in parts])
        for user, parts in given.items():
            partners = self.env["res.partner"].browse(customer.id for customer in parts)
            partners._crm_change_owner("assigned", user=user, reason=self.reason)
            partners._crm_notify_owner(user, self.reason)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "message": "\n".join([self.env._("%(count)s customers assigned.", count=len(customers)), *refused]),
                "sticky": bool(refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _customers(self):
        """The customers that the user still sees in a pool."""
        return self.env["crm.customer.pool.customer"].search([("id", "in", self.customer_ids or [])])

    def _users(self):
        return self.user_ids._origin  # in a dialog that is still open, too

    def _check(self):
        users = self._users()
        if not self.pool_id:
            raise UserError(self.env._("Choose customers of one public pool."))
        if not self.pool_id.is_manager:
            raise AccessError(
                self.env._("Only managers of %(pool)s assign its customers. Ask one of them.", pool=self.pool_id.name)
            )
        if not users:
            raise UserError(self.env._("Choose who gets the customers."))
        if self.mode == "one" and len(users) > 1:
            raise UserError(self.env._("Choose one receiver, or another way to share the customers out."))
        if strangers := users - self.pool_id.member_ids._origin:
            raise UserError(
                self.env._(
                    "%(user)s is no member of %(pool)s. Choose members only.",
                    user=strangers[0].name,
                    pool=self.pool_id.name,
                )
            )

    def _receivers(self):
        users = self._users()
        owned = self.env["res.partner"]._crm_count_owned(users)
        regions = {user.id: {} for user in users}
        if self.mode == "region":
            # sudo: how many customers the receivers have in a region is told to nobody
            for user, state, count in (
                self.env["res.partner"]
                .sudo()
                ._read_group(
                    [("user_id", "in", users.ids), ("is_crm_customer", "=", True)],
                    ["user_id", "state_id"],
                    ["__count"],
                )
            ):
                if state:
                    regions[user.id][state.id] = count
        return [
            Receiver(
                user,
                load=sum(owned[user.id].values()),
                room=self.pool_id._private_room(user).get(False),
                regions=regions[user.id],
            )
            for user in users
        ]

    def _share_out(self, customers, receivers):
        """:return: list of ``res.users``, one for each customer"""
        mode = "even" if self.mode == "one" else self.mode
        try:
            return share_out([customer.state_id.id for customer in customers], receivers, mode)
        except NoRoom as error:
            raise UserError(
                self.env._(
                    "By the rules of %(pool)s these members may own %(room)s more customers, not %(count)s. Choose "
                    "fewer customers or more members.",
                    pool=self.pool_id.name,
                    room=error.room,
                    count=len(customers),
                )
            ) from error
