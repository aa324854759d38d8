from . import test_product
from . import test_product_customer_code
from . import test_product_certificate
from . import test_cost_visibility
from . import test_cost_flows
from . import test_price_report
from . import test_stock_report
from . import test_product_import
