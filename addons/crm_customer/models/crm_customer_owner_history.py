from odoo import fields, models
from odoo.tools import SQL


class CrmCustomerOwnerHistory(models.Model):
    """Whose a customer was, from when until when; the open line says whose it is.

    Nobody writes lines but ``res.partner._crm_change_owner``.
    """

    _name = "crm.customer.owner.history"
    _description = "Owner History of a Customer"
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True, ondelete="restrict")
    date_from = fields.Datetime(string="From", required=True, readonly=True)
    date_to = fields.Datetime(string="Until", readonly=True)
    how = fields.Selection(
        [
            ("created", "Created"),
            ("claimed", "Claimed"),
            ("assigned", "Assigned"),
            ("transferred", "Handed over"),
            ("released", "Released"),
            ("reclaimed", "Reclaimed"),
            ("corrected", "Corrected"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    changed_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")

    _open_uniq = models.UniqueIndex("(partner_id) WHERE date_to IS NULL", "A customer has one owner at a time.")
    _by_customer = models.Index("(partner_id, date_from)")
    _by_user = models.Index("(user_id, date_to) WHERE user_id IS NOT NULL")

    def _begin(self, customers, how, reason=None):
        """Open a line of the owner and pool that these customers have in the database.

        :param customers: ``res.partner`` without an open line
        :param how: a key of the field ``how``
        """
        self._insert(customers, SQL("%s, NULL, %s, %s, %s", self.env.cr.now(), how, reason or None, self.env.uid))

    def _end(self, customers):
        """Close the open lines of these customers.

        What a customer was before its history began is noted as its owner since it was entered.
        """
        now = self.env.cr.now()
        self._insert(
            customers,
            SQL("customer.create_date, %s, 'created', NULL, customer.create_uid", now),
            SQL(
                """
                customer.user_id IS NOT NULL
                AND NOT EXISTS (
                    SELECT FROM crm_customer_owner_history AS line WHERE line.partner_id = customer.id
                )
                """
            ),
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_owner_history SET date_to = %s, write_uid = %s, write_date = %s"
                " WHERE partner_id = ANY(%s) AND date_to IS NULL",
                now,
                self.env.uid,
                now,
                customers.ids,
            )
        )

    def _insert(self, customers, values, condition=None):
        """Add a line for each customer.

        :param values: SQL of date_from, date_to, how, reason and changed_by_id
        :param condition: SQL of the ``customer`` rows that get one
        """
        # the pool is a field of both or of none
        pooled = "pool_id" in self._fields
        now = self.env.cr.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_owner_history (
                    create_uid, create_date, write_uid, write_date, partner_id, user_id %(pool_column)s,
                    date_from, date_to, how, reason, changed_by_id)
                SELECT %(uid)s, %(now)s, %(uid)s, %(now)s, customer.id, customer.user_id %(pool)s, %(values)s
                  FROM res_partner AS customer
                 WHERE customer.id = ANY(%(ids)s) AND %(condition)s
                """,
                uid=self.env.uid,
                now=now,
                pool_column=SQL(", pool_id") if pooled else SQL(),
                pool=SQL(", customer.crm_pool_id") if pooled else SQL(),
                values=values,
                ids=customers.ids,
                condition=condition or SQL("TRUE"),
            )
        )
        self.invalidate_model()
