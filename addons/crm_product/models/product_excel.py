from odoo import models


class ProductTemplate(models.Model):
    """Products as an Excel workbook, in the columns in which the import takes them."""

    _name = "product.template"
    _inherit = ["product.template", "crm.excel.export.mixin"]

    def _excel_columns(self):
        names = self.env["crm.product.import"]._import_export_names()
        return [self._excel_column(name, label=label) for name, label in names.items()]

    def _excel_title(self):
        return self.env._("Products")
