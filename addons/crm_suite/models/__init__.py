from . import crm_demo_company
from . import res_config_settings
