from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_review.tools.guard import text_of


class CrmApplicationMixin(models.AbstractModel):
    """An application with lines: somebody asks for something, mostly for a customer, and it is reviewed.

    A model joins with the code of its numbering rule and a one2many ``line_ids`` of lines with a ``product_id``. Its
    number is drawn when it is submitted; from then on it changes by its review and by methods only.
    """

    _name = "crm.application.mixin"
    _description = "Application"
    _inherit = [
        "crm.review.mixin",
        "crm.customer.scope.mixin",
        "mail.thread.main.attachment",
        "mail.activity.mixin",
        "crm.excel.export.mixin",
    ]

    _mail_post_access = "read"  # reviewers and those who handle it talk about it, too
    _review_number = "name"
    _review_partner = "partner_id"
    _review_lines = ("line_ids",)
    _review_lock_approved = True
    _crm_scope_partner = "partner_id"
    _application_rule = None  # code of the numbering rule
    _application_method_fields = frozenset({"name"})  # written by methods alone

    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    user_id = fields.Many2one(
        "res.users",
        string="Requester",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company, index=True
    )
    date = fields.Date(default=fields.Date.context_today, required=True, copy=False)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null", tracking=True, ondelete="restrict"
    )
    crm_customer_id = fields.Many2one(
        related="partner_id.crm_customer_id", string="Customer File", store=True, index="btree_not_null"
    )
    customer_user_id = fields.Many2one(
        related="crm_customer_id.user_id", string="Customer's Salesperson", store=True, index="btree_not_null"
    )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_own(vals)
        return super().write(vals)

    def _check_own(self, vals):
        """Nobody applies in another one's name, or writes what methods write."""
        if self.env.su:
            return
        if vals.get("user_id", self.env.uid) != self.env.uid and self.user_id.ids != [vals["user_id"]]:
            raise AccessError(self.env._("Everybody applies in his own name only."))
        for name in self._application_method_fields & vals.keys():
            if any(record[name] != vals[name] for record in self) if self else vals[name]:
                raise AccessError(
                    self.env._(
                        "“%(field)s” is not written by hand. Use the buttons of the application.",
                        field=self._fields[name]._description_string(self.env),
                    )
                )

    # REVIEW
    def _review_check(self):
        """Every application has lines, of products that may be applied for."""
        result = super()._review_check()
        if not self.line_ids:
            raise UserError(self.env._("%(document)s has no lines. Add at least one.", document=self.display_name))
        for number, line in self._numbered_lines():
            if problem := self._product_problem(line.product_id):
                raise UserError(self.env._("Line %(number)s: %(problem)s", number=number, problem=problem))
        return result

    def _product_problem(self, product):
        """Hook: why nobody applies for a product, as a sentence; None if it can be applied for."""
        if product.crm_life_state == "stopped":
            return product.product_tmpl_id._crm_stopped_message()
        if product and not product.sale_ok:
            return self.env._("%(product)s is not sold. Choose another product.", product=product.display_name)
        return None

    def _numbered_lines(self):
        """:return: (1, first line), (2, second line) … in the order of the form"""
        return enumerate(self.line_ids.sorted(lambda line: (line.sequence, line.id)), start=1)

    def _line_number(self, line):
        """The number by which messages call a line."""
        return {one: number for number, one in self._numbered_lines()}.get(line, len(self.line_ids) + 1)

    def _review_on_submitted(self):
        result = super()._review_on_submitted()
        for record in self.filtered(lambda record: not record.name):
            record.name = self.env["crm.numbering.rule"]._next_number(self._application_rule, company=record.company_id)
        return result

    # BUSINESS
    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for record in self:
            # sudo: the customer's name goes with the document, as in its list
            customer = record.partner_id.sudo().name
            record.display_name = " ".join(filter(None, [record.name or self._description_new(), customer]))

    @api.model
    def _description_new(self):
        """What a document without a number is called."""
        return self.env["ir.model"]._get(self._name).name

    def _check_approved(self):
        """:raise UserError: one of these applications is not approved"""
        for record in self:
            if record.review_state != "approved":
                raise UserError(
                    self.env._("%(document)s is not approved yet. Submit it first.", document=record.display_name)
                )

    def _print_text(self, fname):
        """The value of a field as a person reads it."""
        # sudo: names of linked records go with the document, as in its list
        return text_of(self.sudo(), fname)

    def _print_decisions(self):
        """The decisions of the last review, for the print.

        :return: ``crm.review.line``, in their order, with sudo
        """
        # sudo: who reads a document reads how it was reviewed, as on its form
        lines = self.sudo().review_id.line_ids
        return lines.filtered(lambda line: line.kind != "cc" and line.state in ("approved", "rejected")).sorted(
            lambda line: (line.acted_on, line.id)
        )

    def _schedule_application_activity(self, xml_id, users, summary, deadline=None):
        """An activity on each of these documents for each user.

        :param str xml_id: of the activity type
        :param users: function document → ``res.users``
        :param summary: function document in the user's language → text
        :param deadline: function document → date, by default today
        """
        model = self.env["ir.model"]._get(self._name)
        kind = self.env.ref(xml_id)
        # sudo: who handles an application is told of it by its methods, whoever calls them
        return (
            self.env["mail.activity"]
            .sudo()
            .create(
                [
                    {
                        "activity_type_id": kind.id,
                        "automated": True,
                        "res_model_id": model.id,
                        "res_id": record.id,
                        "user_id": user.id,
                        "summary": summary(record.with_context(lang=user.lang)),
                        "date_deadline": (deadline and deadline(record)) or fields.Date.context_today(self),
                    }
                    for record in self
                    for user in users(record)
                ]
            )
        )

    def _close_application_activities(self, xml_id, users=None):
        """Mark activities of a type as done, those of some users only if given."""
        # sudo: as above
        for record in self.sudo():
            for user in users or [None]:
                record.activity_feedback([xml_id], user_id=user and user.id)
