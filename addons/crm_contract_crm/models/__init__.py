from . import crm_contract, crm_lead
