from . import crm_product_page_mixin
from . import crm_product_board_mixin
from . import crm_price_report
from . import crm_product_cost_line
from . import crm_stock_report
from . import crm_stock_plan
from . import crm_stock_promise
