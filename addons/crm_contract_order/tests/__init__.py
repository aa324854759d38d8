from . import test_contract_order
