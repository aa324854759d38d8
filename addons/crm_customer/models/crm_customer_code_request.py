from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_base.tools.company_name import normalize_company_name

# what a request tells of the company, under the names that the customer has them
FACTS = (
    "short_name",
    "english_name",
    "credit_code",
    "legal_representative",
    "crm_customer_type",
    "crm_category_id",
    "industry_id",
    "crm_source_id",
    "company_nature",
    "country_id",
    "state_id",
    "city_id",
    "city",
    "district",
    "street",
    "phone",
    "email",
    "website",
)
# filled in from an existing customer, then as entered
FACT = {"compute": "_compute_facts", "store": True, "readonly": False, "precompute": True}


class CrmCustomerCodeRequest(models.Model):
    """A salesperson asks for a customer's code; once approved, the customer is created or completed with it.

    The code is drawn in the transaction of the last approval, so no number is lost by a request that fails.
    """

    _name = "crm.customer.code.request"
    _description = "Customer Code Request"
    _inherit = ["crm.review.mixin", "mail.thread.main.attachment", "mail.activity.mixin"]
    _order = "id desc"

    _review_number = "name"
    _review_partner = "partner_id"
    _review_lock_approved = True

    # FIELDS
    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    user_id = fields.Many2one(
        "res.users", string="Requester", required=True, readonly=True, default=lambda self: self.env.user, index=True
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    date = fields.Date(default=fields.Date.context_today, required=True, copy=False)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        domain="[('is_crm_customer', '=', True), ('customer_code', '=', False)]",
        help="A customer that has no code yet. Empty: the customer is created once the request is approved.",
    )
    customer_code = fields.Char(readonly=True, copy=False, index="btree_not_null", help="Drawn upon approval.")
    customer_name = fields.Char(required=True, **FACT)
    normalized_name = fields.Char(
        compute="_compute_normalized_name", store=True, precompute=True, export_string_translation=False
    )
    short_name = fields.Char(**FACT)
    english_name = fields.Char(**FACT)
    credit_code = fields.Char(string="Unified Social Credit Code", copy=False, **FACT)
    legal_representative = fields.Char(**FACT)
    crm_customer_type = fields.Selection(
        selection=lambda self: self.env["res.partner"]._fields["crm_customer_type"]._description_selection(self.env),
        string="Customer Type",
        default="end_customer",
        **FACT,
    )
    crm_category_id = fields.Many2one("crm.customer.category", string="Customer Category", **FACT)
    industry_id = fields.Many2one("res.partner.industry", **FACT)
    crm_source_id = fields.Many2one("utm.source", string="Source", **FACT)
    company_nature = fields.Selection(
        selection=lambda self: self.env["res.partner"]._fields["company_nature"]._description_selection(self.env),
        **FACT,
    )
    country_id = fields.Many2one(
        "res.country",
        default=lambda self: self.env.company.country_id,
        **FACT,
    )
    country_enforce_cities = fields.Boolean(related="country_id.enforce_cities")
    state_id = fields.Many2one("res.country.state", string="Province", **FACT)
    city_id = fields.Many2one("res.city", string="City of List", **FACT)
    city = fields.Char(**FACT)
    district = fields.Char(**FACT)
    street = fields.Char(string="Address", **FACT)
    phone = fields.Char(copy=False, **FACT)
    email = fields.Char(**FACT)
    website = fields.Char(**FACT)
    contact_name = fields.Char(string="Contact")
    contact_phone = fields.Char(string="Contact's Phone")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence", copy=False)
    note = fields.Text(string="Reason of the Request")
    duplicate_reason = fields.Char(string="Why It Is No Duplicate")
    duplicate_warning = fields.Text(compute="_compute_duplicate_warning")

    # open: being written or under review
    _open_name = models.UniqueIndex(
        "(normalized_name) WHERE review_state IN ('new', 'pending')",
        "There is an open code request for a company of this name already. Wait until it is decided.",
    )
    _open_credit_code = models.UniqueIndex(
        "(credit_code) WHERE review_state IN ('new', 'pending') AND credit_code IS NOT NULL",
        "There is an open code request for this credit code already. Wait until it is decided.",
    )
    _open_partner = models.UniqueIndex(
        "(partner_id) WHERE review_state IN ('new', 'pending') AND partner_id IS NOT NULL",
        "There is an open code request for this customer already. Wait until it is decided.",
    )

    # COMPUTE
    @api.depends("name", "customer_name")
    def _compute_display_name(self):
        for request in self:
            request.display_name = " ".join(filter(None, [request.name, request.customer_name]))

    @api.depends("partner_id")
    def _compute_facts(self):
        for request in self:
            # not with the rights of the computation: nobody reads by a request what he does not see
            partner = request.partner_id.sudo(False)._filtered_access("write")
            for fname, name in [("customer_name", "name"), *((fname, fname) for fname in FACTS)]:
                request[fname] = (partner[name] if partner else False) or request[fname]

    @api.depends("customer_name")
    def _compute_normalized_name(self):
        for request in self:
            request.normalized_name = normalize_company_name(request.customer_name)

    @api.depends_context("uid")
    @api.depends("customer_name", "phone", "credit_code", "email", "partner_id", "review_state")
    def _compute_duplicate_warning(self):
        undecided = self.filtered(lambda request: request.review_state != "approved" and request.customer_name)
        (self - undecided).duplicate_warning = False
        Partner = self.env["res.partner"]
        found = Partner._crm_find_duplicates([request._duplicate_key() for request in undecided])
        for request, duplicates in zip(undecided, found, strict=True):
            lines = [Partner._crm_duplicate_text(duplicates)] if duplicates else []
            if other := request._other_open_request():
                lines.append(
                    self.env._(
                        "%(customer)s — requested by %(requester)s (%(number)s)",
                        customer=other.customer_name,
                        requester=other.user_id.name,
                        number=other.name or self.env._("not submitted yet"),
                    )
                )
            request.duplicate_warning = "\n".join(lines) or False

    def _other_open_request(self):
        """Somebody else's or another request for the same company that is not decided yet, with sudo."""
        same = Domain("normalized_name", "=", self.normalized_name)
        if self.credit_code:
            same |= Domain("credit_code", "=", self.credit_code)
        # sudo: that there is one and whose it is, as with customers
        return self.sudo().search(
            same & Domain("review_state", "in", ("new", "pending")) & Domain("id", "!=", self._origin.id), limit=1
        )

    def _duplicate_key(self):
        return self.env["res.partner"]._crm_make_duplicate_key(
            self.partner_id.id, self.customer_name, self.phone, self.credit_code, self.email
        )

    # CONSTRAINTS
    @api.constrains("credit_code", "phone", "email", "contact_phone")
    def _check_facts(self):
        for request in self:
            facts = {"is_crm_customer": True, "name": request.customer_name}
            customer = self.env["res.partner"].new(
                facts | {fname: request[fname] for fname in ("credit_code", "phone", "email")}
            )
            contact = self.env["res.partner"].new(facts | {"phone": request.contact_phone})
            customer._check_credit_code()
            (customer | contact)._check_phones()
            customer._check_email()

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        self._check_partners(vals_list)
        return super().create([self._clean(vals) for vals in vals_list])

    def write(self, vals):
        self._check_partners([vals])
        return super().write(self._clean(vals))

    @api.model
    def _clean(self, vals):
        return self.env["res.partner"]._crm_clean(dict(vals))

    @api.model
    def _check_partners(self, vals_list):
        """Nobody asks for a code of a customer that is not his to change."""
        partners = self.env["res.partner"].browse(filter(None, (vals.get("partner_id") for vals in vals_list)))
        partners.check_access("write")

    # ACTION
    def action_open_customer(self):
        """The customer that this request has created or completed."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "res.partner", "res_id": self.partner_id.id} | {
            "views": [(self.partner_id.get_formview_id(), "form")]
        }

    # REVIEW
    def _review_check(self):
        Partner = self.env["res.partner"]
        if self.partner_id.sudo().customer_code:  # sudo: only whether there is one
            raise UserError(
                self.env._(
                    "%(customer)s has a code already: %(code)s. No request is needed.",
                    customer=self.customer_name,
                    code=self.partner_id.sudo().customer_code,  # sudo: as above; it is his customer
                )
            )
        [duplicates] = Partner._crm_find_duplicates([self._duplicate_key()])
        if problem := Partner._crm_duplicate_problem(self.customer_name, self.duplicate_reason, duplicates):
            raise UserError(problem)
        if not self.attachment_ids:
            raise UserError(
                self.env._(
                    "%(customer)s: attach the evidence first, such as the business licence or a name card.",
                    customer=self.customer_name,
                )
            )

    def _review_on_submitted(self):
        for request in self.filtered(lambda request: not request.name):
            request.name = self.env["crm.numbering.rule"]._next_number("code_request", company=request.company_id)

    def _review_on_approved(self):
        for request in self:
            request._create_or_complete_customer()

    def _create_or_complete_customer(self):
        """Draw the code and give it to the customer, who is created unless there is one."""
        self.ensure_one()
        customer = self.partner_id
        if customer.customer_code:  # given by an administrator meanwhile
            code = customer.customer_code
        else:
            code = self._draw_code()
        facts = {fname: self[fname] for fname in FACTS if self[fname]}
        values = self._convert_to_write(facts) | {
            "name": self.customer_name,
            "customer_code": code,
            "duplicate_reason": self.duplicate_reason,
        }
        if self.city_id:
            values["city"] = self.city_id.name
        if customer:
            customer.write(values)
            if not customer.user_id:
                customer._crm_change_owner("assigned", user=self.user_id, reason=self.name)
        else:
            customer = customer.create(
                values | {"is_crm_customer": True, "is_company": True, "user_id": self.user_id.id}
            )
        if self.contact_name and self.contact_name not in customer.child_ids.mapped("name"):
            is_first = not customer.child_ids.filtered("is_primary_contact")
            contact = {"name": self.contact_name, "phone": self.contact_phone, "is_primary_contact": is_first}
            customer.child_ids = [Command.create({"type": "contact", **contact})]
        self.write({"partner_id": customer.id, "customer_code": code})
        for attachment in self.attachment_ids:
            attachment.copy({"res_model": "res.partner", "res_id": customer.id, "name": attachment.name})

    def _draw_code(self):
        """The next code of the rule that no customer has, as codes may have been imported."""
        values = {"region": self.state_id.code or self.country_id.code}
        rule = self.env["crm.numbering.rule"]
        customers = self.env["res.partner"].with_context(active_test=False)
        while True:
            code = rule._next_number("customer_code", company=self.company_id, values=values)
            if not customers.search_count([("customer_code", "=", code)], limit=1):
                return code
