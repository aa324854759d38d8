from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    crm_export_name = fields.Char(
        string="English Name", help="What the product is called in export documents. Empty: by its name."
    )
