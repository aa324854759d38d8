from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    crm_review_line_id = fields.Many2one(
        "crm.review.line", string="Review Task", ondelete="cascade", index="btree_not_null", readonly=True
    )
