from . import contract_order
