from odoo import fields, models


class CrmQuotationLostReason(models.Model):
    """Why customers did not take a quotation."""

    _name = "crm.quotation.lost.reason"
    _description = "Lost Reason of Quotations"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
