from . import test_application_page
from . import test_crm_inquiry
from . import test_crm_sample
from . import test_crm_stockup
from . import test_script
