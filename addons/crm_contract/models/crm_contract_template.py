from odoo import fields, models

TEMPLATE_TERMS = ("title", "warranty_months", "warranty_terms", "quality_terms", "shipping_terms")


class CrmContractTemplate(models.Model):
    """What a contract of a type begins with: clauses, payments, products and terms."""

    _name = "crm.contract.template"
    _description = "Contract Template"
    _order = "type_id, sequence, id"

    name = fields.Char(required=True)
    type_id = fields.Many2one("crm.contract.type", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    title = fields.Char(string="Subject")
    warranty_months = fields.Integer(string="Warranty (Months)")
    warranty_terms = fields.Text()
    quality_terms = fields.Text()
    shipping_terms = fields.Text()
    clause_ids = fields.One2many("crm.contract.template.clause", "template_id", string="Clauses", copy=True)
    milestone_ids = fields.One2many("crm.contract.template.milestone", "template_id", string="Payment Plan", copy=True)
    line_ids = fields.One2many("crm.contract.template.line", "template_id", string="Products", copy=True)

    def _check_changer(self):
        """Nothing beside the rights: templates are not reviewed."""

    def _contract_values(self):
        """What a new contract takes from this template.

        :return: (values of the head, {one2many: [values of its rows]})
        """
        self.ensure_one()
        lines = [
            {"sequence": line.sequence, "product_id": line.product_id.id, "quantity": line.quantity}
            for line in self.line_ids
        ]
        return (
            {name: self[name] for name in TEMPLATE_TERMS if self[name]},
            {
                "clause_ids": [clause._copy_values() for clause in self.clause_ids],
                "milestone_ids": [milestone._copy_values() for milestone in self.milestone_ids],
                "line_ids": lines,
            },
        )


class CrmContractTemplateClause(models.Model):
    _name = "crm.contract.template.clause"
    _description = "Clause of a Contract Template"
    _inherit = ["crm.contract.clause.mixin"]

    _contract_document = "template_id"

    template_id = fields.Many2one("crm.contract.template", required=True, index=True, ondelete="cascade")


class CrmContractTemplateMilestone(models.Model):
    _name = "crm.contract.template.milestone"
    _description = "Payment of a Contract Template"
    _inherit = ["crm.contract.milestone.mixin"]

    _contract_document = "template_id"

    template_id = fields.Many2one("crm.contract.template", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="template_id.company_id.currency_id")


class CrmContractTemplateLine(models.Model):
    _name = "crm.contract.template.line"
    _description = "Product of a Contract Template"
    _order = "sequence, id"

    template_id = fields.Many2one("crm.contract.template", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict", index=True)
    quantity = fields.Float(digits="Product Unit", default=1)
