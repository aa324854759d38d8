{
    "name": "CRM Contract Files",
    "version": "19.0.1.0.0",
    "summary": "Files of contracts and of their changes in the file centre",
    "category": "Sales/CRM",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": ["crm_contract", "crm_file"],
    "data": ["views/crm_contract_views.xml", "views/crm_contract_file_menus.xml"],
    "auto_install": True,
}
