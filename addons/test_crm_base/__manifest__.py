{
    "name": "CRM Base Tests",
    "version": "19.0.1.0.0",
    "summary": "Models on which the tests of CRM Base try its imports, exports and numbering",
    "category": "Hidden/Tests",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": ["crm_base"],
    "data": [
        "security/ir.model.access.csv",
        "security/test_crm_base_rules.xml",
        "views/test_crm_item_views.xml",
    ],
}
