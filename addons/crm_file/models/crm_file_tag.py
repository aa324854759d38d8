from random import randint

from odoo import fields, models


class CrmFileTag(models.Model):
    _name = "crm.file.tag"
    _description = "File Tag"
    _order = "name, id"

    name = fields.Char(required=True)
    color = fields.Integer(default=lambda self: randint(1, 11))

    _name_unique = models.UniqueIndex("(name)", "There is a tag of this name already.")
