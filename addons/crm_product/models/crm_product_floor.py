from odoo import fields, models


class CrmProductFloor(models.Model):
    _name = "crm.product.floor"
    _description = "Floor Price by Quantity"
    _order = "product_tmpl_id, min_quantity"
    _rec_name = "min_quantity"

    product_tmpl_id = fields.Many2one("product.template", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="product_tmpl_id.currency_id")
    min_quantity = fields.Float(string="From Quantity", digits="Product Unit", required=True)
    price = fields.Monetary(string="Floor Price", required=True)

    _quantity_unique = models.Constraint(
        "UNIQUE (product_tmpl_id, min_quantity)", "There are two floor prices from the same quantity. Delete one."
    )
    _quantity_positive = models.Constraint(
        "CHECK (min_quantity > 0)", "The quantity of a floor price must be above zero."
    )
    _price_positive = models.Constraint("CHECK (price >= 0)", "A floor price cannot be negative.")
