from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

DEFAULT_TIMEZONE = "Asia/Shanghai"
DAYS = (
    "reclaim_followup_days",
    "reclaim_order_days",
    "reclaim_new_days",
    "protection_days",
    "warning_days",
    "cooldown_days",
)
LIMITS = ("private_limit", "daily_limit")
# what may take customers from their salespeople earlier than they were told
RECLAIM_RULES = {*DAYS[:5], "reclaim", "exempt_level_ids", "state_ids", "user_ids", "department_ids"}


class CrmCustomerPool(models.Model):
    """Customers that nobody owns, from which its members take some: the public pool.

    Its rules also hold for what its members own already: a salesperson's private customers of the pool's regions
    come back into the first pool (by sequence) of which he is a member.
    """

    _name = "crm.customer.pool"
    _description = "Public Pool"
    _order = "sequence, id"

    # FIELDS
    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    user_ids = fields.Many2many(
        "res.users", "crm_customer_pool_user_rel", "pool_id", "user_id", "Members", domain="[('share', '=', False)]"
    )
    department_ids = fields.Many2many(
        "hr.department",
        "crm_customer_pool_department_rel",
        "pool_id",
        "department_id",
        string="Member Departments",
        help="Everybody who works in these departments or below them is a member.",
    )
    member_ids = fields.Many2many("res.users", string="All Members", compute="_compute_member_ids", compute_sudo=True)
    manager_ids = fields.Many2many(
        "res.users",
        "crm_customer_pool_manager_rel",
        "pool_id",
        "user_id",
        string="Managers",
        domain=lambda self: [("all_group_ids", "in", self.env.ref("crm_base.group_sales_manager").ids)],
        help="They assign customers of this pool and set its rules.",
    )
    state_ids = fields.Many2many(
        "res.country.state",
        "crm_customer_pool_state_rel",
        "pool_id",
        "state_id",
        string="Regions",
        help="The provinces whose customers come back into this pool. Empty: all of them.",
    )
    private_limit = fields.Integer(help="So many customers a member may own, counting all he has. 0: any number.")
    limit_ids = fields.One2many("crm.customer.pool.limit", "pool_id", string="Private Limits by Level", copy=True)
    daily_limit = fields.Integer(string="Daily Claim Limit", help="So many a member may claim a day. 0: any number.")
    cooldown_days = fields.Integer(
        string="Cooldown (Days)",
        help="So long a former owner cannot claim back a customer that he has lost or released. 0: at once.",
    )
    claim_review = fields.Boolean(
        string="Claims Are Reviewed", help="Claims go through the review flow of customer claims before they hold."
    )
    reclaim = fields.Boolean(string="Reclaim Every Night")
    reclaim_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="When these rules came into force. Everybody gets the warning time from then on.",
    )
    reclaim_followup_days = fields.Integer(
        string="No Follow-up for (Days)", help="Reclaim customers not followed up for so long. 0: never."
    )
    reclaim_order_days = fields.Integer(
        string="No Order for (Days)", help="Reclaim customers who have not ordered for so long. 0: never."
    )
    reclaim_new_days = fields.Integer(
        string="New and Untouched for (Days)",
        help="Reclaim customers of whom their salesperson has made nothing since he got them. 0: never.",
    )
    protection_days = fields.Integer(
        string="Protection (Days)", help="So long after he got a customer no salesperson loses it."
    )
    warning_days = fields.Integer(
        string="Warning (Days)", default=7, help="So long before he loses a customer its salesperson is reminded."
    )
    exempt_level_ids = fields.Many2many(
        "crm.customer.level",
        "crm_customer_pool_exempt_level_rel",
        "pool_id",
        "level_id",
        string="Exempt Levels",
        help="Customers of these levels are never reclaimed.",
    )
    customer_count = fields.Integer(string="Number of Customers", compute="_compute_customer_count", compute_sudo=True)
    is_open = fields.Boolean(string="Open to Me", compute="_compute_is_open", search="_search_is_open")
    is_member = fields.Boolean(string="I Am a Member", compute="_compute_is_member", search="_search_is_member")
    is_manager = fields.Boolean(string="I Manage It", compute="_compute_is_manager")

    _name_unique = models.UniqueIndex("(name) WHERE active", "There is already a pool of this name.")
    _numbers_positive = models.Constraint(
        f"CHECK ({' AND '.join(f'{name} >= 0' for name in (*DAYS, *LIMITS))})",
        "Days and limits of a pool cannot be negative. 0 switches the rule off.",
    )

    # COMPUTE
    @api.depends("user_ids", "department_ids")
    def _compute_member_ids(self):
        members = dict(self._read_members(self._origin.ids))
        for pool in self:
            pool.member_ids = self.env["res.users"].browse(members.get(pool._origin.id)).sorted("name")

    def _compute_customer_count(self):
        counts = dict(
            self.env["res.partner"]._read_group([("crm_pool_id", "in", self.ids)], ["crm_pool_id"], ["__count"])
        )
        for pool in self:
            pool.customer_count = counts.get(pool._origin, 0)

    @api.depends_context("uid")
    def _compute_is_open(self):
        open_ids = self._open_ids()
        for pool in self:
            pool.is_open = open_ids is None or pool._origin.id in open_ids

    @api.depends_context("uid")
    @api.depends("user_ids", "department_ids")
    def _compute_is_member(self):
        mine = self._ids_of_member(self.env.uid)
        for pool in self:
            pool.is_member = pool._origin.id in mine

    @api.depends_context("uid")
    @api.depends("manager_ids")
    def _compute_is_manager(self):
        all_of_them = self._crm_manages_all()
        for pool in self:
            # sudo: a member may know whether he manages the pool
            pool.is_manager = all_of_them or self.env.uid in pool.sudo().manager_ids.ids

    def _search_is_open(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        open_ids = self._open_ids()
        return Domain.TRUE if open_ids is None else Domain("id", "in", open_ids)

    def _search_is_member(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        return Domain("id", "in", self._ids_of_member(self.env.uid))

    # CONSTRAINTS
    @api.constrains("active")
    def _check_active(self):
        for pool in self:
            if not pool.active and pool.customer_count:
                raise ValidationError(
                    self.env._(
                        "There are %(count)s customers in %(pool)s. Assign them or move them to another pool first.",
                        count=pool.customer_count,
                        pool=pool.name,
                    )
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        pools = super().create(vals_list)
        pools.filtered("reclaim").reclaim_since = fields.Datetime.now()
        return pools

    def write(self, vals):
        result = super().write(vals)
        if RECLAIM_RULES & vals.keys():
            now = fields.Datetime.now()
            for pool in self:
                super(CrmCustomerPool, pool).write({"reclaim_since": pool.reclaim and now})
        return result

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=pool.name)}
            for pool, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # ACTION
    def action_open_board(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.crm_customer_pool_customer_action")
        return {**action, "name": self.name, "domain": [("pool_id", "=", self.id)]}

    def action_dry_run(self):
        """What the rules of this pool would reclaim tonight, whether they are switched on or not."""
        self.ensure_one()
        return self.env["crm.customer.reclaim"]._dry_run([("pool_id", "=", self.id)])

    # BUSINESS
    @api.model
    def _crm_manages_all(self):
        """Whether the user (``self.env.uid``) manages all pools."""
        user = self.env["res.users"].browse(self.env.uid)
        return user.has_group("crm_base.group_crm_admin") or user.has_group("crm_base.group_general_manager")

    @api.model
    def _member_sql(self):
        """SQL of all (pool_id, user_id), people who have left included: what they own comes back too."""
        self.env["hr.department"].flush_model(["parent_path"])
        self.env["hr.employee"].flush_model(["user_id", "current_version_id"])
        self.env["hr.version"].flush_model(["department_id"])
        return SQL(
            """
            SELECT pool_id, user_id FROM crm_customer_pool_user_rel
             UNION
            SELECT rel.pool_id, employee.user_id
              FROM crm_customer_pool_department_rel AS rel
              JOIN hr_department AS top ON top.id = rel.department_id
              JOIN hr_department AS department ON starts_with(department.parent_path, top.parent_path)
              JOIN hr_version AS version ON version.department_id = department.id
              JOIN hr_employee AS employee ON employee.current_version_id = version.id
             WHERE employee.user_id IS NOT NULL
            """
        )

    @api.model
    def _read_members(self, pool_ids):
        """:return: list of (pool id, list of ids of its active members)"""
        return self.env.execute_query(
            SQL(
                "SELECT member.pool_id, array_agg(member.user_id) FROM (%s) AS member"
                " JOIN res_users AS u ON u.id = member.user_id AND u.active"
                " WHERE member.pool_id = ANY(%s) GROUP BY 1",
                self._member_sql(),
                pool_ids,
            )
        )

    @api.model
    def _ids_of_member(self, uid):
        """Ids of the pools that a user belongs to."""
        query = SQL("SELECT pool_id FROM (%s) AS member WHERE user_id = %s", self._member_sql(), uid)
        return [pool_id for (pool_id,) in self.env.execute_query(query)]

    @api.model
    def _ids_of_manager(self, uid):
        query = SQL("SELECT pool_id FROM crm_customer_pool_manager_rel WHERE user_id = %s", uid)
        return [pool_id for (pool_id,) in self.env.execute_query(query)]

    @api.model
    def _open_ids(self):
        """Ids of the pools whose customers the user (``self.env.uid``) may look at; None: of all."""
        uid = self.env.uid
        user = self.env["res.users"].browse(uid)
        if self._crm_manages_all() or user._crm_scope_owner_ids() is None:
            return None
        return [*self._ids_of_member(uid), *self._ids_of_manager(uid)]

    def _start_of_today(self):
        """When today began in the company's time zone, which no user can move; naive UTC."""
        company = (self.company_id or self.env.company).sudo()  # sudo: the company's time zone is no secret
        zone = pytz.timezone(company.partner_id.tz or DEFAULT_TIMEZONE)
        midnight = zone.localize(datetime.combine(datetime.now(zone).date(), time.min))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)

    def _check_private_limit(self, user, level_ids):
        """Whether a user may own more customers by the rules of this pool.

        The caller holds the user's turn (see ``res.users._crm_take_turn``), so that the answer stays true.

        :param level_ids: ids of the levels of the customers that he is to get, each as often as there are
        :raise UserError: they are too many
        """
        self.ensure_one()
        rooms = self._private_room(user)
        levels = self.env["crm.customer.level"].browse({level_id for level_id in level_ids if level_id})
        wanted = [(False, "", len(level_ids)), *((level.id, level.name, level_ids.count(level.id)) for level in levels)]
        for level_id, name, count in wanted:
            room = rooms.get(level_id, count)
            if count <= room:
                continue
            if level_id:
                raise UserError(
                    self.env._(
                        "%(user)s may own %(room)s more customers of level %(level)s by the rules of %(pool)s, not "
                        "%(count)s. Choose fewer, or release some first.",
                        user=user.name,
                        room=max(room, 0),
                        level=name,
                        pool=self.name,
                        count=count,
                    )
                )
            raise UserError(
                self.env._(
                    "%(user)s may own %(room)s more customers by the rules of %(pool)s, not %(count)s. Choose fewer, "
                    "or release some first.",
                    user=user.name,
                    room=max(room, 0),
                    pool=self.name,
                    count=count,
                )
            )

    def _private_room(self, user):
        """How many more customers a user may own by the rules of this pool.

        :return: {level id, or False for all levels together: number}, only of what is limited
        """
        self.ensure_one()
        limits = {limit.level_id.id: limit.number for limit in self.sudo().limit_ids}  # sudo: rules hold for members
        if self.private_limit:
            limits[False] = self.private_limit
        if not limits:
            return {}
        owned = self.env["res.partner"]._crm_count_owned(user).get(user.id, {})
        owned[False] = sum(owned.values())
        return {level_id: limit - owned.get(level_id, 0) for level_id, limit in limits.items()}


class CrmCustomerPoolLimit(models.Model):
    _name = "crm.customer.pool.limit"
    _description = "Private Limit of a Level"
    _order = "level_id"
    _rec_name = "level_id"

    pool_id = fields.Many2one("crm.customer.pool", required=True, ondelete="cascade", index=True)
    level_id = fields.Many2one("crm.customer.level", string="Customer Level", required=True, ondelete="cascade")
    number = fields.Integer(string="Customers per Member", required=True)

    _level_unique = models.UniqueIndex("(pool_id, level_id)", "This level has a limit already.")
    _number_positive = models.Constraint("CHECK (number >= 0)", "A limit cannot be negative.")
