from odoo import api, fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """The pool in which a customer lies. It changes by ``_crm_change_owner`` only."""

    _inherit = "res.partner"

    crm_pool_id = fields.Many2one(
        "crm.customer.pool",
        string="Public Pool",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )

    _pool_or_salesperson = models.Constraint(
        "CHECK (crm_pool_id IS NULL OR user_id IS NULL AND is_crm_customer)",
        "What lies in a public pool is a customer without a salesperson. Clear one of them.",
    )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("crm_pool_id"):
                vals.setdefault("user_id", False)
        return super().create(vals_list)

    # ACTION
    def action_crm_release(self):
        """Ask for the pool and the reason, then release these customers."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("crm_customer.customer_release_action"),
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    # BUSINESS
    @api.model
    def _crm_count_owned(self, users):
        """How many customers users own.

        :return: {user id: {level id or None: number}}
        """
        self.flush_model(["user_id", "crm_level_id", "is_crm_customer", "active"])
        owned = {user_id: {} for user_id in users.ids}
        for user_id, level_id, count in self.env.execute_query(
            SQL(
                "SELECT user_id, crm_level_id, count(*) FROM res_partner WHERE user_id = ANY(%s)"
                " AND is_crm_customer IS TRUE AND active IS TRUE GROUP BY 1, 2",
                users.ids,
            )
        ):
            owned[user_id][level_id] = count
        return owned

    def _crm_release(self, pool, reason):
        """Give these customers back into a pool, by their owner or who has him in his data scope.

        :param pool: ``crm.customer.pool`` that is open to the user
        :param reason: text for the history
        :raise AccessError: the user may not give away one of them
        """
        self.check_access("write")
        pool.check_access("read")
        self._crm_check_may_give_away()
        self._crm_change_owner("released", pool=pool, reason=reason)

    def _crm_lock_pooled(self):
        """Those of these customers that lie in a pool and that nobody else is just taking, locked until the end of the
        transaction. Nobody waits for them: who comes second is told so at once.
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM res_partner WHERE id = ANY(%s) AND crm_pool_id IS NOT NULL AND active"
                " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
                self.ids,
            )
        )
        return self.browse(row[0] for row in rows)
