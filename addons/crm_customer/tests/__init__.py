from . import test_crm_followup
from . import test_customer_import
from . import test_res_partner
from . import test_res_partner_duplicate
from . import test_res_partner_scope
from . import test_res_partner_search
from . import test_sale_order_import
