from odoo import fields, models


class CrmCustomerLevel(models.Model):
    _name = "crm.customer.level"
    _description = "Customer Level"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    description = fields.Char(translate=True, help="When a customer belongs to this level.")
    active = fields.Boolean(default=True)

    _name_unique = models.Constraint("UNIQUE (name)", "There is already a customer level of this name.")
