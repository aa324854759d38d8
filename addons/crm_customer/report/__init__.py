from . import crm_customer_analysis
