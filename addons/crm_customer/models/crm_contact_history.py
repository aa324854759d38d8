from odoo import fields, models


class CrmContactHistory(models.Model):
    """Where a contact worked before; written when he moves to another customer."""

    _name = "crm.contact.history"
    _description = "Former Position of a Contact"
    _order = "date_to desc, id desc"
    _rec_name = "customer_id"

    contact_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade", readonly=True)
    customer_id = fields.Many2one("res.partner", index=True, ondelete="cascade", readonly=True)
    contact_department = fields.Char(string="Department", readonly=True)
    function = fields.Char(string="Job Position", readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="Until", readonly=True)
    moved_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
