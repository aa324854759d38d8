from odoo import fields, models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    sale_line_id = fields.Many2one(index="btree_not_null")  # the work orders of a contract are looked up by its orders
