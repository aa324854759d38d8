from odoo import api, fields, models


class CrmProductPackageForm(models.Model):
    _name = "crm.product.package.form"
    _description = "Package Form"
    _order = "code, id"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True, help="As in the data sheet, for example SMD3225-4P. Stands in part numbers.")
    name = fields.Char(string="Description", translate=True)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint("UNIQUE (code)", "There is already a package form with this code.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for package in self:
            package.display_name = " ".join(filter(None, (package.code, package.name)))
