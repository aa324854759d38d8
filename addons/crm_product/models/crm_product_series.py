from odoo import api, fields, models


class CrmProductSeries(models.Model):
    _name = "crm.product.series"
    _description = "Product Series"
    _parent_store = True
    _order = "parent_path"
    _rec_name = "complete_name"
    _rec_names_search = ["name", "code"]

    # FIELDS
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stands in the part numbers of the series.")
    complete_name = fields.Char(string="Full Name", compute="_compute_complete_name", recursive=True)
    parent_id = fields.Many2one("crm.product.series", string="Parent Series", ondelete="restrict", index=True)
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("crm.product.series", "parent_id", string="Sub-series")
    active = fields.Boolean(default=True)
    product_count = fields.Integer(string="Products", compute="_compute_product_count")

    _code_unique = models.Constraint("UNIQUE (code)", "There is already a product series with this code.")

    # COMPUTE
    @api.depends_context("lang")
    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for series in self:
            parent = series.parent_id.complete_name
            series.complete_name = f"{parent} / {series.name}" if parent else series.name

    @api.depends("complete_name")
    def _compute_display_name(self):
        for series in self:
            series.display_name = series.complete_name

    def _compute_product_count(self):
        groups = self.env["product.template"]._read_group(
            [("crm_series_id", "in", self.ids)], ["crm_series_id"], ["__count"]
        )
        counts = {series.id: count for series, count in groups}
        for series in self:
            series.product_count = counts.get(series.id, 0)
