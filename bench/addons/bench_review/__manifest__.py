{
    "name": "Review Bench",
    "version": "19.0.1.0.0",
    "summary": "Five kinds of document reviewed by CRM Reviews and five like them by OCA's tier validation",
    "category": "Hidden/Tests",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": ["crm_review", "base_tier_validation"],
    "data": ["security/ir.model.access.csv"],
}
