from odoo import api, models

from ..tools.guard import Guard


class Base(models.AbstractModel):
    """Documents under review, and their lines, are locked, whatever way a change comes in."""

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        guard = Guard.of(self)
        if guard is None:
            return super().create(vals_list)
        guard.before_create(vals_list)
        records = super().create(vals_list)
        guard.after_create(records)
        return records

    def write(self, vals):
        guard = Guard.of(self)
        if guard is None:
            return super().write(vals)
        before = guard.before_write(self, vals)
        result = super().write(vals)
        guard.after_write(self, vals, before)
        return result

    def unlink(self):
        guard = Guard.of(self)
        if guard is not None:
            guard.before_unlink(self)
        return super().unlink()
