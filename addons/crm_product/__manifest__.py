{
    "name": "CRM Products",
    "version": "19.0.1.0.0",
    "summary": "Product file, cost visibility, floor prices, price board, stock query",
    "category": "Sales/CRM",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": ["crm_customer", "sale_mrp", "purchase_mrp", "mrp_account"],
    "data": [
        "security/crm_product_groups.xml",
        "views/crm_product_menus.xml",
    ],
    "application": True,
}
