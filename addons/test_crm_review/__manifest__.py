{
    "name": "CRM Reviews Tests",
    "version": "19.0.1.0.0",
    "summary": "Documents on which the tests of CRM Reviews try the engine",
    "category": "Hidden/Tests",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": ["crm_review"],
    "data": [
        "security/ir.model.access.csv",
        "security/test_crm_review_rules.xml",
        "data/crm_review_kind_data.xml",
        "views/test_crm_plain_views.xml",
    ],
}
