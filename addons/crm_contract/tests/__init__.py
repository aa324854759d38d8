from . import (
    test_contract_orders,
    test_contract_print,
    test_contract_receivable,
    test_contract_reports,
    test_contract_scenario,
    test_crm_contract,
    test_crm_contract_change,
    test_purchase_contract,
    test_races,
)
