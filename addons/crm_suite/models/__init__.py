from . import crm_demo_company
from . import crm_demo_company_applications
from . import crm_demo_company_orders
from . import crm_demo_company_products
from . import crm_demo_company_shipments
from . import iap_autocomplete_api
from . import res_config_settings
from . import res_partner
