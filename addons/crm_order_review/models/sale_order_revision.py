from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Approved orders change by revisions."""

    _inherit = "sale.order"

    crm_revision = fields.Integer(string="Revision", readonly=True, copy=False)
    crm_revision_ids = fields.One2many("crm.order.revision", "order_id", string="Order Changes", readonly=True)
    crm_revision_count = fields.Integer(string="Changes", compute="_compute_crm_revision_count")

    @api.depends("crm_revision_ids")
    def _compute_crm_revision_count(self):
        counts = dict(
            self.env["crm.order.revision"]._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        )
        for order in self:
            order.crm_revision_count = counts.get(order._origin, 0)

    def action_crm_change(self):
        """Begin a change of this order, or go on with the one that is open."""
        self.ensure_one()
        self.check_access("write")
        Revision = self.env["crm.order.revision"]
        # sudo: whether one is open, whoever has begun it
        opened = Revision.sudo().search([("order_id", "=", self.id), ("review_state", "!=", "approved")], limit=1)
        if opened and not Revision.browse(opened.id)._filtered_access("read"):
            raise UserError(
                self.env._(
                    "%(user)s has begun %(change)s already. Ask him.", user=opened.user_id.name, change=opened.name
                )
            )
        revision = Revision.browse(opened.id) or Revision.create({"order_id": self.id})
        return revision.get_formview_action()

    def action_crm_revisions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_order_review.crm_order_revision_action")
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}
