from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Who is asked to review an order reads the customer's file as long as he is asked."""

    _inherit = "res.partner"

    @api.model
    def _crm_scope_read_grants(self):
        self.env["crm.review.line"].flush_model(["user_id", "res_model", "res_id", "state"])
        self.env["sale.order"].flush_model(["crm_customer_id"])
        self.env["crm.order.revision"].flush_model(["crm_customer_id"])
        # open tasks are few, and have an index of their own
        reviewed = SQL(
            """SELECT COALESCE(sale.crm_customer_id, revision.crm_customer_id)
                 FROM crm_review_line line
                 LEFT JOIN sale_order sale ON sale.id = line.res_id AND line.res_model = 'sale.order'
                 LEFT JOIN crm_order_revision revision
                   ON revision.id = line.res_id AND line.res_model = 'crm.order.revision'
                WHERE line.user_id = %s AND line.state = 'pending'
                  AND line.res_model IN ('sale.order', 'crm.order.revision')""",
            self.env.uid,
        )
        return [*super()._crm_scope_read_grants(), self._crm_scope_subquery("crm_customer_id", reviewed)]
