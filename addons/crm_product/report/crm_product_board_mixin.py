from odoo import models

from ..tools.search_context import asked_id

# the search box puts the customer, pricelist and warehouse that are asked for into the context
CUSTOMER = "crm_price_customer"
PRICELIST = "crm_price_pricelist"
WAREHOUSE = "crm_stock_warehouse"


class CrmProductBoardMixin(models.AbstractModel):
    """Pages of products whose figures are of whom the search box names; the workbook holds the same figures."""

    _name = "crm.product.board.mixin"
    _inherit = ["crm.excel.export.mixin"]
    _description = "Board of Products"

    def _excel_export(self, selection):
        asked = {key: asked_id(self.env, key) for key in (CUSTOMER, PRICELIST, WAREHOUSE)}
        return super()._excel_export({**selection, "asked": asked})

    def _excel_select(self, selection):
        return super(CrmProductBoardMixin, self.with_context(**selection.get("asked", {})))._excel_select(selection)
