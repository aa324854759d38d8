from . import test_crm_item_import
