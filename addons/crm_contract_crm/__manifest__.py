{
    "name": "CRM Contracts and Opportunities",
    "version": "19.0.1.0.0",
    "summary": "Contracts made from opportunities",
    "category": "Sales/CRM",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": ["crm_contract", "crm"],
    "data": ["views/crm_contract_views.xml", "views/crm_lead_views.xml"],
    "auto_install": True,
}
