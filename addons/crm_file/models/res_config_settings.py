from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_file import SETTINGS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    crm_file_max_size = fields.Float(string="Largest File (MB)", digits=(16, 3))
    crm_file_forbidden = fields.Char(
        string="Forbidden Types",
        help="Extensions with blanks between them. Programs are also known by their content, whatever their name.",
    )
    crm_file_office_preview = fields.Boolean(
        string="Show Office Documents",
        help="Converts them to PDF for the viewer, if LibreOffice is installed on the server.",
    )
    crm_file_share_days = fields.Integer(string="Share Links: Days at most")

    @api.model
    def get_values(self):
        values = super().get_values()
        for name in SETTINGS:
            value = self.env["crm.file"]._setting(name)
            values[f"crm_file_{name}"] = " ".join(sorted(value)) if name == "forbidden" else value
        return values

    def set_values(self):
        if self.crm_file_max_size <= 0 or self.crm_file_share_days <= 0:
            raise ValidationError(self.env._("The largest file and the days of share links must be above zero."))
        for name in SETTINGS:
            value = self[f"crm_file_{name}"]
            # a blank: an empty list is kept, too
            value = value or " " if name == "forbidden" else str(value)
            # sudo: as Odoo's own settings are kept, for whoever may use the page
            self.env["ir.config_parameter"].sudo().set_param(f"crm_file.{name}", value)
        return super().set_values()
