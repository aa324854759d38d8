from . import crm_order_analysis
from . import crm_order_delivery
from . import crm_quotation_analysis
from . import crm_sample_report
from . import sale_quotation_report
