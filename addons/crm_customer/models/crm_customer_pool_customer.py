from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_base.tools import search_text

# what of a customer its name is looked for in; no phone or address, which somebody could guess by searching
NAMES = ("name", "short_name", "english_name", "normalized_name", "name_pinyin", "name_initials")


class CrmCustomerPoolCustomer(models.Model):
    """What members of a public pool see of a customer in it: its id is the customer's own.

    They have no access to the customer itself until they claim it.
    """

    _name = "crm.customer.pool.customer"
    _description = "Customer in a Public Pool"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "res.partner": [
            *NAMES,
            "active",
            "city",
            "crm_category_id",
            "crm_customer_type",
            "crm_level_id",
            "crm_pool_id",
            "crm_search_text",
            "crm_source_id",
            "email",
            "industry_id",
            "last_followup_date",
            "last_order_date",
            "phone",
            "state_id",
            "user_id",
        ],
        "crm.customer.owner.history": ["date_from", "date_to", "partner_id", "pool_id", "reason", "user_id"],
    }

    # FIELDS
    name = fields.Char(readonly=True)
    pool_id = fields.Many2one("crm.customer.pool", string="Public Pool", readonly=True)
    date = fields.Datetime(string="In the Pool Since", readonly=True)
    reason = fields.Char(readonly=True)
    former_user_id = fields.Many2one("res.users", string="Former Salesperson", readonly=True)
    state_id = fields.Many2one("res.country.state", string="Region", readonly=True)
    city = fields.Char(readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    level_id = fields.Many2one("crm.customer.level", string="Customer Level", readonly=True)
    category_id = fields.Many2one("crm.customer.category", string="Customer Category", readonly=True)
    customer_type = fields.Selection(
        selection=lambda self: self.env["res.partner"]._fields["crm_customer_type"]._description_selection(self.env),
        readonly=True,
    )
    source_id = fields.Many2one("utm.source", readonly=True)
    last_order_date = fields.Datetime(string="Last Order", readonly=True)
    last_followup_date = fields.Datetime(string="Last Follow-up", readonly=True)
    masked_phone = fields.Char(string="Phone", readonly=True)
    masked_email = fields.Char(string="Email", readonly=True)
    crm_search = fields.Char(
        string="Name or Pinyin", compute="_compute_crm_search", search="_search_crm_search", exportable=False
    )
    in_open_pool = fields.Boolean(
        compute="_compute_in_open_pool", search="_search_in_open_pool", export_string_translation=False
    )

    @property
    def _table_query(self):
        for model, fnames in self._depends.items():
            self.env[model].flush_model(fnames)
        return SQL(
            """
            SELECT partner.id, partner.name, history.pool_id, history.date_from AS date, history.reason,
                   (SELECT owned.user_id FROM crm_customer_owner_history AS owned
                     WHERE owned.partner_id = partner.id AND owned.user_id IS NOT NULL
                     ORDER BY owned.date_from DESC, owned.id DESC LIMIT 1) AS former_user_id,
                   partner.state_id, partner.city, partner.industry_id, partner.crm_level_id AS level_id,
                   partner.crm_category_id AS category_id, partner.crm_customer_type AS customer_type,
                   partner.crm_source_id AS source_id, partner.last_order_date, partner.last_followup_date,
                   CASE WHEN length(partner.phone) >= 11
                        THEN left(partner.phone, 3) || '****' || right(partner.phone, 4)
                        WHEN partner.phone != '' THEN left(partner.phone, 2) || '****' END AS masked_phone,
                   CASE WHEN partner.email != '' THEN left(partner.email, 1) || '***' END AS masked_email,
                   %s AS names, partner.crm_search_text, partner.crm_search_grams
              FROM crm_customer_owner_history AS history
              -- the open line names the customer's pool: to compare the two again would mislead the planner
              JOIN res_partner AS partner ON partner.id = history.partner_id AND partner.crm_pool_id IS NOT NULL
             WHERE history.date_to IS NULL AND history.pool_id IS NOT NULL AND partner.active
            """,
            SQL("lower(concat_ws(' ', %s))", SQL(", ").join(SQL.identifier("partner", name) for name in NAMES)),
        )

    # COMPUTE
    @api.depends("name")
    def _compute_crm_search(self):
        for customer in self:
            customer.crm_search = customer.name

    def _search_crm_search(self, operator, value):
        if operator not in ("ilike", "like", "in") or not value:
            return NotImplemented
        texts = value if operator == "in" else [value]
        return Domain.OR(self._crm_search_domain(text) for text in texts if text)

    @api.model
    def _search_display_name(self, operator, value):
        if operator in ("ilike", "like") and isinstance(value, str) and search_text.query_parts(value):
            return self._crm_search_domain(value)
        return super()._search_display_name(operator, value)

    @api.model
    def _crm_search_domain(self, text):
        """As the search of customers, by the same index; but found by its names only.

        :param str text: words in any script; all of them must be found
        """
        parts = search_text.query_parts(text)
        return Domain.AND(map(self._crm_search_part_domain, parts)) if parts else Domain.FALSE

    @api.model
    def _crm_search_part_domain(self, part):
        partners = self.env["res.partner"]
        found = partners._crm_search_part_domain(part)

        def to_sql(model, alias, query):
            named = SQL("strpos(%s, %s) > 0", SQL.identifier(alias, "names"), part)
            return SQL("(%s AND %s)", found._to_sql(partners, alias, query), named)

        return Domain.custom(to_sql=to_sql)

    @api.depends("pool_id")
    @api.depends_context("uid")
    def _compute_in_open_pool(self):
        for customer in self:
            customer.in_open_pool = customer.pool_id.is_open

    def _search_in_open_pool(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        # by the rules of pools, in the reader's name also where rules are looked up
        pools = self.env["crm.customer.pool"].with_user(self.env.uid).search([])  # pylint: disable=no-search-all
        return Domain("pool_id", "in", pools.ids)

    # ACTION
    def action_claim(self):
        """Claim these customers for the user, as far as their pools' rules let him; others of them do not hinder it.

        :return: notification
        :raise UserError: none of them can be claimed, or a limit would be passed
        """
        taken, refused = self._crm_take()
        claims = self.env["crm.customer.claim"]
        for pool, customers in taken.grouped("pool_id").items():
            done, not_done = claims._claim(pool, customers)
            claims |= done
            refused += not_done
        if not claims:
            raise UserError("\n".join(refused))
        return claims._notification(refused)

    def action_assign(self):
        """Open the assignment of these customers to members of their pools."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("crm_customer.customer_assign_action"),
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    # BUSINESS
    def _crm_take(self):
        """Those of these customers that the user sees in a pool, locked so that nobody else takes them.

        :return: records, and a list with a sentence if there are others
        """
        seen = self.search([("id", "in", self.ids)])
        # sudo: their rows are locked, nothing is read of them
        locked = self.env["res.partner"].sudo().browse(seen.ids)._crm_lock_pooled()
        taken = seen.filtered(lambda customer: customer.id in locked._ids)
        missing, busy = len(self) - len(seen), seen - taken
        refused = [
            self.env._("%(customer)s: a colleague is claiming or changing it at this very moment.", customer=one.name)
            for one in busy
        ]
        if missing == 1:
            refused.append(self.env._("A colleague was faster: this customer is no longer in the public pool."))
        elif missing:
            refused.append(
                self.env._(
                    "Colleagues were faster: %(count)s of these customers are no longer in the public pool.",
                    count=missing,
                )
            )
        return taken, refused
