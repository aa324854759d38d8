from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class ResPartner(models.Model):
    """Whose a customer is: a salesperson's (private), a pool's, or nobody's (unassigned); it changes only here."""

    _inherit = "res.partner"

    owner_history_ids = fields.One2many("crm.customer.owner.history", "partner_id")

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered("is_crm_customer")._crm_begin_owner_history()
        return partners

    def write(self, vals):
        joining = self.filtered(lambda partner: not partner.is_crm_customer) if vals.get("is_crm_customer") else None
        owner_vals = {fname: vals[fname] for fname in self._crm_owner_fields() if fname in vals}
        customers = self.filtered("is_crm_customer") if owner_vals else self.browse()
        if not customers:
            result = super().write(vals)
        else:
            customers.check_access("write")
            super(ResPartner, self - customers).write(vals)
            result = super(ResPartner, customers).write(
                {fname: value for fname, value in vals.items() if fname not in owner_vals}
            )
            customers._crm_write_owner(owner_vals)
        if joining:
            joining._crm_begin_owner_history()
        return result

    # ACTION
    def action_crm_hand_over(self):
        """Begin a hand-over of these customers."""
        transfer = self.env["crm.customer.transfer"].create({})
        transfer._add_customers(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer Hand-over"),
            "res_model": transfer._name,
            "res_id": transfer.id,
            "views": [(False, "form")],
        }

    # BUSINESS
    @api.model
    def _crm_owner_fields(self):
        """The fields that say whose a customer is."""
        return [fname for fname in ("user_id", "crm_pool_id") if fname in self._fields]

    def _crm_begin_owner_history(self):
        if self:
            self.flush_recordset(self._crm_owner_fields())
            # sudo: nobody has the right to write the history
            self.env["crm.customer.owner.history"].sudo()._begin(self, "created")

    def _crm_write_owner(self, vals):
        """A plain write of the owner's fields of customers, by form, list or import."""
        changed = self.filtered(lambda customer: any(customer[name].id != (vals[name] or False) for name in vals))
        if not changed:
            return
        user = self.env["res.users"].browse(vals.get("user_id") or ())
        changed._crm_check_may_give_away()
        changed._crm_check_assigned_in_scope(user)
        if vals.get("crm_pool_id"):
            changed._crm_change_owner("released", pool=self.env["crm.customer.pool"].browse(vals["crm_pool_id"]))
        elif user:
            changed._crm_change_owner("assigned", user=user)
            changed._crm_notify_owner(user)
        else:
            changed._crm_change_owner("corrected")

    def _crm_check_may_give_away(self):
        """Customers are given away by their owner, or by who has the owner in his data scope.

        :raise AccessError: the user sees one of them only as its assistant or because it is shared with him
        """
        owner_ids = None if self.env.su else self.env.user._crm_scope_owner_ids()
        foreign = self.filtered(lambda customer: owner_ids is not None and customer.user_id.id not in owner_ids)
        if foreign:
            raise AccessError(
                self.env._(
                    "%(customer)s belongs to %(owner)s. Only he and his managers hand it over: ask one of them.",
                    customer=foreign[0].display_name,
                    owner=foreign[0].sudo().user_id.name or self.env._("nobody"),  # sudo: the name of a colleague
                )
            )

    def _crm_check_assigned_in_scope(self, user):
        """Who leaves the data scope of the one who gives him away does so by a hand-over, with reason and review.

        :raise AccessError: the user would no longer see the customers
        """
        owner_ids = None if self.env.su else self.env.user._crm_scope_owner_ids()
        if owner_ids is not None and user.id not in owner_ids:
            raise AccessError(
                self.env._(
                    "%(customer)s would leave your data scope. Hand it over instead: Customer Management > "
                    "Customer Hand-over.",
                    customer=self[:1].display_name,
                )
            )

    def _crm_change_owner(self, how, user=None, pool=None, reason=None):
        """Give customers to a salesperson, to a pool, or to nobody, with their contacts, and note it in the history.

        Takes a handful of statements for any number of customers. Whoever calls has checked that it may be done.

        :param how: a key of ``crm.customer.owner.history.how``
        :param user: ``res.users`` who gets them, or empty
        :param pool: ``crm.customer.pool`` that gets them, or empty
        :param reason: text for the history
        :raise UserError: the user is archived or no employee
        """
        # sudo: the right to change the owner is the caller's matter; that of contacts and documents follows from it
        customers = self.sudo().filtered("is_crm_customer")
        if not customers:
            return
        user = (user or self.env["res.users"]).sudo()
        if user:
            customers._crm_check_receiver(user)
        self.env.flush_all()
        history = customers.env["crm.customer.owner.history"]
        history._end(customers)
        customers._crm_unfollow_owner(user)
        customers._crm_end_shares(user)
        customers._crm_update_owner(user, pool)
        history._begin(customers, how, reason)
        self.env.invalidate_all(flush=False)
        customers._crm_owner_changed()
        if user:
            customers.message_subscribe(user.partner_id.ids)

    @api.model
    def _crm_check_receiver(self, user):
        """:raise UserError: customers cannot be given to this user"""
        if not user.active:
            raise UserError(
                self.env._("%(user)s is archived and cannot get customers. Choose an active colleague.", user=user.name)
            )
        if user.share:
            raise UserError(
                self.env._(
                    "%(user)s is no colleague and cannot get customers. Choose an internal user.", user=user.name
                )
            )

    def _crm_update_owner(self, user, pool):
        """Write the owner of customers, of their contacts, and of what hangs on them, by plain SQL."""
        values = {
            "user_id": user.id or None,
            "crm_department_id": user.employee_id.department_id.id or None,
            "write_uid": self.env.uid,
            "write_date": self.env.cr.now(),
        }
        if "crm_pool_id" in self._fields:
            values["crm_pool_id"] = pool.id if pool else None
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET %s WHERE id = ANY(%s)",
                SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()),
                self.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET user_id = %(user)s"
                " WHERE crm_customer_id = ANY(%(ids)s) AND user_id IS DISTINCT FROM %(user)s",
                user=values["user_id"],
                ids=self.ids,
            )
        )
        for model, field in self._crm_hanging_models():
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE %(table)s SET %(owner)s = %(user)s
                     WHERE %(customer)s = ANY(ARRAY(SELECT id FROM res_partner WHERE crm_customer_id = ANY(%(ids)s)))
                       AND %(owner)s IS DISTINCT FROM %(user)s
                    """,
                    table=SQL.identifier(model._table),
                    owner=SQL.identifier(field.name),
                    customer=SQL.identifier(model._crm_scope_customer),
                    user=values["user_id"],
                    ids=self.ids,
                )
            )

    @api.model
    def _crm_hanging_models(self):
        """The models that store their customer's salesperson, each with the field.

        :return: list of (model, field)
        """
        pairs = []
        for model in map(self.env.get, self.env.registry):
            field = model._fields.get(getattr(model, "_crm_scope_customer_owner", None))
            if field and field.store and model._auto and not model._abstract and model._name != self._name:
                pairs.append((model, field))
        return pairs

    def _crm_owner_changed(self):
        """Let the ORM compute the stored fields that depend on the owner and are not written by plain SQL."""
        partner_fields = [self._fields[fname] for fname in [*self._crm_owner_fields(), "crm_department_id"]]
        written = {*partner_fields, *(field for _model, field in self._crm_hanging_models())}
        dependents = {
            field
            for changed in partner_fields
            for field in self.env.registry.get_dependent_fields(changed)
            if field.store
        }
        if dependents - written:
            self.modified([field.name for field in partner_fields])
            for field in dependents & written:
                self.env.remove_to_compute(field, self.env.records_to_compute(field))

    def _crm_unfollow_owner(self, heir):
        """The former owners no longer get what is written to these customers and their contacts."""
        self.env.cr.execute(
            SQL(
                """
                WITH former AS MATERIALIZED (
                    SELECT partner.id AS res_id, owner.partner_id
                      FROM res_partner AS customer
                      JOIN res_users AS owner ON owner.id = customer.user_id
                      JOIN res_partner AS partner ON partner.crm_customer_id = customer.id
                     WHERE customer.id = ANY(%s) AND owner.id != %s
                )
                DELETE FROM mail_followers AS follower
                 USING former
                 WHERE follower.res_model = 'res.partner' AND follower.res_id = former.res_id
                   AND follower.partner_id = former.partner_id
                """,
                self.ids,
                heir.id or 0,
            )
        )

    def _crm_end_shares(self, heir):
        """Who gets customers needs no share of them; those that nobody owns are open to nobody."""
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_share SET active = FALSE WHERE active AND partner_id = ANY(%s) AND %s",
                self.ids,
                SQL("user_id = %s", heir.id) if heir else SQL("TRUE"),
            )
        )
        self.env["crm.customer.share"]._shares_changed()
        if not heir:
            self.env.cr.execute(SQL("DELETE FROM res_partner_crm_assistant_rel WHERE partner_id = ANY(%s)", self.ids))

    def _crm_notify_owner(self, user, reason=None):
        """Tell a salesperson in one message that customers are his now."""
        lang = self.with_context(lang=user.lang).env
        self._crm_notify(user, lang._("Customers handed over to you"), reason)

    def _crm_notify_shared(self, user, reason=None):
        """Tell a colleague in one message that customers are shared with him."""
        lang = self.with_context(lang=user.lang).env
        self._crm_notify(user, lang._("Customers shared with you"), reason)

    def _crm_notify(self, user, subject, reason):
        """Name these customers to a colleague who may see them; nothing is sent to oneself.

        :param user: ``res.users``
        """
        if not self or not user or user == self.env.user:
            return
        lang = self.with_context(lang=user.lang).env
        names = lang._(", ").join(self.sudo()[:10].mapped("name"))  # sudo: the receiver may see them now
        body = lang._("%(names)s… (%(count)s customers)", names=names, count=len(self)) if len(self) > 10 else names
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=subject,
            body=lang._("%(customers)s. Reason: %(reason)s", customers=body, reason=reason) if reason else body,
        )
