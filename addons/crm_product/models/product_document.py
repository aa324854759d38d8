from odoo import fields, models


class ProductDocument(models.Model):
    _inherit = "product.document"

    crm_kind = fields.Selection(
        [("drawing", "Drawing"), ("specification", "Specification"), ("data_sheet", "Data Sheet"), ("other", "Other")],
        string="Document Kind",
        default="other",
        required=True,
    )
    crm_version = fields.Char(string="Version")
    crm_is_superseded = fields.Boolean(string="Superseded", help="A newer version of it is valid.")
