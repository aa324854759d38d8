from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

STATUS_LOT = 20_000  # customers that the nightly check moves in one transaction


class ResPartner(models.Model):
    """The status moves by facts: a quotation, an order, a follow-up, or a long silence; by hand with a reason.

    Facts take one statement for any number of customers, whoever sees them, and add no query for those that stay.
    """

    _inherit = "res.partner"

    crm_status_log_ids = fields.One2many("crm.customer.status.log", "partner_id", string="Status History")
    crm_status_reason = fields.Char(
        string="Reason of the Status", store=False, help="Why the status is changed by hand; kept in its history."
    )
    inactive_from = fields.Date(
        string="Becomes Inactive On",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Warning: without an order or a follow-up until this day, the customer becomes inactive.",
    )

    # CRUD
    def write(self, vals):
        if "crm_status" not in vals:
            return super().write(vals)
        before = {
            partner: partner.crm_status
            for partner in self
            if partner.is_crm_customer and partner.crm_status != vals["crm_status"]
        }
        reason = (vals.get("crm_status_reason") or "").strip()
        if before and not reason and not self.env.su:
            raise UserError(
                self.env._(
                    "%(customer)s: say why the status is changed. Use “Change Status”.",
                    customer=next(iter(before)).display_name,
                )
            )
        if not vals["crm_status"] and before:
            raise UserError(
                self.env._(
                    "%(customer)s: a customer has a status. Choose one.", customer=next(iter(before)).display_name
                )
            )
        result = super().write(vals)
        # sudo: nobody has the right to write the history
        self.env["crm.customer.status.log"].sudo().create(
            [
                {
                    "partner_id": partner.id,
                    "from_status": status,
                    "to_status": vals["crm_status"],
                    "cause": "manual",
                    "reason": reason,
                    "changed_by_id": self.env.uid,
                }
                for partner, status in before.items()
            ]
        )
        return result

    # BUSINESS
    def _crm_status_by_fact(self, cause, wake=True):
        """Move the status of customers by something that has just happened to them.

        :param cause: ``quotation``, ``order`` or ``followup``
        :param wake: whether it wakes inactive customers, too; what is long past does not
        """
        if not self:
            return
        ever = SQL(
            "CASE WHEN partner.first_order_date IS NOT NULL THEN 'won'"
            " WHEN EXISTS (SELECT FROM sale_order WHERE crm_customer_id = partner.id AND state != 'cancel')"
            " THEN 'developing' ELSE 'prospect' END"
        )
        status, moved = {
            "order": (SQL("'won'"), ["prospect", "developing"]),
            "quotation": (
                SQL("CASE WHEN partner.crm_status = 'inactive' THEN %s ELSE 'developing' END", ever),
                ["prospect"],
            ),
            "followup": (ever, []),
        }[cause]
        self.env["sale.order"].flush_model(["crm_customer_id", "state"])
        self.flush_recordset(["crm_status", "first_order_date", "inactive_from"])
        self._crm_move_status(status, [*moved, "inactive"] if wake else moved, cause)
        if wake:
            # the warning has been heard
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner SET inactive_from = NULL WHERE id = ANY(%s) AND inactive_from IS NOT NULL",
                    self.ids,
                )
            )
            if self.env.cr.rowcount:
                self.invalidate_recordset(["inactive_from"])

    def _crm_move_status(self, status, moved, cause):
        """Write the status and its history by SQL.

        :param status: SQL of the new status of the row ``partner``
        :param moved: the statuses that change
        """
        now = self.env.cr.now()
        self.env.cr.execute(
            SQL(
                """
                WITH moved AS (
                    SELECT partner.id, partner.crm_status AS from_status, %(status)s AS to_status
                      FROM res_partner AS partner
                     WHERE partner.id = ANY(%(ids)s) AND partner.is_crm_customer
                       AND partner.crm_status = ANY(%(moved)s)
                ), written AS (
                    UPDATE res_partner SET crm_status = moved.to_status, inactive_from = NULL,
                           write_uid = %(uid)s, write_date = %(now)s
                      FROM moved WHERE res_partner.id = moved.id
                )
                INSERT INTO crm_customer_status_log (partner_id, from_status, to_status, date, cause, changed_by_id,
                       create_uid, create_date, write_uid, write_date)
                SELECT id, from_status, to_status, %(now)s, %(cause)s, %(changed_by)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM moved
                """,
                status=status,
                ids=self.ids,
                moved=moved,
                cause=cause,
                uid=self.env.uid,
                changed_by=None if cause == "silence" else self.env.uid,
                now=now,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_recordset(["crm_status", "inactive_from", "crm_status_log_ids"], flush=False)

    # NIGHTLY
    @api.model
    def _cron_customer_status(self):
        """Move customers without an order or a follow-up for long to inactive, and warn of those that are next."""
        settings = self.env["res.config.settings"]
        days, warning_days = (settings._crm_setting(name) for name in ("inactive_days", "inactive_warning_days"))
        if not days:
            return
        self.env.flush_all()
        silent = self._crm_silent_since(days)
        for start in range(0, len(silent), STATUS_LOT):
            lot = self.browse(silent[start : start + STATUS_LOT])
            lot._crm_move_status(SQL("'inactive'"), ["prospect", "developing", "won"], "silence")
            self.env["ir.cron"]._commit_progress(len(lot), remaining=len(silent) - start - len(lot))
        self._crm_warn_of_silence(days, warning_days)

    @api.model
    def _crm_last_sign(self):
        """SQL of when the customer ``partner`` was last heard of, or came to us."""
        return SQL("GREATEST(partner.create_date, partner.last_order_date, partner.last_followup_date)")

    @api.model
    def _crm_silent_since(self, days):
        """Ids of customers that have been silent for so many days, and whose status nobody has changed since."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id FROM res_partner AS partner
                 WHERE partner.is_crm_customer AND partner.active
                   AND partner.crm_status IN ('prospect', 'developing', 'won')
                   AND %(sign)s < %(limit)s
                   AND NOT EXISTS (
                       SELECT FROM crm_customer_status_log AS line
                        WHERE line.partner_id = partner.id AND line.date >= %(limit)s)
                """,
                sign=self._crm_last_sign(),
                limit=fields.Datetime.now() - timedelta(days=days),
            )
        )
        return [partner_id for (partner_id,) in rows]

    @api.model
    def _crm_warn_of_silence(self, days, warning_days):
        """Mark the customers that become inactive within the warning days, and tell their salespeople of new ones."""
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                WITH silent AS (
                    SELECT partner.id, (%(sign)s + %(days)s * interval '1 day')::date AS day
                      FROM res_partner AS partner
                     WHERE partner.is_crm_customer AND partner.active
                       AND partner.crm_status IN ('prospect', 'developing', 'won')
                       AND %(sign)s >= %(limit)s AND %(sign)s < %(warned)s
                ), heard AS (
                    UPDATE res_partner SET inactive_from = NULL
                     WHERE inactive_from IS NOT NULL AND NOT EXISTS (
                           SELECT FROM silent WHERE silent.id = res_partner.id)
                )
                UPDATE res_partner AS partner SET inactive_from = silent.day
                  FROM silent JOIN res_partner AS former ON former.id = silent.id
                 WHERE partner.id = silent.id AND partner.inactive_from IS DISTINCT FROM silent.day
             RETURNING partner.id, partner.user_id, former.inactive_from
                """,
                sign=self._crm_last_sign(),
                days=days,
                limit=now - timedelta(days=days),
                warned=now - timedelta(days=days - warning_days),
            )
        )
        self.env["res.partner"].invalidate_model(["inactive_from"], flush=False)
        warned = {}
        for partner_id, user_id, former in rows:
            if user_id and not former:
                warned.setdefault(user_id, []).append(partner_id)
        users = self.env["res.users"].browse(warned)
        for user in users.filtered("active"):
            lang = self.with_context(lang=user.lang).env
            self.browse(warned[user.id])._crm_notify(
                user,
                lang._("Customers about to become inactive"),
                lang._("no order and no follow-up for nearly %(days)s days", days=days),
            )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._crm_tell_status()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if {"state", "partner_id"} & vals.keys():
            self._crm_tell_status()
        return result

    def _crm_tell_status(self):
        """Quotations and orders move the status of their customers."""
        for cause, states in (("quotation", ("draft", "sent")), ("order", ("sale",))):
            orders = self.filtered(lambda order, states=states: order.state in states)
            history = orders.filtered("crm_is_history")
            # sudo: the fact counts, whoever's the customer is
            (orders - history).sudo().crm_customer_id._crm_status_by_fact(cause)
            history.sudo().crm_customer_id._crm_status_by_fact(cause, wake=False)


class CrmFollowup(models.Model):
    _inherit = "crm.followup"

    @api.model_create_multi
    def create(self, vals_list):
        followups = super().create(vals_list)
        # sudo: the fact counts, whoever's the customer is
        followups.sudo().partner_id._crm_status_by_fact("followup")
        return followups
