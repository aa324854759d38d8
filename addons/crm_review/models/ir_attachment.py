from odoo import models

from ..tools.guard import Guard

TECHNICAL = {"access_token", "description", "public"}


class IrAttachment(models.Model):
    """The files that a document had when it was submitted are locked with it; new ones may be added."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if vals.keys() - TECHNICAL:
            Guard.check_files(self)
        return super().write(vals)

    def unlink(self):
        Guard.check_files(self)
        return super().unlink()
