from odoo import api, fields, models
from odoo.exceptions import ValidationError

# what a type may demand before an application is submitted
REQUIRABLE = {
    "sale.order": (
        "client_order_ref",
        "crm_po_file_ids",
        "crm_end_customer_id",
        "crm_contract_number",
        "payment_term_id",
        "incoterm",
        "incoterm_location",
        "crm_technical_requirement",
        "crm_packing_requirement",
        "crm_label_requirement",
        "crm_inspection_requirement",
    ),
    "sale.order.line": ("crm_customer_code", "crm_requested_date", "crm_promised_date"),
}


class CrmOrderType(models.Model):
    """A kind of sales application: how it is numbered, what it must tell, and whether it is reviewed."""

    _name = "crm.order.type"
    _description = "Order Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stands in the number where its rule says {type}.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")
    needs_review = fields.Boolean(
        string="Reviewed", default=True, help="Its orders are confirmed by an approved review only."
    )
    is_overseas = fields.Boolean(string="Overseas", help="Products must have their HS code, and trade terms are asked.")
    incoterm_id = fields.Many2one("account.incoterms", string="Default Incoterm")
    report_id = fields.Many2one(
        "ir.actions.report",
        string="Print",
        required=True,
        domain=[("model", "=", "sale.order")],
        default=lambda self: self.env.ref("crm_order_review.sale_application_report"),
        ondelete="restrict",
        help="What “Print” of its applications prints; also sent, where a mail template attaches it.",
    )
    required_field_ids = fields.Many2many(
        "ir.model.fields",
        "crm_order_type_required_field_rel",
        string="Required Fields",
        domain=lambda self: self._required_domain(),
        help="Must be filled in before an application of this type is submitted.",
    )

    _code_uniq = models.UniqueIndex(
        "(lower(code), COALESCE(company_id, 0))", "There is an order type with this code already."
    )

    @api.model
    def _required_domain(self):
        names = [name for names in REQUIRABLE.values() for name in names]
        return [("model", "in", list(REQUIRABLE)), ("name", "in", names)]

    @api.constrains("report_id")
    def _check_report(self):
        for order_type in self:
            if order_type.report_id.model != "sale.order":
                raise ValidationError(
                    self.env._(
                        "%(type)s: %(report)s does not print orders. Choose another print.",
                        type=order_type.name,
                        report=order_type.report_id.name,
                    )
                )

    @api.constrains("required_field_ids")
    def _check_required_fields(self):
        for order_type in self:
            for field in order_type.required_field_ids:
                if field.name not in REQUIRABLE.get(field.model, ()):
                    raise ValidationError(
                        self.env._(
                            "%(type)s: %(field)s cannot be demanded. Choose another field.",
                            type=order_type.name,
                            field=field.field_description,
                        )
                    )

    @api.model
    def _default_for(self, partner, company):
        """The type that an application of a customer has unless somebody chooses another one.

        :param partner: ``res.partner``, may be empty
        :param company: ``res.company``
        """
        types = self.search([("company_id", "in", (False, company.id))])
        abroad = bool(partner.country_id and company.country_id and partner.country_id != company.country_id)
        return types.filtered(lambda one: one.is_overseas == abroad)[:1] or types[:1]
