from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

BINNED = ("crm_binned_date", "crm_binned_by_id", "crm_bin_reason")


class ResPartner(models.Model):
    """The recycle bin: a deleted customer is archived there with its contacts, until it is restored or purged.

    What deletes as superuser (the merge, the add-ons' own clearing up) deletes for good as ever.
    """

    _inherit = "res.partner"

    crm_binned_date = fields.Datetime(string="Deleted On", copy=False, readonly=True, index="btree_not_null")
    crm_binned_by_id = fields.Many2one("res.users", string="Deleted By", copy=False, readonly=True)
    crm_bin_reason = fields.Char(string="Reason of Deletion", copy=False, readonly=True)

    # CRUD
    def write(self, vals):
        # the marks are set by the bin only; taking out of the archive takes out of the bin
        if not self.env.su and any(fname in vals for fname in BINNED):
            raise AccessError(self.env._("Customers come into the recycle bin by deleting them."))
        binned = self.filtered("crm_binned_date") if vals.get("active") else self.browse()
        if not binned:
            return super().write(vals)
        contacts = self.browse()
        for customer in binned.filtered("is_crm_customer"):
            contacts |= customer._crm_contacts_in_bin()
        result = super().write(vals)
        # sudo: the marks; contacts come back with their customer
        super(ResPartner, binned.sudo()).write(dict.fromkeys(BINNED, False))
        super(ResPartner, contacts.sudo()).write({"active": True, **dict.fromkeys(BINNED, False)})
        return result

    def unlink(self):
        if self.env.su:
            return super().unlink()
        customers = self.filtered("is_crm_customer")
        if customers:
            customers.check_access("unlink")
            customers.with_context(active_test=False)._crm_put_into_bin()
        others = self - customers
        return super(ResPartner, others).unlink() if others else True

    # ACTION
    def action_crm_restore(self):
        """Take customers out of the bin, with the contacts that came into it with them."""
        customers = self._crm_binned()
        customers.check_access("write")
        customers.write({"active": True})
        # it may have been entered again meanwhile
        customers._check_duplicates()

    def action_crm_purge(self):
        """Delete customers in the bin for good, with their contacts.

        :raise AccessError: the user is no manager
        :raise UserError: documents refer to one of them
        """
        if not self.env.su and not self.env.user.has_group("crm_base.group_sales_manager"):
            raise AccessError(self.env._("Only managers purge the recycle bin. Ask yours."))
        customers = self._crm_binned()
        customers.check_access("write")
        # sudo: the manager may; that nothing of anybody's refers to them is looked up
        doomed = customers.sudo().with_context(active_test=False)
        doomed |= doomed.search([("crm_customer_id", "in", customers.ids)])
        for customer in customers:
            if referring := doomed.filtered(
                lambda partner, customer=customer: partner.crm_customer_id == customer
            )._crm_documents(doomed):
                raise UserError(
                    self.env._(
                        "%(customer)s cannot be purged, as documents refer to it: %(documents)s. Leave it in the bin.",
                        customer=customer.display_name,
                        documents=self.env._(", ").join(
                            self.env._("%(document)s (%(count)s)", document=name, count=count)
                            for name, count in referring.items()
                        ),
                    )
                )
        (doomed - customers.sudo()).unlink()
        customers.sudo().unlink()

    # BUSINESS
    def _crm_put_into_bin(self, reason=None):
        """Archive customers and their contacts and mark them as deleted.

        Whoever calls has checked that it may be done.

        :param reason: text
        """
        customers = self.filtered(lambda partner: partner.is_crm_customer and not partner.crm_binned_date)
        # sudo: the contacts go with their customer, and only the bin sets its marks
        partners = customers.sudo() | self.sudo().search([("crm_customer_id", "in", customers.ids)])
        partners.write(
            {
                "active": False,
                "crm_binned_date": fields.Datetime.now(),
                "crm_binned_by_id": self.env.uid,
                "crm_bin_reason": reason,
            }
        )

    def _crm_binned(self):
        customers = self.filtered(lambda partner: partner.is_crm_customer and partner.crm_binned_date)
        if not customers:
            raise UserError(self.env._("These customers are not in the recycle bin."))
        return customers

    def _crm_contacts_in_bin(self):
        """The contacts that came into the bin with this customer."""
        # sudo: as they went
        return (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("crm_customer_id", "=", self.id),
                    ("id", "!=", self.id),
                    ("crm_binned_date", "=", self.crm_binned_date),
                ]
            )
        )

    def _crm_documents(self, going):
        """What refers to these partners by a foreign key that does not end with them.

        :param going: partners that are deleted together, whose own references do not count
        :return: {name of the kind of document: how many}
        """
        self.env.flush_all()
        references = self.env.execute_query(
            SQL(
                """
                SELECT source.relname, attribute.attname
                  FROM pg_constraint AS reference
                  JOIN pg_class AS source ON source.oid = reference.conrelid
                  JOIN pg_attribute AS attribute
                    ON attribute.attrelid = reference.conrelid AND attribute.attnum = reference.conkey[1]
                 WHERE reference.contype = 'f' AND reference.confdeltype != 'c'
                   AND reference.confrelid = 'res_partner'::regclass
                   AND source.relnamespace = current_schema::regnamespace
                 ORDER BY source.relname, attribute.attname
                """
            )
        )
        models_by_table = {model._table: model for model in map(self.env.get, self.env.registry) if model._auto}
        found = {}
        for table, column in references:
            own = SQL("AND id != ALL(%s)", going.ids) if table == self._table else SQL()
            [(count,)] = self.env.execute_query(
                SQL(
                    "SELECT count(*) FROM %s WHERE %s = ANY(%s) %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    self.ids,
                    own,
                )
            )
            if count:
                model = models_by_table.get(table)
                # sudo: the name of a kind of document
                name = self.env["ir.model"].sudo()._get(model._name).name if model is not None else table
                found[name] = max(count, found.get(name, 0))
        return found
