from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ResUsers(models.Model):
    _inherit = "res.users"

    crm_pool_turn = fields.Integer(
        copy=False,
        readonly=True,
        groups=fields.NO_ACCESS,
        export_string_translation=False,
        help="Raised whenever the user gets customers of a pool, so that two such transactions never both hold.",
    )

    def _crm_take_turn(self):
        """From here on nobody else gives these users customers of a pool until this transaction ends.

        Who was counted in a transaction that another one has overtaken meets a serialization failure, upon which Odoo
        runs his call again.

        :raise UserError: somebody is just doing it
        """
        self.flush_recordset(["crm_pool_turn"])
        # raised, not only locked: a lock that is gone again would not tell that the counts are out of date
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE res_users SET crm_pool_turn = COALESCE(crm_pool_turn, 0) + 1
                 WHERE id IN (SELECT id FROM res_users WHERE id IN %s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
                RETURNING id
                """,
                tuple(self.ids) or (0,),
            )
        )
        if busy := self - self.browse(user_id for (user_id,) in rows):
            raise UserError(
                self.env._(
                    "%(user)s is getting other customers of a pool at this very moment. Try again in a moment.",
                    user=busy[0].name,
                )
            )
