from . import test_crm_review
