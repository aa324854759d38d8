from . import test_crm_document
from . import test_crm_plain
