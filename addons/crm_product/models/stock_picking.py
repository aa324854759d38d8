from odoo import api, models
from odoo.tools import SQL

DELIVERED_DAYS = 30  # so long whoever delivered may look up and print whom he delivered to


class StockPicking(models.Model):
    """Salespeople see the transfers of orders they see (record rules); the warehouse sees all, and whom they go to."""

    _inherit = "stock.picking"

    _crm_open = models.Index("(partner_id) WHERE state NOT IN ('done', 'cancel')")
    _crm_delivered = models.Index("(date_done) INCLUDE (partner_id) WHERE state = 'done'")

    @api.model
    def get_empty_list_help(self, help_message):
        """Of our menus, their own words, which the texts for all transfers would replace."""
        if self.env.context.get("crm_own_help"):
            return help_message
        return super().get_empty_list_help(help_message)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _crm_scope_read_grants(self):
        grants = super()._crm_scope_read_grants()
        if not self.env["res.users"].browse(self.env.uid).has_group("stock.group_stock_user"):
            return grants
        self.env["stock.picking"].flush_model(["partner_id", "state", "date_done"])
        receivers = SQL(
            "SELECT partner_id FROM stock_picking WHERE state NOT IN ('done', 'cancel') AND partner_id IS NOT NULL"
            " UNION SELECT partner_id FROM stock_picking"
            " WHERE state = 'done' AND date_done > NOW() AT TIME ZONE 'UTC' - %s * interval '1 day'"
            " AND partner_id IS NOT NULL",
            DELIVERED_DAYS,
        )
        return [*grants, self._crm_scope_subquery("id", receivers)]


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _compute_quantities_dict(self, *args, **kwargs):
        # sudo: quantities of a product count all moves of the companies' locations, also those of documents that the
        # reader does not see
        return super(ProductProduct, self.sudo())._compute_quantities_dict(*args, **kwargs)
