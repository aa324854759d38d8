from odoo import fields, models


class CrmCustomerOwnerHistory(models.Model):
    _inherit = "crm.customer.owner.history"

    pool_id = fields.Many2one("crm.customer.pool", string="Public Pool", readonly=True, ondelete="restrict")

    # the board shows the newest of a pool first
    _in_pool = models.Index("(pool_id, date_from DESC, partner_id DESC) WHERE date_to IS NULL AND pool_id IS NOT NULL")
