from odoo import api, fields, models
from odoo.tools import format_date, format_datetime, html2plaintext


class CrmCustomerMerge(models.TransientModel):
    """Two customers side by side: they are two, or one is merged into the other, value by value."""

    _name = "crm.customer.merge"
    _description = "Compare and Merge Customers"

    first_id = fields.Many2one("res.partner", string="Customer 1", required=True, readonly=True, ondelete="cascade")
    second_id = fields.Many2one("res.partner", string="Customer 2", required=True, readonly=True, ondelete="cascade")
    keep = fields.Selection(
        [("first", "Customer 1"), ("second", "Customer 2")],
        required=True,
        compute="_compute_keep",
        store=True,
        precompute=True,
        readonly=False,
        help="This one stays. The other one is deleted when all that belongs to it has moved.",
    )
    owner = fields.Selection(
        [("first", "Customer 1"), ("second", "Customer 2")],
        string="Salesperson of",
        required=True,
        compute="_compute_owner",
        store=True,
        precompute=True,
        readonly=False,
    )
    reason = fields.Char()
    line_ids = fields.One2many("crm.customer.merge.line", "merge_id", string="Differences")
    first_user_id = fields.Many2one(related="first_id.user_id", string="Salesperson 1")
    second_user_id = fields.Many2one(related="second_id.user_id", string="Salesperson 2")
    first_facts = fields.Char(string="Facts 1", compute="_compute_facts")
    second_facts = fields.Char(string="Facts 2", compute="_compute_facts")

    # COMPUTE
    @api.depends("first_id", "second_id")
    def _compute_keep(self):
        for merge in self:
            # who has a code, then who has more orders, then who was there before
            orders = {partner: partner.crm_order_count for partner in (merge.first_id, merge.second_id)}
            kept = max(orders, key=lambda partner: (bool(partner.customer_code), orders[partner], -partner.id))
            merge.keep = "first" if kept == merge.first_id else "second"

    @api.depends("keep")
    def _compute_owner(self):
        for merge in self:
            merge.owner = merge.keep

    @api.depends("first_id", "second_id")
    def _compute_facts(self):
        for merge in self:
            merge.first_facts = merge._facts(merge.first_id)
            merge.second_facts = merge._facts(merge.second_id)

    def _facts(self, customer):
        return self.env._(
            "%(orders)s orders and quotations, %(followups)s follow-ups, %(contacts)s contacts, entered %(date)s",
            orders=customer.crm_order_count,
            followups=customer.followup_count,
            contacts=customer.crm_contact_count,
            date=format_date(self.env, customer.create_date),
        )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        merges = super().create(vals_list)
        for merge in merges:
            (merge.first_id | merge.second_id).check_access("read")
            merge.line_ids = self.env["crm.customer.merge.line"].create(merge._line_vals())
        return merges

    def _line_vals(self):
        """A line for each field in which the two differ; what is filled wins, else what was written last."""
        newer = "first" if (self.first_id.write_date, 0) > (self.second_id.write_date, 0) else "second"
        vals_list = []
        for field in self.first_id._crm_merge_fields():
            first, second = self.first_id[field.name], self.second_id[field.name]
            if first == second or not (first or second):
                continue
            vals_list.append(
                {
                    "merge_id": self.id,
                    "name": field.name,
                    "label": field._description_string(self.env),
                    "first_value": self._text(field, first),
                    "second_value": self._text(field, second),
                    "choice": newer if first and second else "first" if first else "second",
                }
            )
        return vals_list

    def _text(self, field, value):
        """A value as a user reads it."""
        match field.type:
            case "many2one":
                return value.sudo().display_name if value else False  # sudo: as in any list, the name only
            case "selection":
                return dict(field._description_selection(self.env)).get(value, value)
            case "boolean":
                return self.env._("Yes") if value else self.env._("No")
            case "date":
                return format_date(self.env, value) if value else False
            case "datetime":
                return format_datetime(self.env, value) if value else False
            case "html":
                return html2plaintext(value) if value else False
        return str(value) if value else False

    # ACTION
    def action_merge(self):
        """Merge the one into the other, with the chosen values; it cannot be undone."""
        self.ensure_one()
        kept, gone = self.first_id, self.second_id
        if self.keep == "second":
            kept, gone = gone, kept
        (kept | gone)._crm_check_may_merge()
        values = {
            line.name: gone._fields[line.name].convert_to_write(gone[line.name], gone)
            for line in self.line_ids
            if line.choice != self.keep and line.name in {field.name for field in gone._crm_merge_fields()}
        }
        owner_from = self.first_id if self.owner == "first" else self.second_id
        kept._crm_merge(gone, values, owner_from, self.reason)
        return kept.get_formview_action()

    def action_mark_distinct(self):
        """Remember that these are two customers."""
        self.ensure_one()
        self.env["crm.customer.duplicate"]._mark_distinct(self.first_id | self.second_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class CrmCustomerMergeLine(models.TransientModel):
    _name = "crm.customer.merge.line"
    _description = "Difference of Two Customers"

    merge_id = fields.Many2one("crm.customer.merge", required=True, ondelete="cascade")
    name = fields.Char(required=True, readonly=True)
    label = fields.Char(string="Field", readonly=True)
    first_value = fields.Text(string="Customer 1", readonly=True)
    second_value = fields.Text(string="Customer 2", readonly=True)
    choice = fields.Selection([("first", "Customer 1"), ("second", "Customer 2")], string="Take From", required=True)
