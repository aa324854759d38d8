from odoo import api, fields, models

KINDS = [
    ("sales", "Sales"),
    ("framework", "Framework"),
    ("service", "Service"),
    ("overseas", "Overseas"),
    ("purchase", "Purchase"),
]


class CrmContractType(models.Model):
    """A type of contract: how it is numbered, printed, and how its payments become receivables."""

    _name = "crm.contract.type"
    _description = "Contract Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stands in the number where the numbering rule says {type}.")
    kind = fields.Selection(KINDS, required=True, default="sales")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")
    manual_number = fields.Boolean(
        string="Number by Hand", help="The number is typed in the draft, such as one that the customer gives."
    )
    print_layout = fields.Selection(
        [("chinese", "Chinese"), ("bilingual", "Bilingual")], default="chinese", required=True
    )
    receivable_mode = fields.Selection(
        [("draft", "Draft Invoices"), ("posted", "Posted Invoices"), ("none", "None")],
        string="Receivables on Approval",
        default="draft",
        required=True,
    )
    template_id = fields.Many2one(
        "crm.contract.template", string="Default Template", ondelete="set null", domain="[('type_id', '=', id)]"
    )

    _code_uniq = models.UniqueIndex(
        "(lower(code), COALESCE(company_id, 0))", "There is a contract type with this code already."
    )

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "overseas":
            self.print_layout = "bilingual"
        if self.kind in ("purchase", "framework"):
            self.receivable_mode = "none"
