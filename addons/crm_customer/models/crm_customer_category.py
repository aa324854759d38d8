from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmCustomerCategory(models.Model):
    _name = "crm.customer.category"
    _description = "Customer Category"
    _parent_store = True
    _order = "parent_path"
    _rec_name = "complete_name"

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        string="Full Name", compute="_compute_complete_name", search="_search_complete_name", recursive=True
    )
    parent_id = fields.Many2one("crm.customer.category", string="Parent Category", ondelete="restrict", index=True)
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("crm.customer.category", "parent_id", string="Subcategories")
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex(
        "(name, COALESCE(parent_id, 0))", "There is already a category of this name here."
    )

    @api.depends_context("lang")
    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self:
            parent = category.parent_id.complete_name
            category.complete_name = f"{parent} / {category.name}" if parent else category.name

    def _search_complete_name(self, operator, value):
        if operator == "in":
            return [("id", "in", [category.id for category in self.search([]) if category.complete_name in value])]
        if operator == "ilike":
            return [("id", "child_of", self.search([("name", "ilike", value)]).ids)]
        return NotImplemented

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A category cannot lie below itself. Choose another parent category."))
