from . import test_contract_file
