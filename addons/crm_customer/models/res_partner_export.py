from odoo import models


class ResPartner(models.Model):
    """Customers as an Excel workbook, in the columns in which the import takes them."""

    _name = "res.partner"
    _inherit = ["res.partner", "crm.excel.export.mixin"]

    def _excel_columns(self):
        names = self.env["crm.customer.import"]._import_export_names()
        return [self._excel_column(name, label=label) for name, label in names.items()]

    def _excel_title(self):
        return self.env._("Customers")
