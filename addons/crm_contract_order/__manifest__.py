{
    "name": "CRM Contracts and Orders",
    "version": "19.0.1.0.0",
    "summary": "Contracts from reviewed quotations; sales applications and their changes as the contract says",
    "category": "Sales/CRM",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": ["crm_contract", "crm_order_review"],
    "data": ["views/sale_order_views.xml", "wizards/contract_order_views.xml"],
    "auto_install": True,
}
