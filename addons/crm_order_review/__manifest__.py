{
    "name": "CRM Order Review",
    "version": "19.0.1.0.0",
    "summary": "Sales applications, quotations, samples, stock-up requests, inquiries; order analysis",
    "category": "Sales/CRM",
    "author": "CRM Suite Contributors",
    "license": "AGPL-3",
    "depends": ["crm_product"],
    "data": [
        "security/ir.model.access.csv",
        "views/crm_order_review_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_order_review/static/src/**/*"],
    },
    "application": True,
}
