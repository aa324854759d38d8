from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_base.tools.search_text import pinyin


class ResPartner(models.Model):
    """Who is asked to review an order reads the customer's file as long as he is asked."""

    _inherit = "res.partner"

    def _crm_name_in(self, lang):
        """The name on a print: in English the English one; a person's Chinese name in pinyin.

        :param str lang: code of a language
        """
        self.ensure_one()
        if lang == "zh_CN":
            return self.name or ""
        name = self.english_name or self.name or ""
        return name if self.is_company or name.isascii() else " ".join(pinyin(name)).title()

    def _crm_recompute(self):
        """Orders that came from a merged customer are of this one's region now."""
        self.modified(["state_id", "country_id"])
        return super()._crm_recompute()

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
