from . import crm_contract_progress, crm_production_report, crm_workorder_report, crm_contract_analysis, contract_report
