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
        records = super().create(vals_list)
        guard.after_create(records)
        return records

    def write(self, vals):
        with Guard.changing(self, vals):
            return super().write(vals)

    def unlink(self):
        guard = Guard.of(self)
        if guard is not None:
            guard.before_unlink(self)
        return super().unlink()

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        with Guard.changing(self, {field_name: translations}):  # translations are written past `write`
            return super()._update_field_translations(field_name, translations, *args, **kwargs)
