from . import customer_import
from . import sale_order_import
