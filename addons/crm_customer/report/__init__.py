from . import crm_customer_analysis
from . import crm_customer_analysis_details
from . import customer_card
