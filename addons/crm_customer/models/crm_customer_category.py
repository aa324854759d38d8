from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmCustomerCategory(models.Model):
    _name = "crm.customer.category"
    _description = "Customer Category"
    _parent_store = True
    _order = "complete_name"
    _rec_name = "complete_name"

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(string="Full Name", compute="_compute_complete_name", recursive=True, store=True)
    parent_id = fields.Many2one("crm.customer.category", string="Parent Category", ondelete="restrict", index=True)
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("crm.customer.category", "parent_id", string="Subcategories")
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex(
        "(name, COALESCE(parent_id, 0))", "There is already a category of this name here."
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self:
            parent = category.parent_id.complete_name
            category.complete_name = f"{parent} / {category.name}" if parent else category.name

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category cannot lie below itself. Choose another parent category."))
