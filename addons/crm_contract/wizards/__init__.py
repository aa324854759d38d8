from . import contract_compare, contract_fact, contract_order
