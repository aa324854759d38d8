from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CrmCustomerClaim(models.Model):
    """A salesperson takes a customer out of a public pool, at once or after a review.

    Users make claims by the board's action only; nobody changes them.
    """

    _name = "crm.customer.claim"
    _description = "Customer Claim"
    _inherit = ["crm.review.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    _review_partner = "partner_id"
    _review_lock_approved = True

    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True, ondelete="cascade")
    pool_id = fields.Many2one(
        "crm.customer.pool", string="Public Pool", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", string="Claimed By", required=True, readonly=True, index=True)
    level_id = fields.Many2one(related="partner_id.crm_level_id", related_sudo=True)
    date = fields.Datetime(string="Claimed On", required=True, readonly=True, default=fields.Datetime.now)
    state = fields.Selection(
        [
            ("requested", "Under Review"),
            ("claimed", "Claimed"),
            ("refused", "Refused or Withdrawn"),
            ("lapsed", "Lapsed"),
        ],
        required=True,
        readonly=True,
        default="requested",
    )
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, readonly=True, index=True)

    _one_open = models.UniqueIndex(
        "(partner_id) WHERE state = 'requested'", "Somebody else's claim of this customer is under review."
    )
    _by_day = models.Index("(user_id, date)")
    _by_customer = models.Index("(partner_id)")

    @api.depends("partner_id", "user_id")
    def _compute_display_name(self):
        for claim in self.sudo():  # sudo: the board shows the customer's name to all members
            claim.display_name = f"{claim.partner_id.name} → {claim.user_id.name}"

    # BUSINESS
    @api.model
    def _claim(self, pool, customers):
        """Claim customers of one pool for the user, who sees them and holds their locks.

        :param customers: ``crm.customer.pool.customer``
        :return: the claims, and a list of sentences about those that could not be claimed
        :raise UserError: the user is no member, or passes a limit
        """
        user = self.env.user
        if not pool.is_member:
            raise UserError(
                self.env._(
                    "You are no member of %(pool)s and cannot claim its customers. Ask its manager to assign them.",
                    pool=pool.name,
                )
            )
        user.sudo()._crm_take_turn()  # sudo: only the mark that keeps two claims apart
        free, refused = self._free(pool, customers)
        if not free:
            return self.browse(), refused
        self._check_daily_limit(pool, len(free))
        pool._check_private_limit(user, [customer.level_id.id for customer in free])
        # sudo: users have no right to make claims but by this method
        claims = self.sudo().with_context(mail_create_nolog=True, tracking_disable=True)
        claims = claims.create(
            [
                {
                    "partner_id": customer.id,
                    "pool_id": pool.id,
                    "user_id": user.id,
                    "company_id": pool.company_id.id or self.env.company.id,
                }
                for customer in free
            ]
        )
        if pool.claim_review:
            self.env["crm.review"].sudo().submit(self._name, claims.ids)  # sudo: as the claims are made
        else:
            claims._finish()
        return claims.with_env(self.env), refused

    def _free(self, pool, customers):
        """The customers that the user may claim now, and a sentence for each other one."""
        refused = []
        partner_ids = customers.ids
        # sudo: that somebody else has claimed it is said to everybody who claims it
        open_claims = self.sudo().search([("partner_id", "in", partner_ids), ("state", "=", "requested")])
        claimed = {claim.partner_id.id: claim.user_id.name for claim in open_claims}
        cooling = self._cooling(partner_ids, pool.cooldown_days) if pool.cooldown_days else {}
        for customer in customers:
            if name := claimed.get(customer.id):
                refused.append(
                    self.env._(
                        "%(customer)s: the claim of %(user)s is under review.", customer=customer.name, user=name
                    )
                )
            elif until := cooling.get(customer.id):
                refused.append(
                    self.env._(
                        "%(customer)s was yours: by the rules of %(pool)s you can claim it again from %(date)s on.",
                        customer=customer.name,
                        pool=pool.name,
                        date=fields.Datetime.context_timestamp(self, until).strftime("%Y-%m-%d %H:%M"),
                    )
                )
        return customers.filtered(lambda customer: customer.id not in claimed and customer.id not in cooling), refused

    @api.model
    def _cooling(self, partner_ids, days):
        """:return: {id of a customer that was the user's: when he may claim it again}"""
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, max(date_to) FROM crm_customer_owner_history"
                " WHERE partner_id = ANY(%s) AND user_id = %s AND date_to > %s GROUP BY 1",
                partner_ids,
                self.env.uid,
                now - timedelta(days=days),
            )
        )
        return {partner_id: ended + timedelta(days=days) for partner_id, ended in rows}

    def _check_daily_limit(self, pool, count):
        """:raise UserError: the user has not so many claims left today"""
        if not pool.daily_limit:
            return
        # sudo: the user's own claims, whoever may read claims
        done = self.sudo().search_count(
            [
                ("user_id", "=", self.env.uid),
                ("pool_id", "=", pool.id),
                ("date", ">=", pool._start_of_today()),
                ("state", "in", ("requested", "claimed")),
            ]
        )
        if done + count > pool.daily_limit:
            raise UserError(
                self.env._(
                    "You may claim %(limit)s customers a day from %(pool)s and have claimed %(done)s today: choose "
                    "%(left)s at most, not %(count)s.",
                    limit=pool.daily_limit,
                    pool=pool.name,
                    done=done,
                    left=max(pool.daily_limit - done, 0),
                    count=count,
                )
            )

    def _finish(self):
        """Give the customers of these claims to the one who has claimed them."""
        self.write({"state": "claimed"})
        self.partner_id._crm_change_owner("claimed", user=self.user_id)

    def _notification(self, refused):
        """What the user is told of these new claims."""
        claimed = self.filtered(lambda claim: claim.state == "claimed")
        # sudo: the customers are the user's now, or he has seen their names on the board
        names = self.env._(", ").join(self.sudo().partner_id[:5].mapped("name"))
        if claimed:
            text = self.env._("Claimed %(count)s customers: %(names)s", count=len(claimed), names=names)
        else:
            text = self.env._("Submitted %(count)s claims for review: %(names)s", count=len(self), names=names)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "message": "\n".join([text, *refused]),
                "sticky": bool(refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # REVIEW
    def _review_on_approved(self):
        for claim in self:
            if reason := claim._lapse_reason():
                claim.state = "lapsed"
                claim._tell(reason)
            else:
                claim._finish()

    def _review_on_rejected(self):
        self.write({"state": "refused"})

    def _lapse_reason(self):
        """Why an approved claim cannot hold any more, in the claimer's language; None: it holds."""
        claim = self.with_context(lang=self.user_id.lang)
        if claim.partner_id.crm_pool_id != claim.pool_id or not claim.partner_id._crm_lock_pooled():
            return claim.env._("%(customer)s has left the public pool meanwhile.", customer=claim.partner_id.name)
        claim.user_id._crm_take_turn()
        try:
            claim.pool_id._check_private_limit(claim.user_id, [claim.partner_id.crm_level_id.id])
        except UserError as error:
            return str(error)
        return None

    def _tell(self, reason):
        lang = self.with_context(lang=self.user_id.lang).env
        self.env["mail.thread"].message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=lang._("Your claim has lapsed"),
            body=reason,
        )

    # SCOPE
    @api.model
    def _crm_scope_grants(self):
        pool_ids = self.env["crm.customer.pool"]._ids_of_manager(self.env.uid)
        return [*super()._crm_scope_grants(), [("pool_id", "in", pool_ids)]]
