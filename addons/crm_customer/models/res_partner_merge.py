from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .res_partner import ResPartner as Customer
from .res_partner_duplicate import CHECKED

# context value by which a merge of customers says that it goes by these rules: an object, which no request can send
MERGING = object()
# what a merge does not ask about: it follows from the rest, or stays what it is
NOT_MERGED = frozenset(
    "active company_name company_type crm_department_id crm_pool_id create_date create_uid customer_rank"
    " duplicate_reason former_codes id is_company is_crm_customer message_main_attachment_id next_contact_date"
    " next_contact_need partner_latitude partner_longitude signup_type supplier_rank type user_id"
    " street_name street_number street_number2 write_date write_uid".split()
)


class ResPartner(models.Model):
    """Two entries of one customer become one: everything that refers to either refers to the one that is kept."""

    _inherit = "res.partner"

    _crm_search_codes = (*Customer._crm_search_codes, "former_codes")

    former_codes = fields.Char(readonly=True, copy=False, help="The codes of customers merged into this one.")
    merge_log_ids = fields.One2many("crm.customer.merge.log", "partner_id", string="Merged Customers")

    # ACTION
    def action_crm_compare(self):
        """Compare two customers side by side, to merge them or not.

        :return: action that opens ``crm.customer.merge``
        """
        if len(self) != 2 or len(self.exists()) != 2:
            raise UserError(self.env._("Choose the two customers to compare: one is merged into the other."))
        first, second = self.sorted("id")
        wizard = self.env["crm.customer.merge"].create({"first_id": first.id, "second_id": second.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare and Merge Customers"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # BUSINESS
    @api.model
    def _crm_merge_fields(self):
        """The fields whose value is chosen when customers are merged, in the order of their labels."""
        chosen = [
            field
            for field in self._fields.values()
            if field.store
            and field.name not in NOT_MERGED
            and field.type not in ("one2many", "many2many", "binary", "properties", "properties_definition", "json")
            and not field.company_dependent
            and not (field.compute and field.readonly)
            and not field.related
            and field.name not in self._crm_keys()
            and self._has_field_access(field, "write")
        ]
        return sorted(chosen, key=lambda field: field._description_string(self.env) or "")

    @api.model
    def _crm_keys(self):
        """Fields that are derived from others, for looking customers up."""
        return ("crm_search_text", "phone_key", "email_domain", "normalized_name", "name_pinyin", "name_initials")

    def _crm_check_may_merge(self):
        """:raise UserError: or AccessError, these customers must not be merged by this user, or not now"""
        if not self.env.su and not self.env.user.has_group("crm_base.group_sales_manager"):
            raise AccessError(self.env._("Only sales managers merge customers. Ask your manager."))
        if len(self) != 2 or len(self.exists()) != 2:
            raise UserError(self.env._("One of the two customers is gone: it may be merged already. Reload."))
        self.check_access("write")
        if outsiders := self.filtered(lambda partner: not partner.is_crm_customer):
            raise UserError(self.env._("%(name)s is no customer. Merge customers only.", name=outsiders[0].name))
        self._crm_check_may_give_away()
        first, second = self.sudo()  # sudo: the tree of both, whoever's its members are
        if first in second._crm_parents() or second in first._crm_parents():
            raise UserError(
                self.env._(
                    "%(first)s and %(second)s are a company and its branch. Take one out of the other first.",
                    first=first.name,
                    second=second.name,
                )
            )
        if under_review := self._crm_pending_review():
            raise UserError(
                self.env._(
                    "%(document)s is under review and refers to one of the two. Merge them when the review is over.",
                    document=under_review.doc_name or under_review.kind_id.display_name,
                )
            )

    def _crm_parents(self):
        parents, partner = self.browse(), self.parent_id
        while partner and partner not in parents:
            parents |= partner
            partner = partner.parent_id
        return parents

    def _crm_pending_review(self):
        """A review under way of one of these customers, or of a document that refers to one; locked as it is."""
        # sudo: a review is in the way whether or not the user sees its document
        reviews = self.env["crm.review"].sudo()
        partners = self.sudo().with_context(active_test=False).search([("id", "child_of", self.ids)])
        groups = reviews._read_group([("state", "=", "pending")], ["res_model"])
        for [res_model] in groups:
            if res_model not in self.env:
                continue
            Model = self.env[res_model].sudo().with_context(active_test=False)
            links = [
                field.name
                for field in Model._fields.values()
                if field.type == "many2one" and field.comodel_name == self._name and field.store
            ]
            names = [*links, *(["id"] if res_model == self._name else [])]
            for name in names:
                documents = Model._search([(name, "in", partners.ids)])
                domain = [("state", "=", "pending"), ("res_model", "=", res_model), ("res_id", "in", documents)]
                if review := reviews.search(domain, limit=1):
                    return review
        return reviews.browse()

    def _crm_merge(self, duplicate, values, owner_from=None, reason=None):
        """Merge a customer into this one; it cannot be undone.

        :param duplicate: the ``res.partner`` that goes
        :param values: what this one gets of it, as for ``write``; the owner apart
        :param owner_from: whose owner is kept, this one or the duplicate; this one by default
        :param reason: text for the log
        """
        self.ensure_one()
        both = self | duplicate
        both._crm_check_may_merge()
        both.lock_for_update()
        owner_from = (owner_from or self).sudo()
        user, pool = owner_from.user_id, owner_from["crm_pool_id"] if "crm_pool_id" in self._fields else None
        codes = [*(self.former_codes or "").split(), *(duplicate.former_codes or "").split()]
        kept_code = values.get("customer_code", self.customer_code)
        codes += [code for code in both.mapped("customer_code") if code and code != kept_code]
        if not self.image_1920 and duplicate.image_1920:
            values = {**values, "image_1920": duplicate.image_1920}
        # sudo: both are in the user's scope, which is checked; what refers to them moves whoever's it is
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard.with_context(crm_merging=MERGING, crm_merge_reason=reason)._merge(both.ids, self.sudo())
        survivor = self.sudo().with_context(crm_duplicates_checked=CHECKED)
        survivor.write({**values, "former_codes": " ".join(codes) or False})
        survivor._crm_merge_owner(user, pool, reason)
        survivor._crm_recompute()

    def _crm_merge_owner(self, user, pool, reason):
        """The customer and all that hangs on it is one owner's again."""
        owner = (self.user_id, self["crm_pool_id"] if "crm_pool_id" in self._fields else None)
        if owner != (user, pool):
            self._crm_change_owner("corrected", user=user, pool=pool, reason=reason)
            return
        self.env.flush_all()
        self._crm_update_owner(user, pool)
        self.env.invalidate_all(flush=False)

    def _crm_recompute(self):
        """Compute what is stored of this customer and of its contacts from what now hangs on it."""
        partners = self | self.with_context(active_test=False).search([("crm_customer_id", "in", self.ids)])
        for field in self._fields.values():
            if (
                field.store
                and field.compute
                and not (field.precompute or field.name in ("user_id", "crm_department_id"))
            ):
                self.env.add_to_compute(field, partners)
        self.env.flush_all()
