from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        # sudo: users read nothing of the flag; each is told only his own
        return super().session_info() | {"crm_has_initial_password": self.env.user.sudo().has_initial_password}
