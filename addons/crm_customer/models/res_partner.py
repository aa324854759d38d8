import re

from stdnum.cn import uscc

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, email_normalize

from odoo.addons.crm_base.tools.company_name import normalize_company_name
from odoo.addons.crm_base.tools.search_text import initials, normalize, normalize_width, pinyin

PHONE = re.compile(r"[\d+()#*,;./\sext-]{5,60}", re.IGNORECASE)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "crm.search.mixin"]

    _crm_search_names = ("name", "short_name", "english_name", "child_ids.name")
    _crm_search_codes = (
        "customer_code",
        "credit_code",
        "ref",
        "phone",
        "office_phone",
        "email",
        "child_ids.phone",
        "child_ids.office_phone",
        "child_ids.email",
    )

    # FIELDS
    is_crm_customer = fields.Boolean(string="Is a CRM Customer")
    customer_code = fields.Char(copy=False, index="btree_not_null", tracking=True)
    short_name = fields.Char()
    english_name = fields.Char()
    name_pinyin = fields.Char(string="Pinyin", compute="_compute_name_keys", store=True, index="btree_not_null")
    name_initials = fields.Char(string="Pinyin Initials", compute="_compute_name_keys", store=True)
    normalized_name = fields.Char(
        compute="_compute_name_keys",
        store=True,
        help="The name without legal form, blanks, brackets, width and traditional forms; duplicates are found by it.",
    )
    credit_code = fields.Char(string="Unified Social Credit Code", copy=False, index="btree_not_null", tracking=True)
    legal_representative = fields.Char()
    crm_customer_type = fields.Selection(
        [
            ("end_customer", "End customer"),
            ("channel", "Channel"),
            ("supplier", "Supplier"),
            ("competitor", "Competitor"),
            ("store", "Store"),
        ],
        string="Customer Type",
        default="end_customer",
        tracking=True,
    )
    crm_group_id = fields.Many2one(
        "res.partner",
        string="Group",
        domain="[('is_crm_customer', '=', True), ('id', '!=', id)]",
        index="btree_not_null",
        help="The customer's group or parent company.",
    )
    crm_status = fields.Selection(
        [
            ("prospect", "Prospect"),
            ("developing", "Developing"),
            ("won", "Won"),
            ("inactive", "Inactive"),
        ],
        string="Customer Status",
        default="prospect",
        index=True,
        tracking=True,
        group_expand=True,
    )
    crm_level_id = fields.Many2one(
        "crm.customer.level", string="Customer Level", index="btree_not_null", ondelete="restrict", tracking=True
    )
    crm_category_id = fields.Many2one(
        "crm.customer.category",
        string="Customer Category",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    crm_source_id = fields.Many2one("utm.source", string="Source", index="btree_not_null")
    company_nature = fields.Selection(
        [
            ("state", "State-owned"),
            ("private", "Private"),
            ("foreign", "Foreign-funded"),
            ("joint", "Joint venture"),
            ("listed", "Listed"),
            ("public", "Government or institution"),
            ("individual", "Individual business"),
        ]
    )
    company_size = fields.Selection(
        [
            ("1", "Under 20 people"),
            ("2", "20 to 99 people"),
            ("3", "100 to 299 people"),
            ("4", "300 to 999 people"),
            ("5", "1,000 people and more"),
        ]
    )
    district = fields.Char()
    office_phone = fields.Char()
    fax = fields.Char()
    crm_department_id = fields.Many2one(
        "hr.department",
        string="Sales Department",
        compute="_compute_crm_department_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        help="The department of the salesperson when he got the customer.",
    )
    first_order_date = fields.Datetime(string="First Order", compute="_compute_order_dates", store=True)
    last_order_date = fields.Datetime(
        string="Last Order", compute="_compute_order_dates", store=True, index="btree_not_null"
    )
    crm_order_ids = fields.One2many("sale.order", "crm_customer_id", string="Orders and Quotations")
    last_followup_date = fields.Datetime(string="Last Follow-up", compute="_compute_followup_facts", store=True)
    next_contact_date = fields.Datetime(
        string="Next Contact", compute="_compute_followup_facts", store=True, readonly=False, index="btree_not_null"
    )
    next_contact_need = fields.Char(
        string="What It Is About", compute="_compute_followup_facts", store=True, readonly=False
    )
    followup_ids = fields.One2many("crm.followup", "partner_id", string="Follow-ups")
    followup_count = fields.Integer(compute="_compute_crm_counts")
    crm_order_count = fields.Integer(string="Orders", compute="_compute_crm_counts")
    crm_contact_count = fields.Integer(string="Contacts", compute="_compute_crm_counts")
    # contacts
    gender = fields.Selection([("male", "Male"), ("female", "Female")])
    birthday = fields.Date()
    contact_department = fields.Char(string="Contact's Department")
    decision_role = fields.Selection(
        [
            ("decision_maker", "Decision maker"),
            ("influencer", "Influencer"),
            ("user", "User"),
            ("gatekeeper", "Gatekeeper"),
        ]
    )
    is_primary_contact = fields.Boolean(string="Primary Contact")
    wechat = fields.Char(string="WeChat")
    qq = fields.Char(string="QQ")

    _customer_code_unique = models.UniqueIndex(
        "(customer_code) WHERE customer_code IS NOT NULL",
        "This customer code is already used. Leave it empty or choose another.",
    )
    # written as the ORM writes the conditions, else PostgreSQL does not see that the index serves them; what scopes,
    # companies and groups ask of many customers stands in it, so that they are counted without reading them
    _customers_by_name = models.Index(
        "(complete_name, id DESC) INCLUDE (user_id, crm_customer_id, company_id, partner_share, crm_status,"
        " crm_level_id, crm_category_id, country_id, state_id, crm_source_id, activity_grade, first_order_date)"
        " WHERE is_crm_customer IS TRUE AND active IS TRUE"
    )
    # for the customer analysis, which joins all buyers of a year
    _customer_shares = models.Index(
        "(id) INCLUDE (state_id, crm_level_id, crm_category_id, industry_id, country_id, first_order_date)"
        " WHERE is_crm_customer"
    )
    _one_primary_contact = models.UniqueIndex(
        "(parent_id) WHERE is_primary_contact AND active AND parent_id IS NOT NULL",
        "A customer has exactly one primary contact.",
    )

    # COMPUTE
    @api.depends("name")
    def _compute_name_keys(self):
        for partner in self:
            core = normalize_company_name(partner.name)
            partner.normalized_name = core
            partner.name_pinyin = "".join(pinyin(core)) if core else False
            partner.name_initials = "".join(map(initials, normalize(partner.name))) or False

    @api.depends("user_id")
    def _compute_crm_department_id(self):
        for partner in self:
            # which department a colleague works in is no secret, the file of an employee is
            department = partner.user_id.sudo().employee_id.department_id
            partner.crm_department_id = department if partner.is_crm_customer else False

    @api.depends("crm_order_ids.state", "crm_order_ids.date_order")
    def _compute_order_dates(self):
        # dates of all orders, whoever's they are
        dates = {
            partner.id: (first, last)
            for partner, first, last in self.env["sale.order"]
            .sudo()
            ._read_group(
                [("crm_customer_id", "in", self.ids), ("state", "=", "sale")],
                ["crm_customer_id"],
                ["date_order:min", "date_order:max"],
            )
        }
        for partner in self:
            partner.first_order_date, partner.last_order_date = dates.get(partner.id, (False, False))

    @api.depends("followup_ids.date", "followup_ids.next_date", "followup_ids.next_step")
    def _compute_followup_facts(self):
        # by the latest follow-up, whoever's it is
        self.env["crm.followup"].flush_model(["partner_id", "date", "next_date", "next_step"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (partner_id) partner_id, date, next_date, next_step FROM crm_followup"
                " WHERE partner_id = ANY(%s) ORDER BY partner_id, date DESC, id DESC",
                self.ids,
            )
        )
        latest = {partner_id: row for partner_id, *row in rows}
        for partner in self:
            # without any follow-up, what was entered by hand stays
            planned = (False, partner.next_contact_date, partner.next_contact_need)
            date, next_date, next_step = latest.get(partner.id, planned)
            partner.last_followup_date = date
            partner.next_contact_date = next_date
            partner.next_contact_need = next_step

    def _compute_display_name(self):
        if self.env.su:  # as for the records that a list or a form names: only what names are made of is read
            self._origin.fetch(["name", "is_company", "parent_id", "company_name", "commercial_company_name", "type"])
        return super()._compute_display_name()

    def _compute_crm_counts(self):
        def counts(model, domain, fname):
            return dict(self.env[model]._read_group([(fname, "in", self.ids), *domain], [fname], ["__count"]))

        followups = counts("crm.followup", [], "partner_id")
        contacts = counts("res.partner", [("is_crm_customer", "=", False)], "crm_customer_id")
        may_read_orders = self.env["sale.order"].has_access("read")
        orders = counts("sale.order", [], "crm_customer_id") if may_read_orders else {}
        for partner in self:
            partner.followup_count = followups.get(partner, 0)
            partner.crm_contact_count = contacts.get(partner, 0)
            partner.crm_order_count = orders.get(partner, 0)

    # CONSTRAINTS
    @api.constrains("credit_code")
    def _check_credit_code(self):
        for partner in self.filtered("credit_code"):
            if not uscc.is_valid(partner.credit_code):
                raise ValidationError(
                    self.env._(
                        "%(code)s is not a valid Unified Social Credit Code: it has 18 characters, "
                        "the last of which is a check character. Compare it with the business licence.",
                        code=partner.credit_code,
                    )
                )

    @api.constrains("phone", "office_phone", "fax", "is_crm_customer", "parent_id")
    def _check_phones(self):
        for partner in self.filtered("crm_customer_id"):
            for fname in ("phone", "office_phone", "fax"):
                number = partner[fname]
                if number and (not PHONE.fullmatch(number) or len(re.sub(r"\D", "", number)) < 5):
                    raise ValidationError(
                        self.env._(
                            "%(field)s: %(number)s is no phone number. Write at least five digits, with + - ( ) "
                            "and blanks only between them.",
                            field=self._fields[fname]._description_string(self.env),
                            number=number,
                        )
                    )

    @api.constrains("email", "is_crm_customer", "parent_id")
    def _check_email(self):
        for partner in self.filtered("crm_customer_id"):
            if partner.email and not email_normalize(partner.email, strict=False):
                raise ValidationError(
                    self.env._("%(email)s is no e-mail address. Write it as name@example.com.", email=partner.email)
                )

    @api.constrains("crm_group_id")
    def _check_crm_group_id(self):
        if self._has_cycle("crm_group_id"):
            raise ValidationError(self.env._("A customer cannot belong to its own group. Choose another group."))

    # CRUD
    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        if defaults.get("is_crm_customer"):
            own = {"user_id": self.env.uid, "country_id": self.env.company.country_id.id}
            defaults |= {fname: value for fname, value in own.items() if fname in fields and not defaults.get(fname)}
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._crm_clean(vals)
            if vals.get("is_crm_customer"):
                vals.setdefault("user_id", self.env.uid)
        if any(vals.get("customer_code") for vals in vals_list):
            self._check_may_set_code()
        self._crm_yield_primary(
            self.browse(
                vals["parent_id"] for vals in vals_list if vals.get("is_primary_contact") and vals.get("parent_id")
            )
        )
        return super().create(vals_list)

    def write(self, vals):
        vals = self._crm_clean(dict(vals))
        if "customer_code" in vals and any(partner.customer_code != vals["customer_code"] for partner in self):
            self._check_may_set_code()
        if vals.get("is_primary_contact"):
            self._crm_yield_primary(self.parent_id)
        held = self.filtered("crm_customer_id") if {"is_crm_customer", "parent_id"} & vals.keys() else self.browse()
        result = super().write(vals)
        if not self.env.su and not all(partner.crm_customer_id for partner in held):
            if not self.env.user.has_group("base.group_partner_manager"):
                # outside the CRM everybody would see it
                raise AccessError(self.env._("Only a CRM administrator takes customers or contacts out of the CRM."))
        return result

    @api.model
    def _crm_yield_primary(self, customers):
        """Before another contact of these customers becomes the primary one."""
        primary = self.search([("parent_id", "in", customers.ids), ("is_primary_contact", "=", True)])
        primary.is_primary_contact = False
        primary.flush_recordset(["is_primary_contact"])

    @api.model
    def _crm_clean(self, vals):
        """Puts codes as typed into the form in which they are compared; changes and returns ``vals``."""
        for fname in ("credit_code", "customer_code"):
            if isinstance(vals.get(fname), str):
                vals[fname] = "".join(normalize_width(vals[fname]).split()).upper() or False
        for fname in ("phone", "office_phone", "fax", "email"):
            if isinstance(vals.get(fname), str):
                vals[fname] = normalize_width(vals[fname]).strip() or False
        return vals

    @api.model
    def _check_may_set_code(self):
        if not self.env.su and not self.env.user.has_group("crm_base.group_crm_admin"):
            raise AccessError(
                self.env._("Only a CRM administrator sets customer codes. Leave the code as it is or ask him.")
            )

    @api.model
    def _read_group_orderby(self, order, groupby_terms, query):
        """Groups are ordered by where each stands among all; else every customer would be joined to its group."""
        term, _blank, direction = (order or "").strip().partition(" ")
        field = self._fields.get(term)
        if (
            list(groupby_terms) != [term]
            or not (field and field.type == "many2one")
            or field.comodel_name == self._name  # there are as many
            or direction.upper() not in ("", "ASC", "DESC")
        ):
            return super()._read_group_orderby(order, groupby_terms, query)
        # sudo: only the order of all groups is taken, as without this
        Group = self.env[field.comodel_name].sudo().with_context(active_test=False)
        groups = Group._search([], order=Group._order)
        return SQL("array_position(ARRAY(%s), %s) %s", groups.select(), groupby_terms[term], SQL(direction))

    # ACTION
    def action_assign_customer_code(self):
        """Gives the customers that have none yet their code by the numbering rule, in the order they were entered."""
        self._check_may_set_code()
        customers = self.filtered(lambda partner: partner.is_crm_customer and not partner.customer_code).sorted("id")
        if not customers:
            raise UserError(self.env._("All of these customers have a code already."))
        codes = self.env["crm.numbering.rule"]._next_numbers("customer_code", len(customers))
        for customer, code in zip(customers, codes, strict=True):
            customer.customer_code = code

    def action_crm_followups(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.crm_followup_action")
        return {**action, "domain": [("partner_id", "=", self.id)], "context": {"default_partner_id": self.id}}

    def action_crm_contacts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_customer.res_partner_action_contacts")
        return {
            **action,
            "domain": [("crm_customer_id", "=", self.id), ("is_crm_customer", "=", False)],
            "context": {"default_parent_id": self.id},
        }

    def action_crm_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        return {
            **action,
            "domain": [("crm_customer_id", "=", self.id)],
            "context": {"default_partner_id": self.id},
        }

    def action_crm_new_quotation(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_quotations_with_onboarding")
        return {
            **action,
            "views": [(False, "form")],
            "view_mode": "form",
            "context": {"default_partner_id": self.id},
        }

    def get_formview_id(self, access_uid=None):
        """A customer opens in the customer file, its contact in the contact's, from wherever."""
        if len(self) == 1 and self.crm_customer_id:
            name = "res_partner_view_form" if self.is_crm_customer else "res_partner_view_form_contact"
            return self.env.ref(f"crm_customer.{name}").id
        return super().get_formview_id(access_uid=access_uid)
